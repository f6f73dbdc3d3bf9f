"""The kinds of geometry: one table, and it agrees with shapely and with what is written and read back."""

import geopandas
import pytest
import shapely

from gpwidgets.convert.featuresets.reading import features_to_frame
from gpwidgets.convert.featuresets.writing import frame_to_features
from gpwidgets.convert.geometry.geometries import type_of
from gpwidgets.protocol.enums import SHAPE_TYPES, GeometryType

TEXTS = {
    "Point": "POINT (1 2)",
    "LineString": "LINESTRING (1 2, 3 5)",
    "LinearRing": "LINEARRING (0 0, 4 0, 4 4, 0 0)",
    "Polygon": "POLYGON ((0 0, 4 0, 4 4, 0 0))",
    "MultiPoint": "MULTIPOINT (1 2, 3 4)",
    "MultiLineString": "MULTILINESTRING ((1 2, 3 5), (6 7, 8 8))",
    "MultiPolygon": "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)), ((10 10, 14 10, 14 14, 10 10)))",
    "GeometryCollection": "GEOMETRYCOLLECTION (POINT (1 2))",
}


def test_shapes_stand_at_their_numbers_in_shapely() -> None:
    made = [shapely.from_wkt(TEXTS[name]) for name in SHAPE_TYPES]
    assert [shapely.get_type_id(shape) for shape in made] == list(range(len(made)))
    assert [shape.geom_type for shape in made] == list(SHAPE_TYPES)


@pytest.mark.parametrize("name", [name for name in SHAPE_TYPES if name != "GeometryCollection"])
def test_a_shape_is_written_as_its_kind_and_read_back(name: str) -> None:
    kind = GeometryType.of_shape(name)
    assert kind is not None
    told = frame_to_features(geopandas.GeoDataFrame(geometry=[shapely.from_wkt(TEXTS[name])], crs=4326))
    assert told["geometryType"] == kind
    geometry = told["features"][0]["geometry"]
    assert kind.key in geometry
    assert type_of(geometry) is kind
    read = features_to_frame(told).geometry[0]
    assert shapely.get_dimensions(read) == kind.dimension
    assert kind.takes(name)
    assert kind.takes(read.geom_type)


@pytest.mark.parametrize(
    "word", ["", "esriGeometryAny", "esriGeometryBezier3Curve", "esrigeometrypoint", None, 5, ["x"]]
)
def test_other_words_are_no_kind(word: object) -> None:
    assert GeometryType.named(word) is None
    assert GeometryType.of_shape(word) is None
    assert GeometryType.of_shape("GeometryCollection") is None


@pytest.mark.parametrize(
    ("kind", "shapes"),
    [
        (GeometryType.POINT, {"Point", "MultiPoint"}),
        (GeometryType.MULTIPOINT, {"Point", "MultiPoint"}),
        (GeometryType.POLYLINE, {"LineString", "LinearRing", "MultiLineString"}),
        (GeometryType.POLYGON, {"Polygon", "MultiPolygon"}),
        (GeometryType.ENVELOPE, {"Polygon"}),
        (GeometryType.MULTIPATCH, set()),
    ],
)
def test_an_input_takes_shapes_of_its_dimension(kind: GeometryType, shapes: set[str]) -> None:
    assert {shape for shape in SHAPE_TYPES if kind.takes(shape)} == shapes
