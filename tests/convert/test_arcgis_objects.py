"""Objects of the ArcGIS API for Python are told by what they have; the package itself is not needed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from gpwidgets.convert.geometry.vertices import KEEPS_MEASURES
from gpwidgets.convert.user_input._table_reading import to_table
from gpwidgets.convert.user_input.readers import to_frame

MERCATOR = {"wkid": 102100, "latestWkid": 3857}


class Geometry(dict[str, Any]):
    """As arcgis.geometry.Geometry: a dict, with GeoJSON that does not say in which system it is."""

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return {"type": "Point", "coordinates": [self["x"], self["y"]]}


class Feature:
    """As arcgis.features.Feature: JSON in a property."""

    def __init__(self, geometry: Any, attributes: Any) -> None:
        self.geometry, self.attributes = geometry, attributes

    @property
    def as_dict(self) -> dict[str, Any]:
        return {"geometry": self.geometry, "attributes": self.attributes}

    @property
    def geometry_type(self) -> str:
        return "Point"


class FeatureSet:
    """As arcgis.features.FeatureSet: to_dict() and JSON text."""

    def __init__(self, features: list[Feature], **more: Any) -> None:
        self.features, self.more = features, more

    def to_dict(self) -> dict[str, Any]:
        return {"features": [feature.as_dict for feature in self.features], **self.more}

    @property
    def to_json(self) -> str:
        return json.dumps(self.to_dict())

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return {"type": "FeatureCollection", "features": []}


class OldFeatureSet:
    """JSON text is all that it gives."""

    def __init__(self, whole: FeatureSet) -> None:
        self.to_json = whole.to_json


class FeatureCollection:
    """As arcgis.features.FeatureCollection."""

    def __init__(self, whole: FeatureSet) -> None:
        self.properties = {"layerDefinition": {"name": "a"}, "featureSet": whole.to_dict()}


def point(x: float, y: float, **more: Any) -> Geometry:
    return Geometry(x=x, y=y, **more)


WHOLE = FeatureSet(
    [Feature(point(1e6, 6e6), {"A": "a"}), Feature(None, {"A": "b"})],
    spatialReference=MERCATOR,
    geometryType="esriGeometryPoint",
    fields=[{"name": "A", "type": "esriFieldTypeString"}],
)


@pytest.mark.parametrize(
    "value", [WHOLE, OldFeatureSet(WHOLE), FeatureCollection(WHOLE)], ids=lambda v: type(v).__name__
)
def test_feature_sets(value: Any) -> None:
    frame = to_frame(value)
    assert frame.crs == "EPSG:3857"
    assert frame["A"].tolist() == ["a", "b"]
    assert frame.geometry.tolist() == [shapely.Point(1e6, 6e6), None]
    assert to_table(value)["A"].tolist() == ["a", "b"]


def test_features_and_geometries_alone_and_in_lists() -> None:
    place = point(1e6, 6e6, spatialReference=MERCATOR)
    for value in (place, Feature(place, {"A": 1}), [place, place], [Feature(place, {"A": 1})] * 2):
        frame = to_frame(value)
        assert frame.crs == "EPSG:3857"
        assert set(frame.geometry) == {shapely.Point(1e6, 6e6)}


@pytest.mark.parametrize("name", ["SHAPE", "shape", "geom"])
def test_spatially_enabled_frames(name: str) -> None:
    places = [point(1e6, 6e6, spatialReference=MERCATOR), None, np.nan]
    enabled = pd.DataFrame({"NAME": ["a", "b", "c"], name: places}, index=[5, 6, 7])
    frame = to_frame(enabled)
    assert frame.crs == "EPSG:3857"
    assert frame.geometry.tolist() == [shapely.Point(1e6, 6e6), None, None]
    assert frame["NAME"].tolist() == ["a", "b", "c"]
    assert frame.index.tolist() == [5, 6, 7]
    assert to_table(enabled).columns.tolist() == ["NAME"]


def test_each_row_of_an_enabled_frame_may_have_its_own_system() -> None:
    places = [
        point(8, 50, spatialReference={"wkid": 4326}),
        point(500000, 5500000, spatialReference={"wkid": 25832}),
    ]
    with pytest.warns(UserWarning, match="has been brought into"):
        frame = to_frame(pd.DataFrame({"SHAPE": places}))
    assert frame.crs == "EPSG:4326"
    assert frame.geometry.iloc[1].distance(shapely.Point(9, 49.65)) < 0.01


@pytest.mark.skipif(not KEEPS_MEASURES, reason="GEOS is older than 3.12")
def test_heights_and_measures_of_an_enabled_frame() -> None:
    path = Geometry(
        paths=[[[0, 0, 1, 5], [1, 1, 2, 6]]], hasZ=True, hasM=True, spatialReference={"wkid": 4326}
    )
    frame = to_frame(pd.DataFrame({"SHAPE": [path]}))
    assert frame.geometry.iloc[0].wkt == "LINESTRING ZM (0 0 1 5, 1 1 2 6)"


def test_other_objects_with_to_dict_are_not_taken_for_features() -> None:
    class Item:
        def to_dict(self) -> dict[str, Any]:
            return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": {}}

        @property
        def __geo_interface__(self) -> dict[str, Any]:
            return self.to_dict()

    assert to_frame(Item()).crs == "EPSG:4326"
    with pytest.raises(ValueError, match="no geometry"):
        to_frame(type("Thing", (), {"to_dict": lambda self: {"a": 1}})())
