"""Geodesic buffers around points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.publish import Points, Polygons, tool
from gpwidgets.demo.publishing.refusals import ToolError
from gpwidgets.protocol.values.units import LinearUnit

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_DEFAULT_DISTANCE = LinearUnit(10, "esriKilometers")
_VERTICES = 180
_LARGEST_METERS = 5_000_000


@tool(output="Buffers", display_name="Buffer Points")
def buffer_points(
    input_points: Points,
    distance: LinearUnit = _DEFAULT_DISTANCE,
    dissolve: Literal["NONE", "ALL"] = "NONE",
    *,
    job: JobContext,
) -> Polygons:
    """Draw the area within a distance of each point, measured on the ellipsoid.

    Parameters
    ----------
    input_points
        Points anywhere on Earth.
    distance
        Radius of the buffers, up to 5,000 km.
    dissolve
        NONE keeps one polygon per point, ALL joins them into one.

    Returns
    -------
    Buffers
        Polygons with the radius in metres and the geodesic area in square kilometres.
    """
    import geopandas as gpd

    radius = distance.meters
    if not 0 < radius <= _LARGEST_METERS:
        raise ToolError(f"Distance must be above 0 and at most 5,000 km, not {distance}.")
    points = input_points.to_crs(4326)
    places = points[points.geometry.notna() & ~points.geometry.is_empty]
    if places.empty:
        raise ToolError("Input Points holds no points.")
    if not (places.geometry.x.abs().le(540) & places.geometry.y.abs().le(90)).all():
        raise ToolError("Some points lie nowhere on Earth.")
    # Maps that repeat the world hand out longitudes beyond 180.
    circles = [geodesic_circle((at.x + 180) % 360 - 180, at.y, radius) for at in places.geometry]
    if dissolve == "ALL":
        circles = [gpd.GeoSeries(circles).union_all()]
    job.message(f"Buffered {len(places)} points by {radius:,.0f} m.")
    columns: dict[str, Any] = {"ORIG_FID": range(1, len(circles) + 1)} if dissolve == "NONE" else {}
    columns |= {"BUFF_DIST": radius, "AREA_KM2": [geodesic_area(circle) / 1e6 for circle in circles]}
    return gpd.GeoDataFrame(columns, geometry=circles, crs=4326)


def geodesic_circle(x: float, y: float, radius: float) -> BaseGeometry:
    """The places within `radius` metres of one, as a valid shape in EPSG:4326.

    Circles that cross the antimeridian come in two parts; those around a pole reach up to it.
    """
    import numpy as np
    from pyproj import Geod
    from shapely import Polygon

    # An inscribed polygon is a little too small: a longer reach gives it the area of the circle.
    turn = 2 * np.pi / _VERTICES
    reach = np.full(_VERTICES + 1, radius * np.sqrt(turn / np.sin(turn)))
    azimuths = np.linspace(360, 0, _VERTICES + 1)
    lons, lats, _ = Geod(ellps="WGS84").fwd(np.full_like(reach, x), np.full_like(reach, y), azimuths, reach)
    lons = np.unwrap(lons, period=360)
    if abs(lons[-1] - lons[0]) > 180:
        return _polar_cap(lons, lats, 90.0 if y > 0 else -90.0)
    lons += 360 * np.round((x - lons.mean()) / 360)
    return _wrapped(Polygon(np.column_stack([lons, lats])))


def _polar_cap(lons: Any, lats: Any, pole: float) -> BaseGeometry:
    """The shape between a ring around the pole and the pole itself."""
    import numpy as np
    from shapely import Polygon

    lons = (lons[:-1] + 180) % 360 - 180
    order = np.argsort(lons)
    lons, lats = lons[order], lats[:-1][order]
    edge = np.interp(180, [lons[-1], lons[0] + 360], [lats[-1], lats[0]])
    ring = [(-180, pole), (-180, edge), *zip(lons, lats, strict=True), (180, edge), (180, pole)]
    return Polygon(ring)


def _wrapped(shape: BaseGeometry) -> BaseGeometry:
    """Cut a shape at the antimeridian and bring the outer part back to -180..180."""
    from shapely import MultiPolygon, box
    from shapely.affinity import translate

    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:
        return shape
    shift = 360 if west < -180 else -360
    world = box(-180, -90, 180, 90)
    return MultiPolygon([shape & world, translate(shape, shift) & world])


def geodesic_area(shape: BaseGeometry) -> float:
    """Area in square metres on the WGS 84 ellipsoid."""
    from pyproj import Geod

    return abs(Geod(ellps="WGS84").geometry_area_perimeter(shape)[0])
