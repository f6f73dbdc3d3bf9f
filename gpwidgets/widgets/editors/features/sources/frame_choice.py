"""Picking one of several frames, whole or only the rows that are selected in it."""

from __future__ import annotations

from typing import Any, ClassVar

import ipywidgets as w

from gpwidgets.datatypes.feature_counts import counted, kind_of
from gpwidgets.protocol.geometry_types import takes_geometry
from gpwidgets.texts import later, tr, trn
from gpwidgets.widgets.editors.features.sources.feature_source import Source, row
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.page.open_maps import selected_rows

Found = tuple[str, Any]
"""The name of a frame as it is listed, and the frame."""


class PickSource(Source):
    """A list of frames; those that are selected in on a map can be given in part.

    Attributes
    ----------
    nothing : str
        What the list says while it is empty.
    some : str
        What the selected rows are called.
    """

    nothing: ClassVar[str] = later("nothing yet")
    some: ClassVar[str] = later("selected rows only")

    def frames(self) -> list[Found]:
        """Return what there is to pick now."""
        raise NotImplementedError

    def build(self) -> list[w.Widget]:
        self._found: list[Found] = []
        self.names: w.Dropdown = lean(
            w.Dropdown,
            options=[("", -1)],
            value=-1,
            tooltip=tr("{label}, for {title}", label=tr(self.label), title=self.title),
            layout={"flex": "1 1 160px", "width": "auto", "min_width": "0"},
        )
        self.only: w.Checkbox = lean(
            w.Checkbox,
            tooltip=tr("Only what is selected on the map or in the table"),
            indent=False,
            layout=w.Layout(width="auto", display="none"),
        )
        self.use: w.Button = self.button(
            tr("Use again"),
            "check",
            tr("Use it for {title} as it is and as it is selected now", title=self.title),
            self._use,
            w.Layout(width="auto"),
        )
        self.again: w.Button = self.button("", "refresh", tr("Look again what there is"), self.opened)
        self._binding, self._using = Binding(), Binding()
        self._binding.follow(self.names, self._pick)
        self._binding.follow(self.only, self._pick_rows)
        return [row(self.names, self.only, self.use, self.again)]

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.names

    def opened(self) -> None:
        """List what there is now; what was chosen stays chosen."""
        before = self._chosen()
        there = self.frames()
        self._found = [one for one in there if self._fits(one[1])]
        options = [(f"{name}: {_words(frame)}", at) for at, (name, frame) in enumerate(self._found)]
        names = [name for name, _ in self._found]
        head = tr("choose one of {count}…", count=len(options)) if options else tr(self.nothing)
        with self._binding.silently():
            self.names.options = [(head, -1), *options]
            self.names.value = names.index(before[0]) if before is not None and before[0] in names else -1
            self._offer_selection()
        left_out = len(there) - len(self._found)
        self.say(
            trn(
                "{n} more is not listed: its geometry is not what this input takes.",
                "{n} more are not listed: their geometry is not what this input takes.",
                left_out,
            )
            if left_out
            else ""
        )

    def _fits(self, frame: Any) -> bool:
        """Whether the input takes the geometry of a frame."""
        try:
            kinds = frame.geom_type.dropna().unique()
        except AttributeError:
            return False  # its geometry column has been dropped
        return all(takes_geometry(self.editor.parameter, kind) for kind in kinds)

    def _chosen(self) -> Found | None:
        at = self.names.value
        return self._found[at] if at is not None and 0 <= at < len(self._found) else None

    def _pick(self, _change: object) -> None:
        with self._binding.silently():
            self._offer_selection()
        if self._chosen() is not None:
            self.touched = True
            self._act(self._use)

    def _pick_rows(self, _change: object) -> None:
        if self._chosen() is not None:
            self.touched: bool = True
            self._act(self._use)

    def take_pending(self) -> None:
        self._use()

    def drop(self) -> None:
        super().drop()
        self.names.value = -1

    def settle(self) -> None:
        """Choose nothing, when something else is the input's value."""
        if not self._using.silent:
            self.names.value = -1
        super().settle()

    def _offer_selection(self) -> None:
        chosen = self._chosen()
        self.use.layout.display = "" if chosen is not None else "none"
        count = len(selected_rows(chosen[1])) if chosen is not None else 0
        self.only.layout.display = "" if count else "none"
        self.only.description = f"{tr(self.some)} ({count:,})"
        self.only.value = count > 0  # whoever selects features means them

    def _use(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        frame = chosen[1]
        rows = selected_rows(frame)  # what has been selected since the list was made counts
        with self._using.silently():
            self.give(frame.iloc[list(rows)] if self.only.value and rows else frame)


def _words(frame: Any) -> str:
    try:
        return counted(len(frame), kind_of(frame))
    except AttributeError:  # a frame whose geometry column has been dropped
        return counted(len(frame), "row")
