"""The ways of reading a feature set that are compared; each imports its packages before it is timed."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Callable
from typing import Any

Way = Callable[[bytes], Any]
_CHUNK = 1 << 16


def ours() -> Way:
    from gpwidgets.convert.featuresets.frames import read_features

    return read_features


def streamed() -> Way:
    """Ours, from a body that arrives in chunks."""
    read = ours()
    return lambda body: read(body[start : start + _CHUNK] for start in range(0, len(body), _CHUNK))


def before() -> Way:
    """An earlier version of ours, which stands first on the path."""
    for name in ("gpwidgets.convert.featuresets.frames", "gpwidgets.convert.frames"):
        if importlib.util.find_spec(name.rpartition(".")[0]) is not None:
            read: Way = importlib.import_module(name).read_features
            return read
    raise SystemExit("there is no earlier version")


def ours_without_simdjson() -> Way:
    sys.modules["simdjson"] = None  # type: ignore[assignment]
    return ours()


def orjson_alone() -> Way:
    """The floor: Python objects, and no frame."""
    import orjson

    return orjson.loads


def gdal() -> Way:
    import pyogrio

    return pyogrio.read_dataframe


def arcgis2geojson() -> Way:
    import geopandas
    from arcgis2geojson import arcgis2geojson as converted

    def read(body: bytes) -> Any:
        data = json.loads(body)
        collection = converted(data)
        for row in collection["features"]:
            row.pop("id", None)
        frame = geopandas.GeoDataFrame.from_features(collection, crs=3857)
        return _with_dates(frame)

    return read


def loop() -> Way:
    """What is written by hand: requests' .json(), and one shape after the other."""
    import geopandas

    def read(body: bytes) -> Any:
        features = json.loads(body)["features"]
        frame = geopandas.GeoDataFrame(
            [row["attributes"] for row in features],
            geometry=[_shape(row.get("geometry")) for row in features],
            crs=3857,
        )
        return _with_dates(frame)

    return read


def arcgis() -> Way:
    """The proprietary package's frame, carried on to a GeoDataFrame by its own conversion."""
    import geopandas
    from arcgis.features import FeatureSet

    def read(body: bytes) -> Any:
        plain = FeatureSet.from_json(body.decode()).sdf
        return geopandas.GeoDataFrame(
            plain.drop(columns="SHAPE"), geometry=list(plain["SHAPE"].geom.as_shapely), crs=3857
        )

    return read


WAYS: dict[str, Callable[[], Way]] = {
    "ours": ours,
    "ours-orjson": ours_without_simdjson,
    "floor": orjson_alone,
    "gdal": gdal,
    "arcgis2geojson": arcgis2geojson,
    "loop": loop,
    "arcgis": arcgis,
}
#: Ways of the comparison of layouts only.
MORE_WAYS: dict[str, Callable[[], Way]] = {"streamed": streamed, "before": before}


def _with_dates(frame: Any) -> Any:
    import pandas as pd

    frame["UPDATED"] = pd.to_datetime(frame["UPDATED"], unit="ms", utc=True)
    return frame


def _shape(geometry: Any) -> Any:
    import shapely

    if not geometry:
        return None
    if "x" in geometry:
        return shapely.Point(geometry["x"], geometry["y"])
    if "paths" in geometry:
        paths = geometry["paths"]
        return shapely.LineString(paths[0]) if len(paths) == 1 else shapely.MultiLineString(paths)
    parts: list[tuple[Any, list[Any]]] = []
    for ring in geometry["rings"]:
        if shapely.LinearRing(ring).is_ccw:
            parts[-1][1].append(ring)
        else:
            parts.append((ring, []))
    polygons = [shapely.Polygon(outer, holes) for outer, holes in parts]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
