"""The ways of reading a layer that are compared, and what each made of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

#: As many pages at a time as ours asks for.
AT_ONCE = 3
#: What ours asks for, so that the bare downloads are of the same bytes.
GRID = {
    "mode": "edit",
    "originPosition": "upperLeft",
    "tolerance": 1e-11,
    "extent": {"spatialReference": {"wkid": 4326, "latestWkid": 4326}},
}

Way = Callable[[str], Any]


def download(url: str, form: str, box: list[int], rows: int, page: int) -> int:
    """Bytes of all pages, read over as many connections as ours has."""
    from concurrent.futures import thread  # noqa: F401 - loaded before anything is timed
    from threading import local

    import requests

    own = local()
    fields = {"f": form, "where": "1=1", "outFields": "*", "orderByFields": "OBJECTID"}
    if form == "pbf":
        edges = dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))
        grid = {**GRID, "extent": {**edges, **GRID["extent"]}}  # type: ignore[dict-item]
        fields["quantizationParameters"] = json.dumps(grid)

    def get(start: int) -> int:
        if not hasattr(own, "session"):
            own.session = requests.Session()
        asked = {**fields, "resultOffset": str(start), "resultRecordCount": str(page)}
        return len(own.session.get(f"{url}/query", params=asked, timeout=300).content)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(get, range(0, rows, page)))


def ours(url: str, **asked: Any) -> Any:
    from gpwidgets.client.http.session import GPSession
    from gpwidgets.tasks.results.layer_rows import read_rows

    return read_rows(GPSession(), url, **asked)


def arcgis(url: str) -> Any:
    """FeatureLayer.query to its frame, and that to a GeoDataFrame by its own conversion.

    Its home, www.arcgis.com, need not be there: it gets a stand-in that holds a connection and no portal, and
    reads the layer's description by requests, which would wait for its home otherwise.
    """
    import geopandas
    import requests
    from arcgis.features import FeatureLayer
    from arcgis.gis._impl._con import Connection

    class Home:
        pass

    home: Any = Home()
    home._con = home._portal = Connection(baseurl=None)
    home._con.post = lambda path, params=None, **_: requests.post(path, data=params, timeout=60).json()
    home._session = getattr(home._con, "_session", None)
    home._is_agol, home._is_hosted_nb_home, home.properties, home.url = False, False, {}, url
    plain = FeatureLayer(url, gis=home).query(where="1=1", out_fields="*", as_df=True)
    shapes = list(plain["SHAPE"].geom.as_shapely)
    return geopandas.GeoDataFrame(plain.drop(columns="SHAPE"), geometry=shapes, crs=4326)


def restgdf(url: str) -> Any:
    """By ids: it takes a page after which there are more for a loss."""
    import asyncio

    import aiohttp
    from restgdf import FeatureLayer

    async def read() -> Any:
        async with aiohttp.ClientSession() as session:
            layer = await FeatureLayer.from_url(url.replace("/Areas/", "/ById/"), session=session)
            return await layer.get_gdf()

    return asyncio.run(read())


def pyesridump(url: str) -> Any:
    import geopandas
    from esridump import EsriDumper

    return geopandas.GeoDataFrame.from_features(EsriDumper(url), crs=4326)


def imported(way: str) -> None:
    """Load what a way needs, before it is timed."""
    modules = {
        "arcgis": "import geopandas, arcgis.features, arcgis.gis",
        "restgdf": "import restgdf, aiohttp, geopandas, pyogrio",
        "pyesridump": "import esridump, geopandas",
    }
    ours_too = (
        "import gpwidgets.tasks.results.layer_rows, gpwidgets.convert.featuresets.page_reading, requests"
    )
    exec(modules.get(way, ours_too))


def summary(frame: Any) -> dict[str, Any]:
    """Arrays by which frames of the layer are compared, rows in the order of their ids."""
    import shapely

    frame = frame.sort_values("OBJECTID")
    shapes = np.asarray(frame.geometry.array, dtype=object)
    return {
        "ids": frame["OBJECTID"].to_numpy(dtype=np.int64),
        "sizes": frame["SIZE"].to_numpy(dtype=np.float64),
        "names": frame["NAME"].to_numpy(dtype=str),
        "classes": frame["CLASS"].to_numpy(dtype=np.int64),
        "boxes": shapely.bounds(shapes),
        "areas": shapely.area(shapes),
        "corners": shapely.get_num_coordinates(shapes),
    }


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What is not the same in two summaries; places may differ by a grid cell of 1e-11 degrees."""
    allowed = {"boxes": 1.01e-11, "areas": 1e-12}
    found = []
    for key, first in one.items():
        second = other[key]
        if first.shape != second.shape:
            found.append(key)
        elif key in allowed:
            found += [key] if np.abs(first - second).max(initial=0) > allowed[key] else []
        elif not (first == second).all():
            found.append(key)
    return found
