"""Coordinates go to the embedded server and come back as they were, or a call says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import geopandas
import pandas as pd
import pyproj
import pytest
import shapely

import gpwidgets as gp
from gpwidgets.convert.geometry.vertices import KEEPS_MEASURES
from gpwidgets.demo.publishing.publish import Features, Lines, Polygons

SQUARE = shapely.box(500000, 5500000, 501000, 5501000)


def echo(features: Features) -> Features:
    """Give back what came."""
    return features


def tell(features: Features) -> str:
    """Say what came."""
    return json.dumps([str(features.crs.to_epsg()), [shape.wkt for shape in features.geometry]])


def cross(lines: Lines) -> Lines:
    """Give lines back."""
    return lines


def areas(polygons: Polygons) -> Polygons:
    """Give polygons back."""
    return polygons


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    running = gp.demo.serve()
    for tool in (echo, tell, cross, areas):
        running.publish(tool)
    yield running
    running.stop()


def task(server: Any, name: str) -> gp.GPTask:
    return gp.GPTask(server.url_of(name))


def frame_of(*shapes: Any, crs: Any = None) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"n": range(len(shapes))}, geometry=list(shapes), crs=crs)


@pytest.mark.parametrize(
    "shape",
    [
        "POINT (8 50)",
        "POINT Z (8 50 7)",
        "MULTIPOINT ((8 50), (9 51))",
        "LINESTRING (8 50, 9 51)",
        "MULTILINESTRING Z ((8 50 1, 9 51 2), (1 2 3, 4 5 6))",
        "POLYGON ((8 50, 8 51, 9 51, 8 50))",
        "MULTIPOLYGON (((0 0, 0 1, 1 1, 0 0)), ((5 5, 5 6, 6 6, 5 5)))",
    ],
)
def test_features_of_any_kind(server: Any, shape: str) -> None:
    out = task(server, "Echo")(Features=frame_of(shapely.from_wkt(shape), crs=4326))
    assert out.Result.geometry.iloc[0].normalize() == shapely.from_wkt(shape).normalize()


@pytest.mark.skipif(not KEEPS_MEASURES, reason="GEOS is older than 3.12")
@pytest.mark.parametrize("shape", ["LINESTRING M (8 50 0, 9 51 100)", "LINESTRING ZM (8 50 5 0, 9 51 6 100)"])
def test_measures_are_asked_for_where_they_are_given(server: Any, shape: str) -> None:
    given = frame_of(shapely.from_wkt(shape), crs=25832)
    run = task(server, "Cross")
    assert run(Lines=given).Result.geometry.iloc[0].wkt == shape
    plain = run(Lines=given, returnM=False).Result.geometry.iloc[0]
    assert not shapely.has_m(plain)


@pytest.mark.skipif(not KEEPS_MEASURES, reason="GEOS is older than 3.12")
def test_heights_and_measures_stay_when_the_server_changes_the_system(server: Any) -> None:
    given = frame_of(shapely.from_wkt("LINESTRING ZM (8 50 5 0, 9 51 6 100)"), crs=4326)
    found = task(server, "Cross")(Lines=given, outSR=25832).Result
    assert found.crs == "EPSG:25832"
    coords = shapely.get_coordinates(found.geometry, include_z=True, include_m=True)
    assert coords[:, 2:].tolist() == [[5, 0], [6, 100]]


def test_lines_across_180_keep_their_heights(server: Any) -> None:
    given = frame_of(shapely.from_wkt("LINESTRING Z (170 0 10, 190 0 30)"), crs=4326)
    (found,) = task(server, "Cross")(Lines=given).Result.geometry
    assert found.wkt == "MULTILINESTRING Z ((170 0 10, 180 0 20), (-180 0 20, -170 0 30))"


@pytest.mark.parametrize(
    "value",
    [
        frame_of(SQUARE),
        geopandas.GeoSeries([SQUARE]),
        SQUARE,
        [SQUARE],
        SQUARE.wkt,
        {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(SQUARE)},
        frame_of(SQUARE, crs=4326),
        pd.DataFrame({"geometry": [SQUARE]}),
    ],
    ids=["frame", "series", "shape", "list", "WKT", "GeoJSON", "wrong CRS", "table"],
)
def test_metres_without_a_system_are_refused_in_words(server: Any, value: Any) -> None:
    with pytest.raises(gp.ParameterError, match="no longitude and latitude") as caught:
        task(server, "Areas")(Polygons=value)
    assert "WKID 4326" in str(caught.value)


def test_degrees_without_a_system_arrive_as_such(server: Any) -> None:
    told = json.loads(task(server, "Tell")(Features=frame_of(shapely.Point(8, 50))).Result)
    assert told == ["4326", ["POINT (8 50)"]]


def test_longitude_540_is_one_point(server: Any) -> None:
    (found,) = task(server, "Echo")(Features=frame_of(shapely.Point(540, 10), crs=4326)).Result.geometry
    assert found == shapely.Point(-180, 10)


def test_a_datum_shift_is_carried_out_and_said(server: Any) -> None:
    crs = "+proj=utm +zone=32 +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7 +type=crs"
    with pytest.warns(gp.errors.GPWarning, match="datum shift"):
        found = task(server, "Echo")(Features=frame_of(shapely.Point(500000, 5500000), crs=crs)).Result
    place = found.to_crs(4326).geometry.iloc[0]
    expected = pyproj.Transformer.from_crs(crs, 4326, always_xy=True).transform(500000, 5500000)
    assert pyproj.Geod(ellps="WGS84").inv(place.x, place.y, *expected)[2] < 0.01


def test_a_system_may_be_given_as_pyproj_has_it_or_as_proj_writes_it(server: Any) -> None:
    given = frame_of(shapely.Point(8, 50), crs=4326)
    text = "+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 +ellps=GRS80 +units=m"
    for system in (pyproj.CRS("IGNF:LAMB93"), text):
        assert task(server, "Echo")(Features=given, outSR=system).Result.crs == "EPSG:2154"


def test_several_layers_as_a_value(server: Any) -> None:
    def layer(name: str, kind: str, geometry: Any) -> dict[str, Any]:
        rows = [{"attributes": {}, "geometry": geometry}]
        inner = {"geometryType": kind, "spatialReference": {"wkid": 4326}, "features": rows}
        return {"layerDefinition": {"name": name, "geometryType": kind}, "featureSet": inner}

    path = {"paths": [[[0, 0], [1, 1]]]}
    notes = {
        "layers": [
            layer("Places", "esriGeometryPoint", {"x": 1, "y": 2}),
            layer("Ways", "esriGeometryPolyline", path),
            layer("More ways", "esriGeometryPolyline", path),
        ]
    }
    with pytest.warns(gp.errors.GPWarning, match="Places"):
        found = task(server, "Cross")(Lines=notes).Result
    assert len(found) == 2
