"""The same JSON written in other ways, and real answers changed so that they are hard to cut."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

#: Texts that look like what stands between features, or end in an unusual way.
TEXTS = [
    '},{"attributes":{', '}}]},{"geometry":null', '"features":[{', '"features" : [ {"attributes"',
    "\\", '\\"', '"}]', "]}", "[]", "[,]", '{"a":[{"attributes":1},{"attributes":2}]}', "\u2028", "", "öß😀",
    "}\t,\r\n{", "\\u007d,{", "NaN", "null", '\\\\"},{\\"attributes\\":', "[[1,2],[3]]",
]  # fmt: skip
_MORE: dict[str, Any] = {
    "symbol": {"type": "esriSFS", "color": [1, 2, 3, 255], "outline": {"width": 1}},
    "popupInfo": {"mediaInfos": [{"attributes": 1}, {"attributes": 2}], "title": "}]"},
    "centroid": {"x": 1.5, "y": 2},
    "features": [{"attributes": {"x": 1}}],
    "aggregateGeometries": [],
    "label": None,
}


def written(data: Any, space: Callable[[], str]) -> str:
    """JSON with white space wherever it may stand."""
    if isinstance(data, dict):
        parts = (
            f"{space()}{written(key, space)}{space()}:{_padded(value, space)}" for key, value in data.items()
        )
        return "{" + ",".join(parts) + "}"
    if isinstance(data, list):
        return "[" + ",".join(_padded(value, space) for value in data) + "]"
    return json.dumps(data, ensure_ascii=False)


def _padded(value: Any, space: Callable[[], str]) -> str:
    return f"{space()}{written(value, space)}{space()}"


def features_first(data: Any) -> Any:
    """The document with its features before what describes them."""
    return _reordered(data, lambda keys: sorted(keys, key=lambda key: key != "features"))


def features_last(data: Any) -> Any:
    """The document with its features behind what describes them."""
    return _reordered(data, lambda keys: sorted(keys, key=lambda key: key == "features"))


def shuffled(data: Any, chance: random.Random) -> Any:
    """Members of all objects in any order, but for the attributes, whose order is that of the columns."""
    return _reordered(data, lambda keys: chance.sample(keys, len(keys)))


def _reordered(data: Any, order: Callable[[list[str]], list[str]]) -> Any:
    if isinstance(data, list):
        return [_reordered(value, order) for value in data]
    if not isinstance(data, dict):
        return data
    return {
        key: data[key] if key == "attributes" else _reordered(data[key], order) for key in order(list(data))
    }


def with_more(data: dict[str, Any], chance: random.Random) -> Any:
    """The document with members that say nothing of the features, in itself and in features."""
    found = copy.deepcopy(data)
    for row in rows_of(found):
        row |= {name: _MORE[name] for name in chance.sample(list(_MORE), chance.randrange(3))}
    return {"objectIdFieldName0": "x", **found, "uniqueIdField": {"name": "x", "tags": [{"geometry": []}]}}


def several(data: dict[str, Any]) -> dict[str, Any]:
    """A GP result with the document in three of its values."""
    result = {"dataType": "GPFeatureRecordSetLayer", "value": data}
    return {"results": [{"paramName": f"Out{number}", **result} for number in range(3)], "messages": []}


def layers(data: dict[str, Any]) -> dict[str, Any]:
    """A feature collection with the features of the document in two layers, described before or after."""
    definition = {key: value for key, value in data.items() if key != "features"} | {"name": "one"}
    features = {"features": data.get("features", []), "geometryType": data.get("geometryType")}
    return {
        "layers": [
            {"layerDefinition": definition, "featureSet": features},
            {"featureSet": features, "layerDefinition": {**definition, "name": "two"}},
        ]
    }


def rows_of(data: Any) -> list[dict[str, Any]]:
    """All features of a document."""
    if isinstance(data, list):
        return [row for value in data for row in rows_of(value)]
    if not isinstance(data, dict):
        return []
    if isinstance(data.get("features"), list):
        return [row for row in data["features"] if isinstance(row, dict)]
    return [row for value in data.values() for row in rows_of(value)]


def with_odd_geometries(data: Any) -> Any:
    """The document with a member in each geometry that says nothing, so that it is read without haste."""
    found = copy.deepcopy(data)
    for row in rows_of(found):
        if isinstance(row.get("geometry"), dict):
            row["geometry"]["own"] = 1
    return found


LAYOUTS: dict[str, Callable[[Any, random.Random], str]] = {
    "minified": lambda data, _: json.dumps(data, separators=(",", ":")),
    "spaced": lambda data, _: json.dumps(data),
    "spaced before colons too": lambda data, _: json.dumps(data, separators=(" , ", " : ")),
    "pretty": lambda data, _: json.dumps(data, indent=2),
    "tabs and CR LF": lambda data, _: json.dumps(data, indent="\t").replace("\n", "\r\n"),
    "any white space": lambda data, chance: written(
        data, lambda: chance.choice(["", " ", "\r\n\t", "\n" * 9])
    ),
    "features first": lambda data, _: json.dumps(features_first(data), separators=(",", ":")),
    "features first, pretty": lambda data, _: json.dumps(features_first(data), indent=1),
    "features last": lambda data, _: json.dumps(features_last(data), separators=(",", ":")),
    "any order": lambda data, chance: json.dumps(shuffled(data, chance), indent=chance.choice([None, 1])),
    "more members": lambda data, chance: json.dumps(shuffled(with_more(data, chance), chance)),
    "several results": lambda data, _: json.dumps(several(data)),
    "several layers": lambda data, chance: json.dumps(layers(data), indent=chance.choice([None, 1])),
}


def changed(data: Any, chance: random.Random) -> Any:
    """A real answer with other features, with odd texts and geometries, or less said of them."""
    found = copy.deepcopy(data)
    for holder in _holders(found):
        rows = [row for row in holder["features"] if isinstance(row, dict)][:40]
        rows = [copy.deepcopy(chance.choice(rows)) for _ in range(chance.randrange(1, 12))] if rows else []
        for row in rows:
            _change_row(row, chance)
        holder["features"] = rows
        for key in ("fields", "geometryType", "spatialReference", "hasZ", "hasM"):
            if chance.random() < 0.08:
                holder.pop(key, None)
    return found


def _holders(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, list):
        return [holder for value in data for holder in _holders(value)]
    if not isinstance(data, dict):
        return []
    if isinstance(data.get("features"), list):
        return [data]
    return [holder for value in data.values() for holder in _holders(value)]


def _change_row(row: dict[str, Any], chance: random.Random) -> None:
    attributes = row.get("attributes")
    if isinstance(attributes, dict) and attributes and chance.random() < 0.6:
        key = chance.choice(list(attributes))
        odd = [
            chance.choice(TEXTS),
            chance.choice(TEXTS),
            None,
            2**40,
            0.1,
            7,
            {"a": [{"attributes": "}"}]},
            [[]],
        ]
        attributes[key] = chance.choice(odd)
        if chance.random() < 0.1:
            attributes[chance.choice([key.lower(), key.upper(), "features", chance.choice(TEXTS)])] = (
                chance.choice(odd)
            )
    geometry = row.get("geometry")
    sort = chance.random()
    if sort < 0.05:
        row["geometry"] = chance.choice([None, {}, {"rings": []}, {"x": None, "y": 1}, {"paths": [[]]}])
    elif sort < 0.1 and isinstance(geometry, dict):
        geometry["spatialReference"] = chance.choice(
            [{"wkid": 4326}, {"wkid": 102100, "latestWkid": 3857}, None]
        )
    elif sort < 0.13:
        row.pop(chance.choice(list(row)))
