"""Results of a run say in their files what they came from."""

from __future__ import annotations

import datetime

import geopandas
import pytest

import gpwidgets as gp


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


def test_hidden_inputs_are_not_in_it(server, tmp_path) -> None:
    task = gp.GPTask(server.url_of("ParameterGallery"))
    out = task(Input_Hidden="SECRETMARK", Input_Points="POINT (1 2)")
    gp.save_frame(out.Output_Points, tmp_path / "a.geojson")
    assert "SECRETMARK" not in (tmp_path / "a.geojson").read_text()
    assert gp.provenance(tmp_path / "a.geojson")["inputs"]["Input_Hidden"] == "***"
    assert geopandas.read_file(tmp_path / "a.geojson").crs == 4326
