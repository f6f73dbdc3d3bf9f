"""Odd documents, each of which was a fault: the rest of the form, run or result is there all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest
import shapely
from bad_server import parameter
from mutated_bench import Bench, a_bench
from mutated_documents import feature_set
from mutated_uses import (
    use_default,
    use_features,
    use_form,
    use_job,
    use_layer,
    use_result,
    use_submission,
)
from widget_tools import error_at, press, see, text_of

import gpwidgets as gp
from gpwidgets.convert.coordinates.boxes import frame_box
from gpwidgets.convert.featuresets.frames import features_to_frame, read_features
from gpwidgets.convert.rendering.map_shapes import MapShapes
from gpwidgets.convert.rendering.picture import map_picture
from gpwidgets.convert.rendering.symbology import renderer_codes
from gpwidgets.errors import URLError
from gpwidgets.protocol.features import Field
from gpwidgets.protocol.responses.renderers import Renderer
from gpwidgets.protocol.responses.replies import GPMessage, server_error
from gpwidgets.protocol.urls import GPURL
from gpwidgets.protocol.values import LayerReference
from gpwidgets.widgets.results._hosted import HostedLayerView

NO_ADDRESS = "http://["


@pytest.fixture
def bench(own_history: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with a_bench(monkeypatch) as made:
        yield made
        assert not made.troubles


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("GPString", NO_ADDRESS),
        ("GPDataFile", {"url": NO_ADDRESS}),
        ("GPRasterDataLayer", {"url": NO_ADDRESS, "format": "tif"}),
        ("GPRasterDataLayer", {"mapImage": {"href": NO_ADDRESS}}),
        ("GPFeatureRecordSetLayer", {"url": NO_ADDRESS}),
    ],
)
def test_a_result_that_names_no_address_is_shown_as_text(kind: str, value: Any, bench: Bench) -> None:
    row = {"paramName": "Out", "dataType": kind, "value": value}
    use_result(bench, row, row)


def test_a_help_address_that_is_none_costs_no_form(bench: Bench) -> None:
    task = {"name": "Task", "helpUrl": NO_ADDRESS, "parameters": [parameter("A")]}
    use_form(bench, task, task)


@pytest.mark.parametrize("kind", ["GPFeatureRecordSetLayer", "GPRecordSet", "GPDataFile"])
def test_a_default_that_names_no_address_costs_no_field(kind: str, bench: Bench) -> None:
    use_default(bench, {"dataType": kind, "value": {"url": NO_ADDRESS}}, {})


def test_what_is_no_address_is_refused_as_such(bench: Bench) -> None:
    with pytest.raises(URLError):
        GPURL.parse(NO_ADDRESS)
    with bench.form(NO_ADDRESS) as widget:
        see(widget, "Not the address of a service")


@pytest.mark.parametrize("status", [["esriJobTimedOut"], {"type": "esriJobFailed"}, 5, True])
def test_a_status_that_is_no_word_ends_no_run(status: Any, bench: Bench) -> None:
    use_job(bench, {"jobId": "j1", "jobStatus": status}, {})
    use_submission(bench, {"jobId": "j1", "jobStatus": status}, {})


def test_a_number_of_thousands_of_digits_costs_no_form(bench: Bench) -> None:
    task = {"name": "Task", "parameters": [parameter("A", "GPLong", defaultValue=5), parameter("B")]}
    body = json.dumps(task).replace(": 5", ": " + "9" * 5000).encode()
    bench.serve([], task=lambda _request, wire: wire.reply(body))
    with bench.form() as widget:
        assert widget.form is not None
        assert list(widget.form.editors) == ["A", "B"]


@pytest.mark.parametrize(
    "domain",
    [
        {"type": "codedValue", "codedValues": True},
        {"type": "codedValue", "codedValues": [{"code": {}, "name": "x"}, 5, {"code": 1, "name": "one"}]},
        {"type": "range", "range": [10**400, float("nan")]},
    ],
)
def test_an_odd_domain_costs_no_layer_and_no_field(domain: Any, bench: Bench) -> None:
    layer = feature_set("esriGeometryPoint")
    layer["fields"] = [{"name": "a", "type": "esriFieldTypeInteger", "domain": domain}]
    use_features(bench, layer, layer)
    use_layer(bench, layer, layer)
    use_default(bench, layer, layer)


@pytest.mark.parametrize("text", ["²", "EPSG:²", "9" * 5000])
def test_a_code_that_is_no_number_is_no_coordinate_system(text: str, bench: Bench) -> None:
    use_default(bench, {"dataType": "GPSpatialReference", "value": text}, {})


def test_a_class_that_is_no_number_leaves_the_other_classes() -> None:
    infos = [{"value": text, "symbol": _AREA} for text in ("+-5", "9" * 5000, "²", "1")]
    renderer = Renderer.from_json({"type": "uniqueValue", "field1": "a", "uniqueValueInfos": infos})
    assert renderer is not None
    assert renderer_codes(renderer, pd.DataFrame({"a": [1, 5]})).tolist() == [3, -1]


_AREA = {"type": "esriSFS", "color": [1, 2, 3]}


@pytest.mark.parametrize("kind", ["esriGeometryPolygon", "esriGeometryEnvelope", "esriGeometryPoint"])
def test_the_largest_of_all_numbers_costs_no_other_feature(kind: str, bench: Bench) -> None:
    text = json.dumps(feature_set(kind)).replace("[0, 9]", "[1e308, 9]")
    layer = json.loads(text.replace('"x": 7.5', '"x": 1e308').replace('"xmin": 7', '"xmin": 1e308'))
    assert "1e+308" in json.dumps(layer)
    use_features(bench, layer, layer)
    use_default(bench, layer, layer)


def test_of_an_odd_domain_the_good_codes_are_kept() -> None:
    rows = [{"code": {}, "name": "x"}, 5, {"code": 1, "name": "one"}]
    assert Field.from_json({"name": "a", "domain": {"codedValues": rows}}).coded_values == {1: "one"}


@pytest.mark.parametrize("length", ["²", "9" * 5000, None, []])
def test_a_length_that_is_no_number_is_none(length: Any) -> None:
    assert Field.from_json({"name": "a", "length": length}).length is None


@pytest.mark.parametrize("entry", ["c", "a", "b"])
@pytest.mark.parametrize(
    "number", [float("inf"), float("nan"), 1e308, 10**400], ids=["inf", "nan", "large", "huge"]
)
def test_a_curve_of_odd_numbers_costs_no_other_feature(entry: str, number: Any) -> None:
    curve = {entry: [[1, 1], [number, 0.5], 0, 1, number, 2, number]}
    rows = [{"geometry": {"curvePaths": [[[0, 0], curve]]}}, {"geometry": {"paths": [[[7, 46], [8, 47]]]}}]
    with pytest.warns(gp.CurveApproximated):
        frame = features_to_frame({"geometryType": "esriGeometryPolyline", "features": rows})
    assert frame.geometry[1].length > 1
    assert shapely.is_valid(frame.geometry[0])


@pytest.mark.parametrize("count", [2, 3000], ids=["small", "large"])
def test_half_of_a_letter_in_the_rows_of_a_layer_is_replaced(count: int) -> None:
    rows = [{"attributes": {"a": "x" * 40}, "geometry": {"x": 1, "y": 2}} for _ in range(count)]
    rows[1]["attributes"] = {"a": "\ud800"}
    frame = read_features(json.dumps({"features": rows}).encode())
    assert frame["a"].tolist()[:2] == ["x" * 40, "\ufffd"]


def test_json_within_a_message_has_no_halves_of_letters_and_no_depth_without_end() -> None:
    for inner in (json.dumps({"message": "\ud800"}), '{"message": ' + "[" * 100_000):
        (message,) = GPMessage.list_from_json([{"description": inner}])
        message.words.encode()
    error = server_error({"status": "failed", "statusMessage": "[" * 100_000})
    assert error is not None


def test_an_unknown_height_does_not_take_the_place_along() -> None:
    line = shapely.LineString([[0, 0, 5], [100_000, 100_000, float("nan")], [200_000, 0, 5]])
    frame = geopandas.GeoDataFrame(geometry=[line], crs=3857)
    assert "<path" in map_picture([(frame, "#112233")], None)
    assert frame_box(frame) == pytest.approx((0, 0, 1.7966, 0.8983), abs=1e-3)


def test_a_vertex_that_is_nowhere_leaves_the_other_features_on_the_map(bench: Bench) -> None:
    far = shapely.LineString([[0, 0], [1, 1e308]])
    near = shapely.LineString([[7, 46], [8, 47]])
    frame = geopandas.GeoDataFrame(geometry=[far, near], crs=4326)
    shapes = MapShapes(frame)
    assert shapes.bounds == (7, 46, 8, 47)
    assert shapes.draw(0.01, limit=9, max_vertices=99).count == 1
    assert "<path" in map_picture([(frame, "#112233")], None)
    rows = feature_set("esriGeometryPolyline")
    rows["features"][0]["geometry"]["paths"] = [[[7, 46], [8, 1e308]]]
    use_features(bench, rows, rows)


@pytest.mark.parametrize(
    "kind", ["GPString", "GPDataFile", "Field", "GPFeatureRecordSetLayer", "GPUnheardOf"]
)
@pytest.mark.parametrize("value", ["\ud800", {"url": "\ud800"}, ["\ud800"]])
def test_half_of_a_letter_is_refused_before_anything_is_sent(kind: str, value: Any, bench: Bench) -> None:
    answers = bench.serve([parameter("A", kind)])
    with bench.form() as widget:
        assert widget.task is not None
        with pytest.raises(gp.ParameterError):
            widget.task(A=value)
        assert not answers.jobs
        widget.values = {"A": value}
        bench.look(widget)
        assert error_at(widget, "A")


@pytest.mark.parametrize("kind", ["GPString", "GPLinearUnit", "GPExtent", "GPRecordSet", "GPUnheardOf"])
@pytest.mark.parametrize("value", [10**5000, [10**5000], {"a": 10**5000}], ids=["number", "list", "object"])
def test_a_number_that_cannot_be_written_is_refused_at_its_field(kind: str, value: Any, bench: Bench) -> None:
    bench.serve([parameter("A", kind)])
    with bench.form() as widget:
        widget.values = {"A": value}
        bench.look(widget)
        assert error_at(widget, "A")


def test_nobody_waits_for_rows_that_cannot_be_read() -> None:
    def broken(*_: Any) -> Any:
        raise TypeError("of the reader")

    view = HostedLayerView(
        LayerReference.from_json({"url": "http://127.0.0.1/x/0"}, broken), lambda _frame: []
    )
    press(view, "Read rows")
    see(view, "of the reader")
    assert "Reading rows" not in text_of(view)


def test_the_bench_notices_what_goes_wrong(own_history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_bench(monkeypatch) as bench:
        bench.serve([parameter("A")])
        with bench.form() as widget:
            widget.add_class("\ud800")
            assert "surrogates" in " ".join(bench.troubles)
            widget.error = KeyError("x")
            with pytest.raises(AssertionError):
                bench.look(widget)
        many = {"name": "Task", "parameters": [parameter(f"Input_{number}") for number in range(61)]}
        with pytest.raises(AssertionError, match=r"no fields of .'Input_60'"):
            use_form(bench, many, many)  # beyond the bound
