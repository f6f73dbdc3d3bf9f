"""Coordinate systems, coordinates from one to another, and coordinates as text."""
