"""The editor of features, its checks and its questions."""

from collections.abc import Callable
from typing import Any

from gpwidgets.former_paths import names_of

__getattr__: Callable[[str], Any] = names_of("gpwidgets.widgets.editors.features")
