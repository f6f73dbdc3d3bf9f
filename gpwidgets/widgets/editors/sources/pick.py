"""Picking one of several frames, whole or only the rows that are selected in it."""

from __future__ import annotations

from typing import Any, ClassVar

import ipywidgets as w

from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors.feature_words import counted, kind_of
from gpwidgets.widgets.editors.sources.base import Source, row
from gpwidgets.widgets.lean import lean
from gpwidgets.widgets.open_maps import selected_rows

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
        """Make the list."""
        self._found: list[Found] = []
        self.names = lean(
            w.Dropdown,
            options=[("", -1)],
            tooltip=tr("{label}, for {title}", label=tr(self.label), title=self.title),
            layout={"flex": "1 1 160px", "width": "auto", "min_width": "0"},
        )
        self.only = lean(
            w.Checkbox,
            tooltip=tr("Only what is selected on the map or in the table"),
            indent=False,
            layout=w.Layout(width="auto", display="none"),
        )
        self.use = self.button(tr("Use"), "check", tr("Use it for {title}", title=self.title), self._use)
        self.again = self.button("", "refresh", tr("Look again what there is"), self.opened)
        self.names.observe(self._offer_selection, names="value")
        return [row(self.names, self.only, self.use, self.again)]

    @property
    def focus_target(self) -> w.DOMWidget:
        """The list."""
        return self.names

    def opened(self) -> None:
        """List what there is now; what was chosen stays chosen."""
        before = self._chosen()
        self._found = self.frames()
        options = [(f"{name}: {_words(frame)}", at) for at, (name, frame) in enumerate(self._found)]
        self.names.options = options or [(tr(self.nothing), -1)]
        names = [name for name, _ in self._found]
        if before is not None and before[0] in names:
            self.names.value = names.index(before[0])
        self.use.disabled = not options
        self._offer_selection()

    def _chosen(self) -> Found | None:
        at = self.names.value
        return self._found[at] if at is not None and 0 <= at < len(self._found) else None

    def _offer_selection(self, _change: object = None) -> None:
        chosen = self._chosen()
        count = len(selected_rows(chosen[1])) if chosen is not None else 0
        self.only.layout.display = "" if count else "none"
        self.only.description = f"{tr(self.some)} ({count:,})"
        self.only.value = count > 0  # whoever selects features means them

    def _use(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            self.say(tr("There is {nothing}.", nothing=tr(self.nothing)))
            return
        frame = chosen[1]
        rows = selected_rows(frame)  # what has been selected since the list was made counts
        self.give(frame.iloc[list(rows)] if self.only.value and rows else frame)


def _words(frame: Any) -> str:
    try:
        return counted(len(frame), kind_of(frame))
    except AttributeError:  # a frame whose geometry column has been dropped
        return counted(len(frame), "row")
