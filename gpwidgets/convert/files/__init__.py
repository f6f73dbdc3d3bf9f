"""Files that users and servers give: of which kind they are, and reading them with GDAL's doors shut."""

from collections.abc import Callable
from typing import Any

from gpwidgets.former_paths import names_of

__getattr__: Callable[[str], Any] = names_of("gpwidgets.convert.files")
