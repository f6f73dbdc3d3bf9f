"""Frames written so that they read back as they were."""
