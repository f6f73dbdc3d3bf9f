"""The tools of the embedded server, and the services that hold them."""

from __future__ import annotations

from gpwidgets.demo.publish import Service
from gpwidgets.demo.tools.buffer import buffer_points
from gpwidgets.demo.tools.slow import slow_count
from gpwidgets.demo.tools.viewshed import viewshed


def default_services() -> list[Service]:
    """New services with all built-in tools."""
    return [
        Service("Proximity", [buffer_points], "How near is near: distances around places."),
        Service("Elevation", [viewshed], "What the land lets you see, on a real elevation model."),
        Service("Waiting", [slow_count], "Tools that take their time, to watch progress and to cancel."),
    ]
