"""Layers of the embedded server answer the queries that hosted layers answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gpwidgets import demo
from gpwidgets.demo.data import read_earthquakes

LAYER = "/Hosted/Earthquakes/FeatureServer/0"


@pytest.fixture(scope="module")
def rows() -> Any:
    """The rows as they are, which the answers are compared with."""
    rows = read_earthquakes().reset_index(drop=True)
    return rows.assign(number=range(1, len(rows) + 1))


@pytest.fixture
def query(server: demo.DemoServer, post: Any) -> Any:
    """`query(where=…)`: what the layer answers."""
    return lambda **fields: post(f"{server.url}{LAYER}/query", **fields)


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ("1=1", lambda rows: rows.magnitude > -9),
        ("", lambda rows: rows.magnitude > -9),
        ("magnitude >= 5", lambda rows: rows.magnitude >= 5),
        ("magnitude > 4.5 AND depth_km <= 10", lambda rows: (rows.magnitude > 4.5) & (rows.depth_km <= 10)),
        ("OBJECTID <> 1", lambda rows: rows.number != 1),
        ("MAGNITUDE = 5", lambda rows: rows.magnitude == 5),
        ("OBJECTID in (1, 2, 7)", lambda rows: rows.number.isin([1, 2, 7])),
        ("OBJECTID NOT IN (1,2)", lambda rows: ~rows.number.isin([1, 2])),
        ("type IN ('earthquake', 'it''s')", lambda rows: rows["type"] == "earthquake"),
        ("place IS NULL", lambda rows: rows.place.isna()),
        ("place is not null", lambda rows: rows.place.notna()),
        ("place LIKE '%Alaska'", lambda rows: rows.place.str.endswith("Alaska")),
        ("place LIKE '%km%Alaska%'", lambda rows: rows.place.str.contains("km.*Alaska")),
        ("place NOT LIKE '%Alaska%'", lambda rows: ~rows.place.str.contains("Alaska")),
        ("type LIKE 'earthquak_'", lambda rows: rows["type"] == "earthquake"),
        ("type LIKE 'earthquake%earthquake'", lambda rows: rows["type"] == ""),
        ("place LIKE 'and AND or'", lambda rows: rows.place == ""),
        ("type < 5", None),
        ("magnitude >", None),
        ("1=1; DROP TABLE x", None),
        ("magnitude IN (a)", None),
        ("size > 1", None),
    ],
)
def test_a_where_clause_takes_the_rows_that_it_says(query: Any, rows: Any, where: str, wanted: Any) -> None:
    answer = query(where=where, returnCountOnly="true")
    if wanted is None:
        assert answer["error"]["code"] == 400
    else:
        assert answer == {"count": int(wanted(rows).sum())}


def test_rows_come_in_order_and_in_pages_that_say_whether_there_is_more(query: Any, rows: Any) -> None:
    fields = {"orderByFields": "magnitude DESC", "outFields": "magnitude, PLACE", "resultRecordCount": "2"}
    first = query(**fields)
    second = query(**fields, resultOffset="2")
    last = query(**fields, resultOffset=str(len(rows) - 1))
    found = [row["attributes"]["magnitude"] for row in first["features"] + second["features"]]
    assert found == sorted(rows.magnitude, reverse=True)[:4]
    assert first["exceededTransferLimit"]
    assert not last["exceededTransferLimit"]
    assert len(last["features"]) == 1
    assert [one["name"] for one in first["fields"]] == ["magnitude", "place"]


def test_rows_are_chosen_by_their_numbers_and_by_a_box(query: Any, rows: Any) -> None:
    ids = query(objectIds="3,5", returnIdsOnly="true")
    assert ids == {"objectIdFieldName": "OBJECTID", "objectIds": [3, 5]}
    inside = rows.cx[-125:-114, 32:42]
    corners = {"xmin": -125, "ymin": 32, "xmax": -114, "ymax": 42}
    for box in ("-125,32,-114,42", json.dumps(corners)):
        assert query(geometry=box, returnCountOnly="true") == {"count": len(inside)}


def test_rows_come_without_shapes_or_in_other_coordinates(query: Any, rows: Any) -> None:
    bare = query(objectIds="1", returnGeometry="false", outFields="*")
    assert "geometry" not in bare["features"][0]
    assert bare["features"][0]["attributes"]["OBJECTID"] == 1
    east = rows.to_crs(3857).geometry.x[0]
    for system in ("3857", json.dumps({"wkid": 102100})):
        (row,) = query(objectIds="1", outSR=system)["features"]
        assert row["geometry"]["x"] == pytest.approx(east)


@pytest.mark.parametrize(
    "fields",
    [
        {"resultOffset": "first"},
        {"geometry": "1,2,3"},
        {"geometry": '{"xmin": 1}'},
        {"orderByFields": "size"},
        {"outFields": "size"},
    ],
)
def test_what_cannot_be_understood_is_refused(query: Any, fields: dict[str, str]) -> None:
    assert query(**fields)["error"]["code"] == 400
