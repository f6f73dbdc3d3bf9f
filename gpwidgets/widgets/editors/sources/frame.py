"""A GeoDataFrame among the notebook's variables."""

from __future__ import annotations

from typing import Any, ClassVar

import ipywidgets as w

from gpwidgets.widgets.editors.feature_words import counted, kind_of
from gpwidgets.widgets.editors.namespace import frames_in_notebook
from gpwidgets.widgets.editors.sources.base import Source, row
from gpwidgets.widgets.open_maps import selected_rows


class FrameSource(Source):
    """A GeoDataFrame by the name of its variable, whole or the rows selected on the map."""

    label: ClassVar[str] = "A GeoDataFrame of this notebook"

    def build(self) -> list[w.Widget]:
        """Make the list of names."""
        self.names = w.Dropdown(
            options=[("", "")],
            tooltip=f"GeoDataFrame for {self.title}",
            layout=w.Layout(flex="1 1 160px", width="auto", min_width="0"),
        )
        self.only = w.Checkbox(
            description="selected rows only",
            tooltip="Only the rows that are selected in its table or on the map",
            indent=False,
            layout=w.Layout(width="auto", display="none"),
        )
        self.use = self.button("Use", "check", f"Use it for {self.title}", self._use)
        self.again = self.button("", "refresh", "Look again which variables there are", self.opened)
        self.names.observe(self._offer_selection, names="value")
        return [row(self.names, self.only, self.use, self.again)]

    @property
    def focus_target(self) -> w.DOMWidget:
        """The list."""
        return self.names

    def opened(self) -> None:
        """List the frames that there are now."""
        frames = frames_in_notebook(with_geometry=True)
        chosen = self.names.value
        options = [(f"{name}: {_words(frame)}", name) for name, frame in sorted(frames.items())]
        self.names.options = options or [("no GeoDataFrame yet", "")]
        if chosen in frames:
            self.names.value = chosen
        self.use.disabled = not options
        self._offer_selection()

    def _offer_selection(self, _change: object = None) -> None:
        rows = selected_rows(self._frame())
        self.only.layout.display = "" if rows else "none"
        self.only.description = f"selected rows only ({len(rows):,})"
        if not rows:
            self.only.value = False

    def _frame(self) -> Any:
        return frames_in_notebook(with_geometry=True).get(self.names.value)

    def _use(self) -> None:
        frame = self._frame()
        if frame is None:
            self.opened()
            self.say("This variable is gone; choose another one.")
            return
        rows = selected_rows(frame)
        self.give(frame.iloc[list(rows)] if self.only.value and rows else frame)


def _words(frame: Any) -> str:
    try:
        return counted(len(frame), kind_of(frame))
    except AttributeError:  # a frame whose geometry column has been dropped
        return counted(len(frame), "row")
