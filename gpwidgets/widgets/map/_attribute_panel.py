"""The attributes of a feature, in a corner of the map.

A popup on the feature would appear in the layer list, and one bound to the layer would swallow the clicks
that are meant for drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as w
from ipyleaflet import Map, WidgetControl

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import status_html, text_button
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.map.layers.viewport import take_off
from gpwidgets.widgets.words.cells import FrameTexts

#: Attributes shown of the feature under the pointer; the selected one shows all.
_GLANCE = 4

#: Width and height that the panel may have, in pixels.
LARGEST = (300, 260)


class AttributePanel(Owner, WidgetControl):
    """Attributes of the feature that is selected or, while none is, of the one under the pointer.

    Parameters
    ----------
    map_widget
        Where it appears when there is something to show.
    close
        Called when the user closes it.
    """

    def __init__(self, map_widget: Map, close: Callable[[], None]) -> None:
        self._map = map_widget
        self._close = close
        self._pinned = False
        self._seen: tuple[Any, ...] = ()
        self._text = w.HTML()
        self._button = text_button(tr("Close"), "times", act=self._end, layout=w.Layout(width="auto"))
        box = w.VBox(
            [self._text, self._button],
            layout=w.Layout(max_width=f"min({LARGEST[0]}px, 100%)", max_height=f"{LARGEST[1]}px"),
        )
        box.add_class("gpw-attributes")
        super().__init__(widget=box, position="topright")

    def pin(self, title: str, frame: Any, row: int, more: str = "") -> None:
        """Show all attributes of a row of the frame until it is hidden; `more` is said above them."""
        self._pinned = True
        lead = f"<div>{escape(more)}</div>" if more else ""
        self._button.layout.display = ""
        self._show(
            status_html(f"<b>{escape(title)}</b>{lead}{attributes_html(frame, row)}", look="", is_html=True)
        )

    def glance(self, title: str, frame: Any, row: int) -> None:
        """Show the first attributes of the row under the pointer, unless a feature is selected."""
        if self._pinned or self._seen == (title, row):
            return
        self._seen = (title, row)
        self._button.layout.display = "none"
        self._show(f"<b>{escape(title)}</b>{attributes_html(frame, row, _GLANCE)}")

    def hide(self) -> None:
        """Show nothing."""
        self._pinned, self._seen = False, ()
        take_off(self._map, self)

    def let_go(self) -> None:
        """Leave the map."""
        self.hide()

    def _show(self, html: str) -> None:
        self._text.value = html
        if self not in self._map.controls:
            self._map.add(self)

    def _end(self) -> None:
        self.hide()
        self._close()


def attributes_html(frame: Any, row: int, most: int | None = None) -> str:
    """Return a row's attributes as a small table, under their aliases, escaped; at most this many."""
    texts = FrameTexts(frame)
    values = frame.iloc[row]
    places = [place for place, kind in enumerate(frame.dtypes) if str(kind) != "geometry"]
    lines = [
        f'<tr><th scope="row">{escape(texts.header(frame.columns[place]))}</th>'
        f"<td>{escape(texts.text(frame.columns[place], values.iloc[place]))}</td></tr>"
        for place in places[:most]
    ]
    if not lines:
        return f"<div>{tr('No attributes')}</div>"
    left = len(places) - len(lines)
    rest = f"<div>{tr('and {left} more; click to see them', left=left)}</div>" if left else ""
    return f'<table class="gpw-frame">{"".join(lines)}</table>{rest}'
