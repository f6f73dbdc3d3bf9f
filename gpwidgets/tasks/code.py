"""The values of a form as the Python call they stand for.

Every literal is written with `repr`; no text of a server becomes code.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import PurePath
from typing import Any

from gpwidgets.errors import mask
from gpwidgets.protocol.datatypes.base import plain
from gpwidgets.protocol.datatypes.composite import CompositeValue
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.protocol.values import (
    DataFile,
    Extent,
    FieldRef,
    LayerReference,
    RasterData,
    SpatialReference,
)

_WKT_LIMIT = 2000
_UNITS = {LinearUnit: "distance", ArealUnit: "area", TimeUnit: "time"}


def call_code(
    url: str, inputs: Mapping[str, Any], parameters: Sequence[GPParameter], *, signed_in: bool = False
) -> str:
    """Write the Python that runs a task with these values.

    Parameters
    ----------
    url
        The task.
    inputs
        Values by parameter name.
    parameters
        The task's inputs; hidden ones are asked for, never written.
    signed_in
        Whether the task needs a token, which the code asks for.

    Returns
    -------
    str
        A few lines that run as they stand; large geometry is left as a name to fill in.
    """
    writer = _Writer({parameter.name for parameter in parameters if parameter.is_hidden})
    arguments = [writer.argument(name, value) for name, value in inputs.items()]
    auth = ""
    if signed_in:
        writer.imports.add("import getpass")
        auth = ', auth=gp.Token(getpass.getpass("Token: "))'
    lines = [*sorted(writer.imports), "import gpwidgets as gp", "", *writer.before]
    lines.append(f"task = gp.GPTask({url!r}{auth})")
    if not arguments:
        return "\n".join([*lines, "out = task()"])
    return "\n".join([*lines, "out = task(", *[f"    {argument}," for argument in arguments], ")"])


class NotKept:
    """Stands for a value of an earlier run that is not known any more."""


class _Writer:
    """Collects imports and preparing lines while it writes the arguments."""

    def __init__(self, hidden: set[str]) -> None:
        self.imports: set[str] = set()
        self.before: list[str] = []
        self._hidden = hidden

    def argument(self, name: str, value: Any) -> str:
        if name in self._hidden:
            self.imports.add("import getpass")
            text = f"getpass.getpass({name + ': '!r})"
        else:
            text = self.literal(value, name)
        plain = name.isidentifier() and not keyword.iskeyword(name)
        return f"{name}={text}" if plain else f"**{{{name!r}: {text}}}"

    def literal(self, value: Any, name: str = "value") -> str:
        kind = type(value)
        if kind is NotKept:
            return self._placeholder(name, "a value that was not kept")
        if kind in _UNITS:
            return f"gp.{kind.__name__}({getattr(value, _UNITS[kind])!r}, {value.units!r})"
        if isinstance(value, LayerReference) and value.auth is not None:
            self.imports.add("import getpass")
            text = self._dataclass(replace(value, auth=None)).removesuffix(")")
            return f'{text}, auth=gp.Token(getpass.getpass("Token of the layer: ")))'
        if isinstance(value, DataFile | RasterData | LayerReference | SpatialReference):
            return self._dataclass(value)
        if isinstance(value, Extent):
            return (
                f"gp.Extent({', '.join(map(repr, value.bounds))}, {self._dataclass(value.spatial_reference)})"
            )
        if isinstance(value, FieldRef):
            return repr(value.name)
        if isinstance(value, date):
            return self._moment(value)
        if isinstance(value, CompositeValue):
            return self.literal({"dataType": value.data_type, "value": value.value}, name)
        if isinstance(value, PurePath):
            return repr(str(value))
        if isinstance(value, list | tuple):
            return "[" + ", ".join(self.literal(row, name) for row in value) + "]"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{k!r}: {self.literal(v, name)}" for k, v in value.items()) + "}"
        if hasattr(value, "geometry") and hasattr(value, "crs"):
            return self._frame(value, name)
        if hasattr(value, "columns"):
            return self._placeholder(name, f"a DataFrame of {len(value)} rows")
        if hasattr(value, "to_json"):
            return repr(value.to_json())
        if hasattr(value, "geom_type") and hasattr(value, "wkt"):
            return repr(value.wkt)
        value = plain(value)
        if isinstance(value, str | bool | int | float | None):
            return repr(value)
        return self._placeholder(name, f"a value of type {kind.__name__}")

    def _moment(self, value: date) -> str:
        self.imports.add("import datetime")
        if isinstance(value, datetime):
            # pandas has a class of its own, and the names of time zones would need an import of their own.
            value = value.astimezone(UTC) if value.tzinfo is not None else value
            value = value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
        return repr(value)

    @staticmethod
    def _dataclass(value: Any) -> str:
        fields = [name for name in value.__dataclass_fields__ if not name.startswith("_")]
        # A URL may carry a token in its query.
        given = [
            f"{name}={mask(repr(getattr(value, name)))}"
            for name in fields
            if getattr(value, name) not in (None, "")
        ]
        return f"gp.{type(value).__name__}({', '.join(given)})"

    def _frame(self, frame: Any, name: str) -> str:
        crs = frame.crs.to_string() if frame.crs is not None else None
        columns = [column for column in getattr(frame, "columns", ()) if column != frame.geometry.name]
        wkt = [None if shape is None else shape.wkt for shape in frame.geometry]
        if columns or sum(len(text or "") for text in wkt) > _WKT_LIMIT:
            return self._placeholder(name, f"a GeoDataFrame of {len(frame)} features in {crs}")
        self.imports.add("import geopandas")
        return f"geopandas.GeoSeries.from_wkt({wkt!r}, crs={crs!r})"

    def _placeholder(self, name: str, what: str) -> str:
        variable = "".join(letter if letter.isalnum() else "_" for letter in name).lower() or "value"
        variable = f"_{variable}" if variable[0].isdigit() else variable
        self.before.append(f"{variable} = ...  # {what}")
        return variable
