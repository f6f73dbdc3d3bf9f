"""An embedded geoprocessing server on loopback, with real tools on real open data.

::

    import gpwidgets.demo as demo

    with demo.serve() as server:
        print(server.url_of("Viewshed"))
"""

from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.parameters import Param
from gpwidgets.demo.publishing.publish import (
    Features,
    Lines,
    Points,
    Polygons,
    RasterFile,
    Service,
    Table,
    Tool,
    tool,
)
from gpwidgets.demo.publishing.refusals import ToolCancelled, ToolError
from gpwidgets.demo.rest.faults import Fault, FaultBoard
from gpwidgets.demo.rest.portal import CLIENT_ID, CLIENT_SECRET
from gpwidgets.demo.rest.security import PASSWORD, USERNAME
from gpwidgets.demo.rest.server import DemoServer, serve
from gpwidgets.errors import PublishError

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "PASSWORD",
    "USERNAME",
    "DemoServer",
    "Fault",
    "FaultBoard",
    "Features",
    "JobContext",
    "Lines",
    "Param",
    "Points",
    "Polygons",
    "PublishError",
    "RasterFile",
    "Service",
    "Table",
    "Tool",
    "ToolCancelled",
    "ToolError",
    "serve",
    "tool",
]
