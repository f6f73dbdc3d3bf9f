"""The base map that comes with the package, and the picture of a view of it."""
