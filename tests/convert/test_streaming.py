"""Feature sets read piece by piece are what they are when they are read whole."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import Any

import geopandas
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from gpwidgets.convert.featuresets import _engines as engines
from gpwidgets.convert.featuresets._pieces import NotCut
from gpwidgets.convert.featuresets._streaming import ReadAgain, read_pieces
from gpwidgets.convert.featuresets.assembling import frame_of
from gpwidgets.convert.featuresets.frames import features_to_frame, read_features
from gpwidgets.errors import ConversionError, GeometryRepaired

ENGINES = {"simdjson": engines._by_simdjson, "orjson": engines._by_orjson}
FIELDS = [
    {"name": "OBJECTID", "type": "esriFieldTypeOID", "alias": "OBJECTID"},
    {"name": "NAME", "type": "esriFieldTypeString", "alias": "Name", "length": 50},
    {"name": "SIZE", "type": "esriFieldTypeDouble", "alias": "Size"},
    {"name": "SEEN", "type": "esriFieldTypeDate", "alias": "Seen"},
]
SQUARE = [[0.0, 0.0], [0.0, 4.0], [4.0, 4.0], [4.0, 0.0], [0.0, 0.0]]
HOLE = [[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0], [1.0, 1.0]]
FAR = [[10.0, 0.0], [10.0, 1.0], [11.0, 1.0], [10.0, 0.0]]
GEOMETRIES: dict[str, list[Any]] = {
    "esriGeometryPolygon": [{"rings": [SQUARE]}, {"rings": [HOLE, SQUARE, FAR]}, None, {"rings": [FAR]}],
    "esriGeometryPolyline": [{"paths": [SQUARE, FAR]}, {"paths": [HOLE]}, None],
    "esriGeometryMultipoint": [{"points": SQUARE}, None, {"points": HOLE[:1]}],
    "esriGeometryPoint": [{"x": 1.5, "y": 2}, None, {"x": -3, "y": 0.1}],
}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> engines.Engine:
    if request.param == "simdjson":
        pytest.importorskip("simdjson")
    return ENGINES[request.param]


def with_more(geometry: Any, numbers: int) -> Any:
    """A geometry whose vertices have as many numbers."""
    if geometry is None or numbers == 2:
        return geometry
    if "x" in geometry:
        return {**geometry, "z": 7.5}
    key = next(iter(geometry))
    more = [7.5, 3.0][: numbers - 2]
    if key == "points":
        return {key: [vertex + more for vertex in geometry[key]]}
    return {key: [[vertex + more for vertex in part] for part in geometry[key]]}


def feature_set(kind: str, geometries: list[Any], **more: Any) -> dict[str, Any]:
    features = [
        {
            "attributes": {"OBJECTID": row, "NAME": '},{"attributes":' + str(row), "SIZE": None, "SEEN": row},
            "geometry": geometry,
        }
        for row, geometry in enumerate(geometries)
    ]
    reference = {"wkid": 102100, "latestWkid": 3857}
    return {
        "geometryType": kind,
        "spatialReference": reference,
        "fields": FIELDS,
        **more,
        "features": features,
        "exceededTransferLimit": False,
    }


def chunks_of(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


def assert_same(one: geopandas.GeoDataFrame, other: geopandas.GeoDataFrame) -> None:
    """Equal to the last bit; a shape that is not valid is equal to itself, too."""
    assert_frame_equal(one.drop(columns="geometry"), other.drop(columns="geometry"))
    assert one.geometry.to_wkb().tolist() == other.geometry.to_wkb().tolist()
    assert one.crs == other.crs
    assert one.attrs == other.attrs


def assert_read_alike(
    body: bytes, engine: engines.Engine | None, *, size: int = 300, chunk: int = 97
) -> None:
    with warnings.catch_warnings(record=True) as whole_said:
        warnings.simplefilter("always")
        whole = features_to_frame(orjson.loads(body))
    with warnings.catch_warnings(record=True) as pieces_said:
        warnings.simplefilter("always")
        pieces = frame_of(*read_pieces(chunks_of(body, chunk), engine=engine, size=size))
    assert_same(pieces, whole)
    assert [str(w.message) for w in pieces_said] == [str(w.message) for w in whole_said]


@pytest.mark.parametrize("numbers", [2, 3])
@pytest.mark.parametrize("kind", GEOMETRIES)
@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "in a result"])
def test_each_kind_is_cut_and_read_alike(
    kind: str, numbers: int, wrapped: bool, engine: engines.Engine
) -> None:
    flags = {"hasZ": True} if numbers == 3 else {}
    geometries = [with_more(geometry, numbers) for geometry in GEOMETRIES[kind] * 5]
    data: Any = feature_set(kind, geometries, **flags)
    if wrapped:
        data = {"paramName": "Out", "dataType": "GPFeatureRecordSetLayer", "value": data}
    # Points have one engine: there is little in them that simdjson reads faster.
    assert_read_alike(orjson.dumps(data), ENGINES["orjson"] if kind == "esriGeometryPoint" else engine)


@pytest.mark.parametrize("kind", GEOMETRIES)
@pytest.mark.parametrize("flags", [{"hasZ": True, "hasM": True}, {"hasM": True}, {"hasZ": True}, {}])
def test_numbers_behind_x_and_y_are_read_alike(kind: str, flags: dict[str, bool]) -> None:
    geometries = [with_more(geometry, 4 if len(flags) == 2 else 3) for geometry in GEOMETRIES[kind] * 5]
    body = orjson.dumps(feature_set(kind, geometries, **flags))
    assert_read_alike(body, None)
    assert_same(read_features(chunks_of(body, 100)), features_to_frame(orjson.loads(body)))


@pytest.mark.parametrize("place", [0, 7, 14])
@pytest.mark.parametrize("others", [2, 3])
def test_vertices_with_and_without_heights_are_read_alike(place: int, others: int) -> None:
    geometries = [with_more({"rings": [SQUARE]}, others)] * 15
    geometries[place] = with_more({"rings": [SQUARE, HOLE]}, 5 - others)
    body = orjson.dumps(feature_set("esriGeometryPolygon", geometries, hasZ=True))
    assert_same(read_features(chunks_of(body, 100)), features_to_frame(orjson.loads(body)))


def test_what_is_left_out_is_told_once_for_all_pieces(engine: engines.Engine) -> None:
    body = orjson.dumps(feature_set("esriGeometryPolygon", [{"rings": [SQUARE, SQUARE[:2]]}] * 9))
    with pytest.warns(GeometryRepaired, match="9 rings") as said:
        frame_of(*read_pieces([body], engine=engine, size=300))
    assert len(said) == 1


ODD: dict[str, Any] = {
    "a curve": {"curveRings": [[[0, 0], {"b": [[1, 1], [0, 1], [1, 0]]}, [0, 0]]]},
    "an own flag": {"rings": [SQUARE], "hasZ": False},
    "an own reference": {"rings": [SQUARE], "spatialReference": {"wkid": 4326}},
    "text for a number": {"rings": [[["NaN", 0], *SQUARE]]},
    "null for a number": {"rings": [[[None, 0], *SQUARE]]},
    "too many numbers": {"rings": [[[0, 0, 5], *SQUARE[1:]]]},
    "numbers that make up for each other": {"rings": [[[0, 0], [4], [4, 0, 4], [4, 0], [0, 0]]]},
    "a number for a vertex": {"rings": [[[0, 0], 4, [0, 4, 4], [4, 0], [0, 0]]]},
    "a vertex in a vertex": {"rings": [[[0, 0], [[4, 0]], [4, 4], [0, 0]]]},
    "an empty ring": {"rings": [SQUARE, []]},
    "nothing": {},
    "another kind": {"paths": [SQUARE]},
    "two kinds": {"rings": [SQUARE], "paths": [SQUARE]},
    "a list": [1, 2],
    "text": "POINT (1 2)",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("place", [0, 7, -1])
def test_a_geometry_out_of_the_ordinary_is_left_to_the_plain_reader(
    odd: Any, place: int, engine: engines.Engine
) -> None:
    geometries: list[Any] = [{"rings": [SQUARE]}] * 15
    geometries[place] = odd
    body = orjson.dumps(feature_set("esriGeometryPolygon", geometries))
    try:
        assert_read_alike(body, engine)
    except NotCut:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            whole = features_to_frame(orjson.loads(body))
            assert_same(read_features(chunks_of(body, 50)), whole)


def others() -> dict[str, bytes]:
    plain = feature_set("esriGeometryPolygon", [{"rings": [SQUARE]}] * 900)
    late = {**{key: value for key, value in plain.items() if key != "hasZ"}, "hasZ": True}
    grid = {"transform": {"scale": [2, 2], "translate": [1, 1]}}
    return {
        "a flag after the features": orjson.dumps(late),
        "a flag after the features, which come first": orjson.dumps({"features": plain["features"], **late}),
        "no fields": orjson.dumps({key: value for key, value in plain.items() if key != "fields"}),
        "no reference": orjson.dumps({k: v for k, v in plain.items() if k != "spatialReference"}),
        "on a grid": orjson.dumps({**grid, **plain}),
        "on a grid, which comes last": orjson.dumps({**plain, **grid}),
        "a feature with more": orjson.dumps(plain).replace(b'{"attributes"', b'{"symbol":1,"attributes"', 5),
        "fields twice": orjson.dumps(plain)[:-1] + b',"fields":[{"name":"name"}]}',
        "features twice": orjson.dumps(plain)[:-1]
        + b","
        + orjson.dumps({"features": plain["features"][:5]})[1:],
        "other features in the layer": orjson.dumps({"layerDefinition": plain, "featureSet": plain}),
        "a mark of UTF-8": b"\xef\xbb\xbf" + orjson.dumps(plain),
    }


@pytest.mark.parametrize("name", others())
def test_another_document_is_read_in_pieces_too(name: str) -> None:
    body = others()[name]
    whole = features_to_frame(json.loads(body.decode("utf-8-sig")))
    assert len(whole) == (5 if name == "features twice" else 900)
    try:
        found = frame_of(*read_pieces(chunks_of(body, 4000), size=5000))
    except ReadAgain as again:
        found = frame_of(*read_pieces(chunks_of(body, 4000), size=5000, described=again.described))
    assert_same(found, whole)
    assert_same(read_features(body), whole)
    assert_same(read_features(chunks_of(body, 4000)), whole)


def test_bare_nan_is_left_to_the_plain_reader() -> None:
    plain = feature_set("esriGeometryPolygon", [{"rings": [SQUARE]}] * 900)
    body = orjson.dumps(plain).replace(b'"SIZE":null', b'"SIZE":NaN')
    with pytest.raises(NotCut):
        read_pieces(chunks_of(body, 4000), size=5000)
    assert_same(read_features(body), features_to_frame(json.loads(body)))


BROKEN = {
    "a comma too many": (b"]}}],", b"]}}, ],"),
    "a comma too few": (b'}},{"attributes":{"OBJECTID":450', b'}} {"attributes":{"OBJECTID":450'),
    "a bracket of the wrong kind": (
        b'}},{"attributes":{"OBJECTID":450',
        b'}}],{"attributes":{"OBJECTID":450',
    ),
    "no text in UTF-8": (b'"OBJECTID":450,"NAME":"', b'"OBJECTID":450,"NAME":"\xff'),
    "something behind the end": (b"false}", b"false}}"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_json_is_no_frame(name: str) -> None:
    old, new = BROKEN[name]
    body = orjson.dumps(feature_set("esriGeometryPolygon", [{"rings": [SQUARE]}] * 900)).replace(old, new)
    assert new in body
    with pytest.raises(NotCut):
        read_pieces(chunks_of(body, 4000), size=5000)
    if name != "no text in UTF-8":  # which is replaced
        for given_as in (body, chunks_of(body, 4000)):
            with pytest.raises(ConversionError):
                read_features(given_as)


@pytest.mark.parametrize("cut", [30, 3000, 60_000])
def test_a_body_that_ends_too_early_is_no_frame(cut: int) -> None:
    body = orjson.dumps(feature_set("esriGeometryPolygon", [{"rings": [SQUARE]}] * 900))[:-cut]
    for given_as in (body, chunks_of(body, 4000)):
        with pytest.raises(ConversionError):
            read_features(given_as)


def test_an_error_while_the_body_arrives_goes_to_the_caller() -> None:
    body = orjson.dumps(feature_set("esriGeometryPolygon", [{"rings": [SQUARE]}] * 900))

    def breaking_off() -> Iterator[bytes]:
        yield body[: len(body) // 2]
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        read_features(breaking_off())


numbers = st.floats(allow_nan=False, allow_infinity=False, width=64) | st.integers(-(2**40), 2**40)
coordinates = st.integers(-50, 50) | st.floats(-50, 50)
vertices = st.lists(st.tuples(coordinates, coordinates).map(list), min_size=1, max_size=6)
values = st.none() | st.booleans() | numbers | st.text(max_size=8) | st.just('},{"attributes":[')


@given(
    st.lists(
        st.fixed_dictionaries(
            {"attributes": st.dictionaries(st.sampled_from(["OBJECTID", "NAME", "SIZE", "x"]), values)},
            optional={
                "geometry": st.none()
                | st.fixed_dictionaries({"rings": st.lists(vertices, max_size=4)})
                | st.just({"rings": [SQUARE, HOLE]})
            },
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(1, 400),
    st.integers(1, 100),
    st.sampled_from(sorted(ENGINES)),
)
def test_any_features_are_read_alike_or_left_to_the_plain_reader(
    features: list[Any], size: int, chunk: int, name: str
) -> None:
    data = {**feature_set("esriGeometryPolygon", []), "features": features}
    try:
        assert_read_alike(orjson.dumps(data), ENGINES[name], size=size, chunk=chunk)
    except NotCut:
        return
