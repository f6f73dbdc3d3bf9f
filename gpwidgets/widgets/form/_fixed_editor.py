"""A value that a preset has fixed: shown as any other, and not to be changed in the form."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import traitlets

from gpwidgets.datatypes.registry import check_value, words_of
from gpwidgets.errors import GPError
from gpwidgets.protocol.features import FeatureSet
from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.protocol.values import UNSET
from gpwidgets.secrets import mask
from gpwidgets.tasks.inputs.checking import has_usable_default
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import EditorContext, ParameterEditor
from gpwidgets.widgets.form._same_value import same_value
from gpwidgets.widgets.kit.late_looks import Note

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter

__all__ = ["FixedEditor"]

#: Characters of a value that are shown; the request has all of it.
_SHOWN = 300


class FixedEditor(ParameterEditor):
    """The label and the value of an input, with its help.

    Parameters
    ----------
    parameter, context
        As of every editor.
    fixed
        The checked value; `UNSET` where nothing is sent.
    """

    is_fixed = True

    def __init__(self, parameter: GPParameter, context: EditorContext | None, fixed: Any) -> None:
        self._fixed = fixed
        super().__init__(parameter, context)

    def build(self) -> list[w.Widget]:
        self.default = self._fixed
        self._may_be_cleared = False
        self._shown = Note()
        self._target = self._show_on_map()
        return [self._shown]

    def _show_on_map(self) -> Any:
        """Draw features where there is a map: what is sent should be seen."""
        task_map, frame = self.context.map, _frame_of(self._fixed)
        if task_map is None or frame is None or not len(frame):
            return None
        target = task_map.target(self.parameter.name, self.parameter.geometry_types, label=self.title)
        target.set_frame(frame)
        task_map.zoom_to_frame(frame)
        return target

    def let_go(self) -> None:
        """Take the features off the map."""
        if self._target is not None and self.context.map is not None:
            self.context.map.remove_target(self._target)

    def read(self) -> Any:
        """Return the value."""
        return self._fixed

    def show(self, value: Any) -> None:
        """Show the value of the preset, whatever is given."""
        label, words = plain_label(self.title), plain_label(self._words())
        note = escape(tr("set by the preset"))
        self._shown.value = (
            f'<div class="gpw-fixed mathjax_ignore"><span class="gpw-fixed-label">{escape(label)}</span> '
            f'<b>{escape(words)}</b> <span class="gpw-muted">({note})</span></div>'
        )

    def _words(self) -> str:
        if self.parameter.is_hidden:
            return tr("hidden")
        if isinstance(self._fixed, str | list | tuple) and not self._fixed:
            return tr("empty")
        if self._fixed is UNSET:
            if not has_usable_default(self.parameter):
                return tr("nothing")
            default = mask(words_of(self.parameter.default_value))[:_SHOWN]
            return tr("the server's default: {value}", value=default)
        for choice in self.parameter.choices:
            if choice.value == self._fixed and choice.label:
                return choice.label[:_SHOWN]
        words = mask(words_of(self._fixed))
        return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"

    def set_value(self, value: Any, *, picked: bool = False) -> bool:
        """Keep the value; say so where another one is given."""
        if value is UNSET or value is None:
            return False
        try:
            checked = check_value(self.parameter, value)
        except GPError:
            checked = value
        is_same = same_value(checked, self._fixed)
        words = tr("another value") if self.parameter.is_hidden else mask(words_of(checked))[:_SHOWN]
        said = tr("The preset fixes this value; {value} was not taken.", value=words)
        self.show_notice("" if is_same else said)
        return is_same

    def reset(self) -> None:
        """Say nothing of other values any more."""
        super().reset()
        self.show_notice("")

    @traitlets.validate("value")
    def _checked(self, proposal: Mapping[str, Any]) -> Any:
        return self._fixed


def _frame_of(value: Any) -> Any:
    if not isinstance(value, FeatureSet):
        return value if hasattr(value, "geometry") else None
    from gpwidgets.convert.featuresets.frames import features_to_frame

    try:
        return features_to_frame(value.json)
    except GPError:
        return None  # it is sent all the same
