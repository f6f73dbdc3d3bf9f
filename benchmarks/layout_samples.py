"""One feature set of polygons in many layouts: the same features, other white space and another order."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
from feature_samples import payload

#: What GDAL does not look into; these are held against its reading of the minified text.
WRAPPED = frozenset({"several results", "several layers"})


def layout_payload(layout: str, count: int) -> Path:
    """The file with so many polygons in this layout; made when it is not there yet."""
    plain = payload("polygon", count)
    if layout == "minified":
        return plain
    path = plain.with_stem(f"{plain.stem}-{layout.replace(' ', '-')}")
    if not path.exists():
        partial = path.with_suffix(f".{random.randrange(1 << 60)}")
        partial.write_bytes(_LAYOUTS[layout](orjson.loads(plain.read_bytes())))
        partial.rename(path)
    return path


def _first(data: dict[str, Any]) -> dict[str, Any]:
    return {"features": data["features"], **data}


def _any_order(data: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    chance = random.Random(7)
    rows = []
    for row in data["features"]:
        members = [*row.items(), *more.items()]
        chance.shuffle(members)
        rows.append(dict(members))
    return {**data, "features": rows}


def _with_more(data: dict[str, Any]) -> dict[str, Any]:
    symbol = {"type": "esriSFS", "color": [1, 2, 3, 255], "outline": {"type": "esriSLS", "width": 1}}
    found = _any_order(data, {"symbol": symbol, "popupInfo": None})
    return {"uniqueIdField": {"name": "OBJECTID", "isSystemMaintained": True}, **found}


def _quarters(data: dict[str, Any]) -> list[list[Any]]:
    rows = data["features"]
    ends = [len(rows) * part // 4 for part in range(5)]
    return [rows[start:end] for start, end in pairwise(ends)]


def _results(data: dict[str, Any]) -> dict[str, Any]:
    result = {"dataType": "GPFeatureRecordSetLayer"}
    return {
        "results": [
            {"paramName": f"Out{number}", **result, "value": {**data, "features": rows}}
            for number, rows in enumerate(_quarters(data))
        ]
    }


def _layers(data: dict[str, Any]) -> dict[str, Any]:
    definition = {key: value for key, value in data.items() if key != "features"}
    return {
        "layers": [
            {"featureSet": {"features": rows}, "layerDefinition": {**definition, "name": f"part {number}"}}
            for number, rows in enumerate(_quarters(data))
        ]
    }


_LAYOUTS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "spaced": lambda data: json.dumps(data).encode(),
    "pretty": lambda data: json.dumps(data, indent=2).encode(),
    "tabs and CR LF": lambda data: json.dumps(data, indent="\t").replace("\n", "\r\n").encode(),
    "features first": lambda data: orjson.dumps(_first(data)),
    "any order": lambda data: orjson.dumps(_any_order(data, {})),
    "more members": lambda data: orjson.dumps(_with_more(data)),
    "several results": lambda data: orjson.dumps(_results(data)),
    "several layers": lambda data: orjson.dumps(_layers(data)),
}
LAYOUTS = ("minified", *_LAYOUTS)
