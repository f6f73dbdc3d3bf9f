"""Feature sets as servers send them: minified, attributes first, all digits, some nulls; from a seed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

KINDS = {"point": "esriGeometryPoint", "line": "esriGeometryPolyline", "polygon": "esriGeometryPolygon"}
FIELDS = {
    "OBJECTID": "esriFieldTypeOID",
    "NAME": "esriFieldTypeString",
    "CATEGORY": "esriFieldTypeString",
    "SCORE": "esriFieldTypeDouble",
    "RATIO": "esriFieldTypeDouble",
    "COUNTED": "esriFieldTypeInteger",
    "FLAG": "esriFieldTypeSmallInteger",
    "UPDATED": "esriFieldTypeDate",
    "LENGTH": "esriFieldTypeDouble",
}
_CATEGORIES = ["residential", "commercial", "industrial", "mixed use", "öffentlich", "park"]
_BLOCK = 2000


def payload(kind: str, count: int, *, result: bool = False) -> Path:
    """The file with this feature set, or with a result that holds it; made when it is not there yet."""
    folder = Path(tempfile.gettempdir()) / "gpwidgets-benchmarks"
    folder.mkdir(exist_ok=True)
    path = folder / f"{kind}-{count}{'-result' if result else ''}.json"
    if not path.exists():
        partial = path.with_suffix(f".{np.random.default_rng().integers(1 << 60)}")
        with partial.open("wb") as file:
            if result:
                file.write(b'{"paramName":"Out","dataType":"GPFeatureRecordSetLayer","value":')
            for text in _texts(kind, count):
                file.write(text)
            if result:
                file.write(b"}")
        partial.rename(path)
    return path


def _texts(kind: str, count: int) -> Iterator[bytes]:
    fields = [{"name": name, "type": word, "alias": name} for name, word in FIELDS.items()]
    head = {
        "displayFieldName": "",
        "geometryType": KINDS[kind],
        "spatialReference": {"wkid": 102100, "latestWkid": 3857},
        "fields": fields,
    }
    yield orjson.dumps(head)[:-1] + b',"features":['
    random = np.random.default_rng([7, count, sorted(KINDS).index(kind)])
    for start in range(0, count, _BLOCK):
        rows = _rows(kind, start, min(_BLOCK, count - start), random)
        yield (b"," if start else b"") + orjson.dumps(rows, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
    yield b'],"exceededTransferLimit":false}'


def _rows(kind: str, start: int, count: int, random: Any) -> list[dict[str, Any]]:
    centres = np.column_stack([random.uniform(-1.36e7, -8e6, count), random.uniform(3e6, 6e6, count)])
    make = {"point": _points, "line": _lines, "polygon": _polygons}[kind]
    geometries = make(centres, random)
    numbers = {
        "SCORE": random.normal(50, 20, count).tolist(),
        "RATIO": random.random(count).tolist(),
        "COUNTED": random.integers(0, 100_000, count).tolist(),
        "FLAG": random.integers(0, 3, count).tolist(),
        "UPDATED": (random.integers(1_262_304_000, 1_735_689_600, count) * 1000).tolist(),
        "LENGTH": (random.random(count) * 1e5).tolist(),
    }
    for name in ("RATIO", "FLAG", "UPDATED"):
        for row in np.flatnonzero(random.random(count) < 0.02).tolist():
            numbers[name][row] = None
    for row in np.flatnonzero(random.random(count) < 0.005).tolist():
        geometries[row] = None
    names = [f'Feature "{start + row}" on road {numbers["COUNTED"][row]}' for row in range(count)]
    categories = [_CATEGORIES[number] for number in random.integers(0, len(_CATEGORIES), count)]
    columns = [range(start + 1, start + count + 1), names, categories, *numbers.values()]
    return [
        {"attributes": dict(zip(FIELDS, values, strict=True)), "geometry": geometry}
        for *values, geometry in zip(*columns, geometries, strict=True)
    ]


def _points(centres: Any, random: Any) -> list[Any]:
    return [{"x": x, "y": y} for x, y in centres.tolist()]


def _lines(centres: Any, random: Any) -> list[Any]:
    """Walks of some fifty steps; one of ten rows is in two parts."""
    found: list[Any] = []
    for centre, size, parted in zip(
        centres, random.integers(30, 70, len(centres)), random.random(len(centres)) < 0.1, strict=True
    ):
        walk = np.cumsum(random.normal(0, 100, (size, 2)), axis=0) + centre
        found.append({"paths": [walk[: size // 2], walk[size // 2 :]] if parted else [walk]})
    return found


def _polygons(centres: Any, random: Any) -> list[Any]:
    """Stars of some hundred corners; 15 of 100 have holes, as many have several parts, some with holes."""
    found: list[Any] = []
    for centre, sort in zip(centres, random.random(len(centres)), strict=True):
        if sort < 0.7:
            rings = [_ring(centre, 1000, random.integers(60, 140), random)]
        elif sort < 0.85:
            rings = [_ring(centre, 1000, random.integers(50, 100), random)]
            for number in range(random.integers(1, 4)):
                moved = centre + 300 * np.array([np.cos(2.1 * number), np.sin(2.1 * number)])
                rings.append(_ring(moved, 100, random.integers(8, 20), random)[::-1])
        else:
            rings = []
            for number in range(random.integers(2, 5)):
                moved = centre + np.array([2500 * number, 0])
                rings.append(_ring(moved, 1000, random.integers(25, 50), random))
                if number % 2:
                    rings.append(_ring(moved, 200, random.integers(8, 16), random)[::-1])
        found.append({"rings": [np.ascontiguousarray(ring) for ring in rings]})
    return found


def _ring(centre: Any, reach: float, corners: int, random: Any) -> Any:
    """A closed clockwise ring that never crosses itself."""
    angle = -(np.arange(corners) + 0.8 * random.random(corners)) / corners * 2 * np.pi
    distance = reach * (0.7 + 0.3 * random.random(corners))
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * distance[:, None] + centre
    return np.vstack([ring, ring[:1]])
