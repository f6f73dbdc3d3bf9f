"""Which folder of a batch holds the parts of an output."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from gpwidgets.file_names import name_from_title, numbered_names

__all__ = ["OutputFolders"]


class OutputFolders:
    """Names of folders for outputs, a different one for each on every system.

    Parameters
    ----------
    outputs
        Names that the task describes.
    """

    def __init__(self, outputs: Iterable[str]) -> None:
        self._names: dict[str, str] = {}
        for output in outputs:
            taken = {name.casefold() for name in self._names.values()}
            free = numbered_names(name_from_title(output, "output"))
            self._names[output] = next(name for name in free if name.casefold() not in taken)

    def of(self, output: str) -> str:
        """The folder of an output; one that the task does not describe has its fingerprint in the name."""
        if output not in self._names:
            mark = hashlib.sha256(output.encode("utf-8", "replace")).hexdigest()[:8]
            self._names[output] = f"{name_from_title(output, 'output')}-{mark}"
        return self._names[output]
