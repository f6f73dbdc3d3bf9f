"""The call that a form stands for, as Python to be copied."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as w

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.code_view import code_html
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.fold import Fold


class CallCode(Fold):
    """The code of a form, written while it is unfolded.

    Parameters
    ----------
    call
        Returns the code; empty where there is no task yet.
    """

    def __init__(self, call: Callable[[], str]) -> None:
        self._call = call
        self._text = w.HTML(layout=w.Layout(width="100%", min_width="0"))
        tooltip = tr("The call that this form stands for")
        super().__init__(tr("This form as Python"), [self._text], tooltip=tooltip)
        self.add_class("gpw-section")
        self.observe(lambda _change: self.refresh(), names="opened")

    def refresh(self) -> None:
        """Write the code of now, or why there is none."""
        if not self.opened:
            return
        try:
            code = self._call()
            self._text.value = code_html(code) if code else ""
        except Exception as error:
            self._text.value = error_html(error)
