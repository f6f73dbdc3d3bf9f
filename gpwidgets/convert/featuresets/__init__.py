"""Feature sets and record sets to frames and back."""
