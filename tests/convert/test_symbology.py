"""Which class of a renderer the rows of a frame belong to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from gpwidgets.convert.rendering.symbology import MissingField, renderer_codes
from gpwidgets.protocol.responses.renderers import Renderer

SYMBOL = {"type": "esriSFS", "color": [255, 0, 0, 255]}


def unique(*values: Any, **more: Any) -> Renderer:
    infos = [{"value": one, "symbol": SYMBOL} for one in values]
    found = Renderer.from_json({"type": "uniqueValue", "field1": "k", "uniqueValueInfos": infos, **more})
    assert found is not None
    assert not found.problem
    return found


def breaks(*tops: Any, **more: Any) -> Renderer:
    infos = [{"classMaxValue": one, "symbol": SYMBOL} for one in tops]
    found = Renderer.from_json({"type": "classBreaks", "field": "n", "classBreakInfos": infos, **more})
    assert found is not None
    assert not found.problem
    return found


def codes(renderer: Renderer, **columns: Any) -> list[int]:
    return [int(one) for one in renderer_codes(renderer, pd.DataFrame(columns))]


def test_values_are_the_same_whatever_type_they_are_written_in() -> None:
    assert codes(unique("1", "2"), k=pd.array([2, 1, None, 3], dtype="Int32")) == [1, 0, -1, -1]
    assert codes(unique("1.50", 2), k=[1.5, 2.0, np.nan]) == [0, 1, -1]
    assert codes(unique("01", "1"), k=["1", "01", None]) == [1, 0, -1]
    assert codes(unique("9007199254740993"), k=pd.array([2**53 + 1, 2**53], dtype="Int64")) == [0, -1]
    assert codes(unique("<Null>", "a"), k=["a", None]) == [1, 0]


def test_moments_are_told_by_their_milliseconds() -> None:
    days = pd.to_datetime(pd.Series(["2020-01-01", None, "2021-01-01"]), utc=True).astype(
        "datetime64[ms, UTC]"
    )
    assert codes(unique(1577836800000), k=days) == [0, -1, -1]
    assert codes(breaks(1577836800000, 1640995200000), n=days) == [0, -1, 1]


def test_several_fields_are_joined_by_their_delimiter() -> None:
    for sign in (",", ", ", ":"):
        renderer = unique(f"a{sign}1", f"b{sign}<Null>", field2="m", fieldDelimiter=sign)
        assert codes(renderer, k=["a", "b", "b"], m=pd.array([1, None, 1], dtype="Int64")) == [0, 1, -1]


def test_groups_of_values_share_a_class() -> None:
    groups = [{"heading": "h", "classes": [{"label": "x", "symbol": SYMBOL, "values": [["a"], ["b"]]}]}]
    found = Renderer.from_json({"type": "uniqueValue", "field1": "k", "uniqueValueGroups": groups})
    assert found is not None
    assert codes(found, k=["b", "c", "a"]) == [0, -1, 0]


def test_a_value_on_the_upper_limit_belongs_to_the_class() -> None:
    renderer = breaks(10, 20, minValue=0)
    assert codes(renderer, n=[0.0, 10.0, 10.5, 20.0, 21.0, -1.0, np.nan, np.inf]) == [
        0,
        0,
        1,
        1,
        -1,
        -1,
        -1,
        -1,
    ]


def test_limits_come_in_any_order_as_text_and_rounded() -> None:
    assert codes(breaks("20", 10, None, "x"), n=[5, 15]) == [0, 1]
    assert codes(breaks(3.456789, minValue=1.234568), n=[1.2345678, 3.4567891]) == [0, 0]


def test_what_lies_between_two_classes_belongs_to_neither() -> None:
    infos = [
        {"classMinValue": 0, "classMaxValue": 1, "symbol": SYMBOL},
        {"classMinValue": 5, "classMaxValue": 9, "symbol": SYMBOL},
    ]
    found = Renderer.from_json({"type": "classBreaks", "field": "n", "classBreakInfos": infos})
    assert found is not None
    assert codes(found, n=[0.5, 3, 5, 7]) == [0, -1, 1, 1]


def test_numbers_are_normalised_first() -> None:
    by_field = breaks(1, 2, normalizationType="esriNormalizeByField", normalizationField="area")
    assert codes(by_field, n=[4, 10], area=[4, 0]) == [0, -1]
    by_share = breaks(50, 100, normalizationType="esriNormalizeByPercentOfTotal")
    assert codes(by_share, n=[1, 3]) == [0, 1]
    by_log = breaks(1, 3, normalizationType="esriNormalizeByLog")
    assert codes(by_log, n=[10, 100]) == [0, 1]


def test_fields_are_found_in_another_case_and_behind_a_table() -> None:
    frame = {"Events.N": [1, 30]}
    for name in ("events.n", "N", "Other.n"):
        assert codes(breaks(10, 40, field=name), **frame) == [0, 1]
    with pytest.raises(MissingField, match="absent"):
        codes(breaks(1, field="absent"), **frame)


def test_text_where_numbers_are_wanted_belongs_to_no_class() -> None:
    assert codes(breaks(10), n=["7", "x", None]) == [0, -1, -1]
    assert codes(breaks(10), n=[]) == []
