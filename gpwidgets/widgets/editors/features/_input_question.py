"""Questions about features that lack something: their coordinate system, or which layer is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.errors import CRSMissing, LayerChoice
from gpwidgets.protocol.values import SpatialReference
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import text_button, wide
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.late_looks import Section
from gpwidgets.widgets.kit.owner import replace_children

__all__ = ["InputQuestion"]


class InputQuestion(Section):
    """Asks for what features lack, and is not to be seen elsewhere.

    Parameters
    ----------
    title
        The input's name.
    reference
        System that the task's own features are in; offered as the answer.
    answer
        Called with the features once they are whole.
    """

    def __init__(self, title: str, reference: SpatialReference, answer: Callable[[Any], object]) -> None:
        self._title = title
        self._reference = reference
        self._answer = answer
        self._value: Any = None
        super().__init__(_dom_classes=("gpw-checks", "gpw-plain"))

    @cached_property
    def _said(self) -> w.HTML:
        return self.own(w.HTML())

    @cached_property
    def system(self) -> w.Text:
        """The code of the coordinate system."""
        box = w.Text(
            value=self._offered(),
            placeholder="EPSG:25832",
            description=tr("Coordinate system"),
            tooltip=tr("Coordinate system of the features for {title}", title=self._title),
            continuous_update=False,
            layout=w.Layout(width="280px", max_width="100%"),
        )
        return self.own(box)

    @cached_property
    def use(self) -> w.Button:
        """Takes the system in the box."""
        button = text_button(
            tr("Use this system"),
            "check",
            tr("The coordinates of {title} are in this system", title=self._title),
            self._use_system,
            layout={"max_width": "100%"},
        )
        return self.own(button)

    def _offered(self) -> str:
        if not self._reference:
            return ""
        from gpwidgets.convert.coordinates.crs import to_crs

        crs = to_crs(self._reference)
        return "" if crs is None or crs.is_geographic else str(crs.to_string())[:40]

    def ask(self, error: BaseException, value: Any) -> None:
        """Ask about a value that was refused, where an answer can help.

        Parameters
        ----------
        error
            Why it was refused.
        value
            What was given.
        """
        cause = next((one for one in _causes(error) if isinstance(one, CRSMissing | LayerChoice)), None)
        self.close_question()
        if cause is None:
            return
        self._value = value
        if isinstance(cause, LayerChoice):
            self._open(tr("Which layer is meant?"), self._layer_list(cause.layers))
        else:
            self._open(tr("In which coordinate system are these coordinates?"), self.system, self.use)

    def _layer_list(self, names: Sequence[str]) -> w.Dropdown:
        box = w.Dropdown(
            options=[(tr("choose a layer…"), ""), *((name, name) for name in names)],
            value="",
            description=tr("Layer"),
            tooltip=tr("Layer for {title}", title=self._title),
            layout=w.Layout(width="280px", max_width="100%"),
        )
        box.observe(lambda change: self._use_layer(change["new"]), names="value")
        return box

    def _open(self, words: str, *controls: w.Widget) -> None:
        self._said.value = (
            '<div class="gpw-remark gpw-warning" role="alert"><span aria-hidden="true">⚠</span> '
            f"{escape(words)}</div>"
        )
        row = w.HBox(list(controls), layout=wide(flex_flow="row wrap", align_items="center"))
        replace_children(self, [self._said, row])
        self.set_visible(True)

    def close_question(self) -> None:
        """Ask no more."""
        self._value = None
        self.set_visible(False)

    def _use_system(self) -> None:
        self._try(lambda value: {"crs": self.system.value.strip()} if self.system.value.strip() else None)

    def _use_layer(self, name: str) -> None:
        self._try(lambda value: {"layer": name} if name else None)

    def _try(self, options: Callable[[Any], dict[str, Any] | None]) -> None:
        value, told = self._value, options(self._value)
        if value is None or told is None:
            return
        from gpwidgets.convert.user_input.readers import to_frame

        try:
            frame = to_frame(value, **told)
        except Exception as error:
            self._said.value = error_html(error)
            return
        self.close_question()
        self._answer(frame)

    def __repr__(self) -> str:
        return "<InputQuestion>"


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__
    return found
