"""The wire protocol of ArcGIS geoprocessing services in plain Python: no I/O, standard library only."""
