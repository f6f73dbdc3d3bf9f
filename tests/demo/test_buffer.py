"""Geodesic buffers, measured by pyproj."""

import math

import geopandas as gpd
import pytest
import shapely
from pyproj import Geod

from gpwidgets.convert.featuresets.frames import features_to_frame
from gpwidgets.demo.tools.buffer import geodesic_circle

_GEOD = Geod(ellps="WGS84")
_AUTHALIC_RADIUS = 6_371_007.18


def _area(shape):
    return abs(_GEOD.geometry_area_perimeter(shape)[0])


@pytest.mark.parametrize(
    ("x", "y", "radius"),
    [
        (0, 0, 1_000),
        (-104.44, 34.83, 50_000),
        (179.9, 10, 50_000),
        (-179.9, -70, 100_000),
        (0, 89.9, 50_000),
        (30, -89, 500_000),
        (170, 70, 3_000_000),
        (20, 90, 100_000),
    ],
)
def test_a_circle_is_valid_and_has_the_area_of_a_spherical_cap(x, y, radius):
    circle = geodesic_circle(x, y, radius)
    assert circle.is_valid
    west, south, east, north = circle.bounds
    assert (west >= -180, south >= -90, east <= 180, north <= 90) == (True,) * 4
    cap = 2 * math.pi * _AUTHALIC_RADIUS**2 * (1 - math.cos(radius / _AUTHALIC_RADIUS))
    assert _area(circle) == pytest.approx(cap, rel=0.001)


def test_every_vertex_is_at_the_distance():
    xs, ys = shapely.get_coordinates(geodesic_circle(-104.44, 34.83, 50_000)).T
    _, _, meters = _GEOD.inv([-104.44] * len(xs), [34.83] * len(xs), xs, ys)
    assert meters == pytest.approx([50_000] * len(xs), rel=0.001)


def _points(*places):
    return {
        "geometryType": "esriGeometryPoint",
        "spatialReference": {"wkid": 4326},
        "features": [{"geometry": {"x": x, "y": y}, "attributes": {}} for x, y in places],
    }


def _buffers(reply):
    assert [each["paramName"] for each in reply["results"]] == ["Buffers"]
    return features_to_frame(reply["results"][0]["value"])


def test_the_task_buffers_each_point_within_one_percent(server, post):
    url = server.url_of("BufferPoints") + "/execute"
    sent = _points((-104.44, 34.83), (10, 60))
    frame = _buffers(post(url, Input_Points=sent, Distance={"distance": 5, "units": "esriKilometers"}))
    assert frame.crs == "EPSG:4326"
    for shape, told in zip(frame.geometry, frame["AREA_KM2"], strict=True):
        assert _area(shape) == pytest.approx(math.pi * 5000**2, rel=0.01)
        assert told == pytest.approx(_area(shape) / 1e6)


def test_rows_are_numbered_as_servers_do(server, post):
    reply = post(server.url_of("BufferPoints") + "/execute", Input_Points=_points((0, 0), (1, 1)))
    value = reply["results"][0]["value"]
    assert value["fields"][0]["type"] == "esriFieldTypeOID"
    assert [row["attributes"]["OBJECTID"] for row in value["features"]] == [1, 2]


def test_longitudes_beyond_180_are_brought_back(server, post):
    url = server.url_of("BufferPoints") + "/execute"
    here, there = (_buffers(post(url, Input_Points=_points((x, 50)))).geometry.iloc[0] for x in (-170, 190))
    assert here.equals(there)


def test_dissolving_joins_what_overlaps(server, post):
    url = server.url_of("BufferPoints") + "/execute"
    sent = _points((0, 0), (0.01, 0))
    assert len(_buffers(post(url, Input_Points=sent))) == 2
    joined = _buffers(post(url, Input_Points=sent, Dissolve="ALL"))
    assert len(joined) == 1
    assert joined.geometry.iloc[0].geom_type == "Polygon"


def test_the_reference_of_the_input_is_kept_unless_another_is_asked_for(server, post):
    url = server.url_of("BufferPoints") + "/execute"
    place = gpd.GeoSeries([shapely.Point(10, 50)], crs=4326).to_crs(3857).iloc[0]
    sent = {**_points((place.x, place.y)), "spatialReference": {"wkid": 102100}}
    kept = _buffers(post(url, Input_Points=sent))
    assert kept.crs == "EPSG:3857"
    for asked in ({"env:outSR": "4326"}, {"context": {"outSR": {"wkid": 4326}}}):
        frame = _buffers(post(url, Input_Points=sent, **asked))
        assert frame.crs == "EPSG:4326"
        assert frame.geometry.iloc[0].contains(shapely.Point(10, 50))


def test_points_without_set_level_reference_type_or_fields_are_understood(server, post):
    shape = {"x": 10, "y": 50, "spatialReference": {"wkid": 4326}}
    sent = {
        "features": [
            {"geometry": shape, "attributes": {"OBJECTID": 1}, "symbol": None, "popupTemplate": None}
        ]
    }
    assert len(_buffers(post(server.url_of("BufferPoints") + "/execute", Input_Points=sent))) == 1


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"Input_Points": _points()}, "holds no points"),
        ({"Input_Points": _points((0, 0)), "Distance": {"distance": -1}}, "must be above 0"),
        ({"Input_Points": _points((0, 0)), "Distance": {"distance": 1, "units": "parsecs"}}, "parsecs"),
        ({"Input_Points": {"points": []}}, "Input_Points"),
        ({"Input_Points": _points((0, 91))}, "nowhere on Earth"),
        ({"Input_Points": "null"}, "a value is required"),
        ({"Input_Points": "[]"}, "expected a JSON object"),
        ({"Input_Points": {"features": [5]}}, "no array of objects"),
        ({"Input_Points": {"features": [{"geometry": {"rings": []}}]}}, "esriGeometryPolygon is not one of"),
        ({"Input_Points": {"url": "https://elsewhere.example.com/FeatureServer/0"}}, "files of this server"),
    ],
)
def test_what_cannot_be_buffered_is_refused_with_the_reason(server, post, fields, text):
    error = post(server.url_of("BufferPoints") + "/execute", **fields)["error"]
    assert text in " ".join(error["details"])
