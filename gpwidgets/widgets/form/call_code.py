"""The call that a form stands for, as Python to be copied."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.code_view import code_html
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.kit.late_looks import Note

if TYPE_CHECKING:
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.form.form import TaskForm


class CallCode(Fold):
    """The code of a form, written while it is unfolded.

    Parameters
    ----------
    source
        Gives the task and the form; None where there is no task yet.
    """

    def __init__(self, source: Callable[[], tuple[GPTask, TaskForm] | None]) -> None:
        self._source = source
        tooltip = tr("The call that this form stands for")
        super().__init__(
            tr("This form as Python"), lambda: [self._text], tooltip=tooltip, classes=("gpw-section",)
        )
        self.observe(lambda _change: self.refresh(), names="opened")

    @cached_property
    def _text(self) -> Note:
        return Note()

    def refresh(self) -> None:
        """Write the code of now, or why there is none."""
        source = self._source()
        if not self.opened or source is None:
            return
        task, form = source
        try:
            self._text.value = code_html(task.code(form.values, deadline=form.deadline))
        except Exception as error:
            self._text.value = error_html(error)
