"""A result as the input of a task whose form is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from gpwidgets.datatypes.registry import check_value
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.enums import DataTypeName
from gpwidgets.texts import later, tr, trn
from gpwidgets.widgets.kit.controls import icon_button, lean, status_html
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.page.open_forms import inputs_for

_CHOOSE = later("Use as input of …")


class UseAsInput(Owner, w.HBox):
    """A list of the inputs that a frame can be given to, in all forms of this kernel.

    Parameters
    ----------
    frame
        Called for the GeoDataFrame or DataFrame when it is given.
    data_type
        Of the inputs to offer.
    """

    def __init__(self, frame: Callable[[], Any], data_type: str = DataTypeName.FEATURES) -> None:
        self._frame = frame
        self._data_type = data_type
        self._editors: list[Any] = []
        self.choice = lean(
            w.Dropdown,
            options=[tr(_CHOOSE)],
            tooltip=tr("Give this result to a task that is open in this notebook"),
            layout={"width": "220px", "min_width": "0"},
        )
        self._refresh = icon_button(
            "refresh", tr("Look again which tasks are open"), layout={"width": "36px"}
        )
        self._said = w.HTML()
        self.choice.observe(self._use, names="index")
        self._refresh.on_click(lambda _button: self.refresh())
        super().__init__(
            [self.choice, self._refresh, self._said],
            layout=w.Layout(flex_flow="row wrap", align_items="center"),
        )
        self.refresh()

    def refresh(self) -> None:
        """List the inputs of the forms that are open now."""
        found = inputs_for(self._data_type, self._frame())
        self._editors = [editor for _, editor in found]
        self.choice.options = [tr(_CHOOSE), *(title for title, _ in found)]
        self.choice.disabled = not found

    @guarded
    def _use(self, change: Any) -> None:
        number = change["new"]
        if not number:
            return
        editor, title = self._editors[number - 1], self.choice.options[number]
        self.choice.index = 0
        frame = self._frame()
        try:
            checked = check_value(editor.parameter, frame)
        except ParameterError as error:  # said here, where the user is; the form stays as it is
            raise ParameterError(title, error.problem) from None
        editor.set_value(checked, picked=True)
        said = trn("{n:,} row given to {title}", "{n:,} rows given to {title}", len(frame), title=title)
        self._said.value = status_html(said, look="", sign="✔")

    def show_error(self, error: Exception) -> None:
        """Show why the input did not take it."""
        self._said.value = error_html(error)

    def __repr__(self) -> str:
        return "<UseAsInput>"
