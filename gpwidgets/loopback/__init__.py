"""HTTP servers for this machine alone: the thread they run in, and who may come in."""
