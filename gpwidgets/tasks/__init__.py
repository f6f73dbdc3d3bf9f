"""The Python interface: services, tasks, runs and their outputs. Knows no widgets."""
