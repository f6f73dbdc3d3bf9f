"""The question whether typed coordinates are longitude and latitude, or the other way round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import text_button, wide
from gpwidgets.widgets.kit.land import land_outlines
from gpwidgets.widgets.kit.late_looks import Section
from gpwidgets.widgets.map.drawing.feature_words import place_words

if TYPE_CHECKING:
    from gpwidgets.protocol.values.spatial import Bounds

__all__ = ["OrderQuestion"]


def _button(icon: str, tooltip: str, act: Callable[[], None]) -> w.Button:
    layout = w.Layout(width="auto", max_width="100%")
    made: w.Button = text_button("", icon, tooltip, act, layout=layout)
    return made


class OrderQuestion(Section):
    """Asks about the order of coordinates where it is doubtful, and is not to be seen elsewhere.

    Parameters
    ----------
    answer
        Called with the features in the other order, or with None when they are right as they are.
    """

    def __init__(self, answer: Callable[[Any], None]) -> None:
        self._answer = answer
        self._other: Any = None
        self._must_answer = False
        super().__init__(_dom_classes=("gpw-checks", "gpw-plain"))

    @cached_property
    def _said(self) -> w.HTML:
        return w.HTML()

    @cached_property
    def swap(self) -> w.Button:
        """Takes the other order."""
        return _button("exchange", tr("Exchange the two numbers"), lambda: self._close_with(self._other))

    @cached_property
    def keep(self) -> w.Button:
        """Leaves the order as it is."""
        return _button("check", tr("Leave the numbers as they are"), lambda: self._close_with(None))

    @property
    def is_open(self) -> bool:
        """Whether an answer is waited for that a run depends on."""
        return self._other is not None and self._must_answer

    def ask(self, text: str, frame: Any, near: Sequence[Bounds]) -> None:
        """Ask about what was typed, where its order is doubtful.

        Parameters
        ----------
        text
            What was typed.
        frame
            What was made of it; None when it could not be used.
        near
            Where the user is at work, as boxes in degrees.
        """
        from gpwidgets.convert.coordinates.boxes import frame_box
        from gpwidgets.convert.user_input.axis_order import probably_swapped, swapped, swapped_text

        if frame is None:
            other = swapped_text(text)
            if other is not None:
                self._open(tr("Does the latitude come first?"), other, "")
            return
        is_in_degrees = frame.crs is not None and frame.crs.is_geographic
        if is_in_degrees and probably_swapped(frame, near, land_outlines()):
            here = place_words(frame_box(frame))
            words = tr("{place}: is that meant, or does the latitude come first?", place=here)
            self._open(words, swapped(frame), here)

    def _open(self, words: str, other: Any, here: str) -> None:
        from gpwidgets.convert.coordinates.boxes import frame_box

        self._other = other
        self._said.value = (
            '<div class="gpw-remark gpw-warning" role="alert"><span aria-hidden="true">⚠</span> '
            f"{escape(words)}</div>"
        )
        self.swap.description = tr("Swap: {place}", place=place_words(frame_box(other)))
        self.keep.description = tr("Keep: {place}", place=here)
        self.keep.layout.display = "" if here else "none"
        self._must_answer = bool(here)
        self._show_parts()
        self.set_visible(True)

    def _show_parts(self) -> None:
        if "_parts" not in self.__dict__:
            buttons = w.HBox([self.swap, self.keep], layout=wide(flex_flow="row wrap"))
            self._parts = [self._said, buttons]
            self.children: list[Any] = self._parts

    def close_question(self) -> None:
        """Ask no more."""
        self._other = None
        self.set_visible(False)

    def _close_with(self, frame: Any) -> None:
        self.close_question()
        self._answer(frame)

    def __repr__(self) -> str:
        return "<OrderQuestion>"
