"""Runs on the screen: status, messages, buttons, lists and static snapshots."""
