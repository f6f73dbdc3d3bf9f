"""The ways to give features in the form, used as the browser uses them."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from widget_tools import (
    alerts,
    can_press,
    choose,
    fill,
    find,
    join_workers,
    options,
    press,
    see,
    seen,
    text_of,
)

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import UNSET, LayerReference
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.widgets.editors import namespace
from gpwidgets.widgets.editors.editor import EditorContext
from gpwidgets.widgets.editors.features.features import FeatureEditor
from gpwidgets.widgets.editors.features.sources.from_drawing import DrawSource
from gpwidgets.widgets.editors.features.sources.from_file import FileSource
from gpwidgets.widgets.editors.features.sources.from_frame import FrameSource
from gpwidgets.widgets.editors.features.sources.from_layer import LayerSource
from gpwidgets.widgets.editors.features.sources.from_result import ResultSource
from gpwidgets.widgets.editors.features.sources.from_service import NamedSource
from gpwidgets.widgets.editors.features.sources.from_text import TextSource
from gpwidgets.widgets.editors.features.sources.from_view import ViewSource
from gpwidgets.widgets.map.task_map import TaskMap

#: Name of the list of ways to give features.
WAYS = "Places"
FIELDS = [
    {"name": "OBJECTID", "type": "esriFieldTypeOID"},
    {"name": "NAME", "type": "esriFieldTypeString", "alias": "Name", "length": 8, "nullable": False},
    {"name": "LANES", "type": "esriFieldTypeSmallInteger", "defaultValue": 2},
]
AREA = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


def make(
    geometry: str = "", task_map: TaskMap | None = None, fields: Any = (), task: Any = None, **more: Any
) -> FeatureEditor:
    schema = {"geometryType": geometry, "fields": fields, "features": []}
    data = {
        "name": "In",
        "dataType": "GPFeatureRecordSetLayer",
        "displayName": "Places",
        "direction": "esriGPParameterDirectionInput",
        "parameterType": "esriGPParameterTypeRequired",
        "defaultValue": schema if geometry else None,
        **more,
    }
    return FeatureEditor(GPParameter.from_json(data), EditorContext(map=task_map or TaskMap(), task=task))


def points(count: int, crs: Any = 4326) -> geopandas.GeoDataFrame:
    places = [shapely.Point(n, n / 2) for n in range(count)]
    return geopandas.GeoDataFrame({"n": range(count)}, geometry=places, crs=crs)


def wait_for_workers() -> None:
    join_workers("gpwidgets-file")


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The notebook's variables; there is no notebook in these tests."""
    names: dict[str, Any] = {}
    shell = type("Shell", (), {"user_ns": names})()
    module = type("Module", (), {"get_ipython": staticmethod(lambda: shell)})
    monkeypatch.setitem(namespace.sys.modules, "IPython", module)
    return names


def test_drawing_is_the_first_way_and_only_fitting_ways_are_listed() -> None:
    area, place = make("esriGeometryPolygon"), make("esriGeometryPoint")
    assert area.picker.choice.value is DrawSource
    assert list(area.picker.of(DrawSource).tools) == ["polygon", "rectangle", "circle"]
    assert list(place.picker.of(DrawSource).tools) == ["point"]
    assert place.picker.of(ViewSource) is None
    assert area.picker.of(NamedSource) is None
    mapless = FeatureEditor(area.parameter, EditorContext())
    assert mapless.picker.choice.value is TextSource


def test_what_is_drawn_is_the_value_and_is_said_in_words() -> None:
    editor = make("esriGeometryPolygon")
    editor.target.add(AREA)
    assert len(editor.value) == 1
    assert "1 polygon: 0° N, 0° E to 1° N, 1° E." in editor.summary.value
    editor.undo.click()
    assert editor.value is UNSET
    editor.redo.click()
    assert len(editor.value) == 1
    editor.clear.click()
    assert editor.value is UNSET
    assert "Nothing yet." in editor.summary.value


def test_choosing_another_way_ends_the_drawing() -> None:
    editor = make("esriGeometryPoint")
    editor.picker.of(DrawSource).tools["point"].click()
    assert editor.target.armed == "point"
    editor.picker.show(TextSource)
    assert editor.target.armed == ""


def test_typed_places_become_features_and_can_be_changed_as_text_with_their_attributes() -> None:
    editor = make("esriGeometryPoint", fields=FIELDS)
    editor.picker.show(TextSource)
    source = editor.picker.current
    source.text.value = "36°18'N 84°12'W\n-84.3, 36.2"
    source.use.click()
    assert [(round(p.x, 6), round(p.y, 6)) for p in editor.value.geometry] == [(-84.2, 36.3), (-84.3, 36.2)]
    first = editor.target.shapes[0].id
    editor.target.update(first, properties={"NAME": "hill"})
    assert not source.write.disabled
    source.write.click()
    assert source.text.value == "POINT (-84.2 36.3)\nPOINT (-84.3 36.2)"
    source.text.value = "POINT (-84.25 36.3)\nPOINT (-84.3 36.2)"
    source.use.click()
    assert editor.value.geometry.iloc[0].x == -84.25
    assert editor.target.shapes[0].id == first
    assert editor.value["NAME"].iloc[0] == "hill"


def test_typed_places_in_another_system_are_asked_for_by_name() -> None:
    editor = make("esriGeometryPoint")
    editor.picker.show(TextSource)
    source = editor.picker.current
    source.text.value = "500000, 5400000"
    source.use.click()
    assert "longitude" in editor.error
    source.system.value = "EPSG:32632"
    source.use.click()
    assert editor.error == ""
    assert editor.value.to_crs(4326).geometry.iloc[0].x == pytest.approx(9.0)
    source.system.value = "EPSG:nothing"
    source.use.click()
    assert "no coordinate system" in editor.error
    assert len(editor.value) == 1, "what was there stays"


def test_a_frame_of_the_notebook_is_given_whole_or_its_selected_rows(variables: dict[str, Any]) -> None:
    task_map = TaskMap()
    editor = make("esriGeometryPoint", task_map)
    variables.update({"stations": points(3), "other": 3})
    task_map.add_result("Stations", variables["stations"])
    editor.picker.show(FrameSource)
    source = editor.picker.current
    assert [label for label, _ in source.names.options] == ["choose one of 1…", "stations: 3 points"]
    assert source.only.layout.display == "none"
    source.names.value = 0
    assert editor.value is variables["stations"]
    task_map.select("Stations", [0, 2], show=False)
    source.again.click()
    assert source.only.description == "selected rows only (2)"
    assert editor.value is variables["stations"], "looking again takes nothing"
    source.use.click()
    assert list(editor.value["n"]) == [0, 2]
    del variables["stations"]
    source.again.click()
    assert source.names.options == (("no GeoDataFrame yet", -1),)
    assert source.use.layout.display == "none"


def test_a_result_or_the_features_picked_in_it_or_an_output_of_a_run_is_given(
    variables: dict[str, Any],
) -> None:
    task_map = TaskMap()
    editor = make("esriGeometryPoint", task_map)
    shown, kept = points(4), points(2)
    task_map.add_result("Hills", shown)
    variables["earlier"] = Outputs({"Peaks": kept, "Count": 2})
    task_map.select("Hills", [1], show=False)
    editor.picker.show(ResultSource)
    source = editor.picker.current
    listed = dict(source.names.options)
    assert {"Hills: 4 points", "earlier.Peaks: 2 points"} <= set(listed)
    source.names.value = listed["Hills: 4 points"]
    assert source.only.value  # whoever picks features means them
    assert list(editor.value["n"]) == [1]
    source.only.value = False
    assert editor.value is shown
    source.names.value = listed["earlier.Peaks: 2 points"]
    assert editor.value is kept


def test_what_the_map_shows_becomes_a_rectangle() -> None:
    editor = make("esriGeometryPolygon")
    editor.context.map.map.set_state({"south": 1.0, "north": 2.0, "west": 190.0, "east": 191.0})
    editor.picker.show(ViewSource)
    looked = (editor.context.map.map.center, editor.context.map.map.zoom)
    editor.picker.current.use.click()
    assert editor.value.total_bounds.tolist() == [-170.0, 1.0, -169.0, 2.0]
    assert (editor.context.map.map.center, editor.context.map.map.zoom) == looked  # the map stays


def test_a_layer_is_named_by_its_address_and_its_token_stays_in_no_trait() -> None:
    editor = make("esriGeometryPoint")
    editor.picker.show(LayerSource)
    source = editor.picker.current
    source.url.value = "no address"
    source.use.click()
    assert "address of a layer" in editor.error
    source.url.value = "https://host/arcgis/rest/services/S/FeatureServer/0"
    source.where.value = "POP > 3"
    source.token.value = "hush"
    source.use.click()
    assert editor.value == LayerReference(source.url.value, filter="POP > 3", auth=editor.value.auth)
    assert repr(editor.value.auth) == "Token('***')"
    controls = (source.url, source.where, source.token, source.said, editor.summary)
    assert not any("hush" in str(one.get_state()) for one in controls)
    source.url.value += "?token=hush"
    source.use.click()
    assert "hush" not in source.url.value
    assert "where POP &gt; 3" in editor.summary.value


def test_a_layer_that_is_read_too_late_replaces_nothing() -> None:
    editor = make("esriGeometryPoint")
    choose(editor, WAYS, "A layer on a server (URL)")
    with demo.serve() as server, server.faults.add("delay", on="query", seconds=0.5) as fault:
        fill(editor, "Address of the layer for Places", f"{server.url}/Hosted/Earthquakes/FeatureServer/0")
        press(editor, "Read it here")
        assert seen(lambda: fault.hits > 0)
        choose(editor, WAYS, "Type or paste coordinates")
        assert editor.set_value("POINT (1 2)")
        given = editor.value
        join_workers("gpwidgets-layer")
    assert editor.value is given
    choose(editor, WAYS, "A layer on a server (URL)")
    assert can_press(editor, "Read it here")
    assert "Reading the layer" not in text_of(editor)


def test_a_service_of_layers_offers_them_and_the_chosen_one_is_read(server: demo.DemoServer) -> None:
    editor = make("esriGeometryPoint", task=gp.GPTask(server.url_of("BufferPoints")))
    choose(editor, WAYS, "A layer on a server (URL)")
    address = "Address of the layer for Places"
    fill(editor, address, f"{server.url}/Hosted/Earthquakes/FeatureServer?token={server.token_for()}")
    see(editor, "The token was taken out of the address")
    assert find(editor, address).value.endswith("/FeatureServer")
    press(editor, "Let the server read it")  # which a service is not
    see(editor, "This is a service of 1 layer: choose it.")
    choose(editor, "Layers of the service for Places", options(editor, "Layers of the service for Places")[1])
    assert find(editor, address).value.endswith("/FeatureServer/0")
    fill(editor, "Where clause for the layer of Places", "magnitude >= 5.5")
    press(editor, "Read it here")
    assert seen(lambda: isinstance(editor.value, geopandas.GeoDataFrame))
    assert editor.value["magnitude"].min() >= 5.5
    assert seen(lambda: "Reading the layer" not in text_of(editor))
    fill(editor, "Where clause for the layer of Places", "")
    press(editor, "Read it here")
    see(editor, "1,707 points")


def test_a_service_without_layers_and_an_address_that_waits_are_said(server: demo.DemoServer) -> None:
    editor = make("esriGeometryPoint")
    choose(editor, WAYS, "A layer on a server (URL)")
    fill(editor, "Address of the layer for Places", f"{server.url}/Hosted/None/FeatureServer")
    editor.take_pending()
    assert "not used yet" in text_of(editor)
    press(editor, "Read it here")
    assert seen(lambda: bool(alerts(editor)))
    assert editor.value is UNSET


def test_a_repair_that_ends_too_late_replaces_nothing() -> None:
    editor = make("esriGeometryPolygon")
    bows = [shapely.Polygon([(x, 0), (x + 1, 1), (x + 1, 0), (x, 1)]) for x in range(0, 80)]
    many = shapely.MultiPolygon([shapely.Point(0, -9).buffer(5, 20_000)])
    editor.set_value(geopandas.GeoDataFrame(geometry=[*bows, many], crs=4326))
    see(editor, "not valid")
    press(editor, "Make valid")
    editor.set_value(geopandas.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326))
    join_workers("gpwidgets-checks")
    assert len(editor.value) == 1
    assert "Made valid" not in text_of(editor)


def test_a_layer_of_the_service_is_the_first_way_where_there_is_one() -> None:
    editor = make(choiceList=["Roads", "Rivers"])
    source = editor.picker.current
    assert isinstance(source, NamedSource)
    source.choice.value = "Rivers"
    assert editor.value == "Rivers"
    editor.target.add(AREA)
    assert source.choice.value is UNSET
    assert len(editor.value) == 1


def load(editor: FeatureEditor, path: Path) -> FileSource:
    editor.picker.show(FileSource)
    source: FileSource = editor.picker.current  # type: ignore[assignment]
    source.path.value = str(path)
    wait_for_workers()
    return source


def test_a_file_is_used_as_soon_as_it_is_read(tmp_path: Path) -> None:
    editor = make("esriGeometryPoint")
    path = tmp_path / "a.geojson"
    points(3).to_file(path, driver="GeoJSON")
    source = load(editor, path)
    assert "3 points, WGS 84" in source.said.value
    assert len(editor.value) == 3


def test_the_layer_of_a_geopackage_is_asked_for(tmp_path: Path) -> None:
    editor = make("esriGeometryPoint")
    path = tmp_path / "a.gpkg"
    points(3).to_file(path, driver="GPKG", layer="one")
    points(5).to_file(path, driver="GPKG", layer="two")
    source = load(editor, path)
    assert [name for name, _ in source.layer.options][1:] == ["one", "two"]
    source.layer.value = "two"
    wait_for_workers()
    assert len(editor.value) == 5


def test_a_zipped_shapefile_without_a_system_asks_for_it_and_lands_there(tmp_path: Path) -> None:
    editor = make("esriGeometryPoint")
    metres = geopandas.GeoDataFrame(geometry=[shapely.Point(500_000, 5_400_000)], crs=32632)
    (tmp_path / "parts").mkdir()
    metres.to_file(tmp_path / "parts" / "a.shp")
    (tmp_path / "parts" / "a.prj").unlink()
    path = Path(shutil.make_archive(str(tmp_path / "a"), "zip", tmp_path / "parts"))
    source = load(editor, path)
    assert "does not say" in source.said.value
    assert editor.value is UNSET
    source.system.value = "EPSG:32632"
    assert "UTM zone 32N" in source.said.value
    place = metres.to_crs(4326).geometry.iloc[0]
    assert editor.target.shapes[0].geometry["coordinates"] == pytest.approx([place.x, place.y], abs=1e-9)


def test_a_table_of_metres_asks_for_its_system(tmp_path: Path) -> None:
    editor = make("esriGeometryPoint")
    path = tmp_path / "a.csv"
    path.write_text("name,x,y\nA,500000,5400000\n")
    source = load(editor, path)
    assert "longitude comes first" in editor.error
    source.system.value = "EPSG:32632"
    assert editor.value.crs == 32632
    assert list(editor.value["name"]) == ["A"]


@pytest.mark.parametrize("name", ["missing.gpkg", "bad.zip", "bad.geojson"])
def test_a_file_that_cannot_be_read_is_said_at_the_input(tmp_path: Path, name: str) -> None:
    if not name.startswith("missing"):
        (tmp_path / name).write_text("nothing of use")
    editor = make("esriGeometryPoint")
    load(editor, tmp_path / name)
    assert editor.error
    assert editor.value is UNSET


def test_a_file_from_the_browser_is_read_and_its_content_not_kept_in_the_notebook() -> None:
    editor = make("esriGeometryPoint")
    editor.picker.show(FileSource)
    source: Any = editor.picker.current
    text = points(2).to_json().encode()
    entry = {"name": "../../a.geojson", "content": memoryview(text), "type": "", "size": len(text)}
    source.upload.value = ({**entry, "last_modified": datetime.now(UTC)},)
    wait_for_workers()
    assert [bytes(one["content"]) for one in source.upload.value] == [b""]
    assert len(editor.value) == 2


# One shape


def test_a_chosen_shape_is_changed_as_text_and_deleted() -> None:
    editor = make("esriGeometryPolygon")
    assert editor.shapes is None, "there is nothing to change yet"
    editor.target.add(AREA)
    editor.target.add(AREA)
    panel = editor.shapes
    assert panel in editor.children
    assert not panel.opened
    panel.chooser.value = "s2"
    assert panel.opened
    panel.text.value = "POLYGON ((0 0, 5 0, 5 5, 0 0))"
    panel.apply.click()
    assert editor.value.geometry.iloc[1].area == 12.5
    panel.text.value = "POLYGON EMPTY"
    panel.apply.click()
    assert "without any place" in panel.said.value
    panel.text.value = "POLYGON ((0 0"
    panel.apply.click()
    assert "WKT" in panel.said.value
    panel.delete.click()
    assert [shape.id for shape in editor.target.shapes] == ["s1"]


def test_attributes_are_typed_checked_and_sent() -> None:
    editor = make("esriGeometryPolygon", fields=FIELDS)
    editor.target.add(AREA)
    editor.target.add(AREA)
    panel = editor.shapes
    panel.chooser.value = "s1"
    form = panel.attributes
    assert list(form.boxes) == ["NAME", "LANES"]
    assert form.boxes["LANES"].value == "2"
    form.boxes["LANES"].value = "70000"
    assert form.problems
    assert dict(editor.target.shapes[0].properties) == {"LANES": 2}
    form.boxes["LANES"].value = "4"
    assert not editor.check()
    assert editor.error == "shape 1, Name: a value is needed."
    form.boxes["NAME"].value = "mall"
    panel.for_all.click()
    assert editor.check()
    assert editor.value["NAME"].tolist() == ["mall", "mall"]
    assert editor.value["LANES"].tolist() == [4, 4]
    assert editor.value.attrs["gpwidgets"]["field_types"]["LANES"] == "esriFieldTypeSmallInteger"


# Remarks


def test_a_polygon_that_crosses_itself_can_be_made_valid_and_that_be_taken_back() -> None:
    editor = make("esriGeometryPolygon")
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    editor.give(bow_tie)
    assert "not valid" in editor.checks.children[0].children[0].value
    editor.checks.valid.click()
    assert editor.value.is_valid.all()
    assert "Made valid" in editor.checks.children[0].children[0].value
    editor.checks.back.click()
    assert editor.value.geometry.iloc[0].equals_exact(bow_tie, 0)


def test_simplifying_says_the_tolerance_and_the_vertices_before_and_after() -> None:
    editor = make("esriGeometryPolygon")
    editor.give(shapely.Point(9, 47).buffer(0.1, quad_segs=1000))
    assert "4,001 vertices" in editor.checks.children[0].children[0].value
    editor.checks.tolerance.value = 50
    editor.checks.simplify.click()
    said = editor.checks.children[0].children[0].value
    assert "within 50 m: 4,001 vertices before" in said
    assert len(editor.value.geometry.iloc[0].exterior.coords) < 100


def test_features_without_a_place_can_be_left_out_and_edges_across_180_degrees_split() -> None:
    editor = make("esriGeometryPolygon")
    jumping = shapely.Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)])
    editor.give(geopandas.GeoDataFrame(geometry=[jumping, None, shapely.Polygon()], crs=4326))
    assert len(editor.target.shapes) == 1
    assert len(editor.checks.children) == 2
    editor.checks.drop.click()
    editor.checks.split.click()
    assert len(editor.value) == 1
    assert editor.value.geometry.iloc[0].area == pytest.approx(2.0)


def test_a_wrong_kind_of_geometry_is_said_at_the_field() -> None:
    editor = make("esriGeometryPolygon")
    editor.give(shapely.Point(1, 1))
    assert editor.error == "it holds Point geometry, but polygon features are wanted."
