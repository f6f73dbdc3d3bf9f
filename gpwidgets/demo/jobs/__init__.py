"""Jobs of the embedded server, and what a tool at work can say and ask."""
