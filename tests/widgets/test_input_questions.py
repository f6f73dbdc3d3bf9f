"""The form asks for what features lack, and says what becomes of their coordinate system."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import geopandas
import ipywidgets as w
import pytest
import shapely
from widget_tools import can_find, choose, find, html_of, options, press, text_of

from gpwidgets.convert.geometry.vertices import KEEPS_MEASURES
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import UNSET
from gpwidgets.widgets.editors.editor import EditorContext
from gpwidgets.widgets.editors.features.features import FeatureEditor
from gpwidgets.widgets.map.task_map import TaskMap

pytestmark = pytest.mark.usefixtures("no_other_widgets")

SQUARE = shapely.box(500000, 5500000, 501000, 5501000)


def make(reference: Any = None, geometry: str = "esriGeometryPolygon") -> FeatureEditor:
    schema = {"geometryType": geometry, "features": [], "spatialReference": reference or {}}
    data = {
        "name": "Area",
        "dataType": "GPFeatureRecordSetLayer",
        "displayName": "Area",
        "direction": "esriGPParameterDirectionInput",
        "parameterType": "esriGPParameterTypeRequired",
        "defaultValue": schema,
    }
    return FeatureEditor(GPParameter.from_json(data), EditorContext(map=TaskMap()))


def layer(name: str, kind: str, geometry: Any) -> dict[str, Any]:
    return {
        "layerDefinition": {"name": name, "geometryType": kind},
        "featureSet": {
            "geometryType": kind,
            "spatialReference": {"wkid": 4326},
            "features": [{"attributes": {}, "geometry": geometry}],
        },
    }


@pytest.mark.parametrize(
    "value",
    [
        geopandas.GeoDataFrame(geometry=[SQUARE]),
        geopandas.GeoSeries([SQUARE]),
        SQUARE,
        {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(SQUARE)},
        SQUARE.wkt,
    ],
    ids=["frame", "series", "shape", "GeoJSON", "WKT"],
)
def test_the_system_is_asked_for_and_the_answer_used(value: Any) -> None:
    editor = make({"wkid": 25832, "latestWkid": 25832})
    assert not can_find(editor, "Use this system")
    assert not editor.set_value(value)
    assert "no longitude and latitude" in text_of(editor)
    assert find(editor, "Coordinate system").value == "EPSG:25832"
    press(editor, "Use this system")
    assert editor.value.crs == "EPSG:25832"
    assert editor.value.geometry.iloc[0].equals(SQUARE)
    assert not can_find(editor, "Use this system")
    assert "no longitude" not in text_of(editor)


def test_a_system_that_is_unknown_is_said_and_asked_for_again() -> None:
    editor = make()
    editor.set_value(geopandas.GeoDataFrame(geometry=[SQUARE]))
    box = find(editor, "Coordinate system")
    assert box.value == ""
    box.value = "EPSG:99999999"
    press(editor, "Use this system")
    assert "no coordinate system that is known" in text_of(editor)
    assert editor.value is UNSET
    box.value = "EPSG:25832"
    press(editor, "Use this system")
    assert editor.value.crs == "EPSG:25832"


def test_plausible_degrees_are_not_asked_about() -> None:
    editor = make({"wkid": 25832})
    assert editor.set_value(geopandas.GeoDataFrame(geometry=[shapely.box(8, 50, 9, 51)]))
    assert editor.value.crs == "EPSG:4326"
    assert not can_find(editor, "Use this system")


def test_the_layer_of_a_collection_is_asked_for() -> None:
    rings = {"rings": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
    notes = {
        "layers": [
            layer("Places", "esriGeometryPoint", {"x": 1, "y": 2}),
            layer("Ways", "esriGeometryPolyline", {"paths": [[[0, 0], [1, 1]]]}),
            layer("Areas", "esriGeometryPolygon", rings),
        ]
    }
    schema = {"name": "In", "dataType": "GPFeatureRecordSetLayer", "displayName": "In"}
    wanted = {"type": "featureClass", "list": ["esriGeometryPoint", "esriGeometryPolygon"]}
    editor = FeatureEditor(GPParameter.from_json({**schema, "filter": wanted}), EditorContext(map=TaskMap()))
    with pytest.warns(UserWarning, match="Ways"):
        assert not editor.set_value(notes)
    assert options(editor, "Layer")[1:] == ["Places", "Areas"]
    choose(editor, "Layer", "Areas")
    assert editor.value.geometry.iloc[0].geom_type == "Polygon"
    assert not can_find(editor, "Layer")


def test_the_layer_of_a_file_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "town.gpkg"
    for name, shape in (("roads", shapely.LineString([(0, 0), (1, 1)])), ("parks", shapely.box(0, 0, 1, 1))):
        geopandas.GeoDataFrame({"n": [1]}, geometry=[shape], crs=4326).to_file(path, layer=name)
    editor = make()
    assert not editor.set_value(str(path))
    choose(editor, "Layer", "parks")
    assert editor.value.geometry.iloc[0].equals(shapely.box(0, 0, 1, 1))


def test_a_frame_keeps_its_system_until_it_is_changed_on_the_map() -> None:
    editor = make()
    editor.set_value(geopandas.GeoDataFrame(geometry=[SQUARE], crs=25832))
    assert editor.value.crs == "EPSG:25832"
    editor.target.update(editor.target.shapes[0].id, properties={"a": 1})
    assert editor.value.crs == "EPSG:4326"


@pytest.mark.skipif(not KEEPS_MEASURES, reason="GEOS is older than 3.12")
def test_what_changing_on_the_map_loses_is_said() -> None:
    editor = make(geometry="esriGeometryPolyline")
    route = shapely.from_wkt("LINESTRING ZM (500000 5500000 7 0, 501000 5501000 8 100)")
    editor.set_value(geopandas.GeoDataFrame(geometry=[route], crs=25832))
    assert editor.value.geometry.iloc[0].wkt == route.wkt
    assert "Measures" not in text_of(editor)
    editor.target.update(editor.target.shapes[0].id, properties={"a": 1})
    assert "Measures (m) are lost" in text_of(editor)
    assert editor.value.geometry.has_z.all()


def test_a_datum_shift_that_cannot_be_sent_is_said() -> None:
    editor = make()
    crs = "+proj=utm +zone=32 +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7 +type=crs"
    with pytest.warns(UserWarning, match="datum shift"):
        editor.set_value(geopandas.GeoDataFrame(geometry=[SQUARE], crs=crs))
    assert "datum shift" in html_of(editor)


def asked(path: Path) -> int:
    """Ask both questions, several times, close the form, and count the models that the kernel has then."""
    editor = make()
    for _ in range(3):
        editor.set_value(geopandas.GeoDataFrame(geometry=[SQUARE]))
        editor.set_value(str(path))
        assert can_find(editor, "Layer")
    task_map = editor.context.map
    editor.close()
    task_map.close()
    gc.collect()
    return len(w.Widget.get_manager_state()["state"])


def test_questions_are_closed_with_their_form(tmp_path: Path) -> None:
    path = tmp_path / "town.gpkg"
    for name in ("roads", "parks"):
        frame = geopandas.GeoDataFrame({"n": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
        frame.to_file(path, layer=name)
    assert asked(path) == asked(path)
