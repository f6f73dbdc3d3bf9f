"""Editor of moments in time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import ipywidgets as w

from gpwidgets.protocol.values import UNSET
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.base import ParameterEditor, edits
from gpwidgets.widgets.lean import lean


@edits("GPDate")
class DateEditor(ParameterEditor):
    """Date and time in UTC, which is what servers take them for."""

    def build(self) -> list[w.Widget]:
        """Make the picker."""
        self.control = lean(
            w.NaiveDatetimePicker,
            description=self.label and tr("{label} (UTC)", label=self.label),
            tooltip=tr("{title}, in UTC", title=self.title),
            layout={"width": "100%", "min_width": "0"},
        )
        self.control.observe(self.take, names="value")
        return [self.control]

    @property
    def focus_target(self) -> w.DOMWidget:
        """The picker."""
        return self.control

    def read(self) -> Any:
        """Return the moment."""
        moment: datetime | None = self.control.value
        return UNSET if moment is None else moment.replace(tzinfo=UTC)

    def show(self, value: Any) -> None:
        """Show a moment."""
        self.control.value = None if value is UNSET else value.astimezone(UTC).replace(tzinfo=None)
