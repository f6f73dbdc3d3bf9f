"""Conversations with a server, recorded into a file and replayed from it without a network."""
