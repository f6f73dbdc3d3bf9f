"""A result that stays on the server as a layer: its address, and its rows when they are wanted."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from threading import Thread
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.errors import GPError
from gpwidgets.protocol.frame_info import is_truncated
from gpwidgets.tasks.scheduling.workers import start_worker
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.accessibility import is_resting, let_rest
from gpwidgets.widgets.kit.errors_shown import error_html
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
        self._worker: Thread | None = None
        self.button = w.Button(
            description=tr("Read rows"),
            icon="download",
            tooltip=tr("Read the layer's rows as a table and a map layer"),
            layout=w.Layout(width="auto"),
        )
        self.button.on_click(self._read)
        self._said = w.HTML()
        self._rows = w.VBox(layout=w.Layout(width="100%", min_width="0"))
        words = tr("Layer on the server: {link}", link=safe_link(layer.url))
        address = w.HTML(f'<div class="gpw-value mathjax_ignore">{words}</div>')
        super().__init__([address, self.button, self._said, self._rows], layout=w.Layout(width="100%"))

    def _read(self, _button: w.Button) -> None:
        if is_resting(self.button):
            return
        let_rest(self.button, True)
        self._said.value = f'<div class="gpw-muted" role="status">{tr("Reading rows…")}</div>'
        self._worker = start_worker(self._work, "gpwidgets-layer")

    def _work(self) -> None:
        try:
            self.frame = self._layer.read(limit=MOST)
            replace_children(self._rows, self._show(self.frame))
            cut = is_truncated(self.frame)
            self._said.value = (
                f'<div class="gpw-muted">{tr("The first {most:,} rows.", most=MOST)}</div>' if cut else ""
            )
        except Exception as error:  # whatever it is, nobody waits for ever
            is_plain = isinstance(error, ValueError) and not isinstance(error, GPError)
            self._said.value = f"<div>{escape(str(error))}</div>" if is_plain else error_html(error)
        finally:
            let_rest(self.button, False)
