"""HTTP with requests: sessions, sign-in and the resources of a geoprocessing server. No geometry."""
