"""Editor of moments in time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import ipywidgets as w

from gpwidgets.protocol.values import UNSET
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.kit.controls import WIDE, lean

#: Makes the browser's picker of a box of text, whose value arrives letter for letter. The pickers of
#: ipywidgets read the wall clock of the browser, and so move what is typed for the hour that its clocks leave
#: out. Where a page keeps this from running, the box stays one of text.
_PICKER = (
    '<style onload="(function pick(mark, tries) {'
    " const field = mark.closest('.gpw-field');"
    " const box = field && field.querySelector('.gpw-moment input');"
    " if (box) box.type = 'datetime-local'; else if (tries) setTimeout(pick, 50, mark, tries - 1);"
    '})(this, 200)"></style>'
)


class DateEditor(ParameterEditor):
    """Date and time in UTC, which is what servers take them for."""

    def build(self) -> list[w.Widget]:
        self.control: w.Text = lean(
            w.Text,
            description=self.label and tr("{label} (UTC)", label=self.label),
            tooltip=tr("{title}, in UTC", title=self.title),
            placeholder="2025-01-31T14:00",
            continuous_update=False,
            layout=WIDE,
            _dom_classes=("gpw-moment",),
        )
        self.control.observe(self.take, names="value")
        return [self.control, lean(w.HTML, _PICKER, layout={"width": "0", "height": "0", "margin": "0"})]

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.control

    def read(self) -> Any:
        """Return the text, which is checked as any other."""
        return self.control.value.strip() or UNSET

    def show(self, value: Any) -> None:
        self.control.value = "" if value is UNSET else _text(value)


def _text(moment: datetime) -> str:
    """A moment as the browser's picker has it: in UTC, and without a zone."""
    there = moment.astimezone(UTC).replace(tzinfo=None)
    spec = "milliseconds" if there.microsecond else "seconds" if there.second else "minutes"
    return there.isoformat(timespec=spec)
