"""The data types of the REST API, a file each; `registry` knows them by their wire names."""
