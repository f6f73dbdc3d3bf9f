"""Editors that offer what is allowed: yes or no, one of a list, several of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from html import escape
from itertools import islice
from typing import Any

import ipywidgets as w

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.datatypes.kinds.choice import labelled
from gpwidgets.protocol.description import Choice
from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.protocol.values import UNSET
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.kit.controls import WIDE, lean
from gpwidgets.widgets.kit.late_looks import LateLooks, Note

#: A longer list is searched by typing.
_LONG = 15
#: More boxes than this are slow to make; a list takes their place.
_MANY_BOXES = 40


class BooleanEditor(ParameterEditor):
    """A box to tick; a list of three where the server names no default, so that it can stay open."""

    def build(self) -> list[w.Widget]:
        self.control: Any
        if self.default is UNSET and not self.parameter.required:
            options = [(tr("not set"), UNSET), (tr("Yes"), True), (tr("No"), False)]
            self.control = lean(
                w.Dropdown, description=self.label, options=options, tooltip=self.title, layout=WIDE
            )
        else:
            label = plain_label(self.title) if self.compact else self.label
            self.control = lean(
                w.Checkbox,
                description=label,
                indent=False,
                value=False,
                layout={"width": "auto"},
                _dom_classes=("gpw-check",),
            )
        self.control.observe(self.take, names="value")
        return [self.control]

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.control

    def read(self) -> Any:
        """Return whether it is ticked."""
        return self.control.value

    def show(self, value: Any) -> None:
        if isinstance(self.control, w.Dropdown):
            self.control.index = {UNSET: 0, True: 1, False: 2}.get(value, 0)
        else:
            self.control.value = (self.default if value is UNSET else value) is True  # as the server will

    def reset(self) -> None:
        """Put the default back; a box without one is a No."""
        super().reset()
        if isinstance(self.control, w.Checkbox) and self.value is UNSET:
            self.take()


class ChoiceEditor(ParameterEditor):
    """One of a list; long lists are searched by typing."""

    def build(self) -> list[w.Widget]:
        """Make a list, or a box with suggestions."""
        self._by_label = dict(labelled(self.parameter))
        self._is_long = len(self._by_label) > _LONG
        self.control: Any = self._make_long() if self._is_long else self._make_short()
        self.control.observe(self.take, names="value")
        if len(self._by_label) > limit("choices"):
            self.control.observe(self._list_matching, names="value")
        return [self.control]

    def _matching(self, text: str) -> tuple[str, ...]:
        """Labels that hold a text, as many as a page can hold."""
        text = text.strip().casefold()
        return tuple(islice((one for one in self._by_label if text in one.casefold()), limit("choices")))

    def _list_matching(self, change: Mapping[str, Any]) -> None:
        self.control.options = self._matching(change["new"])

    def _make_long(self) -> w.Combobox:
        return lean(
            w.Combobox,
            description=self.label,
            options=self._matching(""),
            ensure_option=False,
            placeholder=tr("type to search {count} choices", count=len(self._by_label)),
            tooltip=self.title,
            layout=WIDE,
        )

    def _make_short(self) -> w.Dropdown:
        nothing = tr("choose…") if self.parameter.required else tr("not set")
        options = [(nothing, UNSET), *self._by_label.items()]
        return lean(
            w.Dropdown,
            description=self.label,
            options=options,
            index=self._index_of(self._label_of(self.default)),  # else the page is told twice
            tooltip=self.title,
            layout=WIDE,
        )

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.control

    def read(self) -> Any:
        if not self._is_long:
            return self.control.value
        text = self.control.value
        if not text.strip():
            return UNSET
        return self._by_label.get(text, self._by_label.get(text.strip(), text.strip()))

    def _label_of(self, value: Any) -> str | None:
        label = next((label for label, known in self._by_label.items() if known == value), None)
        if label is None:
            label = next((one for one, known in self._by_label.items() if str(known) == str(value)), None)
        return label

    def _index_of(self, label: str | None) -> int:
        return 0 if label is None else list(self._by_label).index(label) + 1

    def show(self, value: Any) -> None:
        label = self._label_of(value)
        if self._is_long:
            self.control.value = "" if value is UNSET else (label or str(value))
        else:
            self.control.index = self._index_of(label)

    def show_raw(self, value: Any) -> bool:
        """Write a refused value where there is room for one."""
        if self._is_long:
            self.control.value = str(value)
        return self._is_long


class _Box(LateLooks, w.Checkbox):
    """The box of one choice."""

    def __init__(self, label: str) -> None:
        super().__init__(description=label, indent=False, value=False)


class MultiChoiceEditor(ParameterEditor):
    """Several of a list, with all and none."""

    def build(self) -> list[w.Widget]:
        """Make the boxes, or a list when they are many."""
        self._choices = [
            Choice(plain_label(label), value) for label, value in labelled(self.parameter.member)
        ]
        self._every = lean(
            w.Button,
            description=tr("All"),
            tooltip=tr("All of {title}", title=self.title),
            layout={"width": "auto"},
        )
        self._none = lean(
            w.Button,
            description=tr("None"),
            tooltip=tr("None of {title}", title=self.title),
            layout={"width": "auto"},
        )
        self._every.on_click(lambda _button: self.set_value([choice.value for choice in self._choices]))
        self._none.on_click(lambda _button: self._clear())
        find = [self._make_find()] if len(self._choices) > _LONG else []
        head = lean(w.HBox, [self._every, self._none, *find], _dom_classes=("gpw-wrapping",))
        label = [lean(w.Label, self.label, _dom_classes=("gpw-label",))] if self.label else []
        return [*label, head, *self._make_list()]

    def _make_find(self) -> w.Text:
        find = lean(
            w.Text,
            placeholder=tr("find"),
            tooltip=tr("Find in {title}", title=self.title),
            layout={"width": "120px"},
        )
        find.observe(lambda change: self._show_found(change["new"]), names="value")
        return find

    def _make_list(self) -> list[w.Widget]:
        self._boxes: list[_Box] = []
        self._list: w.SelectMultiple | None = None
        self._chosen_unseen: set[int] = set()
        if len(self._choices) > _MANY_BOXES:
            self._more = Note()
            self._list = lean(w.SelectMultiple, options=(), rows=10, tooltip=self.title, layout=WIDE)
            self._relist(range(len(self._choices)), set())
            self._list.observe(self.take, names="value")
            return [self._list, self._more]
        for choice in self._choices:
            box = _Box(choice.label)
            box.observe(self.take, names="value")
            self._boxes.append(box)
        return [lean(w.VBox, self._boxes, _dom_classes=("gpw-wide", "gpw-boxes"))]

    @property
    def focus_target(self) -> w.DOMWidget:
        return self._list or (self._boxes[0] if self._boxes else self._every)

    def _show_found(self, text: str) -> None:
        text = text.strip().lower()
        found = [at for at, choice in enumerate(self._choices) if text in choice.label.lower()]
        if self._list is not None:
            with self._binding.silently():
                self._relist(found, self._chosen())
            return
        for at, box in enumerate(self._boxes):
            box.set_visible(at in found)

    def _chosen(self) -> set[int]:
        if self._list is None:
            return {at for at, box in enumerate(self._boxes) if box.value}
        return self._chosen_unseen.union(self._list.value)

    def _relist(self, found: Iterable[int], chosen: set[int]) -> None:
        """List what was found and what is chosen, of both together as much as a page can hold."""
        assert self._list is not None
        most = limit("choices")
        found = list(found)
        shown = set(found[:most]).union(islice(sorted(chosen), most))  # what is chosen stays in the list
        self._chosen_unseen = chosen - shown
        self._list.options = [(self._choices[at].label, at) for at in sorted(shown)]
        self._list.value = tuple(sorted(chosen & shown))
        words = tr(
            "{shown:,} of {count:,} are listed, {chosen:,} are chosen; find lists others. {hint}.",
            shown=len(shown),
            count=len(self._choices),
            chosen=len(chosen),
            hint=how_to_raise("choices"),
        )
        is_part = len(found) > most or self._chosen_unseen
        self._more.value = f'<div class="gpw-muted">{escape(words)}</div>' if is_part else ""

    def _clear(self) -> None:
        self.show(UNSET)
        self.take()

    def read(self) -> Any:
        """Return the chosen values in the order of the list."""
        return [self._choices[at].value for at in sorted(self._chosen())] or UNSET

    def show(self, value: Any) -> None:
        values = [] if value is UNSET else list(value)
        chosen = self._places_of(values)
        if self._list is not None:
            with self._binding.silently():
                self._relist(range(len(self._choices)), chosen)
        for at, box in enumerate(self._boxes):
            self._set_box(box, at in chosen)

    def _places_of(self, values: list[Any]) -> set[int]:
        with suppress(TypeError):  # some values have no hash
            known = set(values)
            return {at for at, choice in enumerate(self._choices) if choice.value in known}
        return {at for at, choice in enumerate(self._choices) if choice.value in values}

    def _set_box(self, box: w.Checkbox, ticked: bool) -> None:
        with self._binding.silently():
            box.value = ticked

    def take(self, _change: object = None) -> None:
        """Read the boxes; a list that is needed says so when it is empty."""
        super().take(_change)
        if not self._binding.silent and self.is_missing and not self.error:
            self.error: str = tr("choose at least one.")
