"""The preset of a form: read, held against the task, and what does not fit said above the form."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from gpwidgets.secrets import mask
from gpwidgets.tasks.sharing.arrangement import Arrangement, arrange
from gpwidgets.tasks.sharing.presets import preset_of
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.kit.late_looks import Note
from gpwidgets.widgets.runs.run_look import RunLook

if TYPE_CHECKING:
    from gpwidgets.protocol.description import TaskInfo
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.form.form import TaskForm
    from gpwidgets.widgets.map.task_map import TaskMap
    from gpwidgets.widgets.runs.run_list import RunList

__all__ = ["PresetNote", "arranged_form"]

#: So many faults are listed.
_MOST = 10
#: Characters of a fault; names in it are the author's.
_LONGEST = 300


class PresetNote(Note):
    """Says what of a preset does not fit the task, and why; nothing while all is well.

    Parameters
    ----------
    given
        What the form was given as a preset; None for none.

    Attributes
    ----------
    arrangement : Arrangement or None
        What the preset makes of the task; None without one, and where it cannot be used at all.
    """

    def __init__(self, given: Any) -> None:
        self._given = given
        self.arrangement: Arrangement | None = None
        super().__init__()

    @property
    def title(self) -> str:
        """What the preset wants above the form; empty for the name of the task."""
        return self.arrangement.title if self.arrangement is not None else ""

    def show_place(self, task_map: TaskMap | None) -> None:
        """Have a map show what the preset wants; a map of the user's own stays where it is."""
        wanted = self.arrangement.preset.extent if self.arrangement is not None else None
        if wanted is not None and task_map is not None and task_map.is_own:
            west, south, east, north = wanted
            task_map.zoom_to((west, south, east, north))

    def read(self, info: TaskInfo) -> Arrangement | None:
        """Hold the preset against a task; one that cannot be read is said, and the form goes without."""
        if self._given is None:
            return None
        try:
            self.arrangement = arrange(preset_of(self._given), info)
        except Exception as error:  # a stranger's file may be anything, and the form is good without it
            words = tr("The preset cannot be used, so the form is shown without it: {error}", error=error)
            self.value: str = _alert(escape(mask(words)[:_LONGEST]))
            return None
        self.value = _faults_html(self.arrangement)
        return self.arrangement


def arranged_form(task: GPTask, task_map: TaskMap | None, note: PresetNote, runs: RunList) -> TaskForm:
    """Make the form of a task as its preset wants it, and have its runs follow the preset."""
    from gpwidgets.widgets.editors.editor import EditorContext
    from gpwidgets.widgets.form.form import TaskForm

    arranged = note.read(task.info)
    if arranged is not None:
        runs.look = RunLook(arranged.outputs, arranged.preset.messages)
    return TaskForm(task.info, EditorContext(map=task_map, task=task), arranged)


def _alert(html: str) -> str:
    sign = '<span aria-hidden="true">⚠</span>'
    return f'<div class="gpw-alert gpw-warning mathjax_ignore" role="alert">{sign} {html}</div>'


def _faults_html(arrangement: Arrangement) -> str:
    faults = arrangement.faults
    if not faults:
        return ""
    lines = [f"<li>{escape(mask(str(fault))[:_LONGEST])}</li>" for fault in faults[:_MOST]]
    if len(faults) > _MOST:
        more = len(faults) - _MOST
        lines.append(f"<li>{trn('and {n} more', 'and {n} more', more)}</li>")
    head = escape(tr("Parts of the preset do not fit this task; the rest of it is used:"))
    return _alert(f'{head}<ul class="gpw-list">{"".join(lines)}</ul>')
