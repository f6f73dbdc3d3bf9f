"""Frames as map layers."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from ipywidgets.widgets.widget import _remove_buffers

from gpwidgets.widgets.map.layers import frame_layer
from gpwidgets.widgets.map.layers.frame_layer import FrameLayer
from gpwidgets.widgets.map.layers.style_by import style_by


def points(count: int) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"when": pd.to_datetime(["2020-01-01"] * count, utc=True), "n": range(count)},
        geometry=gpd.points_from_xy(np.linspace(0, 1, count), np.linspace(0, 1, count)),
        crs=4326,
    )


def test_features_carry_a_row_number_and_no_attributes() -> None:
    layer = FrameLayer(points(3), "P")
    assert [feature["id"] for feature in layer.data["features"]] == [0, 1, 2]
    assert all(feature["properties"] == {} for feature in layer.data["features"])
    assert layer.row(2)["n"] == 2
    assert layer.row(99) == {}
    assert layer.row(None) == {}


def test_a_frame_in_another_crs_is_drawn_where_it_is() -> None:
    layer = FrameLayer(points(2).to_crs(3857))
    assert layer.data["features"][1]["geometry"]["coordinates"] == pytest.approx([1.0, 1.0])
    assert layer.bounds_4326 == pytest.approx((0, 0, 1, 1))


def test_points_never_use_image_markers() -> None:
    assert FrameLayer(points(1)).point_style["radius"] > 0


def test_what_goes_to_the_browser_is_sealed_and_what_is_saved_is_plain() -> None:
    layer = FrameLayer(points(3))
    json.dumps(layer.get_state("data"))
    with layer._sealed():
        state, _, buffers = _remove_buffers(layer.get_state())
    assert buffers == []
    assert not isinstance(state["data"]["features"], list)
    assert json.loads(json.dumps(state["data"], default=list)) == layer.get_state("data")["data"]


def test_a_cap_on_features_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_layer, "MAX_FEATURES", 5)
    layer = FrameLayer(points(12))
    assert len(layer.data["features"]) == 5
    assert layer.note == "5 of 12 features are drawn; zoom in to see more"
    assert len(layer.frame) == 12
    assert layer.bounds_4326 == pytest.approx((0, 0, 1, 1))


def test_simplified_drawing_is_said_and_loses_no_small_feature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_layer, "MAX_VERTICES", 100)
    big, tiny = shapely.Point(0, 0).buffer(10, 200), shapely.Point(11, 0).buffer(0.0001)
    layer = FrameLayer(gpd.GeoDataFrame(geometry=[big, tiny], crs=4326))
    assert "simplified" in layer.note
    drawn = [shapely.geometry.shape(feature["geometry"]) for feature in layer.data["features"]]
    assert len(drawn) == 2
    assert all(not one.is_empty for one in drawn)
    assert len(drawn[0].exterior.coords) < 400


def test_rows_without_geometry_are_said_and_harmless() -> None:
    gdf = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[shapely.Point(1, 2), None], crs=4326)
    layer = FrameLayer(gdf)
    assert layer.note == "1 without a geometry"
    assert [feature["id"] for feature in layer.data["features"]] in ([0, 1], [0])


def test_a_frame_without_rows_is_an_empty_layer() -> None:
    layer = FrameLayer(points(0))
    assert list(layer.data["features"]) == []
    assert layer.bounds_4326 is None
    assert layer.note == ""


def grid(count: int, corners: int = 60) -> gpd.GeoDataFrame:
    """Discs of many corners on a grid of one degree."""
    places = [(number % 10, number // 10) for number in range(count)]
    discs = shapely.buffer(shapely.points(places), 0.4, quad_segs=corners // 4)
    return gpd.GeoDataFrame({"n": range(count)}, geometry=discs, crs=4326)


def drawn_ids(layer: FrameLayer) -> list[int]:
    return [feature["id"] for feature in layer.data["features"]]


def test_a_closer_look_draws_what_is_in_view_exactly_and_a_wider_one_all_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frame_layer, "MAX_FEATURES", 20)
    monkeypatch.setattr(frame_layer, "MAX_VERTICES", 1500)
    layer = FrameLayer(grid(100))
    first = drawn_ids(layer)
    assert len(first) <= 20
    assert not layer.look((-1, -1, 11, 11), 4)
    assert layer.look((2.6, 2.6, 4.4, 4.4), 9)
    assert {33, 34, 43, 44} <= set(drawn_ids(layer))
    assert layer.note == ""
    corners = layer.data["features"][0]["geometry"]["coordinates"][0]
    exact = layer.frame.geometry.iloc[drawn_ids(layer)[0]].exterior.coords
    assert np.array(corners) == pytest.approx(np.array(exact), abs=1e-6)
    assert not layer.look((2.7, 2.7, 4.5, 4.5), 9)
    assert layer.look((-1, -1, 11, 11), 4)
    assert drawn_ids(layer) == first
    assert "zoom in to see more" in layer.note


def test_a_layer_drawn_whole_and_exactly_sends_nothing_when_the_map_moves() -> None:
    layer = FrameLayer(grid(4))
    assert layer.note == ""
    assert not layer.look((0.9, 0.9, 1.1, 1.1), 14)


def test_thinned_points_are_drawn_anew_only_where_the_picture_ends_and_all_of_them_where_few_are_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frame_layer, "MAX_FEATURES", 100)
    monkeypatch.setattr(frame_layer, "MAX_CLOSER_POINTS", 50)
    layer = FrameLayer(points(1000))
    first = len(layer.data["features"])
    assert layer.note == f"{first} of 1,000 features are drawn; zoom in to see more"
    assert layer.look((0.2, 0.2, 0.6, 0.6), 12)
    assert 10 <= len(layer.data["features"]) <= 50
    assert layer.note.endswith("of 600 features in and around the view are drawn; zoom in to see more")
    assert not layer.look((0.25, 0.25, 0.65, 0.65), 12)
    before = drawn_ids(layer)
    layer.restyle(style_by(layer.frame, "n", "quantiles", 2, "Viridis"))
    assert drawn_ids(layer) == before
    assert "in and around the view" in layer.note
    assert layer.look((0.4, 0.4, 0.8, 0.8), 12)
    assert layer.look((0.5, 0.5, 0.52, 0.52), 17)
    assert {500, 510, 519} <= set(drawn_ids(layer))
    assert layer.note == ""
    assert layer.look((-1, -1, 2, 2), 5)
    assert len(layer.data["features"]) == first


def test_what_was_drawn_whole_at_first_is_so_in_every_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_layer, "MAX_FEATURES", 100)
    monkeypatch.setattr(frame_layer, "MAX_CLOSER", 5)
    monkeypatch.setattr(frame_layer, "MAX_VERTICES", 1500)
    layer = FrameLayer(grid(100))
    assert len(layer.data["features"]) == 100
    assert layer.look((0.6, 0.6, 4.4, 4.4), 8)
    assert len(layer.data["features"]) >= 25
    assert "are drawn;" not in layer.note


def test_a_layer_is_one_message() -> None:
    sent: list[str] = []

    class Counting(FrameLayer):
        def open(self) -> None:
            sent.append("open")
            super().open()

        def send_state(self, key: object = None) -> None:
            sent.append("state")
            super().send_state(key)

    Counting(points(2000))
    assert sent == ["open"]
