"""What runs give back: read, saved, compared."""
