"""Layers of the map: frames and pictures, their style, and where the map looks."""
