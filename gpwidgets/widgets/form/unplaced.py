"""Values of an earlier run that have no place in the form, since the service has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from html import escape

from gpwidgets.errors import GPError
from gpwidgets.secrets import mask
from gpwidgets.tasks.code import values_code
from gpwidgets.tasks.journal.kept_inputs import Unplaced
from gpwidgets.tasks.journal.recording import keeping_along
from gpwidgets.tasks.results.outputs import summary
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.code_view import code_html
from gpwidgets.widgets.kit.late_looks import Note

__all__ = ["UnplacedValues"]


class UnplacedValues(Note):
    """Says which values of an earlier run could not be placed, and why; nothing while there are none."""

    def __init__(self) -> None:
        self.values: Mapping[str, Unplaced] = {}
        super().__init__()

    def show(self, values: Mapping[str, Unplaced]) -> None:
        """Show these values, by the names they had."""
        self.values = values
        self.value: str = self.html() + (code_html(self._code()) if values else "")

    def keeping(self) -> AbstractContextManager[None]:
        """Have the values kept in the history with each run that is started meanwhile."""
        return keeping_along(one.row for one in self.values.values())

    def html(self) -> str:
        """Return the values as HTML without scripts; empty when there are none."""
        if not self.values:
            return ""
        head = escape(
            tr("The service has changed since this run. What has no place in the form any more is kept here:")
        )
        lines = "".join(
            f"<li><b>{escape(name)}</b>: {escape(mask(summary(one.value)))} "
            f"({escape(mask(one.why.rstrip('.')))})</li>"
            for name, one in self.values.items()
        )
        return (
            '<div class="gpw-alert gpw-warning" role="alert"><span aria-hidden="true">⚠</span> '
            f'{head}<ul class="gpw-list">{lines}</ul></div>'
        )

    def _code(self) -> str:
        try:
            return values_code({name: one.value for name, one in self.values.items()})
        except GPError as error:
            return f"# {' '.join(str(error).split())}"
