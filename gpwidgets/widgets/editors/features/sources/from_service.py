"""A layer that the task's own service offers, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as w

from gpwidgets.protocol.values import UNSET
from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors.features.sources.feature_source import Source
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import WIDE, lean

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter
    from gpwidgets.widgets.editors.editor import EditorContext


class NamedSource(Source):
    """One of the layers in the parameter's list of choices."""

    label: ClassVar[str] = later("A layer of this service")

    @classmethod
    def fits(cls, parameter: GPParameter, context: EditorContext) -> bool:
        """Where the service names layers."""
        return bool(parameter.choices)

    def build(self) -> list[w.Widget]:
        """Make the list of layers."""
        self._binding = Binding()
        rows = [(one.label, one.value) for one in self.editor.parameter.choices]
        self.choice: w.Dropdown = lean(
            w.Dropdown,
            options=[(tr("choose a layer…"), UNSET), *rows],
            tooltip=tr("Layer for {title}", title=self.title),
            layout=WIDE,
        )
        self._binding.follow(self.choice, lambda change: self.give(change["new"]))
        return [self.choice]

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.choice

    def offers(self, value: Any) -> bool:
        """Whether a value is one of the layers."""
        names = [one.value for one in self.editor.parameter.choices]
        return isinstance(value, str) and value in names

    def show_value(self, value: Any) -> None:
        """Show what the input's value is now."""
        with self._binding.silently():
            self.choice.value = value if self.offers(value) else UNSET
