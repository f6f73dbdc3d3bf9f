"""Pages of a layer to one frame: as protocol buffers or JSON, and put together while they arrive."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import geopandas
import numpy as np
import orjson
import pandas as pd
import pyproj
import shapely

from gpwidgets.convert.coordinates.crs import to_crs
from gpwidgets.convert.featuresets._collected import Collected
from gpwidgets.convert.featuresets.assembling import Pages, frame_of
from gpwidgets.convert.featuresets.pbf_reading import read_buffer
from gpwidgets.convert.featuresets.reading import collect, collect_objects
from gpwidgets.convert.featuresets.source import FeatureSource
from gpwidgets.convert.geometry.vertices import has_m, vertices
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.frame_info import frame_info, keep_frame_info
from gpwidgets.texts import tr

__all__ = ["BufferPages", "JSONPages", "PagedFrame", "Resolution", "page_readers"]

#: What is asked for in metres and degrees, and the coarsest that is taken where a server has its own grid.
_ASKED, _TAKEN = 1e-6, 1e-4
_ASKED_DEGREES, _TAKEN_DEGREES = 1e-11, 1e-9
#: Part of the tolerance within which a layer's places are the same.
_OF_TOLERANCE = 0.1
#: Vertices of two geometries that are compared although one has more than the other.
_MOST_COMPARED = 2000
#: What may be asked for that only JSON has, or that means another grid.
_ONLY_JSON = {
    *(
        "f",
        "quantizationParameters",
        "returnTrueCurves",
        "outStatistics",
        "returnCentroid",
        "multipatchOption",
    ),
    *(
        "geometryPrecision",
        "maxAllowableOffset",
        "returnExtentOnly",
        "returnDistinctValues",
        "datumTransformation",
    ),
}


class Resolution(NamedTuple):
    """Grids, in units of the spatial reference: what is asked for, and the coarsest that is taken."""

    asked: float
    taken: float


class PageRows(NamedTuple):
    """Rows of a page; see `gpwidgets.client.services.layer_formats.Rows`."""

    made: Any
    rows: int
    more: bool


@dataclass(frozen=True)
class Page:
    """Rows of a page that are not yet a frame.

    Attributes
    ----------
    sources, parts
        What is said of them, and the rows; of one layer usually.
    ids
        Object ids of the rows, where they are known.
    """

    sources: list[FeatureSource]
    parts: list[Collected]
    ids: Any = None

    def rows(self) -> PageRows:
        """The page, as a reader of pages gives it."""
        more = any(source.json.get("exceededTransferLimit") is True for source in self.sources)
        return PageRows(self, sum(source.count for source in self.sources), more)


class JSONPages:
    """Reads pages that are feature sets."""

    fields: Mapping[str, str] = {"f": "json"}

    def read(self, body: bytes) -> PageRows:
        """Read a page.

        Raises
        ------
        ConversionError
            It is no feature set, or says that there was an error.
        """
        sources, parts = collect(body)
        if any("error" in source.json for source in sources):
            raise ConversionError("The answer holds an error.")
        return Page(sources, parts).rows()

    def read_json(self, data: Mapping[str, Any]) -> PageRows:
        """Read a page that is parsed already."""
        return Page(*collect_objects(data)).rows()

    def prove(self, made: Any, ask: Callable[[Mapping[str, str]], Any]) -> None:
        """What comes as JSON is as exact as the server says it."""


@dataclass(frozen=True)
class BufferPages:
    """Reads pages in protocol buffers.

    Parameters
    ----------
    described
        The layer resource.
    resolution
        The grid of the coordinates.
    extent
        Of the layer, in the spatial reference of the coordinates; None leaves the grid to the server.
    """

    described: Mapping[str, Any]
    resolution: Resolution
    extent: Mapping[str, Any] | None

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """What asks for the format, on the grid."""
        able = self.described.get("supportsCoordinatesQuantization")
        if self.extent is None or able is False:
            return {"f": "pbf"}
        edits = self.described.get("supportsQuantizationEditMode") is True
        grid = {
            "mode": "edit" if edits else "view",
            "originPosition": "upperLeft",
            "tolerance": self.resolution.asked,
            "extent": self.extent,
        }
        return {"f": "pbf", "quantizationParameters": orjson.dumps(grid).decode()}

    def read(self, body: bytes) -> PageRows:
        """Read a page.

        Raises
        ------
        ConversionError
            It is none in protocol buffers, or its grid is too coarse.
        """
        source, part, ids = read_buffer(body, described=self.described, resolution=self.resolution.taken)
        return Page([source], [part], ids).rows()

    def read_json(self, data: Mapping[str, Any]) -> PageRows:
        """Refuse JSON: the next reader asks for it."""
        raise ConversionError("The server answers in JSON where protocol buffers were asked for.")

    def prove(self, made: Page, ask: Callable[[Mapping[str, str]], Any]) -> None:
        """Compare the outermost rows and one in the middle with what the server says of them in JSON.

        Servers are known that cut large numbers off, count y the other way, or say nothing of their grid.

        Raises
        ------
        ConversionError
            They are elsewhere, or cannot be compared.
        """
        shapes = np.array(made.parts[0].shapes.made, dtype=object)
        there = np.flatnonzero(~shapely.is_missing(shapes))
        if not len(there):
            return
        if made.ids is None:
            raise ConversionError("There are no ids by which rows could be compared.")
        boxes = shapely.bounds(shapes[there])
        extremes = [*boxes[:, :2].argmin(axis=0), *boxes[:, 2:].argmax(axis=0), len(there) // 2]
        rows = there[np.unique(extremes)]
        by_id = dict(zip(made.ids[rows].tolist(), shapes[rows], strict=True))
        name = made.sources[0].describe()["object_id_field"]
        asked = {"where": "", "objectIds": ",".join(map(str, by_id)), "outFields": name}
        page = ask(asked)
        frame = frame_of(page.sources, page.parts)
        told = dict(zip(frame[name].tolist(), frame.geometry.array, strict=True)) if name in frame else {}
        grid = max(self.resolution.taken, self.resolution.asked)
        if told.keys() != by_id.keys() or not all(_alike(by_id[one], told[one], grid) for one in told):
            raise ConversionError("Rows in protocol buffers are not where they are in JSON.")


def _alike(one: Any, other: Any, tolerance: float) -> bool:
    """Whether two geometries differ by no more than this."""
    if other is None or one.geom_type != other.geom_type:
        return False
    flags = [bool(one.has_z), bool(has_m([one])[0])]
    if flags != [bool(other.has_z), bool(has_m([other])[0])]:
        return False
    first, second = (vertices(np.array([each]), z=flags[0], m=flags[1]) for each in (one, other))
    if first.shape == second.shape:
        allowed = np.array([tolerance, tolerance, 1e-3, 1e-3])[: first.shape[1]]
        return bool((np.abs(first - second) <= allowed).all())
    if max(len(first), len(second)) > _MOST_COMPARED:
        return bool((np.abs(np.array(one.bounds) - np.array(other.bounds)) <= tolerance).all())
    return bool(shapely.hausdorff_distance(one, other) <= tolerance)


def page_readers(
    described: Mapping[str, Any], query: Mapping[str, str], resolution: float | None = None
) -> list[Any]:
    """The readers of a layer's pages, the best first.

    Parameters
    ----------
    described
        The layer resource; ``supportedQueryFormats`` tells whether it speaks PBF.
    query
        What is asked for: ``outSR`` and the like.
    resolution
        Size of the grid that x and y may be rounded to, in units of the spatial reference that they come in.
        By default a millionth of a metre, or 1e-11 degrees, is asked for: a thousandth of the tolerance
        within which geodatabases take places for the same. Where a server has its own grid, it is taken up
        to a tenth of the layer's XY tolerance.

    Returns
    -------
    list
        One of protocol buffers, where the layer speaks them and nothing is asked for that they cannot
        carry, and one of JSON.
    """
    formats = str(described.get("supportedQueryFormats") or "").lower().replace(" ", "").split(",")
    if "pbf" not in formats or not _ONLY_JSON.isdisjoint(query):
        return [JSONPages()]
    own = described.get("extent")
    extent = own if isinstance(own, Mapping) else {}
    here = to_crs(extent.get("spatialReference") or described.get("spatialReference"))
    there = _asked_crs(query.get("outSR"), here)
    grid = _resolution(there, extent, resolution, is_own=there == here)
    if grid is None:
        return [JSONPages()]
    return [BufferPages(described, grid, _moved(extent, here, there)), JSONPages()]


def _asked_crs(text: str | None, own: pyproj.CRS | None) -> pyproj.CRS | None:
    if not text:
        return own
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return to_crs(told if isinstance(told, Mapping) else {"wkid": told} if isinstance(told, int) else None)


def _resolution(
    crs: pyproj.CRS | None, extent: Mapping[str, Any], resolution: float | None, *, is_own: bool
) -> Resolution | None:
    """The grid to ask for; None where the units are not known."""
    if resolution is not None:
        if not 0 < resolution < math.inf:
            raise ValueError(tr("a resolution is a positive number, not {given!r}", given=resolution))
        return Resolution(resolution, resolution)
    if crs is None or not crs.axis_info:
        return None
    if crs.is_geographic:
        factor = math.radians(1) / crs.axis_info[0].unit_conversion_factor
        asked, taken = _ASKED_DEGREES * factor, _TAKEN_DEGREES * factor
    else:
        factor = crs.axis_info[0].unit_conversion_factor or 1.0
        asked, taken = _ASKED / factor, _TAKEN / factor
    reference = extent.get("spatialReference")
    said = reference.get("xyTolerance") if isinstance(reference, Mapping) and is_own else None
    if isinstance(said, int | float) and 0 < said < math.inf:
        taken = min(taken, said * _OF_TOLERANCE)
    return Resolution(min(asked, taken), taken)


def _moved(
    extent: Mapping[str, Any], here: pyproj.CRS | None, there: pyproj.CRS | None
) -> Mapping[str, Any] | None:
    """The extent in the spatial reference that is asked for; None where there is none that is finite."""
    try:
        box = [float(extent[key]) for key in ("xmin", "ymin", "xmax", "ymax")]
        if here != there:
            if here is None or there is None:
                return None
            mover = pyproj.Transformer.from_crs(here, there, always_xy=True)
            box = list(mover.transform_bounds(box[0], box[1], box[2], box[3]))
    except (KeyError, TypeError, ValueError, pyproj.exceptions.ProjError):
        return None
    if not all(map(math.isfinite, box)):
        return None
    # A grid that begins at a whole number has the decimals that coordinates usually have.
    box = [*map(math.floor, box[:2]), *map(math.ceil, box[2:])]
    code = there.to_epsg() if there is not None and here != there else None
    reference = {"wkid": code} if code else extent.get("spatialReference") if here == there else None
    told: dict[str, Any] = dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))
    return {**told, "spatialReference": reference} if reference else None


class PagedFrame:
    """Puts pages together, in their order, with little more memory than the frame takes."""

    def __init__(self) -> None:
        self._runs: list[Pages | geopandas.GeoDataFrame] = []
        self._empty: Page | None = None

    def add(self, page: Page) -> None:
        """Take the next page."""
        if not page.rows().rows:
            self._empty = self._empty or page
            return
        last = self._runs[-1] if self._runs else None
        if len(page.parts) > 1:
            self._runs.append(frame_of(page.sources, page.parts))
        elif not (isinstance(last, Pages) and last.add(page.sources[0], page.parts[0])):
            self._runs.append(Pages(page.sources[0], page.parts[0]))

    def frame(self) -> geopandas.GeoDataFrame:
        """The frame of all rows; it says of itself what the first page said."""
        if not self._runs:
            assert self._empty is not None
            return frame_of(self._empty.sources, self._empty.parts)
        frames = [run.frame() if isinstance(run, Pages) else run for run in self._runs]
        if len(frames) == 1:
            return frames[0]
        about = frame_info(frames[0])
        for frame in frames:
            frame.attrs = {}
        joined = geopandas.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)
        keep_frame_info(joined, about)
        return joined
