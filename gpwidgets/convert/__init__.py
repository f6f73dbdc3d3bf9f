"""Feature sets, geometries and tables to GeoDataFrames and back; knows nothing of servers."""
