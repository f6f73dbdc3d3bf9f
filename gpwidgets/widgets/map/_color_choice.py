"""A colour, chosen by name or written as a code.

The picker of ipywidgets has a box without a label, which is nameless for readers of screens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import ipywidgets as w
import traitlets

from gpwidgets.texts import later, tr
from gpwidgets.widgets.kit.owner import Owner

__all__ = ["ColorChoice"]

#: Those of inputs and results among them, so that each of these has a name.
COLORS: Mapping[str, str] = {
    later("blue"): "#0072b2",
    later("light blue"): "#56b4e9",
    later("green"): "#009e73",
    later("olive green"): "#558b2f",
    later("yellow"): "#f0e442",
    later("ochre"): "#b08900",
    later("orange"): "#e69f00",
    later("red"): "#d55e00",
    later("pink"): "#cc79a7",
    later("purple"): "#7a5195",
    later("black"): "#000000",
    later("grey"): "#757575",
    later("white"): "#ffffff",
}
_CODE = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.I)


class ColorChoice(Owner, w.VBox):
    """A list of named colours, and a box for the code of any other.

    Parameters
    ----------
    value
        As in CSS, ``#rgb`` or ``#rrggbb``.
    label
        What the colour is of.
    """

    value: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(help="The colour, as in CSS.")

    def __init__(self, value: str, label: str) -> None:
        options = [*((tr(name), code) for name, code in COLORS.items()), (tr("another one"), "")]
        self.named: w.Dropdown = w.Dropdown(
            description=label, options=options, layout={"width": "calc(100% - 4px)", "min_width": "0"}
        )
        self.code: w.Text = w.Text(
            description=tr("Code"), placeholder="#0072b2", continuous_update=False, layout={"width": "100%"}
        )
        for control in (self.named, self.code):
            control.style.description_width = "70px"
        self._said = w.HTML()
        super().__init__(
            [self.named, self.code, self._said],
            layout=w.Layout(flex="1 1 200px", width="auto", min_width="0"),
        )
        self.value: str = value
        self.named.observe(self._choose, names="value")
        self.code.observe(self._type, names="value")

    @traitlets.observe("value")
    def _show(self, _change: object) -> None:
        self.named.value = self.value if self.value in COLORS.values() else ""
        self.code.value = self.value
        self._said.value = ""

    def _choose(self, change: Mapping[str, Any]) -> None:
        if change["new"]:
            self.value = change["new"]

    def _type(self, change: Mapping[str, Any]) -> None:
        text = change["new"].strip().lower()
        if _CODE.fullmatch(text):
            self.value = text
            return
        problem = escape(tr("{text!r} is no code of a colour; one is #0072b2", text=change["new"]))
        self._said.value = f'<div class="gpw-problem" role="alert">✖ {problem}</div>'
