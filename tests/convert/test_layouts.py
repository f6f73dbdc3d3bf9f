"""Feature sets are read in pieces whatever their layout, and give what is read when they are parsed whole.

`GPWIDGETS_LAYOUTS=2000` changes and rewrites so many real answers, where the usual run has 150.
"""

from __future__ import annotations

import json
import os
import random
import warnings
from pathlib import Path
from typing import Any

import geopandas
import pytest
from convert.layouts import LAYOUTS, TEXTS, changed, with_odd_geometries
from convert.test_streaming import FIELDS, GEOMETRIES, assert_same, chunks_of, feature_set
from recorded import recorded

from gpwidgets.convert.featuresets import _engines as engines
from gpwidgets.convert.featuresets._pieces import Cutter, NotCut, NotJSON
from gpwidgets.convert.featuresets._streaming import ReadAgain, read_pieces
from gpwidgets.convert.featuresets.assembling import frame_of
from gpwidgets.convert.featuresets.frames import features_to_frame
from gpwidgets.errors import ConversionError

GENERATED = int(os.environ.get("GPWIDGETS_LAYOUTS", "150"))
ENGINES = [None, engines._by_orjson]


def in_pieces(chunks: list[bytes], size: int, engine: engines.Engine | None = None) -> geopandas.GeoDataFrame:
    """Read in pieces, once more where the end tells how."""
    try:
        return frame_of(*read_pieces(chunks, size=size, engine=engine))
    except ReadAgain as again:
        return frame_of(*read_pieces(chunks, size=size, engine=engine, described=again.described))


def whole(data: Any) -> tuple[geopandas.GeoDataFrame | None, list[str]]:
    """What is read of a parsed document, None where there is nothing to read; and the warnings."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            frame = features_to_frame(data)
        except ConversionError:
            return None, []
    return frame, [str(one.message) for one in said]


def assert_cut(body: bytes, chance: random.Random, *, must: bool = False) -> bool:
    """Hold what is read in pieces against the same document, parsed; whether it was cut."""
    expected, warned = whole(json.loads(body))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            chunks = list(chunks_of(body, chance.randrange(1, 400)))
            found = in_pieces(chunks, chance.randrange(1, 900), chance.choice(ENGINES))
        except NotCut:
            assert expected is None or not must
            return False
    assert expected is not None
    assert_same_frames(found, expected)
    plainly, _ = whole(with_odd_geometries(json.loads(body)))
    assert plainly is not None
    assert_same_frames(plainly, expected)
    assert list(dict.fromkeys(str(one.message) for one in said)) == list(dict.fromkeys(warned))
    return True


def assert_same_frames(one: geopandas.GeoDataFrame, other: geopandas.GeoDataFrame) -> None:
    name = other.geometry.name
    assert one.geometry.name == name
    assert_same(
        *(frame.rename_geometry("geometry") if name != "geometry" else frame for frame in (one, other))
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("path", recorded("featureset"), ids=lambda path: path.name)
def test_a_recorded_answer_is_cut_in_any_layout(path: Path, layout: str) -> None:
    data = json.loads(path.read_bytes())
    chance = random.Random(path.name + layout)
    body = LAYOUTS[layout](data, chance).encode()
    assert assert_cut(body, chance, must=True)
    same, _ = whole(json.loads(body))
    plain, _ = whole(data)
    assert same is not None
    assert plain is not None
    if not layout.startswith("several"):
        assert_same_frames(same.set_index(plain.index), plain)


def test_generated_answers_are_read_alike_in_any_layout() -> None:
    paths = recorded("featureset")
    answers = [json.loads(path.read_bytes()) for path in paths] or [
        feature_set(kind, geometries) for kind, geometries in GEOMETRIES.items()
    ]
    cut = 0
    for number in range(GENERATED):
        chance = random.Random(number)
        data = changed(chance.choice(answers), chance)
        name = chance.choice(list(LAYOUTS))
        body = LAYOUTS[name](data, chance).encode()
        try:
            cut += assert_cut(body, chance)
        except AssertionError as error:
            raise AssertionError(f"number {number}, {name}: {body.decode()}") from error
    assert cut > 0.9 * GENERATED


class Kept:
    """Keeps the features of a list as they are."""

    size = 50

    def __init__(self, lists: list[Kept]) -> None:
        self.rows: list[Any] = []
        lists.append(self)

    def take(self, piece: bytes, *, is_whole: bool = False) -> None:
        try:
            self.rows += json.loads(piece)
        except ValueError:
            raise NotJSON from None


def put_together(chunks: list[bytes]) -> Any:
    """The document, made of what it was cut into."""
    lists: list[Kept] = []
    cutter = Cutter(chunks, lambda _number, _before: Kept(lists))
    document = cutter.run()

    def put(data: Any) -> Any:
        if isinstance(data, list):
            marked = data[0].get(cutter.mark) if data and isinstance(data[0], dict) else None
            return [put(value) for value in data] if marked is None else lists[marked].rows
        return {key: put(value) for key, value in data.items()} if isinstance(data, dict) else data

    return put(document)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_chunks_may_end_anywhere(layout: str) -> None:
    rows = feature_set("esriGeometryPolygon", GEOMETRIES["esriGeometryPolygon"][:3])
    rows["features"][1]["attributes"]["NAME"] = '\\"}},{"attributes":{"features":[{'
    body = LAYOUTS[layout](rows, random.Random(layout)).encode()
    data = json.loads(body)
    expected, _ = whole(data)
    assert expected is not None
    for at in range(1, len(body)):
        assert put_together([body[:at], body[at:]]) == data
    assert put_together([bytes([one]) for one in body]) == data
    for at in random.Random(layout).sample(range(1, len(body)), 5):
        assert_same(in_pieces([body[:at], body[at:]], 50), expected)


@pytest.mark.parametrize("size", [10, 500, 1 << 20])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_texts_may_hold_what_looks_like_a_boundary(layout: str, size: int) -> None:
    data = feature_set("esriGeometryPolygon", GEOMETRIES["esriGeometryPolygon"] * 10)
    for row, text in zip(data["features"], TEXTS * 3, strict=False):
        row["attributes"]["NAME"] = text
    body = LAYOUTS[layout](data, random.Random(size)).encode()
    expected, _ = whole(json.loads(body))
    assert expected is not None
    assert_same(in_pieces(list(chunks_of(body, 61)), size), expected)


def test_a_name_of_features_may_be_spelled_with_an_escape() -> None:
    data = feature_set("esriGeometryPoint", GEOMETRIES["esriGeometryPoint"])
    plain = json.dumps(data)
    expected, _ = whole(data)
    assert expected is not None
    escaped = plain.replace('"features"', '"f\\u0065atures"').encode()
    assert_same(in_pieces(list(chunks_of(escaped, 7)), 50), expected)
    other = plain[:-1] + ', "my\\"features": [{"attributes": {"OBJECTID": 9}}]}'
    assert_same(in_pieces(list(chunks_of(other.encode(), 7)), 50), expected)


def test_very_many_lists_are_read_alike() -> None:
    one = feature_set("esriGeometryPoint", GEOMETRIES["esriGeometryPoint"])
    data = {"results": [{"paramName": f"Out{number}", "value": one} for number in range(150)]}
    expected, _ = whole(data)
    assert expected is not None
    assert len(expected) == 450
    assert_same(in_pieces([json.dumps(data, indent=1).encode()], 1 << 18), expected)


def test_fields_that_come_last_may_be_spelled_in_another_case() -> None:
    features = [{"attributes": {"name": "a", "NAME": "b", "size": 1}}, {"attributes": {"Size": 2, "more": 1}}]
    data = {"features": features * 20, "fields": FIELDS, "spatialReference": {"wkid": 4326}}
    expected, _ = whole(data)
    assert expected is not None
    assert expected["NAME"].tolist()[::2] == ["b"] * 20
    assert_same(in_pieces([json.dumps(data).encode()], 100), expected)
