"""Columns and tables with the types of the wire, and what differs between two tables."""
