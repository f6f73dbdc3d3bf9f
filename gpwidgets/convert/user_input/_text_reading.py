"""Frames from text that is no JSON: WKT, rows of coordinates, CSV."""

from __future__ import annotations

import io
import re
from typing import Any

import geopandas
import orjson
import pandas as pd
import pyproj

from gpwidgets.convert.coordinates.wkt_and_degrees import (
    FARTHEST,
    check_degrees,
    is_wkt,
    shapes_of_rows,
    shapes_of_wkb,
    shapes_of_wkt,
)
from gpwidgets.convert.featuresets.geometry_columns import (
    GEOGRAPHIC,
    coordinate_columns,
    frame_of_shapes,
    frame_of_table,
    system_of,
)
from gpwidgets.convert.tables.typed_tables import read_delimited
from gpwidgets.errors import ConversionError
from gpwidgets.texts import tr

__all__ = ["frame_of_text", "json_of_text"]

#: WKB in hexadecimal digits, as PostGIS shows geometries; no coordinates are that long.
_WKB = re.compile(r"0[01][0-9A-Fa-f]{40,}")


def json_of_text(text: str) -> Any:
    """The JSON in a text.

    Raises
    ------
    ConversionError
        It is damaged; the text says where.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ConversionError(tr("The JSON is damaged: {error}.", error=error)) from None


def frame_of_text(text: str, crs: pyproj.CRS | None) -> geopandas.GeoDataFrame:
    """A frame of WKT, WKB in hexadecimal digits, one point a line, or CSV whose header names coordinates.

    Parameters
    ----------
    text
        The text.
    crs
        System of the coordinates; None for longitude and latitude, EPSG:4326.

    Raises
    ------
    ConversionError
        It is none of these, or the numbers cannot be longitudes and latitudes.
    """
    if not text:
        raise ConversionError(
            tr("The text is empty; write coordinates, WKT or GeoJSON, or give a file's path.")
        )
    if text.startswith("0") and all(map(_WKB.fullmatch, text.split())):
        shapes = shapes_of_wkb(text.split())
        return frame_of_shapes(shapes, crs=system_of(shapes, crs))
    if is_wkt(text):
        shapes, named = shapes_of_wkt(text)
        crs = named or crs
        if crs is None:
            check_degrees(shapes, longest=FARTHEST)
        return frame_of_shapes(shapes, crs=crs or GEOGRAPHIC)
    table = _with_header(text)
    if table is not None:
        frame = frame_of_table(table, crs)
        # In a text the columns are nothing but the coordinates that the geometry holds already.
        return frame.drop(columns=list(coordinate_columns(table.columns) or ()))
    if not any(character.isdigit() for character in text) or _is_path(text):
        raise ConversionError(
            tr(
                "{text!r} is neither coordinates nor WKT, GeoJSON or Esri JSON, and there is no file of "
                "that name.",
                text=text[:60],
            )
        )
    shapes = shapes_of_rows(text)
    if crs is None or crs.is_geographic:
        check_degrees(shapes)
    return frame_of_shapes(shapes, crs=crs or GEOGRAPHIC)


def _with_header(text: str) -> pd.DataFrame | None:
    """The table of a text whose first line names columns of coordinates; None for any other text."""
    first = text.splitlines()[0]
    separator = next((mark for mark in ("\t", ";", ",") if mark in first), r"\s+")
    names = [name.strip().strip('"') for name in re.split(separator, first)]
    if coordinate_columns(names) is None:
        return None
    decimal = "." if separator == "," else ","
    try:
        table = read_delimited(io.StringIO(text), separator=separator, decimal=decimal)
    except ValueError as error:
        raise ConversionError(
            tr("The rows below {text!r} cannot be read: {error}.", text=first[:60], error=error)
        ) from None
    return table.rename(columns=dict(zip(table.columns, names, strict=False)))


def _is_path(text: str) -> bool:
    return "\n" not in text and re.search(r"\.[A-Za-z]\w{1,9}$", text) is not None
