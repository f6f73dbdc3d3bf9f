"""Drawing on the map: a button for each kind of shape that the input takes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as w

from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors.features.sources.feature_source import Source
from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.map.drawing.feature_words import kind_words

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter
    from gpwidgets.widgets.editors.editor import EditorContext

_ICONS = {
    "point": "map-marker",
    "multipoint": "map-marker",
    "line": "pencil",
    "polygon": "object-group",
    "rectangle": "square-o",
    "circle": "circle-o",
}


class DrawSource(Source):
    """Arms the map's pen."""

    label: ClassVar[str] = later("Draw on the map")

    @classmethod
    def fits(cls, parameter: GPParameter, context: EditorContext) -> bool:
        """Where there is a map."""
        return context.map is not None

    def build(self) -> list[w.Widget]:
        target = self.editor.target
        self.tools: dict[str, w.Button] = {}
        kinds = () if target is None else target.kinds
        self._words = {
            kind: _capital(kind_words(kind)) if len(kinds) > 1 else tr("Draw {kind}", kind=kind_words(kind))
            for kind in kinds
        }
        if kinds == ("multipoint",):
            self._words["multipoint"] = tr("Draw points")
        for kind in kinds:
            tooltip = tr("Draw a {kind} for {title} on the map", kind=kind_words(kind), title=self.title)
            self.tools[kind] = self.button(
                self._words[kind], _ICONS[kind], tooltip, partial(self._toggle, kind)
            )
        if target is not None:
            target.observe(self._follow, names="armed")
        return [lean(w.HBox, list(self.tools.values()), _dom_classes=("gpw-tools", "gpw-wrapping"))]

    @property
    def focus_target(self) -> w.DOMWidget | None:
        return next(iter(self.tools.values()), None)

    def left(self) -> None:
        if self.editor.target is not None:
            self.editor.target.disarm()

    def _toggle(self, kind: str) -> None:
        target: Any = self.editor.target
        if target.armed == kind:
            target.disarm()
        else:
            target.arm(kind)

    def _follow(self, change: Any) -> None:
        for kind, button in self.tools.items():
            on = change["new"] == kind
            button.description = tr("Stop drawing") if on else self._words[kind]
            button.button_style = "info" if on else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
