"""Geometries and columns for property tests."""

import math
from typing import Any

import geopandas
import numpy as np
import shapely
from hypothesis import strategies as st

#: Coordinates of projected and geographic systems alike, with every digit that a double has.
numbers = st.floats(-2e7, 2e7, allow_nan=False, width=64)
counts = st.integers(1, 4)


@st.composite
def vertices(draw: st.DrawFn, least: int = 1, z: bool = False) -> list[tuple[float, ...]]:
    one = st.tuples(numbers, numbers, numbers) if z else st.tuples(numbers, numbers)
    return draw(st.lists(one, min_size=least, max_size=6, unique=True))


@st.composite
def stars(draw: st.DrawFn, x: float, y: float, size: float, z: bool) -> list[tuple[float, ...]]:
    """A simple ring around a centre: corners in order, each half of the size to all of it away."""
    corners = draw(st.integers(3, 9))
    shares = draw(st.lists(st.floats(0.5, 1.0), min_size=corners, max_size=corners))
    ring = []
    for number, share in enumerate(shares):
        angle = 2 * math.pi * number / corners
        place = (x + size * share * math.cos(angle), y + size * share * math.sin(angle))
        ring.append((*place, float(number)) if z else place)
    return ring if draw(st.booleans()) else ring[::-1]


@st.composite
def polygons(draw: st.DrawFn, z: bool = False) -> shapely.Geometry:
    """One part or several, each with holes or without, in any direction, anywhere."""
    size = draw(st.floats(1e-3, 1e5))
    x, y = draw(st.tuples(numbers, numbers))
    parts = []
    for number in range(draw(st.integers(1, 3))):
        centre = x + 3 * size * number
        outer = draw(stars(centre, y, size, z))
        # A regular polygon with corners half the size away from the centre reaches a quarter of it at least.
        places = draw(st.sampled_from([[], [0.0], [-0.06, 0.06]]))
        holes = [draw(stars(centre + size * place, y, 0.05 * size, z)) for place in places]
        parts.append(shapely.Polygon(outer, holes))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


@st.composite
def lines(draw: st.DrawFn, z: bool = False) -> shapely.Geometry:
    parts = [shapely.LineString(draw(vertices(2, z))) for _ in range(draw(counts))]
    return parts[0] if len(parts) == 1 else shapely.MultiLineString(parts)


@st.composite
def geometry_columns(draw: st.DrawFn) -> list[shapely.Geometry | None]:
    """Rows of one kind, some without a geometry."""
    z = draw(st.booleans())
    kind = draw(st.sampled_from(["point", "multipoint", "line", "polygon"]))
    one = {
        "point": vertices(1, z).map(lambda found: shapely.Point(found[0])),
        "multipoint": vertices(1, z).map(shapely.MultiPoint),
        "line": lines(z),
        "polygon": polygons(z),
    }[kind]
    return draw(st.lists(st.none() | one, max_size=6))


def frame_of(shapes: list[Any], crs: Any = "EPSG:4326", **columns: Any) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns, geometry=geopandas.GeoSeries(shapes, crs=crs, dtype="geometry"))


def assert_same_shapes(found: Any, expected: Any) -> None:
    """The same geometries, whatever vertex a ring starts at and whichever way it runs."""
    found, expected = (np.array(list(shapes), dtype=object) for shapes in (found, expected))
    assert len(found) == len(expected)
    assert (shapely.is_missing(found) == shapely.is_missing(expected)).all()
    there = ~shapely.is_missing(found)
    pairs = zip(shapely.normalize(found[there]), shapely.normalize(expected[there]), strict=True)
    for one, other in pairs:
        assert shapely.equals_identical(one, other), f"{one.wkt} is not {other.wkt}"
