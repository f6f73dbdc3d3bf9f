"""A form as something to pass on: settings, a command, an address, and the request itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.texts import later, tr
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.code_view import code_html
from gpwidgets.widgets.kit.controls import lean, status_html, status_line, text_button
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.kit.late_looks import Note

if TYPE_CHECKING:
    from gpwidgets.tasks.sharing.presets import Preset
    from gpwidgets.tasks.sharing.settings import Settings
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.form.form import TaskForm

__all__ = ["ShareSection"]


_Values = Mapping[str, Any]


def _settings(task: GPTask, _form: TaskForm, values: _Values) -> str:
    return code_html(str(task.settings(values)))


def _curl(task: GPTask, _form: TaskForm, values: _Values) -> str:
    return code_html(task.request(values).curl())


def _address(task: GPTask, _form: TaskForm, values: _Values) -> str:
    return code_html(task.request(values).address())


def _request(task: GPTask, _form: TaskForm, values: _Values) -> str:
    return task.request(values)._repr_html_()


def _preset(task: GPTask, form: TaskForm, values: _Values) -> str:
    return code_html(str(_preset_of(task, form, values)))


def _preset_of(task: GPTask, form: TaskForm, values: _Values) -> Preset:
    from gpwidgets.tasks.sharing.preset_making import preset_of_form

    task_map = form.context.map
    extent = None if task_map is None else [round(degrees, 5) for degrees in task_map.extent]
    return preset_of_form(task, task.settings(values), form.arrangement.preset, extent, form.deadline)


def _asked(task: GPTask, _form: TaskForm, _values: _Values) -> str:
    return task.trace._repr_html_()


_VIEWS: tuple[tuple[str, Callable[[GPTask, TaskForm, _Values], str]], ...] = (
    (later("Settings (JSON)"), _settings),
    (later("Command (curl)"), _curl),
    (later("Address (REST)"), _address),
    (later("The request, field by field"), _request),
    (later("Preset (JSON)"), _preset),
    (later("Requests made outside of runs"), _asked),
)


class ShareSection(Fold):
    """Shows what a form stands for, and takes settings that others have sent.

    Parameters
    ----------
    source
        Gives the task and the form; None where there is no task yet.
    kept
        Says whether what is entered is kept on this computer.
    """

    def __init__(self, source: Callable[[], tuple[GPTask, TaskForm] | None], kept: Callable[[], str]) -> None:
        self._source, self._kept = source, kept
        tooltip = tr("Settings to save and to load, a command, and the request that would be sent")
        super().__init__(
            tr("Save, share, look inside"), self._make_parts, tooltip=tooltip, classes=("gpw-section",)
        )
        self._showing = self.own(Background("gpwidgets-share", failed=self._show_error))
        self.observe(lambda _change: self.refresh(), names="opened")

    @cached_property
    def _views(self) -> w.Dropdown:
        options = [(tr(title), number) for number, (title, _) in enumerate(_VIEWS)]
        made = lean(w.Dropdown, options=options, value=0, description=tr("Show"), layout={"width": "auto"})
        made.observe(lambda _change: self.refresh(), names="value")
        return made

    @cached_property
    def _shown(self) -> Note:
        return Note()

    @cached_property
    def _folder(self) -> w.Text:
        return lean(w.Text, value=".", description=tr("Folder"), layout={"width": "auto"})

    def _make_parts(self) -> list[w.Widget]:
        from gpwidgets.widgets.form.settings_loader import SettingsLoader  # not before it is opened

        self._said = status_line()
        save = text_button(
            tr("Save settings"),
            "download",
            tr("Save the settings as a file beside the notebook"),
            lambda: self._save("settings", lambda task, form: task.settings(form.values)),
        )
        preset = text_button(
            tr("Save as preset"),
            "sliders",
            tr("Save the form as a file in which inputs can be hidden, fixed, named and put in order"),
            lambda: self._save("preset", lambda task, form: _preset_of(task, form, form.values)),
        )
        row = {"flex_flow": "row wrap", "align_items": "center"}
        saving = lean(w.HBox, [self._folder, save, preset, self._said], layout=row)
        kept = Note(status_html(self._kept()))
        return [self._views, self._shown, saving, SettingsLoader(self._source), kept]

    def refresh(self) -> None:
        """Show what the form stands for now, or why that cannot be shown."""
        source = self._source()
        if not self.opened or source is None:
            return
        task, form = source
        values, view = dict(form.values), _VIEWS[self._views.value][1]
        # It may ask the server for its version, and a silent server must not hold the kernel up.
        self._showing.start(lambda: view(task, form, values), self._show)

    def _show(self, html: str) -> None:
        self._shown.value = html

    def _show_error(self, error: Exception) -> None:
        self._shown.value = error_html(error)

    def _save(self, kind: str, make: Callable[[GPTask, TaskForm], Settings | Preset]) -> None:
        from gpwidgets.file_names import move_to_free_name, name_from_title, private_folder
        from gpwidgets.widgets.words.file_links import page_link, saved_html

        source = self._source()
        if source is None:
            return
        task, form = source
        try:
            folder = Path(self._folder.value or ".").expanduser()
            name = f"{name_from_title(task.name, kind)}.{kind}.json"
            with private_folder(folder) as private:
                made = make(task, form).save(private / name)
                path = move_to_free_name(made, folder, name)
        except Exception as error:
            self._said.show_error(error)
        else:
            self._said.say(saved_html(path, path.stat().st_size) + page_link(path), is_html=True)
