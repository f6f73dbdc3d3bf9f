"""Changes of coordinate system keep what they can and say how good they are."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gpwidgets.convert.coordinates.accuracy import accuracy_between
from gpwidgets.convert.coordinates.crs import read_crs
from gpwidgets.convert.coordinates.reprojecting import reproject, why_unplaced
from gpwidgets.convert.rendering.geojson import to_geojson
from gpwidgets.convert.rendering.map_shapes import MapShapes
from gpwidgets.convert.user_input.checks import placed_frame
from gpwidgets.convert.user_input.readers import to_frame
from gpwidgets.errors import ConversionError, CRSMissing, RoughTransformation

LOCAL = 'ENGCRS["site",EDATUM["peg"],CS[Cartesian,2],AXIS["e",east],AXIS["n",north],LENGTHUNIT["metre",1]]'


def frame_of(*shapes: Any, crs: Any = None) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(geometry=list(shapes), crs=crs)


@settings(max_examples=20)
@given(
    st.sampled_from([25832, 3857, 2056, 31467, 32633, 4258, "ESRI:54009"]),
    st.lists(st.tuples(st.floats(5, 15), st.floats(45, 55), st.floats(-100, 5000)), min_size=2, max_size=5),
)
@pytest.mark.filterwarnings("ignore::gpwidgets.errors.RoughTransformation")
def test_places_are_those_of_geopandas_and_heights_stay(crs: Any, rows: list[Any]) -> None:
    frame = frame_of(shapely.LineString(rows), None, shapely.Point(rows[0][:2]), crs=4326)
    found, expected = reproject(frame, crs), frame.to_crs(crs)
    assert found.crs == expected.crs
    np.testing.assert_array_equal(
        shapely.get_coordinates(found.geometry), shapely.get_coordinates(expected.geometry)
    )
    heights = shapely.get_coordinates(found.geometry.iloc[0], include_z=True)[:, 2]
    assert heights.tolist() == [z for *_, z in rows]
    assert found.geometry.iloc[1] is None


def test_a_missing_grid_is_said_with_both_accuracies() -> None:
    found = accuracy_between(pyproj.CRS(4267), pyproj.CRS(4326), (-85.0, 36.0, -84.0, 37.0))
    assert found.metres is not None
    assert found.metres > 5
    if found.better is None:
        pytest.skip("this PROJ has the grids of North America")
    assert found.better < found.metres
    assert "us_noaa" in found.words("NAD27", "WGS 84")
    assert f"{found.metres:g} m" in found.words("NAD27", "WGS 84")


def test_a_rough_change_of_system_warns_with_the_metres() -> None:
    tennessee = frame_of(shapely.Point(-84.5, 36.5), crs=4267)
    found = accuracy_between(pyproj.CRS(4267), pyproj.CRS(4326), (-84.5, 36.5, -84.5, 36.5))
    if not found.is_rough:
        pytest.skip("this PROJ has the grids of North America")
    with pytest.warns(RoughTransformation, match=f"off by {found.metres:g} m"):
        reproject(tennessee, 4326)


def test_an_unknown_datum_is_said() -> None:
    frame = frame_of(shapely.Point(9, 50), crs="+proj=longlat +ellps=bessel")
    with pytest.warns(RoughTransformation, match="not known"):
        reproject(frame, 4326)


@pytest.mark.parametrize(("first", "second"), [(4326, 3857), (4326, 25832), (4258, 4326), (25832, 25833)])
def test_systems_of_one_age_are_not_worth_a_word(first: int, second: int) -> None:
    assert not accuracy_between(pyproj.CRS(first), pyproj.CRS(second), (9.0, 49.0, 10.0, 50.0)).is_rough


def test_what_has_no_place_in_the_other_system_is_none() -> None:
    frame = frame_of(shapely.Point(0, 90), shapely.Point(10, 50), crs=4326)
    found = reproject(frame, "+proj=gnom +lat_0=-80 +lon_0=0 +datum=WGS84").geometry
    assert found.isna().tolist() == [True, True] or found.iloc[0] is None


def test_a_frame_without_a_system_is_not_reprojected() -> None:
    with pytest.raises(ConversionError, match="set_crs"):
        reproject(frame_of(shapely.Point(1, 2)), 4326)


def test_nothing_leads_from_a_local_system() -> None:
    frame = frame_of(shapely.Point(12, 34), crs=LOCAL)
    with pytest.raises(ConversionError, match="site"):
        reproject(frame, 4326)
    assert "site" in why_unplaced(frame)
    assert to_geojson(frame)["features"][0]["geometry"] is None
    assert MapShapes(frame).bounds is None


def test_a_result_without_a_reference_has_no_place_on_a_map() -> None:
    result = frame_of(shapely.Point(12, 34))
    result.attrs["gpwidgets"] = {"spatial_reference": {}}
    assert "names no coordinate system" in why_unplaced(result)
    shapes = MapShapes(result)
    assert shapes.bounds is None
    assert shapes.draw(1.0, limit=10, max_vertices=10).count == 0
    assert why_unplaced(frame_of(shapely.Point(12, 34))) == ""
    assert why_unplaced(frame_of(shapely.Point(500000, 5500000)))


# What coordinates mean that come without a system

FAR = shapely.Point(500000, 5500000)


@pytest.mark.parametrize(
    "value",
    [
        FAR,
        [FAR],
        (500000, 5500000),
        "POINT (500000 5500000)",
        "500000, 5500000",
        {"x": [500000], "y": [5500000]},
        {"type": "Point", "coordinates": [500000, 5500000]},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [5e5, 5.5e6]}},
        [{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [5e5, 5.5e6]}}],
        '{"type": "Point", "coordinates": [500000, 5500000]}',
        [(500000, 5500000), (1, 2)],
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_degrees_is_refused_or_taken_as_named(value: Any) -> None:
    with pytest.raises(CRSMissing, match="name it") as caught:
        to_frame(value)
    assert caught.value.place == (500000, 5500000)
    named = to_frame(value, crs=25832)
    assert named.crs == "EPSG:25832"
    assert named.geometry.iloc[0] == FAR


@given(st.floats(-540, 540), st.floats(-90, 90))
def test_what_can_be_degrees_is_taken_for_them(lon: float, lat: float) -> None:
    found = placed_frame(frame_of(shapely.Point(lon, lat)))
    assert found.crs == "EPSG:4326"
    assert found.geometry.iloc[0].equals(shapely.Point(lon, lat))


@given(st.floats(541, 1e8), st.floats(-1e8, 1e8), st.booleans(), st.sampled_from([None, 4326, 4258]))
def test_frames_of_anything_else_are_refused(x: float, y: float, turned: bool, crs: Any) -> None:
    shape = shapely.Point(-x if turned else x, y)
    with pytest.raises(CRSMissing):
        placed_frame(frame_of(shape, crs=crs))


def test_grads_have_their_own_ends() -> None:
    assert placed_frame(frame_of(shapely.Point(590, 99), crs=4807)).crs == 4807
    with pytest.raises(CRSMissing):
        placed_frame(frame_of(shapely.Point(590, 101), crs=4807))


def test_a_result_in_a_system_that_only_the_server_knows_is_left_alone() -> None:
    frame = frame_of(FAR)
    frame.attrs["gpwidgets"] = {"spatial_reference": {"wkid": 999_123}}
    assert placed_frame(frame) is frame


def test_the_srid_of_geometries_counts() -> None:
    shape = shapely.set_srid(FAR, 25832)
    assert to_frame(shape).crs == "EPSG:25832"
    assert to_frame([shape, None]).crs == "EPSG:25832"
    with pytest.raises(ConversionError, match="several"):
        to_frame([shape, shapely.set_srid(FAR, 25833)])
    with pytest.raises(ConversionError, match="999"):
        to_frame(shapely.set_srid(FAR, 99_999))


def test_a_file_of_geojson_in_metres_is_no_file_in_degrees(tmp_path: Any) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, '
        '"geometry": {"type": "Point", "coordinates": [500000, 5500000]}}]}'
    )
    with pytest.raises(CRSMissing):
        placed_frame(to_frame(path))
    assert to_frame(path, crs=25832).crs == "EPSG:25832"


def test_systems_are_read_in_any_spelling() -> None:
    assert read_crs("+proj=utm +zone=32 +datum=WGS84").to_epsg() == 32632
    with pytest.raises(ConversionError, match="no coordinate system"):
        read_crs("nonsense")
