"""A result: of this or another task, of an earlier run, whole or the features picked in it."""

from __future__ import annotations

from typing import Any, ClassVar

from gpwidgets.texts import later
from gpwidgets.widgets.editors.features.sources.frame_choice import Found, PickSource
from gpwidgets.widgets.editors.namespace import notebook_names
from gpwidgets.widgets.page.open_maps import shown_results


class ResultSource(PickSource):
    """A result layer of any map of this kernel, or an output of a run that a variable holds."""

    label: ClassVar[str] = later("A result, or features picked in it")
    nothing: ClassVar[str] = later("no result yet")
    some: ClassVar[str] = later("picked features only")

    def frames(self) -> list[Found]:
        """Return all results with features."""
        found = [(title, frame) for title, frame, _ in shown_results()]
        seen = {id(frame) for _, frame in found}
        for name, value in sorted(notebook_names().items()):
            for output, frame in _outputs_of(value):
                if id(frame) not in seen:
                    seen.add(id(frame))
                    found.append((f"{name}.{output}", frame))
        return found


def _outputs_of(value: Any) -> list[tuple[str, Any]]:
    """The frames in outputs, a run or a task widget that a variable holds."""
    holds = type(value).__name__ in ("Run", "TaskWidget")
    outputs: Any = getattr(value, "outputs", None) if holds else value
    if type(outputs).__name__ != "Outputs":
        return []
    names = [name for name in outputs if name not in outputs.errors]
    return [(name, outputs[name]) for name in names if type(outputs[name]).__name__ == "GeoDataFrame"]
