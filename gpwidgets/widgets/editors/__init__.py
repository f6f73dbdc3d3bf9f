"""Editors: what a form shows for each data type."""
