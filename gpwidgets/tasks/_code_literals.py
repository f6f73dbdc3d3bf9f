"""Values of a call as parts of a syntax tree: literals, and the few calls that make dates, units and frames.

Nothing is ever put together from text, so that no value, whoever it comes from, is read as code.
"""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.composite import CompositeValue
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.features import FeatureSet, RecordSet
from gpwidgets.protocol.missing import plain
from gpwidgets.protocol.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.protocol.values import (
    DataFile,
    Extent,
    FieldRef,
    LayerReference,
    RasterData,
    SpatialReference,
)
from gpwidgets.secrets import mask, without_secrets

if TYPE_CHECKING:
    from gpwidgets.convert.storage.literals import RowsForm

__all__ = ["Literals", "comment", "named"]

#: Characters of features or rows that are written out; more go into a file.
LONGEST = 6000

_UNITS = {LinearUnit: "distance", ArealUnit: "area", TimeUnit: "time"}
_MOST_DIGITS = 10**4000


class Literals:
    """Writes values, and collects what they need to be imported and said.

    Parameters
    ----------
    folder
        Where files of large features and tables are written.
    tables
        Names of inputs that are tables without geometry.
    """

    def __init__(self, folder: Path, tables: frozenset[str] = frozenset()) -> None:
        self.imports: set[str] = set()
        self.notes: list[str] = []
        self._folder = folder
        self._tables = tables

    def text(self, value: str) -> ast.expr:
        """A text, without the tokens and passwords in it."""
        value = "".join(value)  # of a subclass, whose repr may be anything
        shown = mask(value)
        if shown != value or "***" in shown:
            note = "*** stands for a token or password, which is never written: put it in again."
            self.notes += [note] if note not in self.notes else []
        return ast.Constant(shown)

    def asked(self, question: str) -> ast.expr:
        """What a user is asked for when the code runs."""
        self.imports.add("getpass")
        return _call("getpass.getpass", [ast.Constant(mask(question))])

    def value(self, value: Any, name: str = "value") -> ast.expr:
        """Any value of an input.

        Parameters
        ----------
        value
            As a call takes it, checked or not.
        name
            The input.

        Raises
        ------
        ConversionError
            It is of a type that no task takes.
        """
        value = plain(value)
        for kinds, write in self._kinds():
            if isinstance(value, kinds):
                return write(value, name)
        if _is_frame(value):
            return self._rows(value, name)
        if hasattr(value, "geom_type") and hasattr(value, "wkt"):
            return ast.Constant(str(value.wkt))
        if hasattr(value, "to_json"):
            return self.value(value.to_json(), name)
        if hasattr(value, "__geo_interface__"):
            return self.value(value.__geo_interface__, name)
        raise ConversionError(f"A value of type {type(value).__name__} cannot be written as Python.")

    def _kinds(self) -> tuple[tuple[Any, Callable[[Any, str], ast.expr]], ...]:
        return (
            (type(None), lambda value, name: ast.Constant(None)),
            (bool, lambda value, name: ast.Constant(bool(value))),
            (str, lambda value, name: self.text(value)),
            (int | float, lambda value, name: _number(value)),
            (date, lambda value, name: self._day(value)),
            (time, lambda value, name: self._time(value)),
            (tuple(_UNITS), lambda value, name: self._quantity(value)),
            (LayerReference, lambda value, name: self._layer(value)),
            (DataFile | RasterData | SpatialReference, lambda value, name: self._dataclass(value)),
            (Extent, lambda value, name: self._extent(value)),
            (FieldRef, lambda value, name: self.text(value.name)),
            (CompositeValue, self._composite),
            (PurePath, lambda value, name: self.text(str(value))),
            (RecordSet, self._record_set),
            (Mapping, self._mapping),
            (list | tuple, lambda value, name: ast.List([self.value(one, name) for one in value])),
        )

    def _composite(self, value: CompositeValue, name: str) -> ast.expr:
        if not value.data_type:
            return self.value(value.value, name)
        return self._mapping({"dataType": value.data_type, "value": value.value}, name)

    def _mapping(self, value: Mapping[Any, Any], name: str) -> ast.expr:
        pairs = [
            (key, without_secrets({key: one})[str(key)] if isinstance(one, str) else one)
            for key, one in value.items()
        ]
        return ast.Dict([self.value(key) for key, _ in pairs], [self.value(one, name) for _, one in pairs])

    def _day(self, value: date) -> ast.expr:
        if isinstance(value, datetime):
            return self._moment(value)
        self.imports.add("datetime")
        return _call("datetime.date", _shortened((value.year, value.month, value.day), 3))

    def _moment(self, value: datetime) -> ast.expr:
        if value != value:  # pandas' missing time calls itself a datetime
            return ast.Constant(None)
        self.imports.add("datetime")
        if hasattr(value, "to_pydatetime"):  # pandas has a class of its own, with nanoseconds
            value = value.to_pydatetime(warn=False)
        aware = value.tzinfo is not None
        if aware:  # the names of time zones would need an import of their own
            try:
                value = value.astimezone(UTC)
            except OverflowError:
                value = value.replace(tzinfo=UTC)
        day = (value.year, value.month, value.day)
        parts = (*day, value.hour, value.minute, value.second, value.microsecond)
        zone = {"tzinfo": _path("datetime.UTC")} if aware else {}
        return _call("datetime.datetime", _shortened(parts, 5), zone)

    def _time(self, value: time) -> ast.expr:
        self.imports.add("datetime")
        parts = (value.hour, value.minute, value.second, value.microsecond)
        return _call("datetime.time", _shortened(parts, 2))

    def _quantity(self, value: Any) -> ast.expr:
        kind = next(one for one in _UNITS if isinstance(value, one))
        number = self.value(getattr(value, _UNITS[kind]))
        return _call(f"gp.{kind.__name__}", [number, self.text(value.units)])

    def _layer(self, value: LayerReference) -> ast.expr:
        auth = {}
        if value.auth is not None:
            auth = {"auth": _call("gp.Token", [self.asked("Token of the layer: ")])}
        return self._dataclass(replace(value, auth=None), auth)

    def _extent(self, value: Extent) -> ast.expr:
        edges: list[ast.expr] = [_number(float(one)) for one in value.bounds]
        more = {key: getattr(value, key) for key in ("zmin", "zmax", "mmin", "mmax")}
        ranges = {key: _number(float(one)) for key, one in more.items() if one is not None}
        return _call("gp.Extent", [*edges, self._dataclass(value.spatial_reference)], ranges)

    def _dataclass(self, value: Any, more: Mapping[str, ast.expr] | None = None) -> ast.expr:
        fields = [name for name in value.__dataclass_fields__ if not name.startswith("_")]
        given = {name: getattr(value, name) for name in fields}
        parts = {name: self.value(one) for name, one in given.items() if one not in (None, "")}
        kind = next(
            one for one in (DataFile, RasterData, LayerReference, SpatialReference) if isinstance(value, one)
        )
        return _call(f"gp.{kind.__name__}", [], {**parts, **(more or {})})

    def _record_set(self, value: RecordSet, name: str) -> ast.expr:
        if isinstance(value.json.get("features"), list):
            return self._rows(value, name)
        return self.value(dict(value.json), name)

    def _rows(self, value: Any, name: str) -> ast.expr:
        """Features or rows: written out while they are few, in a file beside the notebook otherwise."""
        from gpwidgets.convert.storage.literals import form_of_rows, write_rows

        spatial = isinstance(value, FeatureSet) or _has_geometry(value)
        is_table = name in self._tables or not spatial
        form = form_of_rows(value, is_table=is_table)
        written, imports = self._rows_written(form)
        if len(ast.unparse(written)) > LONGEST:
            try:
                path = write_rows(form, self._folder, name)
            except OSError as error:
                self.notes.append(f"They could not be written into a file, so they stand here: {error}")
            else:
                count = len(form.wire["features"])
                what = "rows" if is_table else "features"
                self.notes.append(f"{path.name} holds the {count:,} {what} of {name}.")
                same = self._folder.absolute() == Path.cwd()
                return ast.Constant(path.name if same else str(path))
        self.imports |= imports
        return written

    def _rows_written(self, form: RowsForm) -> tuple[ast.expr, set[str]]:
        if form.columns is None:
            return self.value(form.wire), set()
        columns = self.value(form.columns)
        if form.wkt is None:
            return _call("pandas.DataFrame", [columns]), {"pandas"}
        crs = {"crs": ast.Constant(form.crs)}
        shapes = _call(
            "geopandas.GeoSeries.from_wkt", [ast.List([ast.Constant(one) for one in form.wkt])], crs
        )
        if not form.columns:
            return shapes, {"geopandas"}
        return _call("geopandas.GeoDataFrame", [columns], {"geometry": shapes}), {"geopandas"}


def named(name: str, value: ast.expr) -> tuple[str, ast.keyword]:
    """An argument of a call by its name, as a line of text and as a part of the tree."""
    text = ast.unparse(value)
    if is_plain_name(name):
        return f"{name}={text}", ast.keyword(name, value)
    spread = ast.Dict([ast.Constant("".join(name))], [value])
    return f"**{ast.unparse(spread)}", ast.keyword(None, spread)


def is_plain_name(name: str) -> bool:
    """Whether Python takes a name as it is: no keyword, and none that it would change."""
    import keyword

    same = unicodedata.normalize("NFKC", name) == name
    return same and name.isidentifier() and not keyword.iskeyword(name) and name != "__debug__"


def comment(text: str) -> str:
    """A text as one line that Python does not read."""
    words = " ".join(mask(text).split())
    shown = "".join(letter if letter.isprintable() else "?" for letter in words)
    return f"# {shown[:300]}"


def _number(value: float) -> ast.expr:
    if isinstance(value, int):
        if abs(value) >= _MOST_DIGITS:
            raise ConversionError("A whole number of thousands of digits cannot be written as Python.")
        return ast.Constant(int(value))
    number = float(value)
    return ast.Constant(number) if number == number else _call("float", [ast.Constant("nan")])


def _is_frame(value: Any) -> bool:
    return hasattr(value, "columns") or _has_geometry(value)


def _has_geometry(value: Any) -> bool:
    return hasattr(value, "geometry") and hasattr(value, "crs")


def _shortened(parts: tuple[int, ...], least: int) -> list[ast.expr]:
    """Parts of a time, without the zeros at its end."""
    kept = list(parts)
    while len(kept) > least and not kept[-1]:
        kept.pop()
    return [ast.Constant(part) for part in kept]


def _path(dotted: str) -> ast.expr:
    first, *more = dotted.split(".")
    node: ast.expr = ast.Name(first)
    for name in more:
        node = ast.Attribute(node, name)
    return node


def _call(function: str, arguments: list[ast.expr], named: Mapping[str, ast.expr] | None = None) -> ast.Call:
    keywords = [ast.keyword(name, value) for name, value in (named or {}).items()]
    return ast.Call(_path(function), arguments, keywords)
