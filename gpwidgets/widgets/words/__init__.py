"""Values, files and times in words, as text or as HTML."""
