"""The tools of the embedded server, and the services that hold them."""

from __future__ import annotations

from gpwidgets.demo.publishing.publish import Service, as_tool
from gpwidgets.demo.tools.awkward import count_words, to_angstrom
from gpwidgets.demo.tools.buffer import buffer_points
from gpwidgets.demo.tools.gallery import gallery
from gpwidgets.demo.tools.hotspots import hot_spots
from gpwidgets.demo.tools.slow import slow_count
from gpwidgets.demo.tools.viewshed import viewshed


def default_services() -> list[Service]:
    """New services with all built-in tools."""
    return [
        Service("Proximity", [buffer_points], "How near is near: distances around places."),
        Service("Elevation", [viewshed], "What the land lets you see, on a real elevation model."),
        Service(
            "Events",
            [hot_spots],
            "Where events cluster, for real earthquakes.",
            maximum_records=5000,
            result_map=True,
        ),
        Service(
            "Gallery", [gallery("ParameterGallery", asynchronous=False)], "Every data type, synchronous."
        ),
        Service(
            "GalleryJobs", [gallery("ParameterGalleryJob", asynchronous=True)], "Every data type, as a job."
        ),
        Service("Waiting", [slow_count], "Tools that take their time, to watch progress and to cancel."),
        Service("Awkward names", [count_words, to_angstrom], "Names that are allowed, and no fun."),
        Service(
            "Secured/Analysis", [as_tool(buffer_points, name="SecuredBuffer")], "Needs a token.", secured=True
        ),
        Service(
            "Secured/Waiting", [as_tool(slow_count, name="SecuredCount")], "Needs a token.", secured=True
        ),
    ]
