"""The ways of writing a frame that are compared; each imports its packages before it is timed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Way = Callable[[Any], Any]


def ours() -> Way:
    from gpwidgets.convert.featuresets.frames import write_features

    return write_features


def loop() -> Way:
    """What is written by hand: one row after the other."""
    import pandas as pd

    kinds = {"P": ("esriGeometryPoint", ""), "L": ("esriGeometryPolyline", "paths")}

    def write(frame: Any) -> str:
        first = next(shape for shape in frame.geometry if shape is not None)
        name = first.geom_type.removeprefix("Multi")
        kind, key = ("esriGeometryPolygon", "rings") if name == "Polygon" else kinds[name[0]]
        features = []
        for _, row in frame.iterrows():
            values = {k: _plain(v) for k, v in row.items() if k != "geometry"}
            shape = row.geometry
            features.append({"attributes": values, "geometry": None if shape is None else _esri(shape, key)})
        fields = [
            {"name": name, "type": _field_type(column), "alias": name}
            for name, column in frame.items()
            if name != "geometry"
        ]
        reference = {"wkid": 102100, "latestWkid": 3857}
        told = {"geometryType": kind, "spatialReference": reference, "fields": fields, "features": features}
        return json.dumps(told)

    def _plain(value: Any) -> Any:
        if isinstance(value, pd.Timestamp):
            return round(value.timestamp() * 1000)
        return None if pd.isna(value) else getattr(value, "item", lambda: value)()

    def _field_type(column: Any) -> str:
        if pd.api.types.is_datetime64_any_dtype(column):
            return "esriFieldTypeDate"
        if pd.api.types.is_integer_dtype(column):
            return "esriFieldTypeInteger"
        return "esriFieldTypeDouble" if pd.api.types.is_float_dtype(column) else "esriFieldTypeString"

    return write


def _esri(shape: Any, key: str) -> dict[str, Any]:
    from shapely.geometry.polygon import orient

    if not key:
        return {"x": shape.x, "y": shape.y}
    parts = list(getattr(shape, "geoms", [shape]))
    if key == "paths":
        return {key: [list(part.coords) for part in parts]}
    turned = [orient(part, -1) for part in parts]
    return {key: [list(ring.coords) for part in turned for ring in (part.exterior, *part.interiors)]}


def arcgis() -> Way:
    """The proprietary package: a spatially enabled frame, a FeatureSet, its JSON."""
    import pandas as pd
    from arcgis.features import GeoAccessor  # noqa: F401 - gives frames their accessor

    def write(frame: Any) -> str:
        told: str = pd.DataFrame.spatial.from_geodataframe(frame).spatial.to_featureset().to_json
        return told

    return write


WAYS: dict[str, Callable[[], Way]] = {"ours": ours, "loop": loop, "arcgis": arcgis}


def our_form() -> Callable[[Any], Callable[[], bytes]]:
    from gpwidgets.client.http._form_encoding import form_body
    from gpwidgets.convert.featuresets.frames import write_features

    return lambda frame: lambda: form_body({"Input": write_features(frame).decode(), "f": "json"})


def requests_form() -> Callable[[Any], Callable[[], bytes]]:
    """The encoding alone; the text is there already."""
    import requests

    write = ours()

    def encode(frame: Any) -> Callable[[], bytes]:
        fields = {"Input": write(frame).decode(), "f": "json"}
        request = requests.Request("POST", "http://127.0.0.1/", data=fields)
        return lambda: (request.prepare().body or "").encode()

    return encode


FORMS: dict[str, Callable[[], Callable[[Any], Callable[[], bytes]]]] = {
    "ours: frame to form body": our_form,
    "requests: url-encoding alone": requests_form,
}
