"""The rows of a batch before they are sent, and above them the inputs that are the same for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.errors import GPError, InputErrors, ParameterError
from gpwidgets.protocol.values import UNSET
from gpwidgets.tasks.batch.row_inputs import FixedInputs, checked_row
from gpwidgets.tasks.inputs.environment import split
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.batch.grid_rows import GridRows, is_scalar
from gpwidgets.widgets.batch.grid_view import GridActs, GridView
from gpwidgets.widgets.batch.row_tools import RowTools
from gpwidgets.widgets.batch.taken_rows import overwrite, take_frame
from gpwidgets.widgets.form.refusal import Refusal
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import status_html, text_button
from gpwidgets.widgets.kit.errors_shown import guarded
from gpwidgets.widgets.kit.late_looks import Note, Section

if TYPE_CHECKING:
    from gpwidgets.tasks.batch.row_source import GivenRow
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.form.form import TaskForm

__all__ = ["RowsForm"]

#: Seconds after a change until the cells are looked at: who types is not told of every letter.
_MOMENT = 0.4
_FIRST_ROWS = 3


class RowsForm(Section):
    """Grid and tools; the inputs that are columns of it are hidden in the form.

    Parameters
    ----------
    task
    form
        Of the task, with all its inputs.
    changed
        Called after the rows have changed.
    """

    def __init__(self, task: GPTask, form: TaskForm, changed: Any) -> None:
        self._task, self._form, self._tell_changed = task, form, changed
        self.rows: GridRows = GridRows(task.info)
        self._stale: set[int] = set()
        self._note = Note()
        hidden = w.Layout(width="auto", display="none")
        self._way = text_button(tr("Go to the first"), act=self._go_to_first, layout=hidden)
        way = w.HBox([self._way])
        self._missing = Refusal(lambda _error: None)
        self._checking = self.own(Background("gpwidgets-check", failed=self.show_error))
        self._tools = RowTools(self.rows, task.session, self._all_changed, self._set_column)
        acts = GridActs(
            write=self._write,
            entered=self._entered,
            paste=self._paste,
            remove=self._remove,
            open=lambda _place: None,
            state=lambda _place: "",
        )
        self._grid = GridView(self.rows, acts)
        title = Note(f'<h4 class="gpw-output-name">{tr("Rows: one run each")}</h4>')
        super().__init__([title, self._tools, self._grid, self._note, way, self._missing])

    # At first

    def begin(self, given: Any, geometry: str | None) -> None:
        """Show rows that a caller gives, or some empty ones with a column that is likely to be wanted.

        Raises
        ------
        GPError, TypeError
            As `take_frame`.
        """
        if given is None:
            self._choose_first_column()
            self.rows.add(_FIRST_ROWS)
            self._all_changed()
            return
        from gpwidgets.convert.user_input.readers import to_table
        from gpwidgets.datatypes.frame_checks import is_table

        frame = given if is_table(given) else to_table(given)
        self._tools.tell(take_frame(self.rows, frame, geometry))

    def _choose_first_column(self) -> None:
        likely = [one for one in self.rows.inputs.values() if is_scalar(one)]
        likely.sort(key=lambda one: not one.required)
        for one in likely[:1]:
            self.rows.add_column(one.name)

    # What a user does

    def _set_column(self, name: str, on: bool) -> None:
        if on:
            editor = self._form.editor(name)
            value = UNSET if editor is None else editor.value
            self.rows.add_column(name, None if value is UNSET else value)
        elif name in self.rows.columns:
            self.rows.columns.remove(name)
        self._all_changed()

    def _all_changed(self) -> None:
        """Show the rows anew."""
        for name, editor in self._form.editors.items():
            editor.set_visible(name not in self.rows.columns)
        self._tools.refresh()
        self._grid.show_places(range(len(self.rows)))
        self._check_soon(range(len(self.rows)))

    @guarded
    def _write(self, place: int, name: str, text: str) -> None:
        self.rows.put(place, name, text)
        if self.rows.text(place, name) != text.strip():
            self._grid.show()  # a token was taken out of it
        self._check_soon([place])

    @guarded
    def _entered(self, place: int, name: str) -> None:
        if place == len(self.rows) - 1:
            self.rows.add()
            self._grid.show_places(range(len(self.rows)))
        self._grid.go_to(place + 1, name)

    @guarded
    def _paste(self, place: int, name: str, text: str) -> None:
        try:
            taken = overwrite(self.rows, text, place, name)
        except GPError:
            self._grid.show()  # the cell has what it had before
            raise
        self._tools.tell(taken)

    @guarded
    def _remove(self, place: int) -> None:
        del self.rows.rows[place]
        self._all_changed()

    @guarded
    def _go_to_first(self) -> None:
        wrong = self.rows.wrong_cells()
        if wrong:
            self._grid.go_to(*wrong[0])

    # Checks

    def _check_soon(self, places: Iterable[int]) -> None:
        self._stale |= set(places)
        self._tell_changed()
        self._checking.start(self._check, self._show_problems, after=_MOMENT)

    def _check(self) -> None:
        places = set(self._stale)
        self.rows.check(sorted(places))
        self._stale -= places

    def _show_problems(self, _answer: object = None) -> None:
        self._grid.show()
        count, total = len(self.rows.wrong_cells()), len(self.rows)
        told = trn("{n:,} row.", "{n:,} rows.", total)
        if count:
            told += " " + trn("{n:,} cell needs a look.", "{n:,} cells need a look.", count)
        self._note.value = status_html(told, look="gpw-problem" if count else "gpw-muted")
        self._way.layout.display = "" if count else "none"

    def fixed(self) -> dict[str, Any]:
        """What is the same for all rows.

        Raises
        ------
        InputErrors
            Something in the form is missing or wrong; it is said at its field.
        """
        form = self._form
        self._missing.clear()
        form.pause()
        columns = set(self.rows.columns)
        shown = [editor for name, editor in form.editors.items() if name not in columns]
        for editor in (*shown, *form.environment.made.values()):
            editor.take_pending()
        wrong = [ParameterError(one.parameter.name, one.error) for one in shown if not one.check()]
        wrong += [ParameterError(one.parameter.name, one.error) for one in form.environment.check()]
        if wrong:
            error = InputErrors(wrong)
            self._missing.show(form, error)
            raise error
        return {name: value for name, value in form.values.items() if name not in columns}

    def ready_rows(self) -> list[GivenRow]:
        """The rows as they are sent; empty ones are left out.

        Raises
        ------
        GPError
            What stands in the box for pasted rows is no table, or there are no rows.
        """
        self._tools.take_pending()
        self.rows.drop_empty()
        if not self.rows.rows:
            self.rows.add(_FIRST_ROWS)
            self._all_changed()
            raise GPError(tr("There are no rows yet: write into the grid, paste or import some."))
        return self.rows.given()

    def wrong_rows(self, rows: Iterable[GivenRow], fixed: Mapping[str, Any]) -> dict[int, InputErrors]:
        """Check rows as they are when they are sent; shows nothing, so that it may take its time."""
        common = FixedInputs(self._task, split(self._task.info, fixed)[0])
        wrong: dict[int, InputErrors] = {}
        for place, row in enumerate(rows):
            try:
                checked_row(self._task, common, row)
            except InputErrors as error:
                wrong[place] = error
        return wrong

    def show_wrong(self, wrong: Mapping[int, InputErrors]) -> None:
        """Mark the cells of rows that were refused, and lead to the first."""
        for place, error in wrong.items():
            self.rows.blame(place, error)
        self._show_problems()
        self._go_to_first()

    def titled(self, error: InputErrors) -> ParameterError:
        """An error that calls the inputs what their labels say."""
        return self._form.titled(error)

    def show_error(self, error: Exception) -> None:
        """Say what went wrong; the rows stay."""
        self._tools.show_error(error)

    def __repr__(self) -> str:
        return f"<RowsForm: {len(self.rows):,} rows>"
