"""Read request fields: text to wire JSON, tolerantly, and wire JSON to what a tool takes."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gpwidgets.datatypes.registry import registered
from gpwidgets.demo.publishing.parameters import FEATURES, RECORDS, ParameterSpec
from gpwidgets.demo.publishing.refusals import InputRefused
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.enums import GeometryType
from gpwidgets.protocol.moments import parse_moment, parse_with_format, to_milliseconds
from gpwidgets.protocol.values import UNSET, Extent, FieldRef, SpatialReference
from gpwidgets.protocol.values.units import ArealUnit, LinearUnit, TimeUnit

TEXT_TYPES = frozenset({"GPString", "GPStringHidden", "GPSQLExpression"})
FILE_TYPES = frozenset({"GPDataFile", "GPRasterDataLayer", "GPRasterData"})
_UNITS: Mapping[str, Any] = {"GPLinearUnit": LinearUnit, "GPArealUnit": ArealUnit, "GPTimeUnit": TimeUnit}
_OBJECTS: Mapping[str, Any] = {
    "Field": FieldRef,
    "GPExtent": Extent,
    "GPEnvelope": Extent,
    "GPSpatialReference": SpatialReference,
    "GPCoordinateSystem": SpatialReference,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FileFinder = Callable[[Mapping[str, Any]], Path]
"""Finds the local file behind ``{"itemID"}`` or a URL of this server."""


def read_field(text: str, spec: ParameterSpec) -> Any:
    """Wire JSON in a request field, or UNSET where the client said nothing.

    Raises
    ------
    InputRefused
        The text does not fit the parameter.
    """
    if text == "" and (spec.data_type not in TEXT_TYPES or spec.param.choices or spec.param.coded):
        return UNSET
    try:
        value = (
            _read_composite(text, spec) if spec.data_type == "GPComposite" else _read(text, spec.data_type)
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise InputRefused(spec.name, str(error)) from None
    _check(value, spec)
    if spec.data_type == "GPValueTable":
        _check_columns(value, spec)
    return value


def _read(text: str, data_type: str) -> Any:
    kind, _, member = data_type.partition(":")
    if kind == "GPMultiValue":
        return [_settle(each, member) for each in _read_list(text)]
    if kind == "GPValueTable":
        return [_read_row(row) for row in _read_list(text)]
    if kind in TEXT_TYPES:
        return text
    if kind in ("GPBoolean", "GPLong", "GPDouble"):
        return _settle(text.strip(), kind)
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = text.strip()
    if value is None or (kind in FILE_TYPES and value in ({"url": ""}, {})):
        return UNSET
    return _settle(value, kind)


def _read_composite(text: str, spec: ParameterSpec) -> Any:
    """``{"dataType", "value"}``; a bare value is tried against the types in order."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = text
    kinds = [member.data_type for member in spec.param.members]
    if isinstance(value, dict) and value.get("dataType") in kinds:
        return {**value, "value": _settle(value.get("value"), value["dataType"])}
    for kind in kinds:
        try:
            return {"dataType": kind, "value": _settle(value, kind)}
        except (ValueError, TypeError, KeyError):
            continue
    raise ValueError(f"{text[:100]!r} fits none of {', '.join(kinds)}")


def _read_list(text: str) -> list[Any]:
    """A JSON array; some clients send Python's notation, or join by commas."""
    for parse in (json.loads, ast.literal_eval):
        try:
            value = parse(text)
        except (ValueError, SyntaxError):
            continue
        return value if isinstance(value, list) else [value]
    return [part.strip() for part in text.split(",")]


def _read_row(row: Any) -> Any:
    if isinstance(row, str):
        return _read_list(row)
    if not isinstance(row, (list, dict)):
        raise ValueError(f"a row of a value table is an array or an object, not {row!r}")
    return row


def _settle(value: Any, kind: str) -> Any:
    """Bring one value to the form in which it is kept: numbers typed, dates as ms, units canonical."""
    if kind == "GPBoolean":
        return _boolean(value)
    if kind == "GPLong":
        return _whole(value)
    if kind == "GPDouble":
        return _number(value)
    if kind == "GPDate":
        return _milliseconds(value)
    if kind in _UNITS:
        unit = _UNITS[kind]
        return (unit.parse(value) if isinstance(value, str) else unit.from_json(value)).to_json()
    if kind in _OBJECTS:
        return _mapping(value, kind)
    if kind in FILE_TYPES:
        return {"url": value} if isinstance(value, str) else _mapping(value, kind)
    return _rows(value) if kind in (FEATURES, RECORDS) else value


def _mapping(value: Any, kind: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"expected a JSON object as {kind}, got {str(value)[:100]}")
    return value


def _rows(value: Any) -> Any:
    """A feature or record set with rows that are objects; names of layers and references pass."""
    if isinstance(value, str):
        return value
    told = _mapping(value, "feature set")
    rows = _mapping(told.get("featureSet", told), "feature set").get("features", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("features is no array of objects")
    if not all(isinstance(row.get("geometry"), (dict, type(None))) for row in rows):
        raise ValueError("a geometry is no object")
    return told


def _boolean(value: Any) -> bool:
    words = {"true": True, "1": True, "false": False, "0": False}
    if str(value).lower() not in words:
        raise ValueError(f"{value!r} is not true or false")
    return words[str(value).lower()]


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not a finite number")
    return number


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return int(str(value))
    except ValueError:
        number = _number(value)
    if number != int(number):
        raise ValueError(f"{value!r} is not a whole number")
    return int(number)


def _milliseconds(value: Any) -> int:
    if isinstance(value, (int, float)):
        return int(value)
    if isinstance(value, Mapping):
        return to_milliseconds(parse_with_format(str(value["date"]), str(value["format"])))
    return to_milliseconds(parse_moment(str(value)))


def _check_columns(rows: list[Any], spec: ParameterSpec) -> None:
    """Refuse rows that name columns which the table does not have, or are too long."""
    names = [member.name for member in spec.param.members]
    for row in rows if names else ():
        if isinstance(row, Mapping) and not row.keys() <= {*names}:
            unknown = ", ".join(repr(name) for name in row if name not in names)
            raise InputRefused(spec.name, f"there is no column {unknown}; the columns are {', '.join(names)}")
        if isinstance(row, list) and len(row) > len(names):
            raise InputRefused(spec.name, f"a row has {len(row)} cells for {len(names)} columns")


def _check(value: Any, spec: ParameterSpec) -> None:
    param = spec.param
    if (param.choices or param.coded) and spec.data_type not in (FEATURES, RECORDS):
        allowed = [*param.choices, *param.coded.values()]
        for each in value if isinstance(value, list) else [value]:
            if str(each) not in allowed:
                raise InputRefused(spec.name, f"{each!r} is not one of {', '.join(allowed)}")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and spec.data_type != "GPDate":
        low, high = param.minimum, param.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            raise InputRefused(spec.name, f"{value} is outside the range {low} to {high}")


def to_python(value: Any, spec: ParameterSpec, find_file: FileFinder) -> Any:
    """What a typed tool receives for a wire value.

    Raises
    ------
    InputRefused
        The value cannot be read as the parameter's type.
    """
    if value is None:
        return None
    member = spec.member_type
    try:
        if member:
            return [_to_python(each, member, spec, find_file) for each in value]
        return _to_python(value, spec.data_type, spec, find_file)
    except (ValueError, TypeError, KeyError) as error:
        raise InputRefused(spec.name, str(error)) from error


def _to_python(value: Any, kind: str, spec: ParameterSpec, find_file: FileFinder) -> Any:
    if kind in _UNITS:
        return _UNITS[kind].from_json(value)
    if kind in _OBJECTS:
        return _OBJECTS[kind].from_json(value)
    if kind == "GPDate":
        return _EPOCH + timedelta(milliseconds=value)
    if kind in FILE_TYPES:
        return find_file(value)
    if kind in (FEATURES, RECORDS):
        return _frame(value, kind, spec, find_file)
    own = registered(kind)
    return value if own is None else own.decode(value, GPParameter(spec.name, kind))


def _frame(value: Any, kind: str, spec: ParameterSpec, find_file: FileFinder) -> Any:
    from gpwidgets.convert.featuresets.frames import features_to_frame, records_to_frame

    if isinstance(value, str) and value in spec.param.choices:
        return value
    if not isinstance(value, Mapping):
        raise ValueError("expected a feature set as JSON")
    if "features" not in value and "featureSet" not in value:
        value = json.loads(find_file(value).read_text("utf-8"))
    if kind == RECORDS:
        return records_to_frame(value)
    complete = complete_features(value, spec)
    allowed = spec.param.geometry_types
    if allowed and complete["geometryType"] not in allowed:
        raise ValueError(f"{complete['geometryType']} is not one of {', '.join(allowed)}")
    return features_to_frame(complete)


def complete_features(value: Mapping[str, Any], spec: ParameterSpec) -> dict[str, Any]:
    """Fill in what clients leave out of a feature set: geometry type and spatial reference."""
    if "featureSet" in value:
        value = {**value.get("layerDefinition", {}), **value["featureSet"]}
    default = spec.default if isinstance(spec.default, Mapping) else {}
    shapes = [each.get("geometry") or {} for each in value["features"]]
    own = next((shape["spatialReference"] for shape in shapes if shape.get("spatialReference")), None)
    reference = value.get("spatialReference") or own or default.get("spatialReference")
    geometry_type = value.get("geometryType") or next(filter(None, map(_geometry_type, shapes)), None)
    return {
        **value,
        "geometryType": geometry_type or default.get("geometryType", GeometryType.POINT),
        "spatialReference": reference,
    }


def _geometry_type(shape: Mapping[str, Any]) -> str | None:
    return next((kind for kind in GeometryType if kind.key in shape), None)
