"""Open data of the embedded server; ``DATA.md`` beside it tells where it comes from.

Importing this module loads nothing; the functions read when they are called.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

_HERE = Path(__file__).parent
_CELL = 1 / 1200

DEM_BOUNDS = (-84.41375, 36.44625 - 344 * _CELL, -84.41375 + 403 * _CELL, 36.44625)
"""West, south, east, north of the elevation model in degrees (EPSG:4326): Cumberland Mountain, Tennessee."""


@dataclass(frozen=True)
class Elevation:
    """A grid of elevations in EPSG:4326.

    Attributes
    ----------
    values
        Metres; the first row is the northernmost.
    west, north
        Outer corner of the first cell, in degrees.
    cell
        Size of a cell in degrees, both ways.
    """

    values: NDArray[np.float64]
    west: float
    north: float
    cell: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.values.shape
        return rows, columns

    def index(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of the cell at a place; None outside."""
        row, column = int((self.north - y) // self.cell), int((x - self.west) // self.cell)
        rows, columns = self.shape
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None


def dem_path() -> Path:
    """The elevation model, a compressed numpy archive."""
    return _HERE / "jacksboro_dem.npz"


def earthquakes_path() -> Path:
    """One week of earthquakes, a CSV table."""
    return _HERE / "earthquakes.csv"


def read_dem() -> Elevation:
    """Read the elevation model."""
    import numpy as np

    with np.load(dem_path()) as archive:
        values = archive["elevation"].astype(np.float64)
    return Elevation(values, DEM_BOUNDS[0], DEM_BOUNDS[3], _CELL)


def read_earthquakes() -> GeoDataFrame:
    """Read the earthquakes: columns ``id, time, depth_km, magnitude, type, place`` in EPSG:4326."""
    import geopandas as gpd
    import pandas as pd

    table = pd.read_csv(earthquakes_path(), parse_dates=["time"])
    places = gpd.points_from_xy(table.pop("longitude"), table.pop("latitude"))
    return gpd.GeoDataFrame(table, geometry=places, crs=4326)
