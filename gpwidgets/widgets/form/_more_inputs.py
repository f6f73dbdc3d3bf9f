"""Forms of very many inputs: which fields are made at first, and ways to the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.tasks.inputs.checking import has_usable_default
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.kit.controls import WIDE, lean, text_button
from gpwidgets.widgets.kit.late_looks import Note, Section

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter

__all__ = ["MoreInputs", "is_needed", "next_inputs"]


def is_needed(parameter: GPParameter) -> bool:
    """Whether the task cannot run before an input is given."""
    return parameter.required and not has_usable_default(parameter)


def next_inputs(waiting: Iterable[GPParameter]) -> list[GPParameter]:
    """Return the inputs of which fields are made now: as many as the bounds allow, those to be given first.

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
    for parameter in sorted(waiting, key=lambda one: (not is_needed(one), not one.required)):
        if len(chosen) >= limit("inputs"):
            break
        is_large = datatype_of(parameter).has_parts
        if is_large and large >= limit("feature_inputs"):
            continue
        large += is_large
        chosen.add(parameter.name)
    return [parameter for parameter in waiting if parameter.name in chosen]


class MoreInputs(Section):
    """Says that not all inputs are shown, with ways to the others; nothing while all are.

    The names of the others are in the page, so that it finds what is searched for in it.

    Parameters
    ----------
    make_more
        Makes the next fields.
    go_to
        Makes the field of the input of this name, and leads to it.
    """

    def __init__(self, make_more: Callable[[], None], go_to: Callable[[str], None]) -> None:
        self._make_more, self._go_to = make_more, go_to
        self._names: dict[str, str] = {}
        super().__init__()

    @cached_property
    def _said(self) -> Note:
        return self.own(Note())

    @cached_property
    def _list(self) -> Note:
        return self.own(Note())

    @cached_property
    def _button(self) -> w.Button:
        button: w.Button = self.own(text_button(tr("More inputs"), act=self._make_more))
        return button

    @cached_property
    def _search(self) -> w.Combobox:
        box: w.Combobox = self.own(
            lean(
                w.Combobox,
                description=tr("Find an input"),
                placeholder=tr("its name"),
                tooltip=tr("Find an input that is not shown yet"),
                continuous_update=False,
                layout=WIDE,
            )
        )
        box.observe(self._find, names="value")
        return box

    def _find(self, change: Mapping[str, Any]) -> None:
        name = self._names.get(change["new"].strip())
        if name is not None:
            self._search.value = ""
            self._go_to(name)

    def show(self, shown: int, waiting: Iterable[GPParameter]) -> None:
        """Tell how many inputs are shown, and how many are not."""
        left = list(waiting)
        parts: list[w.Widget] = [self._said, self._search, self._button, self._list] if left else []
        self.children: Sequence[w.Widget] = parts
        if not left:
            return
        self._said.value = f'<div class="gpw-note" role="note">{escape(_words(shown, left))}</div>'
        self._names = {one.display_name or one.name: one.name for one in left}
        self._search.options = tuple(self._names)
        hint = f"{how_to_raise('inputs')}; {how_to_raise('feature_inputs')}"
        self._list.value = (
            f'<details class="gpw-muted"><summary>{escape(tr("Inputs that are not shown"))}</summary>'
            f"{escape(', '.join(self._names))}<br>{escape(hint)}</details>"
        )


def _words(shown: int, left: Sequence[GPParameter]) -> str:
    words = tr(
        "{shown:,} of {count:,} inputs are shown, required ones first; the others keep their defaults.",
        shown=shown,
        count=shown + len(left),
    )
    needed = sum(map(is_needed, left))
    if not needed:
        return words
    return f"{words} " + trn(
        "{n:,} of them has none and has to be given.", "{n:,} of them have none and have to be given.", needed
    )
