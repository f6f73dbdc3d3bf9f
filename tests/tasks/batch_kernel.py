"""A kernel with a batch, to be killed by tests: python batch_kernel.py URL FOLDER ROWS AT_ONCE"""

import sys
from pathlib import Path

import geopandas
import shapely

import gpwidgets as gp


def sites(count: int) -> geopandas.GeoDataFrame:
    """A frame with a row for each run."""
    shapes = shapely.points([[-84.0 + place / 1000, 36.0] for place in range(count)])
    return geopandas.GeoDataFrame({"Number": range(count)}, geometry=shapes, crs=4326)


if __name__ == "__main__":
    task = gp.GPTask(sys.argv[1])
    runs = gp.batch(task, sites(int(sys.argv[3])), folder=Path(sys.argv[2]), at_once=int(sys.argv[4]))
    runs.wait()
