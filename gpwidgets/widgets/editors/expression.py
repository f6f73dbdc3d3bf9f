"""Editor of SQL expressions over the columns of another input."""

from __future__ import annotations

import re
from functools import cached_property
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.errors import ParameterError
from gpwidgets.protocol.values import UNSET, FieldRef
from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors.column_choices import ColumnFollower, depending
from gpwidgets.widgets.editors.text import TextEditor
from gpwidgets.widgets.kit.controls import WIDE, lean
from gpwidgets.widgets.kit.fold import Fold

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_HELP = (
    ("NAME = 'Bern'", later("a text, in single quotes")),
    ("POP > 1000 AND POP <= 5000", later("numbers; also OR and NOT")),
    ("NAME LIKE 'New%'", later("% stands for any letters")),
    ("KIND IN ('a', 'b')", later("one of several")),
    ("NAME IS NOT NULL", later("whether there is a value")),
    ("SEEN >= DATE '2025-01-31'", later("a date")),
)


class ExpressionEditor(TextEditor):
    """An expression, the columns that it can use, and how expressions are written."""

    def build(self) -> list[w.Widget]:
        """Make the box, the list of columns and the help."""
        controls = super().build()
        self.follower: ColumnFollower = ColumnFollower(
            self.context, depending(self.parameter, self.context), self._offer
        )
        self._below: list[w.Widget] = []
        if not self.compact:
            words = tr("Examples for {title}", title=self.title)
            self._below.append(Fold(tr("How to write it"), _examples, tooltip=words))
        self.follower.start()
        return [*controls, *self._offered, *self._below]

    @cached_property
    def columns(self) -> w.Dropdown:
        """The list of columns, once there are some."""
        control: w.Dropdown = self.own(
            lean(
                w.Dropdown,
                options=[(tr("insert a column…"), "")],
                tooltip=tr("Insert a column into {title}", title=self.title),
                layout={"width": "auto", "max_width": "100%"},
                disabled=not self._enabled,
            )
        )
        control.observe(self._insert, names="value")
        return control

    @property
    def _offered(self) -> list[w.Widget]:
        return [self.columns] if self.follower.columns else []

    def make_control(self) -> Any:
        """Make a box of several lines."""
        return lean(
            w.Textarea,
            description=self.label,
            placeholder="POP > 1000",
            rows=2,
            tooltip=self.title,
            layout=WIDE,
        )

    def read(self) -> Any:
        """Return the expression; one that is not finished is refused."""
        text = super().read()
        if text is not UNSET:
            self._check(text)
        return text

    def _check(self, text: str) -> None:
        rest = _QUOTED.sub("", text)
        if "'" in rest or '"' in rest:
            raise ParameterError(self.parameter.name, tr("a quote is opened and not closed."))
        if rest.count("(") != rest.count(")"):
            raise ParameterError(self.parameter.name, tr("a parenthesis is missing."))

    def _offer(self) -> None:
        if self.follower.columns:
            options = [(_words(one), one.name) for one in self.follower.columns]
            with self._binding.silently():
                self.columns.options = [(tr("insert a column…"), ""), *options]
        self.arrange([self.control, *self._offered, *self._below])

    def _insert(self, change: Any) -> None:
        if not change["new"]:
            return
        before = self.control.value
        space = " " if before and not before[-1].isspace() else ""
        self.control.value = f"{before}{space}{change['new']} "
        with self._binding.silently():
            self.columns.value = ""  # None would choose nothing, and leave the list blank

    def let_go(self) -> None:
        """Follow the layer no more."""
        self.follower.close()


def _examples() -> list[w.Widget]:
    rows = "".join(
        f"<tr><td><code>{escape(code)}</code></td><td>{tr(words)}</td></tr>" for code, words in _HELP
    )
    return [w.HTML(f'<table class="gpw-muted">{rows}</table>')]


def _words(column: FieldRef) -> str:
    kind = column.type.removeprefix("esriFieldType").lower()
    return f"{column.name} ({kind})" if kind else column.name
