"""Editor of values that may be of one of several types."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from gpwidgets.datatypes.kinds.composite import CompositeType
from gpwidgets.datatypes.registry import type_words
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.values import UNSET, CompositeValue
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.editors.editor_table import editor_for
from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.kit.late_looks import Section


class CompositeEditor(ParameterEditor):
    """A switch between types, and the editor of the chosen one."""

    def build(self) -> list[w.Widget]:
        """Make the switch; an editor is made when its type is chosen."""
        self._members = CompositeType.members(self.parameter)
        self._editors: dict[int, ParameterEditor] = {}
        options = [(type_words(member.data_type), at) for at, member in enumerate(self._members)]
        self.kind: w.Dropdown = lean(
            w.Dropdown,
            description=self.label,
            options=options,
            tooltip=tr("Type of {title}", title=self.title),
            layout={"width": "auto"},
        )
        self.box: w.VBox = Section()
        self.kind.observe(self._switch, names="value")
        return [self.kind, self.box]

    @property
    def member(self) -> ParameterEditor:
        """The editor of the chosen type."""
        at = int(self.kind.value)
        if at not in self._editors:
            editor = self.own(editor_for(self._members[at], self.context, compact=True))
            editor.observe(self.take, names=["value", "error"])
            self._editors[at] = editor
        return self._editors[at]

    @property
    def focus_target(self) -> w.DOMWidget | None:
        return self.member.focus_target or self.kind

    def _switch(self, _change: object) -> None:
        self.box.children = [self.member]
        self.take()

    def take_pending(self) -> None:
        """Take what is pending in the editor of the chosen type."""
        self.member.take_pending()

    def read(self) -> Any:
        """Return the value with its type."""
        member = self.member
        if member.error:
            raise ParameterError(self.parameter.name, member.error)
        if member.value is UNSET:
            return UNSET
        return CompositeValue(member.parameter.data_type, member.value)

    def show(self, value: Any) -> None:
        """Show a value in the editor of its type."""
        if value is UNSET:
            for editor in self._editors.values():
                editor.reset()
        else:
            kinds = [member.data_type for member in self._members]
            if value.data_type in kinds:
                self.kind.value = kinds.index(value.data_type)
            self.member.set_value(value.value)
        self.box.children = [self.member]
