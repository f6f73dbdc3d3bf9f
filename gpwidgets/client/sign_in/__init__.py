"""Signing in: tokens, logins, OAuth, portals, and which host may get what."""
