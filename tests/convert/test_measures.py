"""Measures (m) are read, kept, moved and written; where they have no place, that is said."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import orjson
import pytest
import shapely
from convert.strategies import assert_same_shapes
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.convert.coordinates.reprojecting import reproject
from gpwidgets.convert.featuresets.frames import read_features, write_features
from gpwidgets.convert.files.file_reading import read_frame_file
from gpwidgets.convert.geometry import geometries
from gpwidgets.convert.geometry.vertices import KEEPS_MEASURES, has_m, moved, vertices, without_measures
from gpwidgets.convert.storage.saved import read_saved_frame, write_saved_frame
from gpwidgets.errors import MeasuresDropped

pytestmark = pytest.mark.skipif(not KEEPS_MEASURES, reason="GEOS is older than 3.12")

SHAPES = [
    "POINT M (8 50 3)",
    "POINT ZM (8 50 100 3)",
    "MULTIPOINT M ((8 50 3), (9 51 4))",
    "LINESTRING M (8 50 0, 9 51 100)",
    "LINESTRING ZM (8 50 10 0, 9 51 20 100)",
    "MULTILINESTRING ZM ((8 50 10 0, 9 51 20 100), (1 2 3 4, 5 6 7 8))",
    "POLYGON M ((0 0 1, 0 9 2, 9 9 3, 0 0 1), (1 2 0, 2 3 2, 1 3 1, 1 2 0))",
    "POLYGON ZM ((0 0 9 1, 0 9 8 2, 9 9 7 3, 0 0 9 1))",
    "MULTIPOLYGON M (((0 0 1, 0 1 2, 1 1 3, 0 0 1)), ((5 5 1, 5 6 2, 6 6 3, 5 5 1)))",
]


def frame_of(*texts: str, crs: Any = 4326) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        {"n": range(len(texts))}, geometry=list(map(shapely.from_wkt, texts)), crs=crs
    )


@pytest.mark.parametrize("text", SHAPES)
def test_each_kind_goes_and_comes_back(text: str) -> None:
    body = write_features(frame_of(text))
    told = json.loads(body)
    assert told["hasM"] is True
    assert told["hasZ"] is (" ZM " in text)
    assert_same_shapes(read_features(body).geometry, frame_of(text).geometry)


@pytest.mark.parametrize("text", SHAPES)
def test_reprojecting_keeps_heights_and_measures(text: str) -> None:
    frame = frame_of(text)
    found = reproject(frame, 25832)
    plain = frame.set_geometry(frame.geometry.force_2d()).to_crs(25832)
    assert found.crs == plain.crs
    np.testing.assert_array_equal(
        shapely.get_coordinates(found.geometry), shapely.get_coordinates(plain.geometry)
    )
    rest = [vertices(np.asarray(one.geometry.array), z=True, m=True)[:, 2:] for one in (found, frame)]
    np.testing.assert_array_equal(*rest)


numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(
    st.lists(
        st.none()
        | st.lists(st.tuples(numbers, numbers, numbers, st.none() | numbers), min_size=2, max_size=5),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
)
def test_lines_keep_every_number(rows: list[Any], has_z: bool) -> None:
    kept = [0, 1, 2, 3] if has_z else [0, 1, 3]
    paths = [None if row is None else [[vertex[i] for i in kept] for vertex in row] for row in rows]
    told = {
        "geometryType": "esriGeometryPolyline",
        "hasZ": has_z,
        "hasM": True,
        "spatialReference": {"wkid": 3857},
        "features": [
            {"attributes": {}, "geometry": None if path is None else {"paths": [path]}} for path in paths
        ],
    }
    frame = read_features(orjson.dumps(told))
    back = json.loads(write_features(frame))
    known = any(vertex[-1] is not None for path in paths if path for vertex in path)
    assert back["hasM"] is known
    expected = [
        None if path is None else [vertex if known else vertex[:-1] for vertex in path] for path in paths
    ]
    found = [row["geometry"] and row["geometry"]["paths"][0] for row in back["features"]]
    assert found == expected


def test_a_geometry_may_say_itself_that_it_has_measures() -> None:
    rows = [
        {"geometry": {"hasM": True, "paths": [[[0, 0, 5], [1, 1, 6]]]}},
        {"geometry": {"paths": [[[0, 0], [1, 1]]]}},
    ]
    frame = read_features(orjson.dumps({"spatialReference": {"wkid": 4326}, "features": rows}))
    assert frame.geometry.iloc[0].wkt == "LINESTRING M (0 0 5, 1 1 6)"
    assert shapely.get_coordinates(frame.geometry.iloc[1]).tolist() == [[0, 0], [1, 1]]


def test_a_third_number_without_a_flag_is_none() -> None:
    rows = [{"geometry": {"paths": [[[0, 0, 5], [1, 1, 6]]]}}]
    frame = read_features(orjson.dumps({"spatialReference": {"wkid": 4326}, "features": rows}))
    assert frame.geometry.iloc[0].wkt == "LINESTRING (0 0, 1 1)"


def test_an_old_geos_leaves_measures_out_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geometries, "KEEPS_MEASURES", False)
    with pytest.warns(MeasuresDropped, match=r"GEOS 3\.12"):
        frame = read_features(write_features(frame_of("LINESTRING ZM (8 50 10 0, 9 51 20 100)")))
    assert frame.geometry.iloc[0].wkt == "LINESTRING Z (8 50 10, 9 51 20)"


@pytest.mark.parametrize("text", SHAPES)
def test_measures_can_be_taken_off(text: str) -> None:
    shape = shapely.from_wkt(text)
    found = without_measures([shape, None])
    assert not has_m(found).any()
    assert found[1] is None
    coords = [shapely.get_coordinates(one, include_z=True) for one in (found[0], shape)]
    np.testing.assert_array_equal(*coords)


def test_shapes_of_all_sorts_are_moved_alike() -> None:
    shapes = [*map(shapely.from_wkt, SHAPES), shapely.Point(), shapely.Point(1, 2, 3), None]
    found = moved(shapes, lambda xy: xy + 10)
    assert shapely.get_type_id(found).tolist() == shapely.get_type_id(shapes).tolist()
    assert has_m(found).tolist() == has_m(shapes).tolist()
    difference = shapely.get_coordinates(found) - shapely.get_coordinates(shapes)
    np.testing.assert_allclose(difference, 10)


@pytest.mark.parametrize("has_arrow", [True, False])
@pytest.mark.parametrize("text", SHAPES)
def test_saved_results_keep_their_measures(
    text: str, has_arrow: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_arrow:
        monkeypatch.setattr("gpwidgets.convert.storage.saved.find_spec", lambda name: None)
    frame = frame_of(text)
    note = write_saved_frame(frame, tmp_path, "a")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read_saved_frame(tmp_path, json.loads(json.dumps(note)))
    assert found.geometry.to_wkt().tolist() == frame.geometry.to_wkt().tolist()  # type: ignore[attr-defined]
    assert found.crs == frame.crs  # type: ignore[attr-defined]


def test_files_with_measures_are_read_with_them(tmp_path: Path) -> None:
    import pyogrio

    pytest.importorskip("pyarrow")
    path = tmp_path / "route.shp"
    shapes = shapely.to_wkb(np.array([shapely.from_wkt("LINESTRING M (8 50 0, 9 51 100)")]), flavor="iso")
    pyogrio.raw.write(
        path, shapes, [np.array([7])], ["n"], geometry_type="Measured LineString", crs="EPSG:4326"
    )
    frame = read_frame_file(path)
    assert frame.geometry.iloc[0].wkt == "LINESTRING M (8 50 0, 9 51 100)"
    assert frame["n"].tolist() == [7]
    assert frame.crs == "EPSG:4326"
