"""The rows of a batch as they are written into a grid, before anything is sent; no widgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gpwidgets.datatypes.frame_checks import is_table
from gpwidgets.datatypes.layer_addresses import holds_token, layer_given
from gpwidgets.datatypes.registry import check_value, datatype_of, words_of
from gpwidgets.datatypes.value_checks import as_json_text
from gpwidgets.errors import GPError, InputErrors, ParameterError
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.names import python_name
from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.protocol.values import LayerReference
from gpwidgets.tasks.batch.row_source import GivenRow

__all__ = ["FeatureCell", "GridRow", "GridRows", "is_scalar"]

#: Texts of shapes up to this length can be changed in a cell.
_SHORT = 100


@dataclass(frozen=True)
class FeatureCell:
    """One row of a frame as the value of a feature input.

    Attributes
    ----------
    frame
        A GeoDataFrame.
    place
        Of the row, from 0.
    """

    frame: Any
    place: int

    @property
    def value(self) -> Any:
        """The row as a frame of its own, with its coordinate system."""
        frame = self.frame
        return frame[[frame.geometry.name]].iloc[self.place : self.place + 1]

    @property
    def text(self) -> str:
        """Its shape as WKT, with the number of the coordinate system where it is not longitude, latitude."""
        shape, crs = self.frame.geometry.iloc[self.place], self.frame.crs
        if shape is None or shape.is_empty:
            return ""
        code = None if crs is None else crs.to_epsg()
        return shape.wkt if code == 4326 else f"SRID={code or '?'};{shape.wkt}"


@dataclass(eq=False)
class GridRow:
    """A row: what stands in its cells, and what is wrong with them.

    Attributes
    ----------
    label
        By which it is known in the results; its number where there is none.
    cells
        By input: text as it was written, or a value that was given as such.
    kept
        Columns that are no inputs.
    problems
        By input, in words.
    """

    label: Hashable | None = None
    cells: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


class GridRows:
    """Rows, and the inputs that are their columns.

    A column that is taken out keeps its cells, so that nothing is lost when it comes back.

    Parameters
    ----------
    info
        The task.

    Attributes
    ----------
    inputs : dict
        The inputs that can differ between rows, by name. Hidden texts cannot: what is in a cell is saved with
        the notebook.
    columns : list of str
        Names of the inputs that do.
    rows : list of GridRow
    """

    is_editable: bool = True

    def __init__(self, info: TaskInfo) -> None:
        self.info = info
        self.inputs: dict[str, GPParameter] = {one.name: one for one in info.inputs if not one.is_hidden}
        self.columns: list[str] = []
        self.rows: list[GridRow] = []
        often = Counter(plain_label(one.display_name or one.name) for one in info.inputs)
        self._often = {title for title, count in often.items() if count > 1}
        self._names = _headings_of(info.inputs)

    def __len__(self) -> int:
        return len(self.rows)

    # What stands where

    def heading(self, name: str) -> str:
        """The label of an input."""
        title = plain_label(self.inputs[name].display_name or name)
        return f"{title} ({name})" if title in self._often else title

    def label(self, place: int) -> Hashable:
        """By what a row is known: its label, else its number, from 1."""
        label = self.rows[place].label
        return place + 1 if label is None else label

    def text(self, place: int, name: str) -> str:
        """What a cell shows."""
        value = self.rows[place].cells.get(name, "")
        if isinstance(value, FeatureCell):
            text = value.text
            return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
        if isinstance(value, LayerReference):
            return value.url
        return value if isinstance(value, str) else _words(value)

    def can_be_changed(self, place: int, name: str) -> bool:
        """Whether a cell can be written in; long shapes and tables cannot, as not all of them is shown."""
        value = self.rows[place].cells.get(name, "")
        if is_table(value):
            return False
        return not isinstance(value, FeatureCell) or len(value.text) <= _SHORT

    def problem(self, place: int, name: str) -> str:
        """What is wrong with a cell; empty for nothing."""
        return self.rows[place].problems.get(name, "")

    def input_named(self, heading: str) -> str | None:
        """The input that a heading names, by its name or label; also one that cannot be a column."""
        return self._names.get(_spelt(heading))

    # Changes

    def put(self, place: int, name: str, value: Any) -> None:
        """Write into a cell; an empty text empties it. A token goes out of an address and is kept apart."""
        row = self.rows[place]
        row.problems.pop(name, None)
        given = _without_token(value.strip(), self.inputs[name]) if isinstance(value, str) else value
        if given is None or (isinstance(given, str) and not given):
            row.cells.pop(name, None)
        else:
            row.cells[name] = given

    def add(self, count: int = 1) -> None:
        """Add empty rows at the end."""
        self.rows += [GridRow() for _ in range(count)]

    def drop_empty(self) -> None:
        """Take out the rows in which nothing is written."""
        self.rows = [row for row in self.rows if row.cells or row.kept or row.label is not None]

    def add_column(self, name: str, value: Any = None) -> None:
        """Let an input differ between rows; empty cells get the value that it had for all of them."""
        if name in self.columns:
            return
        self.columns.append(name)
        order = list(self.inputs)
        self.columns.sort(key=order.index)
        if value is not None:
            for row in self.rows:
                row.cells.setdefault(name, value)

    def write_down(self, name: str, values: Sequence[Any], start: int = 0) -> None:
        """Write values into a column, one below the other; rows are added where there are too few."""
        self.add(max(0, start + len(values) - len(self.rows)))
        for place, value in enumerate(values, start):
            self.put(place, name, value)

    def fill_down(self, name: str, start: int, *, only_empty: bool = False) -> int:
        """Write what stands in a cell into those below it, and return into how many."""
        value = self.rows[start].cells.get(name)
        below = range(start + 1, len(self.rows))
        chosen = [at for at in below if not (only_empty and name in self.rows[at].cells)]
        for place in chosen:
            self.put(place, name, value)
        return len(chosen)

    # Checks

    def check(self, places: Iterable[int]) -> None:
        """Look at each cell of some rows by itself, and keep what is wrong with it."""
        for place in places:
            if place < len(self.rows):
                row = self.rows[place]
                row.problems = {
                    name: problem
                    for name in self.columns
                    if name in row.cells and (problem := self._wrong(name, row.cells[name]))
                }

    def _wrong(self, name: str, value: Any) -> str:
        if isinstance(value, FeatureCell):
            value = value.value
        try:
            check_value(self.inputs[name], value)
        except GPError as error:
            return error.problem if isinstance(error, ParameterError) else str(error)
        return ""

    def blame(self, place: int, error: InputErrors) -> None:
        """Keep what is wrong with a row."""
        self.rows[place].problems |= {one.parameter: one.problem for one in error.errors}

    def wrong_cells(self) -> list[tuple[int, str]]:
        """Row and input of each cell with something wrong, in their order."""
        return [(at, name) for at, row in enumerate(self.rows) for name in row.problems]

    def given(self) -> list[GivenRow]:
        """The rows as a batch takes them."""
        return [GivenRow(label, self._values(row), row.kept) for label, row in self._labelled()]

    def _values(self, row: GridRow) -> dict[str, Any]:
        cells = {name: row.cells[name] for name in self.columns if name in row.cells}
        return {
            name: value.value if isinstance(value, FeatureCell) else value for name, value in cells.items()
        }

    def _labelled(self) -> Iterable[tuple[Hashable, GridRow]]:
        """Rows with labels of which no two are alike."""
        known: set[str] = set()
        for place, row in enumerate(self.rows):
            label, number = self.label(place), 2
            while str(label) in known:
                label, number = f"{self.label(place)} ({number})", number + 1
            known.add(str(label))
            yield label, row


def _headings_of(inputs: Sequence[GPParameter]) -> dict[str, str]:
    """Inputs by what they may be called; a name counts more than a label, and a label of two for none."""
    labels = Counter(_spelt(one.display_name or one.name) for one in inputs)
    by_label = {_spelt(one.display_name or one.name): one.name for one in inputs}
    known = {label: name for label, name in by_label.items() if labels[label] == 1}
    for spelling in (python_name, str):
        known |= {_spelt(spelling(one.name)): one.name for one in inputs}
    return known


def _without_token(text: str, parameter: GPParameter) -> Any:
    """A text of a cell; the token of a layer is kept apart from its address."""
    if not holds_token(text):
        return text
    try:
        return layer_given(as_json_text(text, parameter))
    except GPError:  # it is no JSON
        return layer_given(text)


def _spelt(heading: str) -> str:
    """A heading without what people leave out or write differently."""
    return " ".join(str(heading).casefold().replace("_", " ").strip(" *:").split())


def _words(value: Any) -> str:
    try:
        return words_of(value)
    except Exception:  # whatever a caller has given; the check says what is wrong with it
        return str(value)


def is_scalar(parameter: GPParameter) -> bool:
    """Whether a value is no table and no set of features."""
    kind = datatype_of(parameter)
    return not (kind.is_set or kind.is_spatial or kind.is_file or parameter.is_multi)
