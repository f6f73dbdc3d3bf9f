"""Values that are hard to write down: for whatever has to give the same request again."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import geopandas
import numpy as np
import pandas as pd
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

import gpwidgets as gp

circle = Point(10.75, 59.91).buffer(0.01)
many = geopandas.GeoDataFrame(
    {
        "NAME": [f"0{number}" if number % 3 else None for number in range(400)],
        "VALUE": [number / 7 if number % 5 else None for number in range(400)],
        "SEEN": pd.to_datetime([f"2024-01-01T00:00:{number % 60:02}.123Z" for number in range(400)]),
    },
    geometry=geopandas.points_from_xy([n / 7 for n in range(400)], [n / 11 for n in range(400)]),
    crs=4326,
)
HARD = {
    "a circle": {"Input_Polygons": geopandas.GeoDataFrame(geometry=[circle], crs=4326)},
    "a circle with attributes": {
        "Input_Polygons": geopandas.GeoDataFrame(
            {"NAME": ["a'\\"], "VALUE": [0.1]}, geometry=[circle], crs=4326
        )
    },
    "attributes of all types": {
        "Input_Points": geopandas.GeoDataFrame(
            {
                "NAME": ["Ås", None],
                "VALUE": [1.5, None],
                "N": pd.array([2**40, None], dtype="Int64"),
                "YES": [True, False],
                "SEEN": pd.to_datetime(["1932-01-01T12:30:00.123Z", None]),
                "DAY": [date(2020, 1, 2), date(1, 1, 1)],
            },
            geometry=[Point(1, 2, 3), None],
            crs=25832,
        )
    },
    "many features": {"Input_Points": many},
    "a table of dates": {
        "Input_Records": pd.DataFrame({"SEEN": pd.to_datetime(["2020-01-02"]), "CODE": ["01001"]})
    },
    "a long table": {
        "Input_Records": pd.DataFrame({"CODE": [f"{n:05}" for n in range(900)], "N": range(900)})
    },
    "no features": {"Input_Points": many.iloc[:0]},
    "another reference": {
        "Input_Lines": geopandas.GeoDataFrame(
            {"A B": [1]}, geometry=[LineString([(0, 0), (1e6 / 3, 1e-7)])], crs="ESRI:54009"
        )
    },
    "a feature set": {
        "Input_Points": {
            "geometryType": "esriGeometryPoint",
            "spatialReference": {"wkid": 102100, "latestWkid": 3857},
            "fields": [{"name": "K", "type": "esriFieldTypeSmallInteger", "alias": 'Kind of "it"'}],
            "features": [{"attributes": {"K": 3}, "geometry": {"x": 1.25, "y": 2}}],
        }
    },
    "a value table": {
        "Input_Value_Table": [[1, "small", gp.LinearUnit(5, "esriMeters"), True], [2, None, "3 mi", None]]
    },
    "dates and settings": {
        "Input_Date": datetime(1932, 1, 1, 12, 30, tzinfo=UTC),
        "outSR": 4326,
        "extent": (0, 1, 2, 3),
        "returnZ": True,
    },
    "places": {
        "Input_Extent": (0, 1, 2, 3),
        "Input_Envelope": gp.Extent(0, 1, 2, 3, gp.SpatialReference(25832), 4, 5),
        "Input_Spatial_Reference": "EPSG:25832",
        "Input_Coordinate_System": 4326,
    },
    "lists": {
        "Input_Strings": ["a", "", "c;d"],
        "Input_Choices": ["Blue, dark", "Red"],
        "Input_Doubles": [1, 2.5],
        "Input_Linear_Units": ["1 km", gp.LinearUnit(3, "esriFeet")],
        "Input_Composite": "10 m",
    },
    "simple values": {
        "Input_Layer": "Street Lights",
        "Input_Coded": "Join all",
        "Input_Long": np.int64(7),
        "Input_Field": "VALUE",
        "Input_File": "https://organization.example.com/a.csv",
        "Input_Raster": gp.RasterData(url="https://organization.example.com/a.tif", format="tif"),
        "Input_SQL": "NAME = 'a' AND \"VALUE\" > 0.1",
    },
}

texts = st.none() | st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
dates = st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
shapes = st.none() | st.builds(Point, st.floats(-170, 170), st.floats(-80, 80))


@st.composite
def some_features(draw: st.DrawFn) -> geopandas.GeoDataFrame:
    size = draw(st.integers(1, 4))
    column = partial(st.lists, min_size=size, max_size=size)
    kinds = {"T": texts, "N": numbers, "D": dates, "L": st.integers(-(2**53), 2**53), "B": st.booleans()}
    names = draw(st.lists(st.sampled_from(sorted(kinds)), unique=True))
    repeated = draw(st.sampled_from([1, 1, 80]))
    columns = {name: draw(column(kinds[name])) * repeated for name in names}
    return geopandas.GeoDataFrame(
        columns, geometry=draw(column(shapes)) * repeated, crs=draw(st.sampled_from([4326, 3857, None]))
    )


def parsed(fields: dict[str, str]) -> dict[str, Any]:
    """The fields of a request, whatever spaces and escapes their JSON has; empty ones say nothing."""
    return {name: _value(text) for name, text in fields.items() if text}


def _value(text: str) -> Any:
    if text[:1] in "{[":
        with contextlib.suppress(ValueError):  # a text may begin so too
            return json.loads(text)
    return text
