"""The shapes and names of the offline base map, unpacked layer by layer when they are asked for."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gpwidgets.protocol.values.spatial import Bounds

#: ``data/DATA.md`` tells what is in it, and where it comes from.
_ARCHIVE = "data/base_map.npz"

#: West, south, east, north of the relief, in degrees.
HILL_SHADE_BOUNDS: Bounds = (-84.41375, 36.44625 - 344 / 1200, -84.41375 + 403 / 1200, 36.44625)


@dataclass(frozen=True)
class Shapes:
    """Lines or polygons in longitude and latitude.

    Attributes
    ----------
    geometries
        Shapely geometries, EPSG:4326, x before y.
    boxes
        West, south, east, north of each.
    zooms
        Zoom level from which on each is drawn.
    """

    geometries: npt.NDArray[np.object_]
    boxes: npt.NDArray[np.float64]
    zooms: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Names:
    """Names of places.

    Attributes
    ----------
    at
        Longitude and latitude of each.
    texts
        The names.
    zooms
        Zoom level from which on each is written.
    capitals
        Which are capitals.
    """

    at: npt.NDArray[np.float64]
    texts: list[str]
    zooms: npt.NDArray[np.float64]
    capitals: npt.NDArray[np.bool_]


@cache
def shapes(name: str) -> Shapes:
    """Return a layer, such as ``land_fine`` or ``rivers``."""
    with _archive() as held:
        step = float(held[f"{name}_step"])
        corners = np.c_[_numbers(held[f"{name}_x"]), _numbers(held[f"{name}_y"])] / step
        sizes, zooms = held[f"{name}_sizes"], held[f"{name}_zooms"] / 10.0
        holes = held.get(f"{name}_holes")
    offsets = np.r_[0, np.cumsum(sizes)]
    if holes is None:
        geometries = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, corners, (offsets,))
    else:
        outer = np.flatnonzero(~holes)
        zooms = zooms[outer]
        rings = (offsets, np.r_[outer, len(sizes)])
        geometries = shapely.from_ragged_array(shapely.GeometryType.POLYGON, corners, rings)
    return Shapes(geometries, shapely.bounds(geometries), zooms)


@cache
def places() -> Names:
    """Return towns, the most important ones first."""
    with _archive() as held:
        at = held["places_at"].astype(float)
        zooms = held["places_zooms"] / 10.0
        return Names(at, _texts(held["places_names"]), zooms, held["places_capitals"])


@cache
def countries(language: str) -> Names:
    """Return the names of countries in a language, in English where it is not among those packed."""
    with _archive() as held:
        key = f"countries_{language}"
        texts = _texts(held[key if key in held else "countries_en"])
        at, zooms = held["countries_at"].astype(float), held["countries_zooms"] / 10.0
    return Names(at, texts, zooms, np.zeros(len(texts), bool))


@cache
def hill_shade_url() -> str:
    """Return the relief of the elevation model as a data address of a picture, white where there is light."""
    picture = files("gpwidgets").joinpath("data/hill_shade.webp").read_bytes()
    return "data:image/webp;base64," + b64encode(picture).decode()


@contextmanager
def _archive() -> Iterator[Any]:
    packed = files("gpwidgets").joinpath(_ARCHIVE)
    with packed.open("rb") as file, np.load(file, allow_pickle=False) as held:
        yield held


def _numbers(planes: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Return the sums of differences that are kept as four rows of bytes, the sign in the lowest bit."""
    unsigned = np.ascontiguousarray(planes.T).view("<u4").ravel().astype(np.int64)
    return np.cumsum((unsigned >> 1) ^ -(unsigned & 1))


def _texts(held: npt.NDArray[np.uint8]) -> list[str]:
    return held.tobytes().decode().split("\n")
