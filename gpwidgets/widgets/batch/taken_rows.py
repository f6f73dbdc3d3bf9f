"""Tables of a user into the rows of a grid: pasted text, frames, files and layers."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.frame_checks import is_frame, is_table
from gpwidgets.datatypes.layer_addresses import layer_given
from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.errors import GPError
from gpwidgets.protocol.missing import is_missing
from gpwidgets.protocol.values import LayerReference
from gpwidgets.tasks.batch.row_source import geometry_input
from gpwidgets.tasks.results.layer_rows import read_reference
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.batch.grid_rows import FeatureCell, GridRow, GridRows
from gpwidgets.widgets.editors.tables.pasting import split_rows

if TYPE_CHECKING:
    from gpwidgets.client.http.session import GPSession

__all__ = ["Taken", "features_inputs", "overwrite", "read_rows", "take_frame", "take_text"]

#: What stands between path and layer, as QGIS writes it.
_LAYER_MARK = "|layername="
#: A number as it is written in many countries.
_DECIMAL_COMMA = re.compile(r"^\s*([-+]?\d{1,10}),(\d{1,20})\s*$")


@dataclass
class Taken:
    """What became of a table.

    Attributes
    ----------
    count
        Rows of it.
    inputs
        Inputs that its columns gave.
    kept
        Its columns that are no inputs; they are kept beside the results.
    hidden
        Its columns that stand for inputs which are secret, and were not taken.
    trouble
        Why its coordinates were not taken; empty where they were, or there are none.
    """

    count: int = 0
    inputs: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    trouble: str = ""

    def words(self) -> str:
        """It in words."""
        said = [trn("{n:,} row taken.", "{n:,} rows taken.", self.count)]
        if self.kept:
            said.append(
                tr(
                    "Not inputs of this task; kept beside the results: {names}.",
                    names=", ".join(self.kept),
                )
            )
        if self.hidden:
            said.append(
                tr(
                    "Not taken, as it is secret: {names}. Give it in the form, the same for all rows.",
                    names=", ".join(self.hidden),
                )
            )
        if self.trouble:
            said.append(tr("They have no place: {trouble}", trouble=self.trouble))
        return " ".join(said)


def take_text(rows: GridRows, text: str) -> Taken:
    """Add the rows of pasted text at the end; headings name inputs, without them columns are in order.

    Raises
    ------
    GPError
        The text is no table, or has more columns than the grid and no headings.
    """
    cells, has_headings = _cells_of(rows, text)
    if not cells or (has_headings and len(cells) == 1):
        raise GPError(tr("There are no rows in it."))
    if has_headings:
        return _take_columns(rows, cells[0], cells[1:])
    if not rows.columns:
        raise GPError(tr("Choose the inputs that differ first, or paste the headings, too."))
    width = max(map(len, cells))
    if width > len(rows.columns):
        raise GPError(
            tr(
                "The rows have {width} columns, and the grid has {columns}; paste the headings, too: "
                "names or labels of inputs.",
                width=width,
                columns=len(rows.columns),
            )
        )
    return _take_columns(rows, rows.columns[:width], cells)


def overwrite(rows: GridRows, text: str, place: int, name: str) -> Taken:
    """Write pasted text over the cells from one on, to the right and down; rows are added as needed.

    Raises
    ------
    GPError
        The text is no table.
    """
    cells, has_headings = _cells_of(rows, text)
    if has_headings and len(cells) > 1:
        return _take_columns(rows, cells[0], cells[1:], place)
    columns = rows.columns[rows.columns.index(name) :]
    if max(map(len, cells), default=0) > len(columns):
        raise GPError(tr("There are fewer than {width} columns from here on.", width=max(map(len, cells))))
    rows.add(max(0, place + len(cells) - len(rows)))
    for at, line in enumerate(cells, place):
        for column, cell in zip(columns, line, strict=False):
            rows.put(at, column, cell)
    return Taken(len(cells), columns)


def _cells_of(rows: GridRows, text: str) -> tuple[list[list[str]], bool]:
    """Cells, and whether the first line has headings. Only headings make commas the ends of cells."""
    text = text.lstrip("\ufeff")
    for marks in ("\t", ";", ","):
        cells = _split(text, marks)
        if cells and any(rows.input_named(one) for one in cells[0]):
            return cells, True
    return _split(text, "\t"), False


def _split(text: str, marks: str) -> list[list[str]]:
    try:
        return split_rows(text, marks)
    except ValueError as error:
        raise GPError(f"{error}.") from None


def _take_columns(
    rows: GridRows, headings: Sequence[str], lines: Sequence[Sequence[str]], start: int | None = None
) -> Taken:
    from gpwidgets.convert.featuresets.geometry_columns import coordinate_columns

    headings = _checked_headings(rows, headings, lines)
    pair = coordinate_columns(headings)
    shape = _open_geometry(rows, headings) if pair is not None else None
    named = {heading: rows.input_named(heading) for heading in headings}
    taken = _sorted_columns(rows, named, pair if shape and pair else ())
    if start is None:
        rows.drop_empty()
        start = len(rows)
    rows.add(max(0, start + len(lines) - len(rows)))
    if shape:
        rows.add_column(shape)
        taken.inputs.append(shape)
    for place, line in enumerate(lines, start):
        given = dict(zip(headings, line, strict=False))
        for heading, cell in given.items():
            name = named[heading]
            if name in rows.inputs:
                rows.put(place, name, cell)
            elif heading in taken.kept:
                rows.rows[place].kept[heading] = cell
        if shape and pair is not None:
            x, y = (given.get(one, "") for one in pair)
            x, y = (_DECIMAL_COMMA.sub(r"\1.\2", one) for one in (x, y))
            rows.put(place, shape, f"POINT ({x} {y})" if x or y else "")
    taken.count = len(lines)
    return taken


def _checked_headings(
    rows: GridRows, headings: Sequence[str], lines: Sequence[Sequence[str]]
) -> Sequence[str]:
    """The headings, once it is sure that nothing below them would be lost."""
    width = max(map(len, lines), default=0)
    for at in range(max(width, len(headings))):
        is_named = at < len(headings) and headings[at]
        if not is_named and any(at < len(line) and line[at] for line in lines):
            raise GPError(tr("Column {number} has no heading.", number=at + 1))
    known: dict[str, str] = {}
    for heading in filter(None, headings):
        name = rows.input_named(heading) or heading
        if name in known:
            raise GPError(
                tr(
                    "Two columns, {one!r} and {other!r}, have the same name or stand for the same input.",
                    one=known[name],
                    other=heading,
                )
            )
        known[name] = heading
    return headings


def _sorted_columns(rows: GridRows, named: dict[str, str | None], apart: Sequence[str]) -> Taken:
    taken = Taken()
    for heading, name in named.items():
        if name in rows.inputs:
            rows.add_column(name)
            taken.inputs.append(name)
        elif name is not None:
            taken.hidden.append(heading)
        elif heading and heading not in apart:
            taken.kept.append(heading)
    return taken


def _open_geometry(rows: GridRows, headings: Sequence[str]) -> str | None:
    """The one feature input that no column names."""
    try:
        return geometry_input(rows.info, None, [str(rows.input_named(one)) for one in headings])
    except GPError:
        return None


def take_frame(rows: GridRows, frame: Any, geometry: str | None = None) -> Taken:
    """Add the rows of a frame at the end; its geometries go into a feature input.

    Parameters
    ----------
    rows
    frame
        A DataFrame or GeoDataFrame; columns are inputs by name or label.
    geometry
        The feature input that takes the geometries, where there are several.

    Raises
    ------
    GPError
        It is not known which input takes the geometries.
    TypeError
        It is no frame.
    """
    if not is_table(frame):
        raise TypeError(tr("{kind} is not a table.", kind=type(frame).__name__))
    _checked_headings(rows, [str(name) for name in frame.columns], [])
    if not len(frame):
        raise GPError(tr("There are no rows in it."))
    frame, trouble = _with_shapes(rows, frame)
    shape = getattr(frame, "active_geometry_name", None) if is_frame(frame) else None
    columns = {str(name): name for name in frame.columns if name != shape}
    named = {heading: rows.input_named(heading) for heading in columns}
    given = [name for name in named.values() if name]
    target = geometry_input(rows.info, geometry, given) if shape is not None else None
    taken = _sorted_columns(rows, named, ())
    taken.trouble = trouble
    rows.drop_empty()
    if target is not None:
        rows.add_column(target)
        taken.inputs.append(target)
    values = {heading: frame[name].tolist() for heading, name in columns.items()}
    labels: list[Hashable | None] = frame.index.tolist()
    if str(type(frame.index).__name__) == "RangeIndex":
        labels = [None] * len(frame)
    for at, label in enumerate(labels):
        row = GridRow(label)
        rows.rows.append(row)
        if target is not None and (cell := FeatureCell(frame, at)).text:
            row.cells[target] = cell
        for heading, name in named.items():
            value = values[heading][at]
            if is_missing(value):
                continue
            if name in rows.inputs:
                rows.put(len(rows) - 1, name, value)
            elif heading in taken.kept:
                row.kept[heading] = value
    taken.count = len(frame)
    return taken


def _with_shapes(rows: GridRows, frame: Any) -> tuple[Any, str]:
    """A table with columns such as lon and lat as features, where the task has an input for them.

    What keeps it from being so is told, too.
    """
    from gpwidgets.convert.featuresets.geometry_columns import coordinate_columns, frame_of_table

    names = [str(name) for name in frame.columns]
    pair = coordinate_columns(names)
    if is_frame(frame) or pair is None or any(rows.input_named(one) for one in pair):
        return frame, ""
    if _open_geometry(rows, names) is None:
        return frame, ""
    try:
        return frame_of_table(frame, None), ""
    except GPError as error:  # no numbers, or no degrees: they stay columns
        return frame, str(error)


def read_rows(place: str, session: GPSession) -> Any:
    """Read a table: a file, or the layer at an address.

    Parameters
    ----------
    place
        Path or address.
    session
        Of the task, for layers of its server.

    Raises
    ------
    GPError
        It cannot be read.
    """
    if place.lower().startswith(("http://", "https://")):
        given = layer_given(place)
        return read_reference(given if isinstance(given, LayerReference) else LayerReference(place), session)
    from gpwidgets.convert.user_input.file_layers import layer_names, read_layer

    name, _, layer = place.strip("\"'").partition(_LAYER_MARK)
    path = Path(name).expanduser()
    names = layer_names(path)
    if len(names) > 1 and layer not in names:
        example = f"{path.name}{_LAYER_MARK}{names[0]}"
        raise GPError(
            tr(
                "{name} holds several layers: {names}. Name one, as in {example}",
                name=path.name,
                names=", ".join(names),
                example=example,
            )
        )
    return read_layer(path, layer or (names[0] if names else ""))


def features_inputs(rows: GridRows) -> list[str]:
    """The inputs that take geometries."""
    return [name for name, one in rows.inputs.items() if datatype_of(one).is_spatial]
