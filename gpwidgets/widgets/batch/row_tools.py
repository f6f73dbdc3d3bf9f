"""What fills a grid: columns, pasted rows, filling down, series, files, frames and layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.datatypes.layer_addresses import holds_token
from gpwidgets.errors import GPError
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.batch.grid_rows import GridRows
from gpwidgets.widgets.batch.series import series
from gpwidgets.widgets.batch.taken_rows import Taken, features_inputs, read_rows, take_frame, take_text
from gpwidgets.widgets.editors.namespace import frames_in_notebook
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import (
    StatusLine,
    icon_button,
    lean,
    shared_layout,
    status_line,
    text_button,
)
from gpwidgets.widgets.kit.errors_shown import guarded
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.kit.late_looks import Section
from gpwidgets.widgets.page.uploaded import UploadFolder, forget_content, has_content

if TYPE_CHECKING:
    from gpwidgets.client.http.session import GPSession

__all__ = ["RowTools"]

_ENDINGS = ".csv,.tsv,.xlsx,.ods,.geojson,.json,.zip,.gpkg,.kml,.parquet"
_ROW = {"flex_flow": "row wrap", "align_items": "center"}


class RowTools(Section):
    """Folds with ways to fill a grid.

    Parameters
    ----------
    rows
        What is filled.
    session
        Of the task, for layers of its server.
    changed
        Called after the rows have changed.
    column
        Called with an input and whether it is to differ between rows.
    """

    def __init__(
        self,
        rows: GridRows,
        session: GPSession,
        changed: Callable[[], None],
        column: Callable[[str, bool], None],
    ) -> None:
        self.rows = rows
        self._session, self._changed, self._set_column = session, changed, column
        self._binding = Binding()
        self._uploads = UploadFolder()
        self._said: StatusLine = status_line()
        self._reading = self.own(Background("gpwidgets-rows", said=self._said))
        self._boxes: dict[str, w.Checkbox] = {}
        self._targets: list[w.Dropdown] = []
        add = text_button(tr("Add a row"), "plus", tr("Add a row to the grid"), self._add)
        clear = text_button(tr("Remove all rows"), "trash-o", act=self._clear)
        folds = [
            Fold(tr("Columns"), self._make_columns, tooltip=tr("Choose the inputs that differ between rows")),
            Fold(tr("Paste rows"), self._make_paste, tooltip=tr("Rows copied from a spreadsheet")),
            Fold(tr("Fill a column"), self._make_fill, tooltip=tr("Fill down, or write a series of values")),
            Fold(tr("Import"), self._make_import, tooltip=tr("Rows of a file, a frame or a layer")),
        ]
        line = lean(w.HBox, [add, clear, *folds], layout=_ROW, _dom_classes=("gpw-row-tools",))
        super().__init__([line, self._said])

    # Rows and columns

    @guarded
    def _add(self) -> None:
        self.rows.add()
        self._changed()

    @guarded
    def _clear(self) -> None:
        self.rows.rows = []
        self._changed()
        self._said.say(tr("All rows are removed."))

    def _make_columns(self) -> list[w.Widget]:
        for name in self.rows.inputs:
            box = lean(
                w.Checkbox,
                description=self.rows.heading(name),
                value=name in self.rows.columns,
                indent=False,
                tooltip=tr("{title} differs between rows", title=self.rows.heading(name)),
                layout={"width": "auto"},
                _dom_classes=("gpw-check",),
            )
            self._binding.follow(box, partial(self._tick_column, name))
            self._boxes[name] = box
        note = lean(w.HTML, f'<div class="gpw-note">{tr("These inputs differ between rows:")}</div>')
        return [note, lean(w.HBox, list(self._boxes.values()), layout=_ROW)]

    def _tick_column(self, name: str, change: Any) -> None:
        self._set_column(name, change["new"])

    def refresh(self) -> None:
        """Show which inputs are columns now."""
        with self._binding.silently():
            for name, box in self._boxes.items():
                box.value = name in self.rows.columns
            for target in self._targets:
                target.options = self._column_options()

    def _column_options(self) -> list[tuple[str, str]]:
        return [(self.rows.heading(name), name) for name in self.rows.columns] or [(tr("no column yet"), "")]

    # Pasting

    def _make_paste(self) -> list[w.Widget]:
        box = lean(
            w.Textarea,
            rows=5,
            tooltip=tr("Rows for the grid"),
            placeholder=tr(
                "rows copied from a spreadsheet, with names or labels of inputs in the first line, "
                "or as the columns are"
            ),
            layout={"width": "calc(100% - 8px)", "min_width": "0"},
        )
        self._pasted = box
        return [box, w.HBox([text_button(tr("Add these rows"), "plus", act=self._paste)])]

    @guarded
    def _paste(self) -> None:
        text = self._pasted.value
        if holds_token(text):
            self._pasted.value = ""  # no token stays in a box of text
        self.tell(take_text(self.rows, text))
        self._pasted.value = ""

    def take_pending(self) -> None:
        """Take what stands in the box for pasted rows.

        Raises
        ------
        GPError
            It is no table.
        """
        if "_pasted" in self.__dict__ and self._pasted.value.strip():
            self.tell(take_text(self.rows, self._pasted.value))
            self._pasted.value = ""

    def tell(self, taken: Taken) -> None:
        """Show rows that were taken, and say what became of their columns."""
        self._changed()
        self._said.say(taken.words())

    # Filling

    def _make_fill(self) -> list[w.Widget]:
        column = self._make_target()
        short = {"width": "min(100%, 150px)", "min_width": "0"}
        start = lean(w.BoundedIntText, value=1, min=1, max=10**9, description=tr("from row"), layout=short)
        empty = lean(w.Checkbox, description=tr("only empty cells"), indent=False, layout={"width": "auto"})
        first, last, step = (
            lean(w.Text, description=words, placeholder=hint, layout=short)
            for words, hint in ((tr("from"), "1 km"), (tr("to"), "20 km"), (tr("step"), "1 km"))
        )
        count = lean(w.BoundedIntText, value=0, min=0, max=10**9, description=tr("or how many"), layout=short)
        down = text_button(
            tr("Fill down"),
            "arrow-down",
            tr("Copy the cell into those below it"),
            lambda: self._fill_down(column.value, start.value, empty.value),
        )
        write = text_button(
            tr("Write the series"),
            "list-ol",
            tr("Write the values below each other, from the row on"),
            lambda: self._series(
                column.value, start.value, (first.value, last.value, step.value, count.value)
            ),
        )
        rows = ([column, start], [empty, down], [first, last, step, count, write])
        return [lean(w.HBox, row, layout=_ROW) for row in rows]

    def _make_target(self) -> w.Dropdown:
        target: w.Dropdown = lean(
            w.Dropdown,
            options=self._column_options(),
            description=tr("Column"),
            layout=shared_layout(width="min(100%, 300px)", min_width="0"),
        )
        self._targets.append(target)
        return target

    @guarded
    def _fill_down(self, name: str, row: int, only_empty: bool) -> None:
        self._check_target(name)
        if row > len(self.rows):
            raise GPError(tr("There is no row {row}.", row=row))
        count = self.rows.fill_down(name, row - 1, only_empty=only_empty)
        self._changed()
        self._said.say(trn("{n:,} cell filled.", "{n:,} cells filled.", count))

    @guarded
    def _series(self, name: str, row: int, given: tuple[str, str, str, int]) -> None:
        self._check_target(name)
        values = series(*given)
        self.rows.write_down(name, values, row - 1)
        self._changed()
        self._said.say(trn("{n:,} value written.", "{n:,} values written.", len(values)))

    def _check_target(self, name: str) -> None:
        if not name:
            raise GPError(tr("Choose a column first: no input differs between rows yet."))

    # Importing

    def _make_import(self) -> list[w.Widget]:
        self._place = lean(
            w.Text,
            placeholder=tr("path of a file, or address of a layer"),
            tooltip=tr("Path of a file, or address of a layer, with a row for each run"),
            layout={"flex": "1 1 220px", "width": "auto", "min_width": "0"},
            continuous_update=False,
        )
        read = text_button(tr("Read"), "download", tr("Add the rows of the file or layer"), self._read)
        upload = lean(
            w.FileUpload,
            description=tr("From this computer"),
            accept=_ENDINGS,
            multiple=False,
            layout={"width": "auto"},
        )
        upload.observe(lambda _change: self._take_upload(upload), names="value")
        parts = [
            lean(w.HBox, [self._place, read, upload], layout=_ROW),
            self._make_frames(),
        ]
        shapes = features_inputs(self.rows)
        self._shape: Any = None
        if len(shapes) > 1:
            self._shape = lean(
                w.Dropdown,
                options=[(self.rows.heading(name), name) for name in shapes],
                description=tr("Geometries go to"),
                layout=shared_layout(width="min(100%, 420px)", min_width="0"),
            )
            parts.append(self._shape)
        return parts

    def _make_frames(self) -> w.HBox:
        self._frames = lean(
            w.Dropdown,
            options=self._frame_options(),
            description=tr("or frame"),
            layout=shared_layout(width="min(100%, 300px)", min_width="0"),
        )
        use = text_button(tr("Use the frame"), "check", tr("Add the rows of the frame"), self._take_chosen)
        again = icon_button(
            "refresh", tr("Look again which frames there are"), self._list_frames, layout={"width": "36px"}
        )
        row: w.HBox = lean(w.HBox, [self._frames, use, again], layout=_ROW)
        return row

    @staticmethod
    def _frame_options() -> list[tuple[str, str]]:
        found = sorted(frames_in_notebook(with_geometry=False).items())
        named = [
            (trn("{name}: {n:,} row", "{name}: {n:,} rows", len(frame), name=name), name)
            for name, frame in found
        ]
        return named or [(tr("no frame yet"), "")]

    @guarded
    def _list_frames(self) -> None:
        self._frames.options = self._frame_options()

    @guarded
    def _take_chosen(self) -> None:
        frame = frames_in_notebook(with_geometry=False).get(self._frames.value)
        if frame is None:
            raise GPError(tr("There is no such frame in the notebook."))
        self.take(frame)

    def take(self, frame: Any) -> None:
        """Add the rows of a frame."""
        shape = getattr(self, "_shape", None)
        self.tell(take_frame(self.rows, frame, None if shape is None else shape.value))

    @guarded
    def _read(self) -> None:
        place = self._place.value.strip()
        if not place:
            raise GPError(tr("Give the path of a file, or the address of a layer."))
        if holds_token(place):
            self._place.value = ""  # no token stays in a box of text
        self._start_reading(place)

    def _start_reading(self, place: str) -> None:
        self._reading.start(lambda: read_rows(place, self._session), self.take, tr("Reading…"))

    @guarded
    def _take_upload(self, upload: w.FileUpload) -> None:
        if has_content(upload):
            path = self._uploads.keep(upload.value[0])
            forget_content(upload)
            self._start_reading(str(path))

    def show_error(self, error: Exception) -> None:
        """Say why something could not be done; the rows stay as they are."""
        self._said.show_error(error)

    def let_go(self) -> None:
        """Throw the copies of sent files away."""
        self._uploads.clear()

    def __repr__(self) -> str:
        return "<RowTools>"
