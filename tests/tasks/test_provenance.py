"""Results of a run say in their files what they came from."""

from __future__ import annotations

import datetime
import json

import geopandas
import pyogrio
import pytest

import gpwidgets as gp
from gpwidgets.convert.storage.formats import formats_for
from gpwidgets.datatypes.frame_checks import is_table


@pytest.fixture(scope="module")
def viewshed(server) -> gp.Outputs:
    return gp.GPTask(server.url_of("Viewshed"))(Input_Points="POINT (-84.2 36.4)", Distance="2 km")


def test_a_result_that_is_saved_names_task_job_inputs_and_times(server, viewshed, tmp_path) -> None:
    gp.save_frame(viewshed.Viewshed_Result, tmp_path / "a.gpkg")
    told = gp.provenance(tmp_path / "a.gpkg")
    assert told["task"] == server.url_of("Viewshed")
    assert told["job_id"].startswith("j")
    assert told["inputs"]["Distance"] == "2 kilometers"
    assert told["gpwidgets"] == gp.__version__
    times = [datetime.datetime.fromisoformat(told[name]) for name in ("started", "time")]
    assert times == sorted(times)


def test_a_raster_gets_it_in_a_file_beside(viewshed, tmp_path) -> None:
    path = viewshed.Viewshed_Raster.download(tmp_path)
    assert gp.provenance(path)["inputs"]["Distance"] == "2 kilometers"
    assert sorted(one.name for one in tmp_path.iterdir()) == [path.name, f"{path.name}.provenance.json"]


@pytest.mark.parametrize("name", ["saved", "saved.zip"])
def test_saved_outputs_say_it_as_a_whole(viewshed, tmp_path, name: str) -> None:
    viewshed.save(tmp_path / name)
    told = gp.provenance(tmp_path / name)
    assert told == gp.Outputs.open(tmp_path / name).provenance
    assert told["inputs"]["Distance"] == "2 kilometers"


def test_frames_of_all_kinds_say_it_in_all_formats_and_in_gdals_own_listing(server, tmp_path) -> None:
    rows = {"fields": [{"name": "A", "type": "esriFieldTypeInteger"}], "features": [{"attributes": {"A": 1}}]}
    out = gp.GPTask(server.url_of("ParameterGallery"))(
        Input_Points="POINT (1 2)",
        Input_Multipoints="MULTIPOINT ((1 2), (3 4))",
        Input_Lines="LINESTRING (0 0, 1 1)",
        Input_Polygons="POLYGON ((0 0, 1 0, 1 1, 0 0))",
        Input_Records=rows,
    )
    wanted = json.loads(json.dumps(out.provenance))
    frames = {name: out[name] for name in out if is_table(out[name]) and len(out[name])}
    assert len(frames) == 5
    for name, frame in frames.items():
        for one in formats_for(frame):
            path = tmp_path / f"{name}{one.ending}"
            gp.save_frame(frame, path)
            assert gp.provenance(path) == wanted, path.name
        listed = pyogrio.read_info(tmp_path / f"{name}.gpkg")["layer_metadata"]
        assert json.loads(listed["gpwidgets_provenance"]) == wanted


def test_hidden_inputs_are_not_in_it(server, tmp_path) -> None:
    task = gp.GPTask(server.url_of("ParameterGallery"))
    out = task(Input_Hidden="SECRETMARK", Input_Points="POINT (1 2)")
    gp.save_frame(out.Output_Points, tmp_path / "a.geojson")
    assert "SECRETMARK" not in (tmp_path / "a.geojson").read_text()
    assert gp.provenance(tmp_path / "a.geojson")["inputs"]["Input_Hidden"] == "***"
    assert geopandas.read_file(tmp_path / "a.geojson").crs == 4326
