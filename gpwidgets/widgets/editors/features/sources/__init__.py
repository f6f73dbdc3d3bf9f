"""The ways to give features: each is a small panel, picked from one list."""
