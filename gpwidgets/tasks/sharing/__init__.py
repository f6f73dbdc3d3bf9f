"""A run as something that others can repeat: the request itself, and settings in a file."""
