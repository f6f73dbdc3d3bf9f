"""Editor of tables without geometry."""

from __future__ import annotations

from functools import cached_property
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.datatypes.layer_addresses import holds_token, layer_given
from gpwidgets.datatypes.registry import check_value
from gpwidgets.datatypes.value_checks import as_json_text
from gpwidgets.errors import GPError, ParameterError
from gpwidgets.protocol.features import RecordSet
from gpwidgets.protocol.values import UNSET, LayerReference
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.editors.namespace import frames_in_notebook
from gpwidgets.widgets.editors.tables._pasted_table import pasted_table
from gpwidgets.widgets.kit.controls import WIDE, lean, status_html


class RecordEditor(ParameterEditor):
    """Rows pasted from a spreadsheet, a frame of the notebook, a file or the URL of a table."""

    def build(self) -> list[w.Widget]:
        """Make the box for text and the line that says what there is."""
        self._given: Any = UNSET
        self.text: w.Textarea = lean(
            w.Textarea,
            description=self.label,
            placeholder=tr(
                "rows pasted from a spreadsheet, headings first; a file's path; the URL of a table; "
                "or the name of a DataFrame"
            ),
            rows=3,
            continuous_update=False,
            tooltip=self.title,
            layout=WIDE,
        )
        self.summary: w.HTML = lean(w.HTML, _summary_html(UNSET))
        self._binding.follow(self.text, self._take_text)
        self._row = lean(w.HBox, [self.summary], _dom_classes=("gpw-wide", "gpw-wrapping"))
        return [self.text, self._row]

    @cached_property
    def clear(self) -> w.Button:
        """The button that takes the rows away."""
        button: w.Button = self.own(
            lean(
                w.Button,
                description=tr("Clear"),
                icon="trash-o",
                tooltip=tr("Take {title} away", title=self.title),
                layout={"width": "auto"},
                disabled=not self._enabled,
            )
        )
        button.on_click(lambda _button: self._clear_all())
        return button

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.text

    def _take_text(self, change: Any) -> None:
        text = change["new"].strip()
        if not text:
            self.dismiss()
            return
        try:
            given = frames_in_notebook(with_geometry=False).get(text, text)
            if holds_token(text):
                given = layer_given(as_json_text(text, self.parameter))
                with self._binding.silently():
                    self.text.value = ""  # no token stays in a box of text
            checked = check_value(self.parameter, self._rows_of(given))
        except GPError as error:
            self.refuse(error.problem if isinstance(error, ParameterError) else str(error))
            return
        self._given = checked
        self.take()
        self._tell(self.value)

    def dismiss(self) -> None:
        """Keep the rows that were there, and take refused text out of the box."""
        with self._binding.silently():
            self.text.value = ""
        super().dismiss()

    def _clear_all(self) -> None:
        with self._binding.silently():
            self.show(UNSET)
        self.take()

    def read(self) -> Any:
        """Return what was given last."""
        return self._given

    def _rows_of(self, given: Any) -> Any:
        """What was typed; pasted rows as a list of dicts."""
        is_table = isinstance(given, str) and ("\n" in given or "\t" in given)
        is_pasted = is_table and given[:1] not in "{["
        return pasted_table(given, self.parameter) if is_pasted else given

    def show(self, value: Any) -> None:
        """Keep a value and say what it is."""
        self._given = value
        self.text.value = ""
        self._tell(value)

    def show_raw(self, value: Any) -> bool:
        """Write refused text where it can be mended; what was there stays."""
        if isinstance(value, str):
            self.text.value = value
        return False

    def _tell(self, value: Any) -> None:
        self.summary.value = _summary_html(value)
        parts = (self.summary,) if value is UNSET else (self.summary, self.clear)
        if len(parts) != len(self._row.children):
            self._row.children = parts


def _summary_html(value: Any) -> str:
    return status_html(_words(value), is_html=True)


def _words(value: Any) -> str:
    if value is UNSET or (isinstance(value, str) and not value):
        return tr("Nothing yet.")
    if isinstance(value, LayerReference):
        return tr("The server reads {url}.", url=escape(value.url))
    if isinstance(value, str):
        return tr("The table {value}.", value=escape(value))
    count = (
        len(value.features)
        if isinstance(value, RecordSet)
        else len(value)
        if hasattr(value, "__len__")
        else 0
    )
    return trn("{n:,} row.", "{n:,} rows.", count)
