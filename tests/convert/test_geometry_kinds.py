"""Kinds of geometry in a frame: those that geopandas names, each once."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from gpwidgets.convert.geometry.geometry_kinds import geometry_kinds

SHAPES = (
    shapely.Point(1, 2),
    shapely.Point(),
    shapely.LineString([(0, 0), (5, 5)]),
    shapely.LinearRing([(0, 0), (5, 5), (5, 0)]),
    shapely.box(0, 0, 1, 1),
    shapely.MultiPoint([(1, 2), (3, 4)]),
    shapely.MultiLineString([[(0, 0), (1, 1)]]),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]),
    shapely.GeometryCollection([shapely.Point(7, 7)]),
    None,
)


def test_kinds_are_those_that_geopandas_names() -> None:
    frame = gpd.GeoDataFrame(geometry=[*SHAPES, *SHAPES], crs=4326)
    assert sorted(geometry_kinds(frame)) == sorted(frame.geom_type.dropna().unique())
    assert geometry_kinds(frame.iloc[[2, 9]]) == ["LineString"]


def test_what_has_no_geometry_has_no_kinds() -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)])
    assert geometry_kinds(frame.iloc[:0]) == []
    assert geometry_kinds(gpd.GeoDataFrame({"a": [1]})) == []
    assert geometry_kinds(pd.DataFrame({"a": [1]})) == []
    assert geometry_kinds(None) == []
