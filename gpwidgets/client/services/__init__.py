"""The resources of a geoprocessing server, its uploads, downloads, layers and maps."""
