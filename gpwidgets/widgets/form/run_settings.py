"""Settings of a run that are no part of its request: after how long it is given up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.enums import DataTypeName
from gpwidgets.protocol.values import UNSET
from gpwidgets.tasks.runs.run_clock import span_text
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import EditorContext, ParameterEditor
from gpwidgets.widgets.editors.text import NumberEditor
from gpwidgets.widgets.kit.fold import Fold

__all__ = ["DEADLINE", "RunSettings"]

#: Named so that no input of a task can be.
DEADLINE = "run:deadline"
#: Minutes; a year.
_LONGEST = 525_600.0


class RunSettings(Fold):
    """The settings of a run, folded away; the fields are made when it is opened.

    Parameters
    ----------
    deadline
        Seconds after which a run is given up at first; None for as long as it takes.
    changed
        Called after every change.
    """

    def __init__(self, deadline: float | None, changed: Callable[[], None]) -> None:
        self._first = deadline
        self._changed = changed
        #: Seconds after which a run is given up; None for as long as it takes.
        self.deadline: float | None = deadline
        tooltip = tr("After how long a run is given up")
        super().__init__(_title(deadline), lambda: [self.editor], tooltip=tooltip)

    @cached_property
    def editor(self) -> ParameterEditor:
        """The field of the deadline, in minutes."""
        made: ParameterEditor = self.own(_MinutesEditor(_parameter(), EditorContext()))
        made.set_value(_minutes(self.deadline))
        made.observe(self._take, names=["value", "error"])
        return made

    @property
    def made(self) -> dict[str, ParameterEditor]:
        """The field by its name; empty until it is there."""
        return {DEADLINE: self.editor} if "editor" in self.__dict__ else {}

    def check(self) -> list[ParameterEditor]:
        """The fields that hold something wrong."""
        return [editor for editor in self.made.values() if not editor.check()]

    def reset(self) -> None:
        """Have the first deadline again."""
        self.deadline = self._first
        for editor in self.made.values():
            editor.set_value(_minutes(self._first))
        self.title = _title(self.deadline)
        self._changed()

    def _take(self, _change: object) -> None:
        minutes = self.editor.value
        self.deadline = None if minutes is UNSET else 60 * float(minutes)
        self.title = _title(self.deadline)
        self._changed()


def _title(deadline: float | None) -> str:
    """What the button says: the deadline too, so that it is known while the field is folded away."""
    if deadline is None:
        return tr("Time limit")
    return tr("Time limit: {span}", span=span_text(deadline))


class _MinutesEditor(NumberEditor):
    @property
    def placeholder(self) -> str:
        return tr("no limit")


def _minutes(seconds: float | None) -> Any:
    return UNSET if seconds is None else seconds / 60


def _parameter() -> GPParameter:
    words = tr("A run that takes longer is cancelled on the server. Empty: it may take as long as it needs.")
    return GPParameter.from_json(
        {
            "name": DEADLINE,
            "dataType": DataTypeName.DOUBLE,
            "displayName": tr("Give up after (minutes)"),
            "description": words,
            "direction": "esriGPParameterDirectionInput",
            "parameterType": "esriGPParameterTypeOptional",
            "filter": {"type": "range", "minimum": 0.01, "maximum": _LONGEST},
        }
    )
