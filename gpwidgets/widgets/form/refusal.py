"""Why a run was not started: each field that is in the way, and a button that leads to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.errors import InputErrors, ParameterError
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import text_button
from gpwidgets.widgets.kit.late_looks import LateLooks
from gpwidgets.widgets.kit.owner import Owner, replace_children

if TYPE_CHECKING:
    from gpwidgets.widgets.form.form import TaskForm

__all__ = ["Refusal"]


class Refusal(Owner, LateLooks, w.HBox):
    """Buttons that lead to the fields which keep a task from being run.

    Parameters
    ----------
    changed
        Called with what is left to mend, None once all is mended.
    """

    def __init__(self, changed: Callable[[ParameterError | None], None]) -> None:
        self._changed = changed
        self._form: TaskForm | None = None
        self._errors: tuple[ParameterError, ...] = ()
        super().__init__(_dom_classes=("gpw-wrapping",))

    def show(self, form: TaskForm, error: ParameterError) -> None:
        """Show errors at their fields, and a way to each."""
        if self._form is not form:
            self._form = form
            self.follow(form, self._mend, names=["problems", "values"])
        errors = tuple(error.errors) if isinstance(error, InputErrors) else (error,)
        self._errors = ()
        form.show_errors(errors)
        self._errors = errors
        self._changed(error)
        self._show_ways()

    def clear(self) -> None:
        """Show none."""
        self._errors = ()
        replace_children(self, ())

    def _mend(self, _change: object) -> None:
        """Leave out what has been mended, as soon as it is."""
        if not self._errors or self._form is None:
            return
        form = self._form
        problems = {one.parameter: form.problems.get(one.parameter, "") for one in self._errors}
        left = tuple(ParameterError(name, problem) for name, problem in problems.items() if problem)
        if [str(one) for one in left] == [str(one) for one in self._errors]:
            return
        self._errors = left
        self._changed(InputErrors(left) if left else None)
        self._show_ways()

    def _show_ways(self) -> None:
        form = self._form
        assert form is not None
        replace_children(self, [self._way(form, one) for one in self._errors if form.editor(one.parameter)])

    @staticmethod
    def _way(form: TaskForm, error: ParameterError) -> w.Button:
        title = form.title_of(error.parameter)
        words = tr("Go to {title}", title=title)
        button: w.Button = text_button(words, "", error.problem, lambda: form.focus(error.parameter))
        return button

    def __repr__(self) -> str:
        return f"<Refusal: {len(self._errors)} errors>"
