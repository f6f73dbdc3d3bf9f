"""Forms, maps and results in a notebook."""
