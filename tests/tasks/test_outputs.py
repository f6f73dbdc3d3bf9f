"""Results that are not whole, not readable, or not there: none of them hides another."""

import contextlib
import warnings

import geopandas
import pandas as pd
import pytest
from shapely.geometry import Point

import gpwidgets as gp
from gpwidgets.client.http.session import GPSession
from gpwidgets.errors import TruncatedResult
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import MapImage
from gpwidgets.tasks.results.decoding import Decoder


def test_a_truncated_result_is_never_silent(own_server) -> None:
    task = gp.GPTask(own_server.url_of("HotSpots"))
    with (
        own_server.faults.add("truncate", on="result"),
        own_server.faults.add("error", on="map_layer", code=404),  # no way to the rows that are held back
        pytest.warns(TruncatedResult, match="Hot_Spots"),
    ):
        out = task()
    assert out.truncated == ("Hot_Spots", "Summary")
    assert out.Hot_Spots.empty
    assert isinstance(out.Hot_Spots, geopandas.GeoDataFrame)
    assert isinstance(out.Report, gp.DataFile)


def test_a_truncated_synchronous_result_is_not_silent_either(own_server) -> None:
    task = gp.GPTask(own_server.url_of("BufferPoints"))
    with own_server.faults.add("truncate", on="execute"), pytest.warns(TruncatedResult, match="Buffers"):
        out = task(Input_Points=Point(8, 50))
    assert out.truncated == ("Buffers",)


def test_an_output_that_cannot_be_read_keeps_its_place(own_server) -> None:
    with own_server.faults.add("error", on="result", name="Hot_Spots", code=400):
        out = gp.GPTask(own_server.url_of("HotSpots"))()
    assert list(out.errors) == ["Hot_Spots"]
    assert list(out) == ["Hot_Spots", "Summary", "Report"]


def test_the_services_limit_is_told_once_it_is_known(own_server) -> None:
    task = gp.GPTask(own_server.url_of("BufferPoints"))
    limit = task.service.maximum_records
    with (
        own_server.faults.add("truncate", on="execute"),
        pytest.warns(TruncatedResult, match=f"than {limit}"),
    ):
        task(Input_Points=Point(8, 50))


def test_the_warning_comes_once_where_the_results_are_taken(own_server) -> None:
    task = gp.GPTask(own_server.url_of("BufferPoints"))
    with own_server.faults.add("truncate", on="execute"):
        run = task.start(Input_Points=Point(8, 50))
        with pytest.warns(TruncatedResult) as told:
            out = run.wait(30)
    assert told[0].filename == __file__
    assert out.truncated == ("Buffers",)
    assert run.result() is out


def test_a_warning_that_raises_does_not_lose_the_run(own_server) -> None:
    task = gp.GPTask(own_server.url_of("BufferPoints"))
    with own_server.faults.add("truncate", on="execute"), warnings.catch_warnings():
        warnings.simplefilter("error")
        run = task.start(Input_Points=Point(8, 50))
        with pytest.raises(TruncatedResult):
            run.wait(30)
    assert run.status == gp.RunStatus.SUCCEEDED
    assert run.result().truncated == ("Buffers",)


def test_an_output_that_only_warns_hides_no_other_when_warnings_raise(own_server) -> None:
    task = gp.GPTask(own_server.url_of("ParameterGalleryJob"))
    curved = {
        "geometryType": "esriGeometryPolyline",
        "spatialReference": {"wkid": 3857},
        "features": [{"geometry": {"curvePaths": [[[0, 0], {"c": [[2, 2], [1, 1.8]]}]]}}],
    }
    out = task(Input_Lines=curved, Input_Long=5)
    assert out.Output_Long == 5
    assert list(out.errors) in (["Output_Lines"], [])


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("error", {"code": 500, "message": "Disk is full"}),
        ("html", {}),
        ("cut_body", {}),
        ("status", {"code": 500}),
    ],
)
def test_a_bad_output_does_not_hide_the_others(own_server, set_pace, kind: str, details: dict) -> None:
    set_pace()
    session = GPSession(sleep=lambda _seconds: None)
    task = gp.GPTask(own_server.url_of("HotSpots"), session=session)
    own_server.faults.add(kind, on="result", name="Hot_Spots", **details)
    out = task()
    assert list(out.errors) == ["Hot_Spots"]
    assert isinstance(out.Summary, pd.DataFrame)
    assert isinstance(out.Report, gp.DataFile)
    with pytest.raises(gp.GPError):
        out.Hot_Spots  # noqa: B018 - reading it is what is tested
    assert "Hot_Spots: could not be read" in repr(out)
    assert set(out) == {"Hot_Spots", "Summary", "Report"}


def test_results_are_fetched_again_after_trouble(own_server) -> None:
    fault = own_server.faults.add("status", on="result", times=1, code=503)
    out = gp.GPTask(own_server.url_of("SlowCount"))(Seconds=0, Steps=2)
    assert (out.Steps_Done, dict(out.errors), fault.hits) == (2, {}, 1)


def test_a_name_that_is_no_output_is_told_with_the_list() -> None:
    out = gp.Outputs({"a b": 1, "c": 2})
    assert out.a_b == out["a b"] == 1
    with pytest.raises(AttributeError, match="there is no output 'd'; the outputs are: a b, c"):
        out.d  # noqa: B018
    with pytest.raises(KeyError):
        out["d"]
    assert (len(out), dict(out)) == (2, {"a b": 1, "c": 2})


def test_outputs_show_what_they_hold_in_a_few_lines() -> None:
    frame = geopandas.GeoDataFrame(geometry=[Point(0, 0)], crs=4326)
    text = repr(
        gp.Outputs({"cells": frame, "n": 5, "file": gp.DataFile(url="https://a.example/x/y.zip?token=1")})
    )
    *lines, hint = text.splitlines()
    assert lines == ["Outputs", "  cells: 1 feature (EPSG:4326)", "  n: 5", "  file: y.zip"]
    assert hint.startswith("  On the server for some hours only")
    assert repr(gp.Outputs({})) == "Outputs (the task has none)"


def output(data_type: str) -> Decoder:
    parameter = {"name": "Out", "dataType": data_type, "direction": "esriGPParameterDirectionOutput"}
    return Decoder({"Out": GPParameter.from_json(parameter)})


IMAGE = {"href": "https://a.example/i.png", "width": 4, "height": 3, "extent": {}, "scale": 1}


@pytest.mark.parametrize("data_type", ["GPFeatureRecordSetLayer", "GPRasterDataLayer"])
def test_a_picture_instead_of_data_is_a_picture(data_type: str) -> None:
    value = output(data_type).value("Out", data_type, {"mapImage": IMAGE})
    assert isinstance(value, MapImage)


def test_a_layer_instead_of_features_is_a_reference() -> None:
    value = output("GPFeatureRecordSetLayer").value("Out", "", {"url": "https://a.example/FeatureServer/0"})
    assert value == gp.LayerReference("https://a.example/FeatureServer/0")


def test_nothing_is_none_for_every_type() -> None:
    for data_type in (
        "GPFeatureRecordSetLayer",
        "GPRecordSet",
        "GPDataFile",
        "GPLinearUnit",
        "GPLong",
        "GPNew",
    ):
        assert output(data_type).value("Out", data_type, None) is None


def test_what_was_not_declared_is_read_by_what_the_reply_says() -> None:
    assert Decoder({}).value("Extra", "GPLinearUnit", {"distance": 1, "units": "esriFeet"}) == gp.LinearUnit(
        1, "esriFeet"
    )
    assert Decoder({}).value("Extra", "GPUnheardOf", {"a": [1]}) == {"a": [1]}


@pytest.mark.parametrize(
    "wire",
    [
        {"features": 5},
        {"features": [{"geometry": {"x": {}}}], "geometryType": "esriGeometryPoint"},
        {"features": [7], "fields": "no"},
        [],
        "text",
        12,
    ],
)
def test_broken_features_are_an_error_of_ours_or_a_plain_value(wire: object) -> None:
    decoder = output("GPFeatureRecordSetLayer")
    with contextlib.suppress(gp.GPError):
        decoder.value("Out", "GPFeatureRecordSetLayer", wire)


def held_back(server, *, on_map: int | None = 1) -> gp.Outputs:
    """Hot spots of which no row came, the map service failing so many times."""
    with (
        server.faults.add("truncate", on="result"),
        server.faults.add("error", on="map_layer", code=404, times=on_map),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", TruncatedResult)
        return gp.GPTask(server.url_of("HotSpots"))()


def test_the_first_line_says_how_many_rows_are_missing(own_server) -> None:
    out = held_back(own_server)
    count = len(gp.GPTask(own_server.url_of("HotSpots"))().Hot_Spots)
    assert out.missing["Hot_Spots"] == count
    assert (
        repr(out).splitlines()[0].startswith(f"Outputs, not complete: {count} rows of Hot_Spots are missing")
    )
    assert "rows of Summary are missing, the server does not say how many" in repr(out)
    assert "fetch_missing('Hot_Spots')" in repr(out)
    assert "0 features (EPSG:4326) so far" in repr(out)


def test_the_missing_rows_are_fetched(own_server, tmp_path) -> None:
    out = held_back(own_server)
    assert [out.can_fetch(name) for name in ("Hot_Spots", "Summary", "Report")] == [True, False, False]
    whole = out.fetch_missing("Hot_Spots")
    assert len(whole) > 10
    assert out.Hot_Spots is whole
    assert out.truncated == ("Summary",)
    assert out.fetch_missing("Report") is out.Report
    with pytest.raises(gp.GPError, match="no way to the other rows"):
        out.fetch_missing("Summary")
    out.save(tmp_path / "saved")
    assert gp.Outputs.open(tmp_path / "saved").truncated == ("Summary",)


def test_a_way_that_fails_leaves_everything_as_it_was(own_server) -> None:
    out = held_back(own_server)
    with own_server.faults.add("error", on="map_layer", code=404), pytest.raises(gp.GPError):
        out.fetch_missing("Hot_Spots")
    assert out.truncated == ("Hot_Spots", "Summary")
    assert out.Hot_Spots.empty


def test_saved_outputs_know_how_many_rows_they_lack(own_server, tmp_path) -> None:
    out = held_back(own_server)
    out.save(tmp_path / "saved")
    again = gp.Outputs.open(tmp_path / "saved")
    assert again.missing == out.missing
    assert not again.can_fetch("Hot_Spots")


def test_a_synchronous_result_does_not_know_and_has_no_way(own_server) -> None:
    task = gp.GPTask(own_server.url_of("BufferPoints"))
    with own_server.faults.add("truncate", on="execute"), pytest.warns(TruncatedResult):
        out = task(Input_Points=Point(8, 50))
    assert out.missing == {"Buffers": None}
    assert not out.can_fetch("Buffers")
    assert "the server does not say how many" in repr(out).splitlines()[0]


def test_the_history_knows_that_a_run_was_not_complete(own_server, own_history) -> None:
    held_back(own_server)
    assert list(gp.history()[0].incomplete) == ["Hot_Spots", "Summary"]
