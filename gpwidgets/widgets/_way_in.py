"""The way to a form: what can be done while a task cannot be reached, and where its address is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ipywidgets as w

from gpwidgets.protocol.urls import GPURL
from gpwidgets.secrets import mask
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import lean, status_html, text_button, wide
from gpwidgets.widgets.kit.owner import Owner

__all__ = ["WayIn", "other_scheme"]


def other_scheme(address: str) -> str:
    """Return an address with http in the place of https; empty when it begins with something else."""
    return f"http{address[5:]}" if address[:6].lower() == "https:" else ""


class WayIn(Owner, w.VBox):
    """An address that can be mended in its place, and the tasks that may have been meant.

    Parameters
    ----------
    address
        What did not lead to a task.
    go
        Called with an address to be opened.
    tasks
        Those of the service, when it has others than the one that was asked for.
    proposal
        Another address that may be right.
    """

    def __init__(
        self, address: str, go: Callable[[str], None], tasks: Sequence[str] = (), proposal: str = ""
    ) -> None:
        self._address, self._go = mask(address), go
        self.address = lean(
            w.Text,
            self._address,
            description=tr("Address"),
            placeholder="https://host/arcgis/rest/services/Folder/Service/GPServer/Task",
            tooltip=tr("Address of the task, its service or its server"),
            continuous_update=False,
            layout={"flex": "1 1 260px", "width": "auto", "min_width": "0"},
        )
        self.button: w.Button = text_button(tr("Try again"), "refresh", act=self._open)
        self.address.observe(lambda _change: self._open(), names="value")
        row = w.HBox([self.address, self.button], layout=wide(flex_flow="row wrap"))
        super().__init__([*self._offers(tasks, proposal), row], layout=wide(), _dom_classes=("gpw-way-in",))

    def _offers(self, tasks: Sequence[str], proposal: str) -> list[w.Widget]:
        parts: list[w.Widget] = []
        if tasks:
            parts.append(w.HTML(status_html(tr("The tasks of this service:"))))
            parts.append(self._task_list(tasks))
        if proposal:
            words = tr("Use {address}", address=proposal)
            use = text_button(words, act=lambda: self._go(proposal), layout={"max_width": "100%"})
            parts.append(use)
        return parts

    def _task_list(self, tasks: Sequence[str]) -> w.Widget:
        head = tr("choose one of {count}", count=len(tasks))
        made = lean(
            w.Dropdown,
            options=[(head, ""), *((name, name) for name in tasks)],
            description=tr("Task"),
            layout={"width": "auto", "min_width": "0"},  # with its margins it fills the line
        )

        def choose(change: Mapping[str, str]) -> None:
            if change["new"]:
                self._go(str(GPURL.parse(self._address).for_task(change["new"])))

        made.observe(choose, names="value")
        return made

    def _open(self) -> None:
        if not self.button.disabled:  # leaving the box for the button is a change and a press
            self.button.disabled = True
            self._go(self.address.value.strip())

    def __repr__(self) -> str:
        return "<WayIn>"
