"""The settings of a run's environment as a folded section of the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.values import UNSET
from gpwidgets.tasks.inputs.environment import applicable
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import EditorContext, ParameterEditor
from gpwidgets.widgets.editors.editor_table import editor_for
from gpwidgets.widgets.kit.fold import Fold


class EnvironmentSection(Fold):
    """Editors of the settings that make sense for a task; closed at first, and made when first needed.

    Parameters
    ----------
    info
        The task.
    context
        Of the form.
    changed, wrong
        Called after every change of a setting, and of what is wrong with one.

    Attributes
    ----------
    settings : dict of GPParameter
        By name.
    made : dict of ParameterEditor
        By name; empty until the section is opened or a setting is given.
    """

    def __init__(
        self,
        info: TaskInfo,
        context: EditorContext,
        changed: Callable[[Any], None],
        wrong: Callable[[Any], None],
    ) -> None:
        self.settings: dict[str, GPParameter] = {one.name: one for one in applicable(info)}
        self.made: dict[str, ParameterEditor] = {}
        self._context, self._changed, self._wrong = context, changed, wrong
        tooltip = tr("Coordinates, extent and the like of a run")
        super().__init__(
            tr("Environment"), lambda: list(self.editors.values()), tooltip=tooltip, classes=("gpw-section",)
        )

    @property
    def editors(self) -> dict[str, ParameterEditor]:
        """Editor by name of the setting; all are made by the first look at one."""
        if len(self.made) < len(self.settings):
            self.made = {
                name: self.own(editor_for(_in_words(one), self._context))
                for name, one in self.settings.items()
            }
            for editor in self.made.values():
                editor.observe(self._changed, names="value")
                editor.observe(self._wrong, names="error")
        return self.made

    @property
    def values(self) -> dict[str, Any]:
        """Checked settings by name; what is not set is left out."""
        return {name: one.value for name, one in self.made.items() if one.value is not UNSET}

    def show(self, values: Mapping[str, Any]) -> None:
        """Put these settings in; the others become unset."""
        for name, editor in (self.editors if values else self.made).items():
            given = values.get(name, UNSET)
            if given is not editor.value:
                editor.set_value(given)

    def check(self) -> list[ParameterEditor]:
        """The editors that hold something wrong; the section opens for them."""
        wrong = [editor for editor in self.made.values() if not editor.check()]
        if wrong:
            self.opened = True
        return wrong


def _in_words(setting: GPParameter) -> GPParameter:
    """The setting with its texts in the language of the user."""
    return replace(setting, display_name=tr(setting.display_name), description=tr(setting.description))
