"""Python functions as geoprocessing tasks: their description, inputs and outputs."""
