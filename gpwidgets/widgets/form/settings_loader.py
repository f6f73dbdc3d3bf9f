"""Settings that somebody has sent, put into a form: chosen as a file, or pasted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.errors import ParameterError
from gpwidgets.tasks.inputs.environment import ENVIRONMENT, KEYWORD
from gpwidgets.tasks.journal.kept_inputs import values_of_rows
from gpwidgets.tasks.sharing.settings import Settings, load_settings
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.kit.controls import lean, status_line, text_button
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.page.uploaded import forget_content, has_content

if TYPE_CHECKING:
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.form.form import TaskForm

__all__ = ["SettingsLoader"]


class SettingsLoader(Owner, w.VBox):
    """Takes settings as a file of the browser or as text, and gives a form their values.

    Parameters
    ----------
    source
        Gives the task and the form; None where there is no task yet.
    """

    def __init__(self, source: Callable[[], tuple[GPTask, TaskForm] | None]) -> None:
        self._source = source
        self._file = w.FileUpload(
            accept=".json",
            description=tr("Load settings"),
            tooltip=tr("Give the form the values of a settings file"),
            layout=w.Layout(width="auto"),
        )
        self._pasted = lean(
            w.Textarea,
            placeholder=tr("or paste the text of settings here"),
            description=tr("Settings"),
            rows=2,
            layout={"width": "auto", "min_width": "0"},
        )
        use = text_button(tr("Use them"), "check", tr("Give the form the values of the text"), self._paste)
        self._said = status_line()
        row = {"flex_flow": "row wrap", "align_items": "center"}
        super().__init__([lean(w.HBox, [self._file, self._pasted, use], layout=row), self._said])
        self._file.observe(lambda _change: self._take_file(), names="value")

    def _take_file(self) -> None:
        if has_content(self._file):
            text = bytes(self._file.value[0]["content"]).decode("utf-8-sig", "replace")
            forget_content(self._file)
            self._use(text)

    def _paste(self) -> None:
        self._use(self._pasted.value)

    def _use(self, text: str) -> None:
        source = self._source()
        if source is None:
            return
        try:
            # What is no object would be taken for the path of a file.
            settings = load_settings(text if text.lstrip().startswith("{") else "{}")
            self._said.say(_fill(*source, settings))
        except Exception as error:  # the form stays as it was
            self._said.show_error(error)


def _fill(task: GPTask, form: TaskForm, settings: Settings) -> str:
    """Give a form the values of settings, and say at its fields why others are missing; words on it all."""
    found = settings.read(task)
    rows = [{**row, "paramName": name} for name, row in settings.environment.items() if name in ENVIRONMENT]
    environment = values_of_rows(rows, ENVIRONMENT.values(), lambda name: "").values
    form.values = {**found.values, **({KEYWORD: environment} if environment else {})}
    names = {one.name for one in task.inputs}
    form.show_errors(
        ParameterError(name, error.problem if isinstance(error, ParameterError) else str(error))
        for name, error in found.problems.items()
        if name in names
    )
    fixed = [
        tr("{title} is fixed by the preset and was not taken.", title=title)
        for title in form.fixed_against(found.values)
    ]
    taken = trn(
        "The form has {n} value of the settings.",
        "The form has {n} values of the settings.",
        len(found.values) - len(fixed),
    )
    unknown = [
        tr("{name}: the task has no such input.", name=name) for name in settings.inputs if name not in names
    ]
    other = [] if settings.task == task.url.task else [tr("They were made for {task}.", task=settings.task)]
    return " ".join([taken, *fixed, *other, *(settings.changes(task) or unknown)])
