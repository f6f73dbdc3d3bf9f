"""The settings of a run's environment as a folded section of the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import ipywidgets as w

from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.values import UNSET
from gpwidgets.tasks.inputs.environment import applicable
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import EditorContext, ParameterEditor
from gpwidgets.widgets.editors.editor_table import editor_for
from gpwidgets.widgets.kit.fold import Fold


class EnvironmentSection(Fold):
    """Editors of the settings that make sense for a task; closed at first.

    Parameters
    ----------
    info
        The task.
    context
        Of the form.
    changed
        Called after every change of a setting.

    Attributes
    ----------
    editors : dict
        Editor by name of the setting.
    """

    def __init__(self, info: TaskInfo, context: EditorContext, changed: Callable[[Any], None]) -> None:
        self.editors: dict[str, ParameterEditor] = {
            one.name: editor_for(_in_words(one), context) for one in applicable(info)
        }
        for editor in self.editors.values():
            editor.observe(changed, names="value")
        box = w.VBox(list(self.editors.values()), layout=w.Layout(width="100%", min_width="0"))
        super().__init__(tr("Environment"), [box], tooltip=tr("Coordinates, extent and the like of a run"))
        self.add_class("gpw-section")

    @property
    def values(self) -> dict[str, Any]:
        """Checked settings by name; what is not set is left out."""
        return {name: one.value for name, one in self.editors.items() if one.value is not UNSET}

    def show(self, values: Mapping[str, Any]) -> None:
        """Put these settings in; the others become unset."""
        for name, editor in self.editors.items():
            given = values.get(name, UNSET)
            if given is not editor.value:
                editor.set_value(given)

    def check(self) -> list[ParameterEditor]:
        """The editors that hold something wrong; the section opens for them."""
        wrong = [editor for editor in self.editors.values() if not editor.check()]
        if wrong:
            self.opened = True
        return wrong


def _in_words(setting: GPParameter) -> GPParameter:
    """The setting with its texts in the language of the user."""
    return replace(setting, display_name=tr(setting.display_name), description=tr(setting.description))
