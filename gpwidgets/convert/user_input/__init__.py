"""Whatever a user has at hand, to frames; and what should be looked at before it is sent."""
