"""Requests: the session, connections, retries, redirects, and the bodies of answers."""
