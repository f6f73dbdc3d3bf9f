"""Values of a call as parts of a syntax tree: literals, and the few calls that make dates, units and frames.

Nothing is ever put together from text, so that no value, whoever it comes from, is read as code.
"""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Mapping
from datetime import time
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.kinds.date import shortened
from gpwidgets.datatypes.registry import datatype_of_value
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.features import FeatureSet
from gpwidgets.protocol.missing import plain
from gpwidgets.protocol.values import NameOnServer
from gpwidgets.secrets import mask, without_secrets

if TYPE_CHECKING:
    from gpwidgets.convert.storage.literals import RowsForm

__all__ = ["Literals", "comment", "named"]

#: Characters of features or rows that are written out; more go into a file.
LONGEST = 6000


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
        if value is None:
            return ast.Constant(None)
        if isinstance(value, NameOnServer):
            return self.call("gp.NameOnServer", self.text(str(value)))
        kind = datatype_of_value(value)
        if kind.holds(value):
            return kind.literal(value, name, self)
        if isinstance(value, Mapping):
            return self._mapping(value, name)
        if isinstance(value, list | tuple):
            return ast.List([self.value(one, name) for one in value])
        return self._given(value, name)

    def _given(self, value: Any, name: str) -> ast.expr:
        """What a caller may give that no checked value is."""
        if isinstance(value, time):
            return self._time(value)
        if isinstance(value, PurePath):
            return self.text(str(value))
        if hasattr(value, "geometry") and hasattr(value, "crs"):
            return self.rows(value, name)
        if hasattr(value, "geom_type") and hasattr(value, "wkt"):
            return ast.Constant(str(value.wkt))
        if hasattr(value, "to_json"):
            return self.value(value.to_json(), name)
        if hasattr(value, "__geo_interface__"):
            return self.value(value.__geo_interface__, name)
        raise ConversionError(f"A value of type {type(value).__name__} cannot be written as Python.")

    def call(self, function: str, *arguments: ast.expr, **named: ast.expr) -> ast.expr:
        """A call such as ``gp.LinearUnit(5.0, 'esriKilometers')``."""
        return _call(function, list(arguments), named)

    def _mapping(self, value: Mapping[Any, Any], name: str) -> ast.expr:
        pairs = [
            (key, without_secrets({key: one})[str(key)] if _is_text(one) else one)
            for key, one in value.items()
        ]
        return ast.Dict([self.value(key) for key, _ in pairs], [self.value(one, name) for _, one in pairs])

    def _time(self, value: time) -> ast.expr:
        self.imports.add("datetime")
        parts = (value.hour, value.minute, value.second, value.microsecond)
        return _call("datetime.time", shortened(parts, 2))

    def rows(self, value: Any, name: str) -> ast.expr:
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


def _has_geometry(value: Any) -> bool:
    return hasattr(value, "geometry") and hasattr(value, "crs")


def _path(dotted: str) -> ast.expr:
    first, *more = dotted.split(".")
    node: ast.expr = ast.Name(first)
    for name in more:
        node = ast.Attribute(node, name)
    return node


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, NameOnServer)


def _call(function: str, arguments: list[ast.expr], named: Mapping[str, ast.expr] | None = None) -> ast.Call:
    keywords = [ast.keyword(name, value) for name, value in (named or {}).items()]
    return ast.Call(_path(function), arguments, keywords)
