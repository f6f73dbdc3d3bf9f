"""What was asked of a server for a run, and what each request is for in words."""
