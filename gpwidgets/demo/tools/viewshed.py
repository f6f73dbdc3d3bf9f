"""What can be seen from a place, on a real elevation model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from gpwidgets.demo.data import DEM_BOUNDS, Elevation, read_dem
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.drawing_info import class_breaks
from gpwidgets.demo.publishing.parameters import Param
from gpwidgets.demo.publishing.publish import Points, Polygons, RasterFile, tool
from gpwidgets.demo.publishing.refusals import ToolError
from gpwidgets.demo.tools.geotiff import write_geotiff
from gpwidgets.protocol.values.units import LinearUnit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DEFAULT_DISTANCE = LinearUnit(5, "esriKilometers")
_BLOCK = 2000
_NODATA = 255
_EARTH_RADIUS = 6_371_000.0
# Air bends sight lines down by about this part of the Earth's curvature.
_REFRACTION = 0.13
_MOST_OBSERVERS = 20
# Ground on an even slope is seen: slopes that differ by rounding alone are equal.
_TIE = 1e-9
# The more observers see the ground, the darker it is.
_CLASSES = (
    (1, "1 observer", (252, 141, 89, 190)),
    (3, "2 to 3 observers", (239, 101, 72, 200)),
    (8, "4 to 8 observers", (203, 24, 29, 210)),
    (_MOST_OBSERVERS, "9 observers or more", (103, 0, 13, 220)),
)


class ViewshedOutputs(NamedTuple):
    """Outputs of the task, named as on the wire."""

    Viewshed_Result: Annotated[
        Polygons,
        Param(
            fields={"OBSERVERS": "esriFieldTypeInteger", "AREA_KM2": "esriFieldTypeDouble"},
            renderer=class_breaks("OBSERVERS", 1, _CLASSES),
        ),
    ]
    Viewshed_Raster: RasterFile


@tool(asynchronous=True, category="Elevation")
def viewshed(
    input_points: Points,
    distance: LinearUnit = _DEFAULT_DISTANCE,
    observer_height: Annotated[float, Param(minimum=0, maximum=1000, category="Heights")] = 2.0,
    target_height: Annotated[float, Param(minimum=0, maximum=1000, category="Heights")] = 0.0,
    *,
    job: JobContext,
) -> ViewshedOutputs:
    """Find the ground that observers can see around Cumberland Mountain, Tennessee.

    The elevation model covers longitudes -84.41 to -84.08 and latitudes 36.16 to 36.45. Sight lines take the
    curvature of the Earth and the bending of light into account.

    Parameters
    ----------
    input_points
        Observers inside the elevation model; up to 20.
    distance
        How far they look.
    observer_height
        Height of the eyes above the ground, in metres.
    target_height
        Height above the ground of what is looked for, in metres.

    Returns
    -------
    Viewshed_Result
        The ground that is seen, with the number of observers that see it and its area.
    Viewshed_Raster
        GeoTIFF with the number of observers that see each cell; 255 is out of reach.
    """
    import numpy as np

    dem = read_dem()
    observers = _observers(input_points, dem, job)
    seen = np.zeros(dem.shape, np.uint8)
    reached = np.zeros(dem.shape, bool)
    for number, place in enumerate(observers):
        share = 90 / len(observers)
        view = _Report(job, number * share, share, f"Observer {number + 1} of {len(observers)}")
        near, visible = line_of_sight(dem, place, distance.meters, observer_height, target_height, view)
        reached |= near
        seen += visible
        job.message(f"Observer {number + 1} sees {visible.sum():,} of {near.sum():,} cells.")
    job.progress(90, "Merging cells into polygons")
    frame = _polygons(dem, seen)
    job.progress(98, "Writing the raster")
    raster = job.output_file("viewshed.tif")
    counts = np.where(reached, seen, _NODATA).astype(np.uint8)
    write_geotiff(raster, counts, west=dem.west, north=dem.north, cell=dem.cell, nodata=_NODATA)
    return ViewshedOutputs(frame, raster)


class _Report(NamedTuple):
    """Progress of one observer, as a part of the whole."""

    job: JobContext
    start: float
    share: float
    text: str

    def __call__(self, part: float) -> None:
        self.job.progress(self.start + self.share * part, f"{self.text}: {part:.0%} of the sight lines")


def _observers(points: Any, dem: Elevation, job: JobContext) -> list[tuple[int, int]]:
    places = [shape for shape in points.to_crs(4326).geometry if shape is not None and not shape.is_empty]
    cells = [dem.index(place.x, place.y) for place in places]
    inside = [cell for cell in cells if cell is not None]
    west, south, east, north = DEM_BOUNDS
    area = f"longitudes {west:.2f} to {east:.2f}, latitudes {south:.2f} to {north:.2f}"
    if not inside:
        raise ToolError(f"No observer lies inside the elevation model ({area}).")
    if len(inside) > _MOST_OBSERVERS:
        raise ToolError(f"{len(inside)} observers are too many; the limit is {_MOST_OBSERVERS}.")
    if len(inside) < len(places):
        job.warning(f"{len(places) - len(inside)} observers lie outside the elevation model ({area}).")
    return inside


def line_of_sight(
    dem: Elevation,
    observer: tuple[int, int],
    distance: float,
    observer_height: float,
    target_height: float,
    report: Any,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Look from one cell to every cell within a distance.

    Parameters
    ----------
    dem
        The ground.
    observer
        Row and column.
    distance, observer_height, target_height
        Metres.
    report
        Called with the part done, 0 to 1.

    Returns
    -------
    near, visible : arrays of bool
        Cells within the distance, and those among them that are seen.
    """
    import numpy as np

    row, column = observer
    east_step, north_step = cell_meters(dem, row)
    rows, columns = np.indices(dem.shape)
    meters = np.hypot((columns - column) * east_step, (rows - row) * north_step)
    near = meters <= distance
    targets = np.argwhere(near)
    targets = targets[np.argsort(meters[near], kind="stable")]
    eye = dem.values[row, column] + observer_height
    visible = np.zeros(dem.shape, bool)
    for start in range(0, len(targets), _BLOCK):
        report(start / len(targets))
        block = targets[start : start + _BLOCK]
        seen = _seen(dem, observer, block, meters[block[:, 0], block[:, 1]], eye, target_height)
        visible[block[:, 0], block[:, 1]] = seen
    visible[row, column] = True
    return near, visible


def _seen(
    dem: Elevation,
    observer: tuple[int, int],
    targets: NDArray[np.int64],
    meters: NDArray[np.float64],
    eye: float,
    target_height: float,
) -> NDArray[np.bool_]:
    """Whether each target rises above all the ground before it."""
    import numpy as np

    offset = targets - np.array(observer)
    # One sample per row or column crossed, whichever are more; the last would be the target itself.
    steps = np.maximum(np.abs(offset).max(axis=1), 1)[:, None]
    parts = np.arange(1, max(int(steps.max()), 2))[None, :] / steps
    inside = parts < 1
    parts = np.where(inside, parts, 1.0)
    ground = _sample(dem.values, observer[0] + offset[:, :1] * parts, observer[1] + offset[:, 1:] * parts)
    away = meters[:, None] * parts
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.where(inside, (ground - _drop(away) - eye) / away, -np.inf)
        aim = (dem.values[targets[:, 0], targets[:, 1]] + target_height - _drop(meters) - eye) / meters
    return np.asarray(aim + _TIE >= slopes.max(axis=1))


def _drop(meters: NDArray[np.float64]) -> NDArray[np.float64]:
    return (1 - _REFRACTION) * meters**2 / (2 * _EARTH_RADIUS)


def _sample(
    values: NDArray[np.float64], rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Bilinear elevations at fractions of rows and columns."""
    import numpy as np

    top = np.clip(rows.astype(int), 0, values.shape[0] - 2)
    left = np.clip(columns.astype(int), 0, values.shape[1] - 2)
    down, right = rows - top, columns - left
    upper = values[top, left] * (1 - right) + values[top, left + 1] * right
    lower = values[top + 1, left] * (1 - right) + values[top + 1, left + 1] * right
    return np.asarray(upper * (1 - down) + lower * down)


def cell_meters(dem: Elevation, row: int) -> tuple[float, float]:
    """Width and height of a cell in metres."""
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    y = dem.north - (row + 0.5) * dem.cell
    width = geod.inv(dem.west, y, dem.west + dem.cell, y)[2]
    height = geod.inv(dem.west, y - dem.cell / 2, dem.west, y + dem.cell / 2)[2]
    return float(width), float(height)


def _polygons(dem: Elevation, seen: NDArray[np.uint8]) -> Any:
    """One shape per number of observers, its cells merged."""
    import geopandas as gpd
    import numpy as np
    import shapely

    from gpwidgets.demo.tools.buffer import geodesic_area

    # Edges are computed once, so that neighbours share exactly the same coordinates.
    xs = dem.west + dem.cell * np.arange(dem.shape[1] + 1)
    ys = dem.north - dem.cell * np.arange(dem.shape[0] + 1)
    counts = [int(count) for count in np.unique(seen) if count > 0]
    shapes = []
    for count in counts:
        rows, columns = np.nonzero(seen == count)
        cells = shapely.box(xs[columns], ys[rows + 1], xs[columns + 1], ys[rows])
        # Before GEOS 3.14, cells that touch at a corner are merged into rings that touch themselves.
        shapes.append(shapely.make_valid(shapely.coverage_union_all(cells)))
    areas = [geodesic_area(shape) / 1e6 for shape in shapes]
    return gpd.GeoDataFrame({"OBSERVERS": counts, "AREA_KM2": areas}, geometry=shapes, crs=4326)
