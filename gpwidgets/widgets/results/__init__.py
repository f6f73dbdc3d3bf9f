"""What a run gave back: tables, layers, files, maps, and two runs side by side."""

from gpwidgets.former_paths import names_of

__getattr__ = names_of("gpwidgets.widgets.results")
