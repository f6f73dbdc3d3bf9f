"""Rows beyond a result: hosted layers in pages, and what a result held back."""

from __future__ import annotations

import geopandas
import pytest
import shapely

from gpwidgets import GPTask, LayerReference, Token, demo
from gpwidgets.client.http.session import GPSession
from gpwidgets.demo.data import read_earthquakes
from gpwidgets.errors import AuthenticationError, ServerError, TruncatedResult
from gpwidgets.tasks.results.layer_rows import read_rows

POINT = geopandas.GeoSeries([shapely.Point(-84.25, 36.32)], crs=4326)
HOSTED = "/Hosted/Earthquakes/FeatureServer/0"


def test_a_layer_is_read_whole_in_pages(server: demo.DemoServer) -> None:
    frame = read_rows(GPSession(), server.url + HOSTED)
    quakes = read_earthquakes()
    assert len(frame) == len(quakes) > 1000
    assert frame["OBJECTID"].tolist() == list(range(1, len(quakes) + 1))
    assert frame.crs == "EPSG:4326"
    assert frame.geometry.geom_equals_exact(quakes.geometry.reset_index(drop=True), 1e-9).all()
    assert frame.attrs["gpwidgets"]["truncated"] is False


def test_rows_can_be_chosen_limited_and_projected(server: demo.DemoServer) -> None:
    frame = read_rows(
        GPSession(),
        server.url + HOSTED,
        {"where": "magnitude >= 5 AND type = 'earthquake'", "outSR": "3857"},
        5,
    )
    assert len(frame) == 5
    assert frame["magnitude"].min() >= 5
    assert frame.crs == "EPSG:3857"
    assert frame.attrs["gpwidgets"]["truncated"] is True


def test_no_rows_are_a_frame_with_columns(server: demo.DemoServer) -> None:
    frame = read_rows(GPSession(), server.url + HOSTED, {"where": "magnitude > 99"})
    assert len(frame) == 0
    assert "magnitude" in frame.columns


def test_what_the_layer_cannot_do_is_told_in_its_words(server: demo.DemoServer) -> None:
    with pytest.raises(ServerError, match="Unable to perform query operation"):
        read_rows(GPSession(), server.url + HOSTED, {"where": "1=1; DROP TABLE x"})


def test_a_secured_layer_wants_its_token(server: demo.DemoServer) -> None:
    address = server.url + HOSTED.replace("Hosted", "Secured")
    with pytest.raises(AuthenticationError):
        read_rows(GPSession(), address)
    assert len(read_rows(GPSession(Token(server.token_for())), address, limit=3)) == 3


def test_results_kept_as_a_hosted_layer_are_read_on_demand(server: demo.DemoServer) -> None:
    out = GPTask(server.url_of("Viewshed"))(Input_Points=POINT, esri_out_feature_service_name="My View")
    layer = out.Viewshed_Result
    assert isinstance(layer, LayerReference)
    assert layer.url.endswith("/Hosted/My_View/FeatureServer/0")
    plain = GPTask(server.url_of("Viewshed"))(Input_Points=POINT).Viewshed_Result
    rows = layer.read(out_sr=4326)
    assert rows.geometry.geom_equals_exact(plain.geometry, 1e-6).all()
    assert rows.attrs["gpwidgets"]["layer"] == layer.url


def test_rows_held_back_come_from_the_result_map_service(server: demo.DemoServer) -> None:
    task = GPTask(server.url_of("HotSpots"))
    whole = task().Hot_Spots
    with server.faults.add("truncate", on="result"), pytest.warns(TruncatedResult, match="^Summary:"):
        out = task()
    assert out.truncated == ("Summary",)  # the table has no layer
    assert len(out.Hot_Spots) == len(whole)
    assert out.Hot_Spots.geometry.geom_equals_exact(whole.geometry, 1e-6).all()
    assert out.Hot_Spots["GI_Z"].tolist() == whole["GI_Z"].tolist()
    assert "/MapServer/jobs/" in out.Hot_Spots.attrs["gpwidgets"]["completed_from"]


def test_rows_held_back_keep_the_wanted_coordinates(server: demo.DemoServer) -> None:
    with server.faults.add("truncate", on="result"), pytest.warns(TruncatedResult, match="^Summary:"):
        out = GPTask(server.url_of("HotSpots"))(outSR=3857)
    assert out.Hot_Spots.crs == "EPSG:3857"
    assert len(out.Hot_Spots) > 100


def test_a_map_service_in_trouble_leaves_the_warning(server: demo.DemoServer) -> None:
    with (
        server.faults.add("truncate", on="result"),
        server.faults.add("error", on="map_query", code=500, message="no"),
        pytest.warns(TruncatedResult, match="Hot_Spots"),
    ):
        out = GPTask(server.url_of("HotSpots"))()
    assert set(out.truncated) >= {"Hot_Spots"}


def test_a_layer_of_the_server_is_an_input(server: demo.DemoServer) -> None:
    task = GPTask(server.url_of("BufferPoints"))
    layer = LayerReference(server.url + HOSTED, filter="magnitude >= 5.5")
    expected = int((read_earthquakes()["magnitude"] >= 5.5).sum())
    assert len(task(Input_Points=layer, Distance="10 km").Buffers) == expected > 0


def test_a_secured_layer_as_an_input_is_refused_without_its_token(server: demo.DemoServer) -> None:
    layer = LayerReference(server.url + HOSTED.replace("Hosted", "Secured"))
    with pytest.raises(ServerError, match="Token Required"):
        GPTask(server.url_of("BufferPoints"))(Input_Points=layer)


def test_the_map_service_draws_and_explains_itself(server: demo.DemoServer) -> None:
    task = GPTask(server.url_of("HotSpots"))
    run = task.start()
    run.wait(60)
    job = f"{server.url}/Events/MapServer/jobs/{run.job_id}"
    session = GPSession()
    assert [one["name"] for one in session.get_json(job)["layers"]] == ["Hot_Spots"]
    assert session.get_json(f"{job}/legend")["layers"][0]["layerName"] == "Hot_Spots"
    asked = {"bbox": "-125,32,-114,42", "size": "200,180"}
    told = session.get_json(f"{job}/export", asked)
    assert (told["width"], told["height"]) == (200, 180)
    assert session.read(told["href"], {}).body.startswith(b"\x89PNG")
    assert session.read(f"{job}/export", {**asked, "f": "image"}).body.startswith(b"\x89PNG")
