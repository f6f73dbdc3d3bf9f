"""The map of a task, its layer list and its picture."""

from gpwidgets.former_paths import names_of

__getattr__ = names_of("gpwidgets.widgets.map")
