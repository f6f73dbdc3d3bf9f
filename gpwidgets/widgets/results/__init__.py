"""What a run gave back: tables, layers, files, maps, and two runs side by side."""

from collections.abc import Callable
from typing import Any

from gpwidgets.former_paths import names_of

__getattr__: Callable[[str], Any] = names_of("gpwidgets.widgets.results")
