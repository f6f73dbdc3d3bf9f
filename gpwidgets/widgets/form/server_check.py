"""Letting the server check a form, when asked and some time after the last change."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.datatypes.frame_checks import is_table
from gpwidgets.errors import GPError
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import status_line, text_button, wide
from gpwidgets.widgets.kit.owner import Owner

if TYPE_CHECKING:
    from gpwidgets.protocol.responses.validation import Validation
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.form.form import TaskForm

#: Seconds without a change after which the server is asked; each question takes one of its instances.
PAUSE = 1.5


def can_validate(task: GPTask) -> bool:
    """Whether the task's service checks inputs before a run."""
    try:
        return task.service.can_validate
    except GPError:
        return False


class ServerCheck(Owner, w.VBox):
    """A button that asks the server, and what it said of the form as a whole.

    Parameters
    ----------
    task, form
        What is checked.
    pause
        Seconds after the last change of a value.
    """

    def __init__(self, task: GPTask, form: TaskForm, pause: float = PAUSE) -> None:
        self._task, self._form, self._pause = task, form, pause
        self._asked_of: dict[str, object] = {}
        self._is_loud = False
        self._binding = Binding()
        self.button: w.Button = text_button(
            tr("Check with the server"),
            "check",
            tr("Let the server look at the values without running"),
            lambda: self.ask(loud=True),
        )
        self._said = status_line()
        self._pausing = self.own(Background("gpwidgets-pause", said=self._said))
        self._asking = self.own(Background("gpwidgets-validate", failed=self._show_trouble))
        super().__init__([self.button, self._said], layout=wide())
        self.follow(form, self._wait, "values")

    def _wait(self, _change: object) -> None:
        if self._binding.silent:
            return
        self._pausing.start(lambda: None, lambda _none: self.ask(), after=self._pause)

    def ask(self, *, loud: bool = False) -> None:
        """Ask in the background; only the answer to the latest question is shown.

        Parameters
        ----------
        loud
            Whether the user has asked for it. What a pause in typing asks says nothing of values that are
            right, so it is left out where the user has asked of the same ones.
        """
        values = dict(self._form.values)
        if not loud and _are_same(values, self._asked_of):
            return
        self._asked_of, self._is_loud = values if loud else {}, loud
        if loud:
            self._said.say(tr("Asking the server…"))
        self._asking.start(lambda: self._task.validate(values), lambda checked: self._tell(checked, loud))

    def _show_trouble(self, error: Exception) -> None:
        if self._is_loud:  # else only a pause in typing has asked
            self._said.show_error(error)

    def _tell(self, checked: Validation, loud: bool) -> None:
        with self._binding.silently():
            self._form.show_validation(checked)
        told = [one.description for one in checked.messages]
        if loud and not told and not any(one.message for one in checked.inputs.values()):
            told = [tr("The server has nothing against these values.")]
        self._said.say("".join(f"<div>{escape(line)}</div>" for line in told), is_html=True)


def _are_same(values: dict[str, object], others: dict[str, object]) -> bool:
    """Whether a form holds the same values; of frames, the same objects."""
    return values.keys() == others.keys() and all(
        values[name] is others[name] or (not is_table(values[name]) and values[name] == others[name])
        for name in values
    )
