"""The history on disk: what is kept of a run, and how several kernels write it."""
