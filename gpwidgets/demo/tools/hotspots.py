"""Where events cluster: Getis-Ord Gi* on a grid of cells, for one week of real earthquakes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from gpwidgets.demo.data import read_earthquakes
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.drawing_info import class_breaks
from gpwidgets.demo.publishing.parameters import Param
from gpwidgets.demo.publishing.publish import Polygons, Table, tool
from gpwidgets.demo.publishing.refusals import ToolError
from gpwidgets.demo.publishing.verdict import Verdict
from gpwidgets.protocol.values.units import LinearUnit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DEFAULT_SIZE = LinearUnit(50, "esriKilometers")
_MOST_CELLS = 250_000
_WORLD = "World"
# West, south, east, north in degrees.
_AREAS: Mapping[str, tuple[float, float, float, float]] = {
    "California and Nevada": (-125.0, 32.0, -114.0, 42.5),
    "Alaska": (-170.0, 51.0, -130.0, 71.0),
    "United States without Alaska and Hawaii": (-125.0, 24.0, -66.0, 50.0),
    _WORLD: (-180.0, -90.0, 180.0, 90.0),
}
# Where the world ends in its projection (EPSG:6933), in metres from its middle.
_WORLD_ENDS = (17367530.4, 7314540.8)
# Lower end of |z|, and how sure one can be that the cell is no accident.
_LEVELS = ((2.58, 3, "99 %"), (1.96, 2, "95 %"), (1.65, 1, "90 %"))
_CELL_FIELDS = {
    "EVENTS": "esriFieldTypeInteger",
    "GI_Z": "esriFieldTypeDouble",
    "GI_P": "esriFieldTypeDouble",
    "GI_BIN": "esriFieldTypeInteger",
}

# Upper end of the z-score, from cold to hot, in the colours in which such maps are usually drawn.
_CLASSES = (
    (-2.58, "Cold spot, 99 % confidence", (49, 54, 149, 220)),
    (-1.96, "Cold spot, 95 % confidence", (69, 117, 180, 220)),
    (-1.65, "Cold spot, 90 % confidence", (116, 173, 209, 220)),
    (0.0, "Not significant, below average", (146, 197, 222, 170)),
    (1.65, "Not significant, above average", (254, 224, 144, 190)),
    (1.96, "Hot spot, 90 % confidence", (253, 174, 97, 220)),
    (2.58, "Hot spot, 95 % confidence", (244, 109, 67, 220)),
    (1e9, "Hot spot, 99 % confidence", (215, 48, 39, 220)),
)


class HotSpotOutputs(NamedTuple):
    """Outputs of the task, named as on the wire."""

    Hot_Spots: Annotated[Polygons, Param(fields=_CELL_FIELDS, renderer=class_breaks("GI_Z", -1e9, _CLASSES))]
    Summary: Annotated[
        Table,
        Param(
            fields={
                "GI_BIN": "esriFieldTypeInteger",
                "CLASS": "esriFieldTypeString",
                "CELLS": "esriFieldTypeInteger",
                "EVENTS": "esriFieldTypeInteger",
            }
        ),
    ]
    Report: Path


class _Grid(NamedTuple):
    """Counts per cell, first row southernmost, and where the grid lies in its projection."""

    counts: NDArray[np.int64]
    left: float
    bottom: float
    cell: float
    crs: str
    ends: tuple[float, float]


def check_hot_spots(
    cell_size: LinearUnit = _DEFAULT_SIZE,
    area: str = "California and Nevada",
    event_type: str = "earthquake",
    from_date: datetime | None = None,
    to_date: datetime | None = None,
    minimum_magnitude: float | None = None,
) -> dict[str, Verdict]:
    """What the inputs of `hot_spots` mean for each other, told before anything runs."""
    events = _choose(read_earthquakes(), area, "all", from_date, to_date, minimum_magnitude)
    kinds = [kind for kind in ("earthquake", "explosion", "quarry blast") if (events["type"] == kind).any()]
    verdicts = {"event_type": Verdict(choices=(*kinds, "all"))}
    chosen = events if event_type == "all" else events[events["type"] == event_type]
    if len(chosen) < 2:
        verdicts["event_type"] = Verdict(error="Fewer than two events are left.", choices=(*kinds, "all"))
    if from_date is not None and to_date is not None and from_date > to_date:
        verdicts["to_date"] = Verdict(error="To Date lies before From Date.")
    if cell_size.meters > 300_000:
        verdicts["cell_size"] = Verdict(warning="Cells as large as this show no clusters.")
    if area == _WORLD and cell_size.meters < 50_000:
        verdicts["cell_size"] = Verdict(warning="This may take long for the whole world.")
    return verdicts


@tool(asynchronous=True, display_name="Hot Spots", category="Statistics", validator=check_hot_spots)
def hot_spots(
    cell_size: LinearUnit = _DEFAULT_SIZE,
    area: Literal[
        "California and Nevada", "Alaska", "United States without Alaska and Hawaii", "World"
    ] = "California and Nevada",
    event_type: Literal["earthquake", "explosion", "quarry blast", "all"] = "earthquake",
    from_date: Annotated[datetime | None, Param(category="Filters")] = None,
    to_date: Annotated[datetime | None, Param(category="Filters")] = None,
    minimum_magnitude: Annotated[float | None, Param(minimum=-2, maximum=10, category="Filters")] = None,
    *,
    job: JobContext,
) -> HotSpotOutputs:
    """Find clusters among the earthquakes of 31 January to 7 February 2018.

    Events are counted per square cell. The statistic Gi* compares each cell and its eight neighbours with the
    whole area: a high z-score is a hot spot, a low one a cold spot.

    Parameters
    ----------
    cell_size
        Length of a cell's side.
    area
        Where to look.
    event_type
        Kind of event.
    from_date, to_date
        Only events from the first moment to the second (UTC); open where not set.
    minimum_magnitude
        Only events of at least this magnitude.

    Returns
    -------
    Hot_Spots
        Cells with events in or beside them: count, z-score, two-sided p-value, and class from -3 to 3.
    Summary
        Cells and events per class.
    Report
        Zip file with both tables and a text.
    """
    job.progress(5, "Choosing events")
    events = _choose(read_earthquakes(), area, event_type, from_date, to_date, minimum_magnitude)
    job.message(f"{len(events)} events chosen in {area}.")
    if len(events) < 2:
        raise ToolError("Fewer than two events are left: widen the dates, the area or the magnitude.")
    job.progress(30, "Counting events per cell")
    grid = _count(events, area, cell_size.meters)
    job.progress(50, "Computing Gi*")
    scores = gi_star(grid.counts)
    if not scores.any():
        job.warning("Every cell holds the same number of events, so that no cluster can be told.")
    job.progress(70, "Drawing cells")
    cells = _cells(grid, scores)
    summary = _summarise(cells)
    job.progress(90, "Writing the report")
    report = job.output_file("hot_spots.zip")
    _write_report(report, cells, summary, f"{area}, {event_type}, cells of {cell_size}, {len(events)} events")
    return HotSpotOutputs(cells, summary, report)


def _choose(
    events: Any,
    area: str,
    event_type: str,
    from_date: datetime | None,
    to_date: datetime | None,
    minimum_magnitude: float | None,
) -> Any:
    west, south, east, north = _AREAS[area]
    kept = events.cx[west:east, south:north]
    if event_type != "all":
        kept = kept[kept["type"] == event_type]
    if from_date is not None:
        kept = kept[kept["time"] >= from_date]
    if to_date is not None:
        kept = kept[kept["time"] <= to_date]
    return kept if minimum_magnitude is None else kept[kept["magnitude"] >= minimum_magnitude]


def _count(events: Any, area: str, cell: float) -> _Grid:
    import numpy as np

    west, south, east, north = _AREAS[area]
    # Cells of equal area; the whole world does not fit around one centre.
    crs = f"+proj=laea +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +datum=WGS84 +units=m"
    projected = events.to_crs("EPSG:6933" if area == _WORLD else crs).geometry
    if cell <= 0:
        raise ToolError("Cell Size must be above 0.")
    left, bottom, right, top = projected.total_bounds
    # One empty cell all around, so that clusters at the edge have neighbours.
    left, bottom = np.floor(left / cell - 1) * cell, np.floor(bottom / cell - 1) * cell
    columns, rows = int((right - left) // cell) + 2, int((top - bottom) // cell) + 2
    if rows * columns > _MOST_CELLS:
        raise ToolError(f"{rows * columns:,} cells are too many; use larger ones (limit {_MOST_CELLS:,}).")
    counts = np.zeros((rows, columns), np.int64)
    row = ((projected.y.to_numpy() - bottom) // cell).astype(int)
    column = ((projected.x.to_numpy() - left) // cell).astype(int)
    np.add.at(counts, (row, column), 1)
    ends = _WORLD_ENDS if area == _WORLD else (np.inf, np.inf)
    return _Grid(counts, float(left), float(bottom), cell, str(projected.crs.to_wkt()), ends)


def gi_star(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Getis-Ord Gi* z-scores of a grid.

    Each cell has itself and its up to eight neighbours as neighbourhood, with weight 1.

    Parameters
    ----------
    counts
        Events per cell.

    Returns
    -------
    ndarray
        z-score per cell; zeros where all counts are the same.
    """
    import numpy as np

    total = counts.size
    mean = counts.mean()
    spread = np.sqrt((counts.astype(float) ** 2).mean() - mean**2)
    if spread == 0:
        return np.zeros(counts.shape)
    weights = _neighbourhood_sum(np.ones(counts.shape))
    # With weights of 1 the sum of squared weights is the sum of weights.
    error = spread * np.sqrt((total * weights - weights**2) / (total - 1))
    above = _neighbourhood_sum(counts.astype(float)) - mean * weights
    return np.asarray(np.divide(above, error, out=np.zeros(counts.shape), where=error > 0))


def _neighbourhood_sum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    padded = np.pad(values, 1)
    rows, columns = values.shape
    total = np.zeros(values.shape)
    for down in range(3):
        for right in range(3):
            total += padded[down : down + rows, right : right + columns]
    return total


def _cells(grid: _Grid, scores: NDArray[np.float64]) -> Any:
    """Cells with events in or beside them as polygons in EPSG:4326."""
    import geopandas as gpd
    import numpy as np
    import shapely

    rows, columns = np.nonzero(_neighbourhood_sum(grid.counts.astype(float)))
    z = scores[rows, columns]
    left, bottom = grid.left + columns * grid.cell, grid.bottom + rows * grid.cell
    # Cells at the rim of the world end there.
    x_end, y_end = grid.ends
    west, east = np.clip(left, -x_end, x_end), np.clip(left + grid.cell, -x_end, x_end)
    south, north = np.clip(bottom, -y_end, y_end), np.clip(bottom + grid.cell, -y_end, y_end)
    boxes = shapely.box(west, south, east, north)
    table = {
        "EVENTS": grid.counts[rows, columns],
        "GI_Z": z,
        "GI_P": [p_value(each) for each in z],
        "GI_BIN": [confidence_bin(each) for each in z],
    }
    frame = gpd.GeoDataFrame(table, geometry=boxes, crs=grid.crs)
    return frame[(west < east) & (south < north)].to_crs(4326)


def p_value(z: float) -> float:
    """Two-sided p-value of a z-score."""
    import math

    return math.erfc(abs(z) / math.sqrt(2))


def confidence_bin(z: float) -> int:
    """Class from -3 (cold, 99 %) over 0 (not significant) to 3 (hot, 99 %)."""
    level = next((level for least, level, _ in _LEVELS if abs(z) >= least), 0)
    return level if z > 0 else -level


def _summarise(cells: Any) -> Any:
    import pandas as pd

    names = {0: "not significant"}
    for _, level, text in _LEVELS:
        names |= {level: f"hot spot, {text}", -level: f"cold spot, {text}"}
    rows = []
    for level in sorted(names, reverse=True):
        group = cells[cells["GI_BIN"] == level]
        rows.append((level, names[level], len(group), int(group["EVENTS"].sum())))
    return pd.DataFrame(rows, columns=["GI_BIN", "CLASS", "CELLS", "EVENTS"])


def _write_report(path: Path, cells: Any, summary: Any, text: str) -> None:
    table = cells.drop(columns="geometry")
    table.insert(0, "LON", cells.geometry.to_crs(6933).centroid.to_crs(4326).x)
    table.insert(1, "LAT", cells.geometry.to_crs(6933).centroid.to_crs(4326).y)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cells.csv", _csv(table))
        archive.writestr("summary.csv", _csv(summary))
        archive.writestr("report.txt", f"Hot spots (Getis-Ord Gi*)\n{text}\nData: USGS, public domain.\n")


def _csv(table: Any) -> str:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.itertuples(index=False))
    return lines.getvalue()
