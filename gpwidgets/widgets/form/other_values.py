"""The note that results belong to other values than the form has now."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.registry import words_of
from gpwidgets.protocol.values import UNSET
from gpwidgets.tasks.inputs.environment import KEYWORD
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.form._same_value import same_value
from gpwidgets.widgets.kit.controls import status_html
from gpwidgets.widgets.kit.late_looks import Note

if TYPE_CHECKING:
    from gpwidgets.widgets.form.form import TaskForm

__all__ = ["OtherValues", "changed_values", "same_value"]

#: So many inputs are named.
_MOST = 4


class OtherValues(Note):
    """Says which inputs differ from those of the run that is shown; nothing while none does."""

    def show(self, form: TaskForm, before: Mapping[str, Any]) -> None:
        """Compare a form with the values of its run."""
        pairs = changed_values(before, form.values)
        text = self._words(form, pairs) if pairs else ""
        self.value: str = (
            status_html(text, look="gpw-alert gpw-warning", sign="⚠", is_html=True) if text else ""
        )

    def hide(self) -> None:
        """Say nothing."""
        if self.value:
            self.value = ""

    @staticmethod
    def _words(form: TaskForm, pairs: Mapping[str, tuple[Any, Any]]) -> str:
        lines = [
            f"<li>{escape(_line(form, name, was, now))}</li>"
            for name, (was, now) in list(pairs.items())[:_MOST]
        ]
        if len(pairs) > _MOST:
            more = len(pairs) - _MOST
            lines.append(f"<li>{trn('and {n} more', 'and {n} more', more)}</li>")
        head = escape(tr("What is below belongs to other values than the form has now:"))
        return f"{head}<ul>{''.join(lines)}</ul>"


def _line(form: TaskForm, name: str, was: Any, now: Any) -> str:
    title, editor = form.title_of(name), form.editor(name)
    if editor is not None and editor.parameter.is_hidden:
        return tr("{title}: another value", title=title)
    before, after = words_of(was), words_of(now)
    if before == after:
        return tr("{title}: others ({value})", title=title, value=after)
    return tr("{title}: {before} then, {after} now", title=title, before=before, after=after)


def changed_values(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return, by name, the values that differ, as they were and as they are; `UNSET` where there is none."""
    one, other = _flat(before), _flat(now)
    names = dict.fromkeys([*one, *other])
    pairs = {name: (one.get(name, UNSET), other.get(name, UNSET)) for name in names}
    return {name: pair for name, pair in pairs.items() if not same_value(*pair)}


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    settings = values.get(KEYWORD)
    own = {name: value for name, value in values.items() if name != KEYWORD}
    return {**own, **(settings if isinstance(settings, Mapping) else {})}
