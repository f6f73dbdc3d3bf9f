"""Runs: started, followed, cancelled, fetched, and what they say of themselves."""
