"""Jobs of the embedded server, and what a tool at work can say and ask."""

from collections.abc import Callable
from typing import Any

from gpwidgets.former_paths import names_of

__getattr__: Callable[[str], Any] = names_of("gpwidgets.demo.jobs")
