"""A result: of this or another task, of an earlier run, whole or the features picked in it."""

from __future__ import annotations

from typing import Any, ClassVar

import ipywidgets as w

from gpwidgets.widgets.editors.feature_words import counted, kind_of
from gpwidgets.widgets.editors.namespace import notebook_names
from gpwidgets.widgets.editors.sources.base import Source, row
from gpwidgets.widgets.open_maps import shown_results


class ResultSource(Source):
    """A result layer of any map of this kernel, or an output of a run that a variable holds."""

    label: ClassVar[str] = "A result, or features picked in it"

    def build(self) -> list[w.Widget]:
        """Make the list of results."""
        self._found: list[tuple[str, Any, tuple[int, ...]]] = []
        self.results = w.Dropdown(
            options=[("", -1)],
            tooltip=f"Result for {self.title}",
            layout=w.Layout(flex="1 1 160px", width="auto", min_width="0"),
        )
        self.only = w.Checkbox(
            description="picked features only",
            tooltip="Only the features that are selected on the map or in the table",
            indent=False,
            layout=w.Layout(width="auto", display="none"),
        )
        self.use = self.button("Use", "check", f"Use it for {self.title}", self._use)
        self.again = self.button("", "refresh", "Look again which results there are", self.opened)
        self.results.observe(self._offer_picked, names="value")
        return [row(self.results, self.only, self.use, self.again)]

    @property
    def focus_target(self) -> w.DOMWidget:
        """The list."""
        return self.results

    def opened(self) -> None:
        """List the results that there are now."""
        chosen = self._title(self.results.value)
        self._found = found_results()
        rows = [
            (f"{title}: {counted(len(frame), kind_of(frame))}", at)
            for at, (title, frame, _) in enumerate(self._found)
        ]
        self.results.options = rows or [("no result yet", -1)]
        again = [at for at, (title, _, _) in enumerate(self._found) if title == chosen]
        if again:
            self.results.value = again[0]
        self.use.disabled = not rows
        self._offer_picked()

    def _title(self, at: int) -> str:
        return self._found[at][0] if 0 <= at < len(self._found) else ""

    def _picked(self) -> tuple[int, ...]:
        at = self.results.value
        return self._found[at][2] if 0 <= at < len(self._found) else ()

    def _offer_picked(self, _change: object = None) -> None:
        count = len(self._picked())
        self.only.layout.display = "" if count else "none"
        self.only.description = f"picked features only ({count:,})"
        self.only.value = count > 0  # whoever picks features means them

    def _use(self) -> None:
        at = self.results.value
        _, frame, _ = self._found[at]
        # What has been picked since the list was made counts.
        rows = next((rows for _, shown, rows in shown_results() if shown is frame), ())
        self.give(frame.iloc[list(rows)] if self.only.value and rows else frame)


def found_results() -> list[tuple[str, Any, tuple[int, ...]]]:
    """Return all results with features: title, frame, positions of the picked rows."""
    found = shown_results()
    seen = {id(frame) for _, frame, _ in found}
    for name, value in sorted(notebook_names().items()):
        for output, frame in _outputs_of(value):
            if id(frame) not in seen:
                seen.add(id(frame))
                found.append((f"{name}.{output}", frame, ()))
    return found


def _outputs_of(value: Any) -> list[tuple[str, Any]]:
    """The frames in outputs, a run or a task widget that a variable holds."""
    kind = type(value).__name__
    outputs: Any
    outputs = (
        value
        if kind == "Outputs"
        else getattr(value, "outputs", None)
        if kind in ("Run", "TaskWidget")
        else None
    )
    if type(outputs).__name__ != "Outputs":
        return []
    names = [name for name in outputs if name not in outputs.errors]
    return [(name, outputs[name]) for name in names if type(outputs[name]).__name__ == "GeoDataFrame"]
