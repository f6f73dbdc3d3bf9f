"""A run as something that others can repeat: the request itself, settings in a file, and crates."""
