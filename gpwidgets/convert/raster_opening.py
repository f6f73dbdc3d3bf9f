"""Rasters opened by the library that is at hand."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpwidgets.errors import ConversionError
from gpwidgets.texts import tr

__all__ = ["raster_opener"]

_FUNCTIONS = {"rioxarray": "open_rasterio", "rasterio": "open"}


def raster_opener(library: str = "") -> Callable[[Path], Any]:
    """Return the function that opens a raster file; asked for before the file is fetched.

    Parameters
    ----------
    library
        ``"rioxarray"`` or ``"rasterio"``; the first of them that is installed when left out.

    Raises
    ------
    ConversionError
        The library is not installed.
    ValueError
        Another library.
    """
    if library and library not in _FUNCTIONS:
        raise ValueError(f"library is {' or '.join(_FUNCTIONS)}, not {library!r}")
    wanted = [library] if library else list(_FUNCTIONS)
    for name in wanted:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        found: Callable[[Path], Any] = getattr(module, _FUNCTIONS[name])
        return found
    raise ConversionError(
        tr("opening a raster needs {libraries}; download() saves the file", libraries=" / ".join(wanted))
    )
