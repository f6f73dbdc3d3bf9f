"""A GeoDataFrame among the notebook's variables."""

from __future__ import annotations

from typing import ClassVar

from gpwidgets.texts import later
from gpwidgets.widgets.editors.features.sources.frame_choice import Found, PickSource
from gpwidgets.widgets.editors.namespace import frames_in_notebook


class FrameSource(PickSource):
    """A GeoDataFrame by the name of its variable, whole or the rows selected on the map."""

    label: ClassVar[str] = later("A GeoDataFrame of this notebook")
    nothing: ClassVar[str] = later("no GeoDataFrame yet")

    def frames(self) -> list[Found]:
        """Return the variables that hold one."""
        return sorted(frames_in_notebook(with_geometry=True).items(), key=lambda one: one[0])
