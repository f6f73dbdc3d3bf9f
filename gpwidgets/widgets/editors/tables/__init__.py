"""Editors of lists and tables."""
