"""Frames and rasters as shapes, classes and pictures of a map."""
