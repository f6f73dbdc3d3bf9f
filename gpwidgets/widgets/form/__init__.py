"""The form of a task, its checks, and earlier values in it."""

from gpwidgets.former_paths import names_of

__getattr__ = names_of("gpwidgets.widgets.form")
