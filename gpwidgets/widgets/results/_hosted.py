"""A result that stays on the server as a layer: its address, and its rows when they are wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.errors import GPError
from gpwidgets.protocol.frame_info import is_truncated
from gpwidgets.secrets import mask
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import status_line, text_button, wide
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.words.file_links import safe_link

if TYPE_CHECKING:
    from gpwidgets.protocol.values import LayerReference

#: Rows read at a click; the layer may have millions.
MOST = 50_000


class HostedLayerView(Owner, w.VBox):
    """The address of a layer, and a button that reads its rows.

    Parameters
    ----------
    layer
        From the outputs of a run.
    show
        Makes the view of the frame that was read.
    """

    def __init__(self, layer: LayerReference, show: Callable[[Any], list[w.Widget]]) -> None:
        self._layer, self._show = layer, show
        self.frame: Any = None
        self.button = text_button(
            tr("Read rows"), "download", tr("Read the layer's rows as a table and a map layer"), self._read
        )
        self._said = status_line()
        self._reading = self.own(
            Background("gpwidgets-layer", said=self._said, failed=self._show_trouble, button=self.button)
        )
        self._rows = w.VBox(layout=wide())
        words = tr("Layer on the server: {link}", link=safe_link(layer.url))
        address = w.HTML(f'<div class="gpw-value mathjax_ignore">{words}</div>')
        super().__init__([address, self.button, self._said, self._rows], layout=w.Layout(width="100%"))

    def _read(self) -> None:
        self._reading.start(lambda: self._layer.read(limit=MOST), self._show_rows, tr("Reading rows…"))

    def _show_rows(self, frame: Any) -> None:
        self.frame = frame
        replace_children(self._rows, self._show(frame))
        self._said.say(tr("The first {most:,} rows.", most=MOST) if is_truncated(frame) else "")

    def _show_trouble(self, error: Exception) -> None:
        if isinstance(error, ValueError) and not isinstance(error, GPError):
            self._said.say(mask(str(error)))  # such as a layer that has no rows: nothing went wrong
        else:
            self._said.show_error(error)
