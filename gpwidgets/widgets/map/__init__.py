"""The map of a task, its layer list and its picture."""
