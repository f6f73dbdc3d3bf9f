"""Tables from whatever a user has at hand: objects, JSON and files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd

from gpwidgets.convert.featuresets.geometry_columns import ESRI_KEYS, columns_of, is_columns
from gpwidgets.convert.featuresets.reading import records_to_frame
from gpwidgets.convert.files.file_reading import read_json_file, read_table_file
from gpwidgets.convert.tables.typed_tables import table_of_rows
from gpwidgets.convert.user_input._arcgis_objects import features_of_table, wire_of_object
from gpwidgets.convert.user_input._geojson_reading import geojson_to_frame, is_geojson
from gpwidgets.convert.user_input._text_reading import json_of_text
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.features import RecordSet
from gpwidgets.texts import later, tr

__all__ = ["to_table"]

_TABLE_FORMS = later(
    "Give a DataFrame, a list of dicts, a dict of columns, a record set, or the path of a table file."
)


def to_table(value: Any) -> pd.DataFrame:
    """Turn anything that holds rows into a table; geometry is left out.

    Parameters
    ----------
    value
        DataFrame, list of dicts, dict of columns or of one row's values, record set or feature set as the
        wire holds it, JSON text of these, or the path of an existing file.

    Raises
    ------
    ConversionError
        There are no rows in it; the text says what is accepted.
    """
    if isinstance(value, geopandas.GeoDataFrame):
        shapes = [name for name, dtype in value.dtypes.items() if str(dtype) == "geometry"]
        return pd.DataFrame(value.drop(columns=shapes))
    if isinstance(value, pd.DataFrame):
        enabled = features_of_table(value)
        return value if enabled is None else pd.DataFrame(value.drop(columns=[enabled["column"]]))
    if isinstance(value, pd.Series):
        return value.to_frame()
    if isinstance(value, RecordSet):
        return records_to_frame(value.json)
    if (wire := wire_of_object(value)) is not None:
        return records_to_frame(wire)
    if isinstance(value, bytes | bytearray):
        value = bytes(value).decode("utf-8-sig", "replace")
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        value = json_of_text(value)
    elif isinstance(value, str | os.PathLike):
        return _table_of_file(value)
    if isinstance(value, Mapping):
        return _table_of_mapping(value)
    if isinstance(value, Sequence) and all(isinstance(row, Mapping) for row in value):
        esri = bool(value) and all("attributes" in row for row in value)
        return records_to_frame({"features": list(value)}) if esri else table_of_rows(value)
    raise ConversionError(
        tr(
            "An object of type {kind} holds no rows like this. {forms}",
            kind=type(value).__name__,
            forms=tr(_TABLE_FORMS),
        )
    )


def _table_of_file(name: str | os.PathLike[str]) -> pd.DataFrame:
    text = os.fspath(name).strip()
    if not text or "\n" in text:
        raise ConversionError(tr("{value!r} is no table. {forms}", value=text[:60], forms=tr(_TABLE_FORMS)))
    path = Path(text)
    if path.suffix.lower() == ".json":
        return to_table(read_json_file(path))
    found = read_table_file(path)
    return to_table(found) if isinstance(found, geopandas.GeoDataFrame) else found


def _table_of_mapping(value: Mapping[str, Any]) -> pd.DataFrame:
    if is_geojson(value):
        return to_table(geojson_to_frame(value))
    if is_columns(value):
        return columns_of(value)
    if ESRI_KEYS & set(value):
        return records_to_frame(value)
    row = value.get("attributes", value)
    return pd.DataFrame([dict(row)]) if isinstance(row, Mapping) and row else pd.DataFrame()
