"""Settings of a run's environment: checked, sent the way the server's version wants, and obeyed."""

from __future__ import annotations

import json
from typing import Any

import geopandas
import pytest
import shapely
from pyproj import CRS

from gpwidgets import GPTask, demo
from gpwidgets.errors import InputErrors
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.protocol.values import Extent, SpatialReference
from gpwidgets.tasks.inputs.environment import Environment, applicable, check_call, check_environment

POINT = geopandas.GeoSeries([shapely.Point(-84.25, 36.32)], crs=4326)


def task_with(*inputs: str) -> TaskInfo:
    rows = [
        {"name": name, "dataType": "GPString", "direction": "esriGPParameterDirectionInput"}
        for name in inputs
    ]
    return TaskInfo.from_json({"name": "T", "parameters": rows})


def settings(**given: Any) -> dict[str, Any]:
    return check_environment(given)


@pytest.mark.parametrize("system", [3857, "EPSG:3857", CRS.from_epsg(3857), {"wkid": 3857}])
def test_results_come_in_the_wanted_coordinates(server: demo.DemoServer, system: Any) -> None:
    out = GPTask(server.url_of("BufferPoints"))(Input_Points=POINT, outSR=system)
    assert out.Buffers.crs == "EPSG:3857"
    assert out.provenance["environment"]


def test_a_job_gives_the_wanted_coordinates_too(server: demo.DemoServer) -> None:
    out = GPTask(server.url_of("Viewshed"))(Input_Points=POINT, outSR=32616)
    assert out.Viewshed_Result.crs == "EPSG:32616"


def test_settings_may_come_as_one_mapping(server: demo.DemoServer) -> None:
    out = GPTask(server.url_of("BufferPoints"))(Input_Points=POINT, env={"outSR": 3857})
    assert out.Buffers.crs == "EPSG:3857"


def test_an_input_of_the_same_name_keeps_it() -> None:
    info = task_with("outSR", "Text")
    assert check_call(info, {"outSR": "mine", "env": {"outSR": 4326}}) == (
        {"outSR": "mine"},
        {"outSR": SpatialReference(wkid=4326)},
    )
    assert "outSR" not in {one.name for one in applicable(info)}


def test_an_input_called_env_keeps_its_name_too() -> None:
    assert check_call(task_with("env"), {"env": "mine", "outSR": 4326})[0] == {"env": "mine"}


def test_unknown_settings_are_refused_with_those_there_are() -> None:
    with pytest.raises(TypeError, match=r"no setting 'outsr'; there are: outSR, processSR"):
        check_call(task_with(), {"env": {"outsr": 4326}})
    with pytest.raises(TypeError, match="takes a mapping"):
        check_call(task_with(), {"env": 4326})


def test_what_is_wrong_with_inputs_and_settings_is_told_at_once(server: demo.DemoServer) -> None:
    with pytest.raises(InputErrors) as caught:
        GPTask(server.url_of("BufferPoints")).start(Distance="far", outSR="nowhere", extent=(1, 2))
    assert [one.parameter for one in caught.value.errors] == ["Input_Points", "Distance", "outSR", "extent"]


def test_old_and_unknown_servers_get_env_fields() -> None:
    for version in (None, 10.3, 10.6):
        fields = Environment(settings(outSR=4326, processSR=25832), version).for_submit({"A": "1"})
        assert fields == {"A": "1", "env:outSR": "4326", "env:processSR": "25832"}


def test_newer_servers_get_a_context() -> None:
    fields = Environment(settings(outSR=4326, extent=(0, 1, 2, 3)), 10.61).for_submit({})
    assert json.loads(fields.pop("context")) == {
        "outSR": {"wkid": 4326},
        "extent": {"xmin": 0, "ymin": 1, "xmax": 2, "ymax": 3},
    }
    assert fields == {}


def test_an_extent_has_no_older_form_than_the_context() -> None:
    extent = Extent(0, 1, 2, 3, SpatialReference(wkid=25832))
    fields = Environment(settings(extent=extent), 10.3).for_execute({})
    assert json.loads(fields["context"])["extent"]["spatialReference"] == {"wkid": 25832}


def test_a_tasks_own_context_is_merged_and_wins() -> None:
    fields = Environment(settings(outSR=4326, processSR=3857), 11.5).for_submit(
        {"context": '{"outSR": {"wkid": 1}}'}
    )
    assert json.loads(fields["context"]) == {"outSR": {"wkid": 1}, "processSR": {"wkid": 3857}}


def test_a_system_without_a_code_goes_as_wkt() -> None:
    system = CRS.from_proj4("+proj=aea +lat_1=29.5 +lat_2=45.5 +lon_0=-96 +datum=NAD83")
    fields = Environment(settings(outSR=system)).for_result()
    assert json.loads(fields["outSR"])["wkt"].startswith("PROJCS[")


def test_flags_go_where_servers_read_them() -> None:
    given = settings(returnZ=True, returnM=False, returnTrueCurves=True, returnColumnName=True)
    flags = {"returnZ": "true", "returnM": "false", "returnTrueCurves": "true", "returnColumnName": "true"}
    assert Environment(given).for_execute({}) == flags
    assert Environment(given).for_result() == flags
    assert Environment(given).for_submit({}) == {"returnTrueCurves": "true"}


def test_heights_come_back_when_they_are_asked_for(server: demo.DemoServer) -> None:
    task = GPTask(server.url_of("ParameterGallery"))
    high = geopandas.GeoDataFrame(geometry=[shapely.Point(1, 2, 3)], crs=4326)
    assert task(Input_Points=high).Output_Points.has_z.all()
    assert not task(Input_Points=high, returnZ=False).Output_Points.has_z.any()


def test_rows_carry_column_names_when_they_are_asked_for(server: demo.DemoServer) -> None:
    task = GPTask(server.url_of("ParameterGallery"))
    rows = [[1, "small", "5 m", True]]
    assert task(Input_Value_Table=rows, returnColumnName=True).Output_Value_Table is not None


def test_the_name_of_a_hosted_layer_is_a_field_of_its_own() -> None:
    name = "esri_out_feature_service_name"
    assert Environment(settings(**{name: "Roads"})).for_submit({}) == {name: "Roads"}


def test_code_names_the_settings(server: demo.DemoServer) -> None:
    task = GPTask(server.url_of("BufferPoints"))
    code = task.code({"Distance": "5 km", "env": {"outSR": SpatialReference(wkid=3857), "returnZ": True}})
    assert "    outSR=gp.SpatialReference(wkid=3857)," in code
    assert "    returnZ=True," in code
    compile(code, "code", "exec")


def test_tasks_without_places_have_no_settings_for_them(server: demo.DemoServer) -> None:
    assert applicable(GPTask(server.url_of("SlowCount")).info) == ()
    names = {one.name for one in applicable(GPTask(server.url_of("BufferPoints")).info)}
    assert names >= {"outSR", "processSR", "extent", "returnZ"}
    assert "returnColumnName" not in names
