"""Renderers and symbols of the REST API, as servers send them and as they should not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.protocol.responses.renderers import Renderer, renderer_json
from gpwidgets.protocol.responses.symbols import Color, Symbol

FILL = {
    "type": "esriSFS",
    "style": "esriSFSSolid",
    "color": [255, 0, 0, 128],
    "outline": {"type": "esriSLS", "style": "esriSLSDash", "color": [0, 0, 255, 255], "width": 1.5},
}
LINE = {"type": "esriSLS", "style": "esriSLSSolid", "color": [0, 128, 0, 255], "width": 3}
MARKER = {"type": "esriSMS", "style": "esriSMSCircle", "color": [1, 2, 3, 255], "size": 12}


def test_a_fill_has_its_colours_widths_and_dashes() -> None:
    symbol = Symbol.from_json(FILL)
    assert symbol is not None
    assert symbol.fill == Color("#ff0000", 128 / 255)
    assert symbol.line == Color("#0000ff")
    assert (symbol.width, symbol.dashes) == (2.0, "8 5")


def test_lines_and_markers_are_measured_in_points() -> None:
    line, marker = Symbol.from_json(LINE), Symbol.from_json(MARKER)
    assert line is not None
    assert marker is not None
    assert (line.fill, line.line, line.width) == (None, Color("#008000"), 4.0)
    assert (marker.fill, marker.size) == (Color("#010203"), 16.0)


@pytest.mark.parametrize(
    ("symbol", "color"),
    [
        ({"type": "esriPMS", "url": "x.png", "color": [9, 9, 9, 255], "width": 15, "height": 15}, "#090909"),
        ({"type": "esriPMS", "imageData": "iVBOR", "contentType": "image/png"}, None),
        ({"type": "esriPFS", "outline": LINE}, "#008000"),
    ],
)
def test_a_picture_is_its_colour(symbol: dict[str, Any], color: str | None) -> None:
    found = Symbol.from_json(symbol)
    assert found is not None
    assert found.is_picture
    assert (found.color.css if found.color else None) == color


def test_a_cim_symbol_gives_its_first_colours() -> None:
    stroke = {"type": "CIMSolidStroke", "enable": True, "width": 0.75, "color": [0, 0, 0, 255]}
    fill = {"type": "CIMSolidFill", "color": {"type": "CIMRGBColor", "values": [255, 255, 0, 50]}}
    hidden = {"type": "CIMSolidFill", "enable": False, "color": [1, 1, 1, 255]}
    graphic = {"symbol": {"type": "CIMPolygonSymbol", "symbolLayers": [hidden, stroke, fill]}}
    marker = {"type": "CIMVectorMarker", "size": 9, "markerGraphics": [graphic]}
    symbol = Symbol.from_json(
        {"type": "CIMSymbolReference", "symbol": {"type": "CIMPointSymbol", "symbolLayers": [marker]}}
    )
    assert symbol is not None
    assert symbol.fill == Color("#ffff00", pytest.approx(0.5))
    assert (symbol.line, symbol.width, symbol.size) == (Color("#000000"), 1.0, 12.0)


@pytest.mark.parametrize(
    "symbol",
    [
        None,
        [],
        {},
        {"type": "esriSFS", "color": None},
        {"type": "esriSLS", "color": [1, 2]},
        {"type": "esriSLS", "color": [1, 2, 3], "style": "esriSLSNull"},
        {"type": "esriSMS", "color": ["a", "b", "c", 255]},
        {"type": "CIMSymbolReference", "symbol": None},
    ],
)
def test_a_symbol_without_anything_to_draw_is_none(symbol: object) -> None:
    assert Symbol.from_json(symbol) is None


def test_hollow_and_hatched_fills() -> None:
    hollow = Symbol.from_json({**FILL, "style": "esriSFSNull"})
    hatched = Symbol.from_json({**FILL, "style": "esriSFSDiagonalCross"})
    assert hollow is not None
    assert hatched is not None
    assert hatched.fill is not None
    assert (hollow.fill, hollow.color) == (None, Color("#0000ff"))
    assert 0 < hatched.fill.opacity < 0.5


@pytest.mark.parametrize(
    ("renderer", "words"),
    [
        ({"type": "heatmap", "colorStops": []}, "heatmap"),
        ({"type": "dotDensity"}, "dotDensity"),
        ({"type": None}, "?"),
        ({"type": "simple", "symbol": None}, "cannot be read"),
        ({"type": "classBreaks", "field": "n", "classBreakInfos": None}, "cannot be read"),
        ({"type": "classBreaks", "classBreakInfos": []}, "computes"),
        ({"type": "uniqueValue", "valueExpression": "$feature.a + 1", "uniqueValueInfos": []}, "computes"),
    ],
)
def test_what_is_not_drawn_says_why(renderer: dict[str, Any], words: str) -> None:
    found = Renderer.from_json(renderer)
    assert found is not None
    assert words in found.problem


@pytest.mark.parametrize("expression", ["$feature.KIND", "$feature['KIND']", ' $feature["KIND"]; '])
def test_an_expression_that_names_a_field_is_that_field(expression: str) -> None:
    infos = [{"value": "a", "symbol": FILL}]
    found = Renderer.from_json(
        {"type": "uniqueValue", "valueExpression": expression, "uniqueValueInfos": infos}
    )
    assert found is not None
    assert (found.problem, found.fields) == ("", ("KIND",))


def test_a_ramp_of_colours_becomes_classes_around_its_stops() -> None:
    stops = [{"value": v, "color": [v, 0, 0, 255], "label": f"at {v}"} for v in (0, 10, 30)]
    found = Renderer.from_json(
        {
            "type": "simple",
            "symbol": MARKER,
            "visualVariables": [
                {"type": "colorInfo", "field": "n", "stops": stops},
                {"type": "sizeInfo", "field": "m"},
            ],
        }
    )
    assert found is not None
    assert [(one.label, one.highest) for one in found.classes] == [
        ("at 0", 5.0),
        ("at 10", 20.0),
        ("at 30", float("inf")),
    ]
    assert all(one.symbol is not None and one.symbol.size == 16.0 for one in found.classes)
    assert "sizes" in found.omitted


@pytest.mark.parametrize(
    "holder", [None, [], {}, {"drawingInfo": None}, {"drawingInfo": {"renderer": {}}}, {"drawingInfo": []}]
)
def test_a_layer_without_a_renderer_has_none(holder: object) -> None:
    assert renderer_json(holder) is None
    assert Renderer.from_json(renderer_json(holder)) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
WORDS = (
    "type field field1 symbol color outline width size style classBreakInfos uniqueValueInfos value label "
    "uniqueValueGroups classes values defaultSymbol minValue classMaxValue visualVariables stops"
)
KEYS = st.sampled_from(WORDS.split())
TYPES = st.sampled_from(["simple", "uniqueValue", "classBreaks", "esriSFS", "esriSMS", "CIMx", "colorInfo"])
RENDERERS = st.recursive(
    VALUES | TYPES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@given(st.dictionaries(KEYS, RENDERERS, max_size=6), TYPES)
def test_whatever_a_server_sends_is_read_or_refused_in_words(data: dict[str, Any], kind: str) -> None:
    found = Renderer.from_json({**data, "type": kind})
    assert found is not None
    assert found.problem or any(one.symbol for one in found.classes)
