"""Objects of the ArcGIS API for Python as plain JSON of the wire, told by what they have and not imported.

A `Geometry` is a mapping already. A `FeatureSet` and a `Feature` have ``to_dict()`` or ``as_dict``; a
spatially enabled frame is a DataFrame with a column of geometries, usually called SHAPE.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from gpwidgets.convert.geometry.geometries import type_of
from gpwidgets.convert.user_input._geojson_reading import is_geojson

__all__ = ["features_of_table", "wire_of_object"]

#: Attributes and methods that objects of the API give their JSON by, the most exact first.
_WAYS = ("to_dict", "as_dict", "to_json", "properties")
_KEYS = frozenset({"features", "geometry", "attributes", "layerDefinition", "featureSet", "layers"})


def wire_of_object(value: Any) -> dict[str, Any] | None:
    """The JSON of a `FeatureSet`, `Feature` or `FeatureCollection`; None for anything else."""
    if isinstance(value, Mapping | pd.DataFrame | pd.Series | type | str | bytes | list | tuple):
        return None
    for name in _WAYS:
        found = getattr(value, name, None)
        try:
            told = found() if callable(found) else found
            told = json.loads(told) if isinstance(told, str) else told
        except (TypeError, ValueError):
            continue
        if isinstance(told, Mapping) and not is_geojson(told) and (_KEYS & set(told) or type_of(told)):
            return dict(told)
    return None


def features_of_table(table: pd.DataFrame) -> dict[str, Any] | None:
    """A feature set of a spatially enabled frame; None for a frame without a column of Esri geometries.

    Returns
    -------
    dict or None
        The rows have ``geometry`` only; attributes stay in the table's other columns. ``column`` names the
        column of geometries.
    """
    name = _shape_column(table)
    if name is None:
        return None
    rows = [{"geometry": _plain(value)} for value in table[name]]
    told: dict[str, Any] = {"column": name, "features": rows}
    reference = _reference(table)
    if reference:
        told["spatialReference"] = reference
    for key, flag in (("hasZ", "z"), ("hasM", "m")):
        told[key] = any(_has(row["geometry"], key, flag) for row in rows)
    return told


def _shape_column(table: pd.DataFrame) -> Any:
    """The column that holds geometries; the one called SHAPE first."""
    names = sorted(table.columns, key=lambda name: str(name).upper() != "SHAPE")
    for name in names:
        column = table[name]
        if not isinstance(column, pd.Series) or column.dtype.kind != "O":
            continue
        known = [value for value in column if not _is_missing(value)]
        if known and all(isinstance(value, Mapping) and type_of(value) for value in known):
            return name
    return None


def _plain(value: Any) -> Any:
    return None if _is_missing(value) else dict(value)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _has(geometry: Any, key: str, flag: str) -> bool:
    return isinstance(geometry, Mapping) and (geometry.get(key) is True or geometry.get(flag) is not None)


def _reference(table: pd.DataFrame) -> Any:
    """What the accessor of a spatially enabled frame says; its geometries may leave the reference out."""
    for told in (getattr(getattr(table, "spatial", None), "sr", None), table.attrs.get("spatialReference")):
        if isinstance(told, Mapping) and told:
            return dict(told)
    return None
