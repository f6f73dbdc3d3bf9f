"""Letting the server check a form, when asked and some time after the last change."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.datatypes.frame_checks import is_table
from gpwidgets.errors import GPError
from gpwidgets.tasks.scheduling.workers import start_worker
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.owner import Owner

if TYPE_CHECKING:
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
        self._timer: threading.Timer | None = None
        self._worker: threading.Thread | None = None
        self._asked = 0
        self._asked_of: dict[str, object] = {}
        self._showing = False
        self.button: w.Button = w.Button(
            description=tr("Check with the server"),
            icon="check",
            tooltip=tr("Let the server look at the values without running"),
            layout=w.Layout(width="auto"),
        )
        self.button.on_click(lambda _button: self.ask(loud=True))
        self._said = w.HTML()
        super().__init__([self.button, self._said], layout=w.Layout(width="100%", min_width="0"))
        self.follow(form, self._wait, "values")

    def _wait(self, _change: object) -> None:
        if self._showing:
            return
        if self._timer is not None:
            self._timer.cancel()
        context = contextvars.copy_context()
        self._timer = threading.Timer(self._pause, lambda: context.run(self.ask))
        self._timer.daemon = True
        self._timer.start()

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
        self._asked += 1
        number, self._asked_of = self._asked, values if loud else {}
        if loud:
            self._said.value = f'<div class="gpw-muted" role="status">{tr("Asking the server…")}</div>'
        self._worker = start_worker(lambda: self._work(number, values, loud), "gpwidgets-validate")

    def _work(self, number: int, values: dict[str, object], loud: bool) -> None:
        try:
            checked = self._task.validate(values)
        except Exception as error:  # whatever it is, nobody waits for ever
            if loud:
                self._said.value = error_html(error)
            return
        if number != self._asked or self.comm is None:
            return  # the form has moved on
        self._show(lambda: self._form.show_validation(checked))
        told = [one.description for one in checked.messages]
        if not told and loud:
            told = [tr("The server has nothing against these values.")] if checked.is_valid else []
        lines = "".join(f"<div>{escape(line)}</div>" for line in told)
        self._said.value = f'<div class="gpw-muted" role="status">{lines}</div>' if lines else ""

    def _show(self, action: Callable[[], None]) -> None:
        self._showing = True
        try:
            action()
        finally:
            self._showing = False

    def let_go(self) -> None:
        """Ask no more."""
        if self._timer is not None:
            self._timer.cancel()


def _are_same(values: dict[str, object], others: dict[str, object]) -> bool:
    """Whether a form holds the same values; of frames, the same objects."""
    return values.keys() == others.keys() and all(
        values[name] is others[name] or (not is_table(values[name]) and values[name] == others[name])
        for name in values
    )
