"""Forms of very many inputs: which fields are made at first, and a button that makes more of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import text_button
from gpwidgets.widgets.kit.late_looks import Note, Section

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter

__all__ = ["MoreInputs", "next_inputs"]


def next_inputs(waiting: Iterable[GPParameter]) -> list[GPParameter]:
    """Return the inputs of which fields are made now: as many as the bounds allow, required ones first.

    Parameters
    ----------
    waiting
        Inputs that have no fields yet.

    Returns
    -------
    list of GPParameter
        In the order of `waiting`.
    """
    waiting = list(waiting)
    chosen: set[str] = set()
    large = 0
    for parameter in sorted(waiting, key=lambda one: not one.required):
        if len(chosen) >= limit("inputs"):
            break
        is_large = datatype_of(parameter).has_parts
        if is_large and large >= limit("feature_inputs"):
            continue
        large += is_large
        chosen.add(parameter.name)
    return [parameter for parameter in waiting if parameter.name in chosen]


class MoreInputs(Section):
    """Says that not all inputs are shown, with a button for more; nothing while all are.

    Parameters
    ----------
    make_more
        Makes the next fields.
    """

    def __init__(self, make_more: Callable[[], None]) -> None:
        self._make_more = make_more
        super().__init__()

    @cached_property
    def _said(self) -> Note:
        return self.own(Note())

    @cached_property
    def _button(self) -> w.Button:
        button: w.Button = self.own(text_button(tr("More inputs"), act=self._make_more))
        return button

    def show(self, shown: int, waiting: Iterable[GPParameter]) -> None:
        """Tell how many inputs are shown, and how many are not."""
        left = list(waiting)
        self.children: Sequence[w.Widget] = [self._said, self._button] if left else []
        if not left:
            return
        words = tr(
            "{shown:,} of {count:,} inputs are shown, required ones first; the others keep their defaults. "
            "{hint}.",
            shown=shown,
            count=shown + len(left),
            hint=f"{how_to_raise('inputs')}; {how_to_raise('feature_inputs')}",
        )
        self._said.value = f'<div class="gpw-note" role="note">{escape(words)}</div>'
