"""What the page on coordinate systems says is so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import geopandas
import orjson
import pandas as pd
import pyproj
import pytest
import shapely

from gpwidgets.convert.coordinates.accuracy import accuracy_between
from gpwidgets.convert.featuresets.frames import read_features, write_features

TEXT = (Path(__file__).parents[2] / "docs" / "coordinate-systems.md").read_text(encoding="utf-8")
GK3 = "+proj=tmerc +lat_0=0 +lon_0=9 +k=1 +x_0=3500000 +y_0=0 +ellps=bessel +type=crs"
SHIFTED = GK3.replace(" +type", " +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7 +type")
GEOD = pyproj.Geod(ellps="WGS84")


def degrees(crs: Any, x: float, y: float) -> Any:
    return pyproj.Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)


def test_the_shift_of_the_example_is_as_long_as_the_page_says() -> None:
    off = GEOD.inv(*degrees(SHIFTED, 3.5e6, 5.5e6), *degrees(GK3, 3.5e6, 5.5e6))[2]
    told = re.search(r"it would be (\d+) m away", TEXT)
    assert told is not None
    assert round(off) == int(told[1])
    frame = geopandas.GeoDataFrame(geometry=[shapely.Point(3.5e6, 5.5e6)], crs=SHIFTED)
    back = read_features(write_features(frame))
    place = back.geometry.iloc[0]
    assert GEOD.inv(*degrees(SHIFTED, 3.5e6, 5.5e6), *degrees(back.crs, place.x, place.y))[2] < 0.001


@pytest.mark.parametrize(
    ("start", "code", "box"),
    [
        ("NAD27 to WGS 84", 4267, (-85.0, 36.0, -84.0, 37.0)),
        ("DHDN", 31467, (9.0, 49.0, 10.0, 50.0)),
        ("OSGB36", 27700, (-1.0, 51.0, 0.0, 52.0)),
    ],
)
def test_accuracies_are_those_of_proj(start: str, code: int, box: Any) -> None:
    found = accuracy_between(pyproj.CRS(code), pyproj.CRS(4326), box)
    if found.better is None:
        pytest.skip("this PROJ has the grid, or knows of none")
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| {start}"))
    assert [float(number) for number in re.findall(r"\| ([\d.]+) m", row)] == [found.metres, found.better]
    assert found.is_rough


def a_result() -> geopandas.GeoDataFrame:
    fields = [
        {"name": "OBJECTID", "type": "esriFieldTypeOID"},
        {"name": "ZONE", "type": "esriFieldTypeString", "alias": "Zone of use"},
        {"name": "ID", "type": "esriFieldTypeGUID"},
    ]
    ring = {"rings": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
    rows = [
        {"attributes": {"OBJECTID": n, "ZONE": "W", "ID": f"{{{n}}}"}, "geometry": ring} for n in range(2)
    ]
    told = {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 25832},
        "fields": fields,
        "features": rows,
    }
    return read_features(orjson.dumps(told))


def types(frame: Any) -> dict[str, str]:
    told = json.loads(write_features(frame))["fields"]
    return {field["name"]: field["type"].removeprefix("esriFieldType") for field in told}


def test_what_geopandas_keeps_of_a_result_and_what_puts_it_back() -> None:
    frame = a_result()
    numbers = pd.DataFrame({"ZONE": ["W"], "N": [5]})
    kept = [frame[:1], frame.to_crs(4326), frame.explode(), frame.clip(frame.geometry.iloc[0])]
    for one in [*kept, pd.concat([frame, frame]), frame.sjoin(frame[["geometry"]])]:
        assert types(one)["OBJECTID"] == "OID"
    lost = [frame.merge(numbers, on="ZONE"), frame.dissolve("ZONE", as_index=False)]
    for one in [*lost, frame.overlay(frame[["geometry"]])]:
        assert types(one)["OBJECTID"] == "Integer"
        assert types(one)["ID"] == "String"
        one.attrs = frame.attrs
        assert types(one)["OBJECTID"] == "OID"
        assert types(one)["ID"] == "GUID"
