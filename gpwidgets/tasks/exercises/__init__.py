"""Whether the results of an exercise are what its author expects."""
