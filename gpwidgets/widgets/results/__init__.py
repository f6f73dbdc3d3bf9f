"""What a run gave back: tables, layers, files, maps, and two runs side by side."""
