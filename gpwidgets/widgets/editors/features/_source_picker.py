"""The list of ways to give features, and the panel of the one that is chosen."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from gpwidgets.secrets import mask
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.features.sources.feature_source import FeatureInput, Source
from gpwidgets.widgets.editors.features.sources.from_drawing import DrawSource
from gpwidgets.widgets.editors.features.sources.from_file import FileSource
from gpwidgets.widgets.editors.features.sources.from_frame import FrameSource
from gpwidgets.widgets.editors.features.sources.from_layer import LayerSource
from gpwidgets.widgets.editors.features.sources.from_result import ResultSource
from gpwidgets.widgets.editors.features.sources.from_service import NamedSource
from gpwidgets.widgets.editors.features.sources.from_text import TextSource
from gpwidgets.widgets.editors.features.sources.from_view import ViewSource
from gpwidgets.widgets.kit.controls import WIDE, lean
from gpwidgets.widgets.kit.late_looks import Section

#: In the order of the list; the first that fits is chosen at first.
SOURCES: tuple[type[Source], ...] = (
    NamedSource,
    DrawSource,
    TextSource,
    FrameSource,
    FileSource,
    ViewSource,
    ResultSource,
    LayerSource,
)


class SourcePicker(Section):
    """Lets the user choose how to give features.

    Parameters
    ----------
    editor
        The input's editor.

    Attributes
    ----------
    choice : ipywidgets.Dropdown
        The list of ways.
    """

    def __init__(self, editor: FeatureInput) -> None:
        self._editor = editor
        self._made: dict[type[Source], Source] = {}
        fitting = [kind for kind in SOURCES if kind.fits(editor.parameter, editor.context)]
        self.choice: w.Dropdown = lean(
            w.Dropdown,
            description=editor.label,
            options=[(tr(kind.label), kind) for kind in fitting],
            tooltip=tr("How to give {title}", title=editor.title),
            layout=WIDE,
        )
        self.choice.observe(self._show, names="value")
        self._place = Section([self.current], _dom_classes=("gpw-plain",))
        super().__init__([self.choice, self._place], _dom_classes=("gpw-plain",))

    def of(self, kind: type[Source]) -> Any:
        """Return the panel of a way, made when it is needed first; None when it does not fit."""
        if kind not in self._made and kind in dict(self.choice.options).values():
            self._made[kind] = self.own(kind(self._editor))
        return self._made.get(kind)

    @property
    def current(self) -> Source:
        """The panel of the chosen way."""
        found: Source = self.of(self.choice.value)
        return found

    def take_pending(self) -> None:
        """Use what has been typed or chosen in any panel and is not the input's value yet."""
        for source in [one for one in self._made.values() if one.touched]:
            try:
                source.take_pending()
            except Exception as error:
                source.show_error(error)
                if not self._editor.error:
                    self._editor.refuse(mask(str(error)))

    def settle(self, by: Source | None) -> None:
        """Let the panels know that the input has a value, from one of them or from elsewhere.

        What stands in the panel that is open waits on, since the user sees it.
        """
        for source in self._made.values():
            if source is by or source is not self.current or not source.touched:
                source.settle()

    def dismiss(self) -> None:
        """Forget what has been typed or chosen and was refused."""
        for source in self._made.values():
            if source.touched:
                source.drop()

    def show(self, kind: type[Source]) -> None:
        """Choose a way."""
        if self.of(kind) is not None:
            self.choice.value = kind

    def _show(self, change: Any) -> None:
        if change["old"] in self._made:
            self._made[change["old"]].left()
        self._place.children = [self.current]
        self.current.opened()
