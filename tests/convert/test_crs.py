"""Coordinate systems to spatial references and back: the server means the same place by them."""

from __future__ import annotations

import warnings
from typing import Any

import geopandas
import numpy as np
import orjson
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj.database import query_crs_info

from gpwidgets.convert.coordinates.crs import code_of, from_crs, to_crs
from gpwidgets.convert.coordinates.reprojecting import system_note
from gpwidgets.convert.featuresets.frames import read_features, write_features
from gpwidgets.protocol.values import SpatialReference

GK3 = "+proj=tmerc +lat_0=0 +lon_0=9 +k=1 +x_0=3500000 +y_0=0 +ellps=bessel +units=m +type=crs"
SHIFT = " +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7"
LOCAL = 'ENGCRS["site",EDATUM["peg"],CS[Cartesian,2],AXIS["e",east],AXIS["n",north],LENGTHUNIT["metre",1]]'


def known_systems() -> list[tuple[str, str]]:
    flat = ("PROJECTED_CRS", "GEOGRAPHIC_2D_CRS", "GEOGRAPHIC_3D_CRS", "GEOCENTRIC_CRS")
    return [
        (info.auth_name, info.code)
        for authority in ("EPSG", "ESRI")
        for info in query_crs_info(authority, allow_deprecated=True)
        if info.type.name in flat
    ]


def sent(crs: Any, *shapes: shapely.Geometry) -> dict[str, Any]:
    frame = geopandas.GeoDataFrame(geometry=list(shapes), crs=crs)
    told: dict[str, Any] = orjson.loads(write_features(frame))
    return told


def without_ids(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: without_ids(value) for key, value in told.items() if key not in ("id", "ids")}
    return [without_ids(one) for one in told] if isinstance(told, list) else told


def degrees(crs: Any, x: float, y: float) -> tuple[float, float]:
    lon, lat = pyproj.Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    return float(lon), float(lat)


@settings(max_examples=150)
@given(st.sampled_from(known_systems()))
def test_every_known_system_comes_back_as_it_went(system: tuple[str, str]) -> None:
    crs = pyproj.CRS.from_authority(*system)
    back = to_crs(from_crs(crs))
    assert back is not None
    assert back.equals(crs, ignore_axis_order=True)


def test_small_codes_of_esri_are_read() -> None:
    known = query_crs_info("ESRI", allow_deprecated=True)
    # An old database has heights among them, which are no system of a frame.
    codes = [one.code for one in known if int(one.code) < 32767 and "VERTICAL" not in str(one.type)]
    assert codes
    for code in codes:
        found = to_crs({"wkid": int(code)})
        assert found is not None
        assert found.is_compound or not found.is_vertical


def test_a_code_that_two_registers_give_away_is_epsg_and_esri_is_written_out() -> None:
    assert to_crs({"wkid": 4812}) == pyproj.CRS.from_epsg(4812)
    assert from_crs("ESRI:4812").wkid is None
    assert to_crs(from_crs("ESRI:4812")).datum == pyproj.CRS("ESRI:4812").datum  # type: ignore[union-attr]


def test_a_vertical_code_alone_is_no_place() -> None:
    assert to_crs({"wkid": 5773}) is None


@pytest.mark.parametrize("code", [2056, 2154, 3035, 25832, 27700, 31467, 32633, 3857, 4258, 4326])
@pytest.mark.parametrize("form", ["WKT1_ESRI", "PROJJSON"])
def test_a_system_without_its_code_is_found(code: int, form: str) -> None:
    known = pyproj.CRS.from_epsg(code)
    told = known.to_wkt(form) if form != "PROJJSON" else without_ids(known.to_json_dict())
    found = code_of(pyproj.CRS.from_user_input(told))
    assert found is not None
    assert pyproj.CRS.from_user_input(found).equals(pyproj.CRS.from_epsg(code), ignore_axis_order=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +units=m +type=crs", 3035),
        ("+proj=utm +zone=32 +ellps=GRS80", 25832),
        ("+proj=utm +zone=32 +ellps=GRS80 +towgs84=0,0,0", 25832),
        ("+proj=utm +zone=56 +south +datum=WGS84", 32756),
        ("IGNF:LAMB93", 2154),
        ("OGC:CRS84", 4326),
        ("OGC:CRS83", 4269),
        ("OGC:CRS27", 4267),
    ],
)
def test_systems_that_are_a_code_in_all_but_name(text: str, code: int) -> None:
    assert from_crs(text).latest_wkid == code


@pytest.mark.parametrize("text", ["+proj=utm +zone=32 +ellps=intl", "+proj=longlat +ellps=bessel", GK3])
def test_an_unknown_datum_is_not_guessed_but_said(text: str) -> None:
    told = sent(text, shapely.Point(9, 50))
    assert "wkid" not in told["spatialReference"]
    frame = geopandas.GeoDataFrame(geometry=[shapely.Point(9, 50)], crs=text)
    assert "names no datum" in system_note(frame)


@pytest.mark.parametrize("code", [4326, 25832, 31467, 3857, "ESRI:54009"])
def test_nothing_is_said_of_a_system_with_a_code(code: Any) -> None:
    assert system_note(geopandas.GeoDataFrame(geometry=[shapely.Point(1, 2)], crs=code)) == ""


bound = st.tuples(
    st.sampled_from(["bessel", "intl", "krass", "clrk66", "airy"]),
    st.integers(28, 38),
    st.tuples(*[st.floats(-700, 700).filter(lambda one: abs(one) > 1)] * 3),
    st.tuples(st.floats(300_000, 700_000), st.floats(4_000_000, 6_500_000)),
)


@settings(max_examples=40)
@given(bound)
def test_a_datum_shift_that_a_system_carries_moves_the_coordinates(case: Any) -> None:
    ellipsoid, zone, shift, (x, y) = case
    crs = f"+proj=utm +zone={zone} +ellps={ellipsoid} +towgs84={','.join(map(str, shift))} +type=crs"
    told = sent(crs, shapely.Point(x, y))
    received = read_features(orjson.dumps(told))
    place = received.geometry.iloc[0]
    expected, found = degrees(crs, x, y), degrees(received.crs, place.x, place.y)
    off = pyproj.Geod(ellps="WGS84").inv(*expected, *found)[2]
    assert off < 0.01


def test_a_shift_beside_a_code_is_said_with_the_metres() -> None:
    wkt = pyproj.CRS.from_epsg(31467).to_wkt("WKT1_GDAL")
    own = wkt.replace('AUTHORITY["EPSG","6314"]]', "TOWGS84[500,73.7,418.2,0.202,0.045,-2.455,6.7]]")
    frame = geopandas.GeoDataFrame(geometry=[shapely.Point(3500000, 5500000)], crs=own)
    if tuple(map(int, pyproj.proj_version_str.split(".")[:2])) < (9, 2):  # finds no code behind the shift
        assert "carried out here" in system_note(frame)
        return
    assert sent(own, shapely.Point(3500000, 5500000))["features"][0]["geometry"]["x"] == 3500000
    note = system_note(frame)
    assert "cannot be sent" in note
    assert " m away" in note


def test_a_shift_without_a_code_is_said() -> None:
    frame = geopandas.GeoDataFrame(geometry=[shapely.Point(3500000, 5500000)], crs=GK3 + SHIFT)
    assert "carried out here" in system_note(frame)


def test_heights_and_their_system_go_and_come_back() -> None:
    frame = geopandas.GeoDataFrame(geometry=[shapely.Point(5, 52, 7)], crs="EPSG:7415")
    told = orjson.loads(write_features(frame))
    assert told["spatialReference"] == {
        "wkid": 28992,
        "latestWkid": 28992,
        "vcsWkid": 5709,
        "latestVcsWkid": 5709,
    }
    back = read_features(orjson.dumps(told))
    assert back.crs == "EPSG:28992"
    assert orjson.loads(write_features(back))["spatialReference"] == told["spatialReference"]
    flat = back.set_geometry(back.geometry.force_2d())
    assert "vcsWkid" not in orjson.loads(write_features(flat))["spatialReference"]
    moved = back.to_crs(4326)
    assert orjson.loads(write_features(moved))["spatialReference"] == {"wkid": 4326, "latestWkid": 4326}


def test_a_reference_that_only_the_server_knows_goes_back_to_it() -> None:
    told = {"wkid": 999_123}
    rows = [{"attributes": {}, "geometry": {"x": 5e6, "y": 7e6}}]
    frame = read_features(orjson.dumps({"spatialReference": told, "features": rows}))
    assert frame.crs is None
    assert orjson.loads(write_features(frame))["spatialReference"] == told


def test_a_local_system_is_sent_by_its_definition() -> None:
    told = sent(LOCAL, shapely.Point(12, 34))
    assert told["features"][0]["geometry"] == {"x": 12, "y": 34}
    back = to_crs(SpatialReference.from_json(told["spatialReference"]))
    assert back is not None
    assert back.is_engineering


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_coordinates_that_are_no_numbers_are_refused(bad: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shape = shapely.LineString([(0, 0), (bad, 1)])
    with pytest.raises(ValueError, match=r"row 2 .* no number"):
        sent(4326, shapely.LineString([(0, 0), (1, 1)]), shape)


def test_a_point_of_nan_is_a_row_without_geometry() -> None:
    told = sent(4326, shapely.Point(1, 2), shapely.Point(np.nan, np.nan), shapely.Point())
    assert [row["geometry"] for row in told["features"]] == [{"x": 1, "y": 2}, None, None]
