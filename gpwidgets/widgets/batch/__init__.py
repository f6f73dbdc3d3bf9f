"""Many runs of one task on the screen: the grid of rows, their state, their results together."""
