"""The editor of features, its checks and its questions."""

from gpwidgets.former_paths import names_of

__getattr__ = names_of("gpwidgets.widgets.editors.features")
