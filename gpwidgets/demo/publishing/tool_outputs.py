"""Turn what a tool returned into a result's JSON, in the form that the request asks for."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gpwidgets.datatypes.registry import registered
from gpwidgets.demo.publishing.drawing_info import drawing_info
from gpwidgets.demo.publishing.parameters import FEATURES, RECORDS, ParameterSpec
from gpwidgets.demo.publishing.refusals import invalid_input
from gpwidgets.protocol.description import GPParameter

FileURL = Callable[[Path], str]


@dataclass(frozen=True)
class OutputOptions:
    """What a request says about the form of results.

    Attributes
    ----------
    out_sr
        Spatial reference of geometries, wkid or JSON; None leaves them as they are.
    return_z, return_m
        Whether z and m values are kept.
    collection
        Whether feature sets come as feature collection layers.
    column_names
        Whether rows of value tables are objects.
    limit
        Rows above which a set is emptied and flagged.
    """

    out_sr: Any = None
    return_z: bool = False
    return_m: bool = False
    collection: bool = False
    column_names: bool = False
    limit: int = 1000

    @classmethod
    def read(cls, options: Mapping[str, str], limit: int, *, has_map: bool = False) -> OutputOptions:
        """Read the fields of a request; services with a result map give no feature collections."""

        def flag(name: str) -> bool:
            return options.get(name, "").lower() == "true"

        context = _json(options.get("context", ""))
        out_sr = context.get("outSR") if isinstance(context, Mapping) else None
        for name in ("env:processSR", "env:outSR", "outSR"):
            out_sr = _json(options.get(name, "")) or out_sr
        return cls(
            out_sr=out_sr,
            return_z=flag("returnZ"),
            return_m=flag("returnM"),
            collection=flag("returnFeatureCollection") and not has_map,
            column_names=flag("returnColumnName"),
            limit=limit,
        )


def result_json(spec: ParameterSpec, value: Any, options: OutputOptions, file_url: FileURL) -> dict[str, Any]:
    """The result resource ``{"paramName", "dataType", "value"}``."""
    if spec.data_type == "GPComposite" and isinstance(value, Mapping):
        spec = replace(spec, data_type=value["dataType"])
        value = value["value"]
    wire = encode(value, spec, options, file_url)
    return {"paramName": spec.name, "dataType": spec.data_type, "value": wire}


def encode(value: Any, spec: ParameterSpec, options: OutputOptions, file_url: FileURL) -> Any:
    """The wire value of an output; sets and lists are empty rather than null."""
    kind = spec.data_type
    if kind.startswith("GPMultiValue:"):
        return [_scalar(each, spec, file_url) for each in value or ()]
    if kind == FEATURES:
        return _features(value, spec, options, file_url)
    if kind == RECORDS:
        return _records(value, spec, options, file_url)
    if kind == "GPValueTable":
        return _table(value or [], spec, options)
    return _scalar(value, spec, file_url)


def _scalar(value: Any, spec: ParameterSpec, file_url: FileURL) -> Any:
    own = registered(spec.member_type or spec.data_type)
    if own is not None and value is not None:
        return own.encode(value, GPParameter(spec.name, spec.member_type or spec.data_type))
    if isinstance(value, Path):
        told = {"url": file_url(value)}
        if "Raster" in spec.data_type:
            told["format"] = value.suffix.lstrip(".").lower()
        return told
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)
    if hasattr(value, "to_json"):
        return value.to_json()
    if hasattr(value, "item"):
        value = value.item()  # numpy scalars
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _table(rows: list[Any], spec: ParameterSpec, options: OutputOptions) -> list[Any]:
    names = [member.name for member in spec.param.members]
    if options.column_names:
        if len(set(names)) < len(names) or "" in names:
            raise invalid_input("returnColumnName needs unique, non-empty column names")
        return [row if isinstance(row, dict) else dict(zip(names, row, strict=False)) for row in rows]
    return [[row.get(name) for name in names] if isinstance(row, dict) else row for row in rows]


def _features(value: Any, spec: ParameterSpec, options: OutputOptions, file_url: FileURL) -> Any:
    if isinstance(value, Path):
        return {"url": file_url(value)}
    if value is None:
        value = spec.default
    if hasattr(value, "geometry"):
        value = _from_frame(value, options)
    elif isinstance(value, Mapping) and "features" in value:
        value = _reproject(value, spec, options)
    else:
        return value
    told = _limited(value, options)
    told = _flat(told, options)
    return _collection(told, spec) if options.collection else told


def _from_frame(frame: Any, options: OutputOptions) -> dict[str, Any]:
    from gpwidgets.convert.coordinates.crs import to_crs
    from gpwidgets.convert.coordinates.reprojecting import reproject
    from gpwidgets.convert.featuresets.frames import frame_to_features

    if options.out_sr is not None and frame.crs is not None:
        crs = to_crs(_reference(options.out_sr))
        frame = reproject(frame, crs, warn=False) if crs is not None else frame
    return _numbered(frame_to_features(frame))


def _numbered(told: dict[str, Any]) -> dict[str, Any]:
    """Number the rows in a column OBJECTID, as servers do, unless they have a number already."""
    if any(each["type"] == "esriFieldTypeOID" or each["name"] == "OBJECTID" for each in told["fields"]):
        return told
    column = {"name": "OBJECTID", "type": "esriFieldTypeOID", "alias": "OBJECTID"}
    rows = [
        {**row, "attributes": {"OBJECTID": number, **row["attributes"]}}
        for number, row in enumerate(told["features"], 1)
    ]
    return {**told, "fields": [column, *told["fields"]], "features": rows}


def _reproject(value: Mapping[str, Any], spec: ParameterSpec, options: OutputOptions) -> dict[str, Any]:
    """A feature set as it is, unless another reference is asked for."""
    from gpwidgets.demo.publishing.tool_inputs import complete_features

    told = complete_features(value, spec)
    if options.out_sr is None:
        return told
    wanted, held = _reference(options.out_sr), told["spatialReference"] or {}
    if _codes(wanted) & _codes(held) or not (_codes(held) or held.get("wkt")):
        return told
    from gpwidgets.convert.featuresets.frames import features_to_frame

    return {**told, **_from_frame(features_to_frame(told), options)}


def _records(value: Any, spec: ParameterSpec, options: OutputOptions, file_url: FileURL) -> Any:
    if isinstance(value, Path):
        return {"url": file_url(value)}
    if value is None:
        return spec.default
    if hasattr(value, "columns"):
        from gpwidgets.convert.featuresets.frames import frame_to_records

        value = _numbered(frame_to_records(value))
    return _limited(value, options) if isinstance(value, Mapping) and "features" in value else value


def _limited(value: Mapping[str, Any], options: OutputOptions) -> dict[str, Any]:
    over = len(value["features"]) > options.limit
    rows = [] if over else value["features"]
    return {"displayFieldName": "", **value, "features": rows, "exceededTransferLimit": over}


def _flat(value: dict[str, Any], options: OutputOptions) -> dict[str, Any]:
    """Take z and m away unless they are asked for."""
    has_z, has_m = bool(value.get("hasZ")), bool(value.get("hasM"))
    keep_z, keep_m = has_z and options.return_z, has_m and options.return_m
    if (has_z, has_m) == (keep_z, keep_m):
        return value
    kept = [0, 1] + ([2] if keep_z else []) + ([2 + has_z] if keep_m else [])
    dropped = {"hasZ", "hasM"} | (set() if keep_z else {"z"}) | (set() if keep_m else {"m"})

    def cut(shape: Any) -> Any:
        if isinstance(shape, Mapping):
            return {k: cut(v) if k in _PARTS else v for k, v in shape.items() if k not in dropped}
        if isinstance(shape, list) and shape and not isinstance(shape[0], list):
            return [shape[i] for i in kept if i < len(shape)]
        return [cut(part) for part in shape]

    rows = [
        {**row, "geometry": cut(row["geometry"])} if row.get("geometry") else row for row in value["features"]
    ]
    return {**value, "hasZ": keep_z, "hasM": keep_m, "features": rows}


_PARTS = frozenset({"points", "paths", "rings"})


def _collection(value: dict[str, Any], spec: ParameterSpec) -> dict[str, Any]:
    fields = value.get("fields", [])
    layer = {
        "name": spec.name,
        "type": "Feature Layer",
        "geometryType": value.get("geometryType"),
        "objectIdField": next((f["name"] for f in fields if f["type"] == "esriFieldTypeOID"), None),
        "fields": fields,
        **drawing_info(spec.param.renderer),
    }
    return {"layerDefinition": layer, "featureSet": {k: v for k, v in value.items() if k != "fields"}}


def _reference(out_sr: Any) -> dict[str, Any]:
    return dict(out_sr) if isinstance(out_sr, Mapping) else {"wkid": int(out_sr)}


def _codes(reference: Mapping[str, Any]) -> set[int]:
    return {reference[key] for key in ("wkid", "latestWkid") if isinstance(reference.get(key), int)}


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except json.JSONDecodeError:
        raise invalid_input(f"{text!r} is not JSON") from None
