"""Geometries of the wire to shapely and back: rings, curves, heights, the 180 degree meridian."""
