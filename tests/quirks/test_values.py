"""Quirks of parameters, values and features, each by its number in the protocol's list."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pandas as pd
import pytest
import shapely
from client.conftest import Scripted
from quirks.conftest import gained, given

from gpwidgets import GPTask, LayerReference, LinearUnit, demo
from gpwidgets.convert.featuresets.frames import features_to_frame
from gpwidgets.datatypes.registry import check_value, datatype_of
from gpwidgets.errors import CurveApproximated, GPWarning, ParameterError
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.values import Extent, MapImage
from gpwidgets.widgets.form.form import TaskForm

FEATURES = "GPFeatureRecordSetLayer"
Make = Callable[..., GPTask]


def parameter(name: str, data_type: str, **more: Any) -> GPParameter:
    return GPParameter.from_json(given(name, data_type, **more))


def sent(scripted: Scripted) -> dict[str, str]:
    """The fields of the last request."""
    return {
        name: values[0] for name, values in parse_qs(scripted.asked[-1].body, keep_blank_values=True).items()
    }


def frame(**features: Any) -> Any:
    return features_to_frame({"spatialReference": {"wkid": 4326}, **features})


def points(*geometries: Any) -> Any:
    rows = [{"attributes": {}, **({} if one is ... else {"geometry": one})} for one in geometries]
    return frame(geometryType="esriGeometryPoint", features=rows)


def test_quirk_10_a_default_may_be_an_empty_object() -> None:
    info = TaskInfo.from_json({"name": "T", "parameters": [given("A", FEATURES, defaultValue={})]})
    assert info.inputs[0].geometry_types == ()
    assert list(TaskForm(info).editors) == ["A"]


def test_quirk_11_fields_may_be_there_twice() -> None:
    names = {
        "Fields": [{"name": "X", "type": "esriFieldTypeString"}],
        "fields": [{"name": "A", "type": "esriFieldTypeInteger"}],
    }
    assert list(frame(features=[{"attributes": {"A": 1}}], **names).columns) == ["A", "geometry"]


def test_quirk_12_an_empty_choice_list_is_none() -> None:
    assert parameter("A", "GPString", choiceList=[]).choices == ()
    assert (
        type(TaskForm(TaskInfo.from_json({"parameters": [given("A", choiceList=[])]})).editors["A"]).__name__
        == "TextEditor"
    )


def test_quirk_13_a_choice_list_of_features_names_layers(sync_task: Make, scripted: Scripted) -> None:
    task = sync_task([], given("A", FEATURES, choiceList=["Street Lights", "Parks"]))
    task(A="Street Lights")
    assert sent(scripted)["A"] == "Street Lights"


def test_quirk_15_a_null_parameter_type_is_optional() -> None:
    assert not GPParameter.from_json(given("A", parameterType=None)).required


def test_quirk_16_required_outputs_are_no_inputs() -> None:
    info = TaskInfo.from_json({"parameters": [gained("O"), given("A")]})
    assert [one.name for one in info.inputs] == ["A"]
    assert [one.name for one in info.outputs] == ["O"]


def test_quirk_17_names_with_spaces_and_hyphens(
    server: demo.DemoServer, sync_task: Make, scripted: Scripted
) -> None:
    task = sync_task([], given("My Input"), given("my-input"))
    task(**{"My Input": "a", "my_input": "b"})
    assert sent(scripted) == {"f": "json", "My Input": "a", "my-input": "b"}
    awkward = next(one for one in server.services if " " in one.name)
    assert all(GPTask(server.url_of(f"{awkward.name}/{name}")).name == name for name in awkward.tasks)


def test_quirk_18_z_is_asked_for_when_the_schema_has_it(
    server: demo.DemoServer, scripted: Scripted, sync_task: Make
) -> None:
    task = sync_task([], gained("O", FEATURES, defaultValue={"hasZ": True, "hasM": True}))
    task()
    assert (sent(scripted)["returnZ"], sent(scripted)["returnM"]) == ("true", "true")
    out = GPTask(server.url_of("ParameterGalleryJob"))(Input_Points=shapely.Point(1, 2, 3))
    assert out.Output_Points.has_z.all()


def test_quirk_19_data_are_asked_for_not_a_picture(job_task: Make, scripted: Scripted) -> None:
    done = {"jobId": "j1", "jobStatus": "esriJobSucceeded", "results": {"O": {"paramUrl": "results/O"}}}
    picture = {"mapImage": {"href": "https://host/a.png", "width": 400, "height": 300}}
    value = {"paramName": "O", "dataType": FEATURES, "value": picture}
    out = job_task(done, (done,), {"results/O": value}, gained("O", FEATURES))()
    assert any("returnType=data" in asked.path for asked in scripted.asked)
    assert MapImage("https://host/a.png", 400, 300) == out.O


def test_quirk_20_the_reference_of_the_reply_counts() -> None:
    rows = [{"attributes": {}, "geometry": {"x": 1, "y": 2}}]
    both = {"wkid": 102100, "latestWkid": 3857}
    assert frame(geometryType="esriGeometryPoint", features=rows, spatialReference=both).crs == "EPSG:3857"


@pytest.mark.parametrize(
    ("wkid", "code"), [(102100, "EPSG:3857"), (54003, "ESRI:54003"), (102113, "EPSG:3785")]
)
def test_quirk_21_codes_of_esri(wkid: int, code: str) -> None:
    rows = [{"attributes": {}, "geometry": {"x": 1, "y": 2}}]
    found = frame(geometryType="esriGeometryPoint", features=rows, spatialReference={"wkid": wkid}).crs
    assert found.equals(code, ignore_axis_order=True) or found.to_authority() == ("ESRI", str(wkid))


def test_quirk_22_rings_are_grouped_by_where_they_lie() -> None:
    outer = [[0, 0], [0, 10], [10, 10], [10, 0], [0, 0]]
    hole = [[2, 2], [4, 2], [4, 4], [2, 4], [2, 2]]
    far = [[20, 0], [20, 5], [25, 5], [25, 0], [20, 0]]
    rows = [{"attributes": {}, "geometry": {"rings": [hole, far, outer]}}]
    (shape,) = frame(geometryType="esriGeometryPolygon", features=rows).geometry
    assert shape.equals(shapely.MultiPolygon([shapely.Polygon(outer, [hole]), shapely.Polygon(far)]))


def test_quirk_23_a_point_may_be_nowhere() -> None:
    found = points({"x": "NaN", "y": "NaN"}, {"x": None}, None, ..., {"x": 1, "y": 2}).geometry
    assert [shape is None or shape.is_empty for shape in found] == [True, True, True, True, False]


def test_quirk_24_curves_may_come_unasked() -> None:
    ring = [[0, 0], {"c": [[2, 0], [1, 1]]}, [0, 0]]
    rows = [{"attributes": {}, "geometry": {"curveRings": [ring]}}]
    with pytest.warns(CurveApproximated):
        (shape,) = frame(geometryType="esriGeometryPolygon", features=rows).geometry
    assert shape.area == pytest.approx(3.14159 / 2, rel=0.01)


def test_quirk_25_text_may_be_an_object_or_a_list(sync_task: Make) -> None:
    rows = [{"paramName": "O", "dataType": "GPString", "value": {"itemId": "x"}}]
    assert sync_task(rows, gained("O"))().O == {"itemId": "x"}


@pytest.mark.parametrize("value", [None, [], {"url": "https://host/FeatureServer/0"}])
def test_quirk_26_a_feature_set_may_be_something_else(sync_task: Make, value: Any) -> None:
    out = sync_task([{"paramName": "O", "dataType": FEATURES, "value": value}], gained("O", FEATURES))()
    assert out.O is None or out.O == [] or isinstance(out.O, LayerReference)


def test_quirk_27_numbers_and_dates_out_of_range() -> None:
    fields = [{"name": "N", "type": "esriFieldTypeInteger"}, {"name": "D", "type": "esriFieldTypeDate"}]
    stamps = [-2208988800000, 253402300799000]
    rows = [{"attributes": {"N": 2**40, "D": stamp}} for stamp in stamps]
    found = frame(features=rows, fields=fields)
    assert found["N"].tolist() == [2**40, 2**40]
    years = [
        pd.Timestamp(one).year if isinstance(one, datetime | pd.Timestamp) else one for one in found["D"]
    ]
    assert years == [1900, 9999]


def test_quirk_28_lists_are_json_arrays(sync_task: Make, scripted: Scripted) -> None:
    sync_task([], given("A", "GPMultiValue:GPString"))(A=["a,b", "c"])
    assert json.loads(sent(scripted)["A"]) == ["a,b", "c"]


def test_quirk_29_truth_is_lower_case(sync_task: Make, scripted: Scripted) -> None:
    sync_task([], given("A", "GPBoolean"))(A=True)
    assert sent(scripted)["A"] == "true"


def test_quirk_30_what_is_not_set_is_left_out(sync_task: Make, scripted: Scripted) -> None:
    sync_task([], given("A", defaultValue="x"), given("B"))(A=None)
    assert sent(scripted) == {"f": "json"}


def test_quirk_38_portal_items_are_for_files_only() -> None:
    item = {"portalItemID": "52d34e75"}
    assert check_value(parameter("A", "GPDataFile"), item).portal_item_id == "52d34e75"
    with pytest.raises(ParameterError):
        check_value(parameter("A", FEATURES), item)


@pytest.mark.parametrize("word", ["esriMeters", "Meters", "meters", "Esrimeters", "m"])
def test_quirk_43_units_in_any_spelling(word: str) -> None:
    assert LinearUnit(5, word).to_json() == {"distance": 5, "units": "esriMeters"}


def test_quirk_44_miles_and_feet_are_us_survey_units() -> None:
    assert LinearUnit(1, "esriMiles").meters == pytest.approx(1609.347218694)
    assert LinearUnit(1, "esriFeet").meters == pytest.approx(1200 / 3937)


def test_quirk_45_columns_may_share_a_name_or_have_none(sync_task: Make, scripted: Scripted) -> None:
    columns = [given("", "GPLong"), given("", "GPString")]
    sync_task([], given("A", "GPValueTable", parameterInfos=columns))(A=[[1, "x"]])
    assert json.loads(sent(scripted)["A"]) == [[1, "x"]]


@pytest.mark.parametrize("key", ["spatial_reference", "spatialReference"])
def test_quirk_46_an_extent_has_two_spellings(key: str) -> None:
    edges = {"xmin": 0, "ymin": 1, "xmax": 2, "ymax": 3, key: {"wkid": 4326}}
    assert Extent.from_json(edges).spatial_reference.wkid == 4326
    assert "spatial_reference" in Extent.from_json(edges).to_json()


def test_quirk_47_a_task_may_use_names_of_the_protocol(sync_task: Make, scripted: Scripted) -> None:
    task = sync_task([], given("context"), given("returnZ"), given("outSR"))
    task(context='{"a": 1}', returnZ="mine", outSR="too")
    assert {name: sent(scripted)[name] for name in ("context", "returnZ", "outSR")} == {
        "context": '{"a": 1}',
        "returnZ": "mine",
        "outSR": "too",
    }
    assert sent(scripted)["f"] == "json"


def test_quirk_47_inputs_called_f_or_token_never_touch_the_protocols_own(
    sync_task: Make, scripted: Scripted
) -> None:
    with pytest.warns(GPWarning, match="f, token: not sent"):
        sync_task([], given("f"), given("token"))(f="html", token="mine")
    assert sent(scripted) == {"f": "json"}


def test_quirk_52_dates_without_a_time_are_text() -> None:
    fields = [{"name": "D", "type": "esriFieldTypeDateOnly"}, {"name": "M", "type": "esriFieldTypeDate"}]
    rows = [{"attributes": {"D": "2024-02-29", "M": 1709164800000}}]
    found = frame(features=rows, fields=fields)
    assert found["D"][0].isoformat() == "2024-02-29"
    assert found["M"][0] == datetime(2024, 2, 29, tzinfo=UTC)


def test_quirk_55_a_set_without_a_geometry_type_shows_it_by_its_shapes() -> None:
    rows = [{"attributes": {}, "geometry": {"paths": [[[0, 0], [1, 1]]]}}]
    assert frame(features=rows).geom_type.tolist() == ["LineString"]
    default = {"features": rows}
    info = parameter("A", FEATURES, defaultValue=default)
    assert datatype_of(info).default(info) is not None
