"""The form of a task, its checks, and earlier values in it."""
