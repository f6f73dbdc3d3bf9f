"""Which column of a layer is worth its colours, as long as nobody has chosen one."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from gpwidgets.convert.rendering.classify import is_numeric
from gpwidgets.protocol.frame_info import frame_info

__all__ = ["telling_column"]

#: Most categories whose colours are told apart at a glance.
_MOST_CATEGORIES = 8

#: Rows that are looked at first to see that a column has more categories than that.
_FIRST = 1_000

#: Letters of a text that names a category; longer ones are remarks.
_LONGEST = 40

_ID_TYPES = frozenset({"esriFieldTypeOID", "esriFieldTypeGlobalID", "esriFieldTypeGUID"})
_IDS = {"id", "ids", "oid", "fid", "gid", "uid", "pid", "guid", "uuid", "objectid", "globalid"}
_IDS |= {"rowid", "pointid", "index"}
_SIZES = {"area", "length", "leng", "len", "perimeter"}
_UNITS = {"m", "m2", "km", "km2", "ha", "ft", "ft2", "mi", "mi2", "sq", "sqm", "sqkm", "sqft"}
_UNITS |= {"sqmi", "square", "acre", "acres", "hectare", "hectares", "meter", "meters", "metre"}
_UNITS |= {"metres", "foot", "feet", "mile", "miles", "kilometer", "kilometers", "kilometre"}
_UNITS |= {"kilometres", "geo", "geodesic", "planar"}
_PLACES = {"x", "y", "lon", "lat", "lng", "long", "longitude", "latitude", "easting", "northing"}
_OF_PLACES = {"point", "coord", "coords", "coordinate", "centroid", "center", "centre", "wgs84"}
_OF_PLACES |= {"dd", "deg", "utm"}
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")


def telling_column(frame: Any) -> tuple[str, bool] | None:
    """Return the column that colours of a layer tell the most of, and whether it holds categories.

    Parameters
    ----------
    frame
        A GeoDataFrame. What the server said of its fields is taken from its ``attrs["gpwidgets"]``.

    Returns
    -------
    tuple of (str, bool), or None
        The name of the first column of numbers with more than one value that is no id, no place and no size
        of the shapes; else of the first one with 2 to 8 categories, at least one of them in several rows.
        None when there is no such column, or fewer than two rows.
    """
    if len(frame) < 2:
        return None
    about = frame_info(frame)
    types, domains = about.get("field_types") or {}, about.get("domains") or {}
    names = [str(name) for name in frame.columns]
    open_to = [
        (name, frame.iloc[:, place])
        for place, name in enumerate(names)
        if name != str(frame.geometry.name) and names.count(name) == 1
        if name != about.get("object_id_field") and types.get(name) not in _ID_TYPES and not _is_aside(name)
    ]
    for name, values in open_to:
        if is_numeric(values) and not domains.get(name) and _varies(values):
            return name, False
    return next(((name, True) for name, values in open_to if _has_categories(values)), None)


def _is_aside(name: str) -> bool:
    """Whether a name is that of an id, a place or the size of a shape."""
    words = {word.lower() for word in _WORD.findall(name)}
    told = {word for word in words if not word.isdecimal()}
    is_size = bool(told & _SIZES) and (told <= _SIZES | _UNITS | {"shape", "st"} or "shape" in told)
    is_place = bool(told & _PLACES) and told <= _PLACES | _OF_PLACES
    return bool(told & _IDS) or is_size or is_place


def _varies(values: pd.Series[Any]) -> bool:
    """Whether there are several numbers, and they do not just number the rows."""
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers) or numbers.min() == numbers.max():
        return False
    if len(numbers) < 4 or numbers.max() - numbers.min() != len(numbers) - 1:
        return True
    return not (np.abs(np.diff(np.sort(numbers))) == 1).all()


def _has_categories(values: pd.Series[Any]) -> bool:
    try:
        if values.iloc[:_FIRST].nunique() > _MOST_CATEGORIES:
            return False
        distinct = values.dropna().unique()
    except TypeError:  # lists and the like have no hash
        return False
    if not 2 <= len(distinct) <= min(_MOST_CATEGORIES, len(values) - 1):
        return False
    return all(
        isinstance(one, bool | np.bool_ | int | np.integer) or (isinstance(one, str) and len(one) <= _LONGEST)
        for one in distinct
    )
