"""Columns and geometries to a frame."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import geopandas
import numpy as np
import pandas as pd
import pyproj
import shapely

from gpwidgets.convert.coordinates.crs import to_crs
from gpwidgets.convert.coordinates.reprojecting import in_one_system
from gpwidgets.convert.featuresets._collected import Collected, Described
from gpwidgets.convert.featuresets.source import FeatureSource
from gpwidgets.convert.tables.attribute_table import Table
from gpwidgets.errors import ReferencesDiffer
from gpwidgets.protocol.features import Field
from gpwidgets.protocol.frame_info import keep_frame_info
from gpwidgets.protocol.values import SpatialReference
from gpwidgets.texts import tr, trn

__all__ = ["Pages", "collect_layers", "fields_of", "frame_of", "frame_of_layers", "table_of_layers"]


def frame_of_layers(sources: Sequence[FeatureSource]) -> geopandas.GeoDataFrame:
    """One frame of the features of one or several layers, in the system of the first that names one.

    Warns
    -----
    ReferencesDiffer
        Layers or features name several systems, or some name one and some do not.
    """
    return frame_of(*collect_layers(sources))


def collect_layers(sources: Sequence[FeatureSource]) -> tuple[list[FeatureSource], list[Collected]]:
    """The features of layers, taken with the fields of all of them."""
    fields = fields_of(sources)
    parts = [Collected(Described(fields, source.flags, source.quantisation)) for source in sources]
    for source, part in zip(sources, parts, strict=True):
        part.take_objects(source.json.get("features"))
        source.read = part.noticed
    return list(sources), parts


class Pages:
    """Pages of one layer that become one frame; each is taken over as it comes.

    Parameters
    ----------
    source, part
        What the first page says of its features, and the features.
    """

    def __init__(self, source: FeatureSource, part: Collected) -> None:
        self._table = part.table
        self._shapes: list[Any] = []
        self._sources: list[FeatureSource] = []
        self._take(source, part)

    def add(self, source: FeatureSource, part: Collected) -> bool:
        """Take the next page, unless it has other fields."""
        if source.fields != self._sources[0].fields:
            return False
        self._table.append(part.table)
        self._take(source, part)
        return True

    def _take(self, source: FeatureSource, part: Collected) -> None:
        source.read = part.noticed
        self._sources.append(source.without_features())
        self._shapes.append(part.shapes.finish())

    def frame(self) -> geopandas.GeoDataFrame:
        """The frame of all pages; it says of itself what the first page said."""
        shapes = np.concatenate(self._shapes)
        self._shapes.clear()
        main = next(filter(None, (source.reference for source in self._sources)), SpatialReference())
        crs = to_crs(main)
        references = _references(self._sources)
        if any(reference != main for reference, _ in references):
            shapes = _in_one_system(shapes, references, main, crs)
        return _frame(self._table.finish(), shapes, crs, _describe(self._sources[:1], main))


def frame_of(sources: Sequence[FeatureSource], parts: Sequence[Collected]) -> geopandas.GeoDataFrame:
    """Put together what was taken of each layer, with the fields of all of them; see `frame_of_layers`."""
    for source, part in zip(sources, parts, strict=True):
        source.read = part.noticed
    columns = [part.shapes.finish() for part in parts]
    shapes = columns[0] if len(columns) == 1 else np.concatenate(columns)
    table = parts[0].table
    for part in parts[1:]:
        table.append(part.table)
    main = next(filter(None, (source.reference for source in sources)), SpatialReference())
    crs = to_crs(main)
    if len(sources) > 1 or any(named for source in sources for named, _ in source.noticed.references):
        shapes = _in_one_system(shapes, _references(sources), main, crs)
    return _frame(table.finish(), shapes, crs, _describe(sources, main))


def _references(sources: Sequence[FeatureSource]) -> list[tuple[SpatialReference, int]]:
    """The references of rows, and how many rows in a row have each."""
    found: list[tuple[SpatialReference, int]] = []
    for source in sources:
        common = source.common_reference
        for named, count in source.noticed.references:
            found.append((SpatialReference.from_json(named) or common if named else common, count))
    return found


def table_of_layers(sources: Sequence[FeatureSource]) -> pd.DataFrame:
    """One table of the attributes of one or several layers."""
    table = Table(fields_of(sources))
    rows = [row for source in sources for row in source.rows]
    table.add([_attributes(row) for row in rows])
    frame = pd.DataFrame(table.finish(), index=pd.RangeIndex(len(rows)))
    main = next(filter(None, (source.reference for source in sources)), SpatialReference())
    keep_frame_info(frame, _describe(sources, main))
    return frame


def _whole_letters(name: str) -> str:
    """A column's name without halves of letters, which pandas cannot hold."""
    return name if name.isascii() else name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _frame(
    columns: dict[str, Any], shapes: Any, crs: pyproj.CRS | None, about: Mapping[str, Any]
) -> geopandas.GeoDataFrame:
    columns = {_whole_letters(key): column for key, column in columns.items()}
    name = _free_name(columns)
    columns[name] = geopandas.array.GeometryArray(shapes, crs=crs)
    numbered = dict(enumerate(columns.values()))
    frame: Any = pd.DataFrame(numbered, index=pd.RangeIndex(len(shapes)), copy=False)
    frame.columns = _names(tuple(columns)).view()
    # As GeoDataFrame(frame, geometry=name), which takes a third of the time of reading a few features: it
    # looks for geometries that are in no array of geometries yet.
    frame.__class__ = geopandas.GeoDataFrame
    frame._geometry_column_name = name
    keep_frame_info(frame, about)
    return cast("geopandas.GeoDataFrame", frame)


@lru_cache(maxsize=64)
def _names(columns: tuple[str, ...]) -> pd.Index[Any]:
    """The names of columns; pandas needs longer to make these than columns of a few rows."""
    return pd.Index(columns)


def _attributes(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The attributes of a feature; empty when it has none."""
    attributes = row.get("attributes")
    return attributes if isinstance(attributes, Mapping) else {}


def fields_of(sources: Sequence[FeatureSource]) -> tuple[Field, ...]:
    """The columns of all layers; one that has several types keeps the values as they are."""
    found: dict[str, Field] = {}
    for field in (field for source in sources for field in source.fields):
        known = found.setdefault(field.name, field)
        if known.type != field.type:
            found[field.name] = Field(field.name, "", known.alias)
    return tuple(found.values())


def _describe(sources: Sequence[FeatureSource], main: SpatialReference) -> dict[str, Any]:
    told = [source.describe() for source in sources]
    about: dict[str, Any] = {**told[0], "spatial_reference": main.to_json()}
    if len(told) == 1:
        return about
    for key in ("aliases", "domains"):
        about[key] = {name: value for one in reversed(told) for name, value in one[key].items()}
    about["field_types"] = {field.name: field.type for field in fields_of(sources) if field.type}
    kinds = {one["geometry_type"] for one in told}
    about["geometry_type"] = kinds.pop() if len(kinds) == 1 else ""
    flags = {one["truncated"] for one in told}
    about["truncated"] = True if True in flags else None if None in flags else False
    about["layers"] = [{"name": source.name, "rows": source.noticed.rows} for source in sources]
    return about


def _in_one_system(
    shapes: Any,
    references: Sequence[tuple[SpatialReference, int]],
    main: SpatialReference,
    crs: pyproj.CRS | None,
) -> Any:
    systems = {one: to_crs(one) for one, _ in references}
    if set(systems) <= {main}:
        return shapes
    numbers = {one: number for number, one in enumerate(systems)}
    of_rows = np.repeat([numbers[one] for one, _ in references], [count for _, count in references])
    there = ~shapely.is_missing(shapes)
    for kind, other in systems.items():
        count = int(np.count_nonzero((of_rows == numbers[kind]) & there))
        if count and kind != main and (other is None or crs is None) and (main or kind):
            _say_unknown(count, kind, crs)
    each = list(systems.values())
    return shapes if crs is None else in_one_system(shapes, [each[one] for one in of_rows.tolist()], crs)


def _say_unknown(count: int, kind: SpatialReference, crs: pyproj.CRS | None) -> None:
    named = tr("a coordinate system that is not known ({name})", name=kind) if kind else tr("none")
    text = trn(
        "Not all features name one coordinate system. {n:,} names {named}; it counts as {crs}.",
        "Not all features name one coordinate system. {n:,} name {named}; they count as {crs}.",
        count,
        named=named,
        crs=crs.name if crs is not None else tr("unknown"),
    )
    warnings.warn(text, ReferencesDiffer, stacklevel=4)


def _free_name(columns: Mapping[str, Any]) -> str:
    """``geometry``, unless an attribute has that name."""
    names = ["geometry", "shape", *(f"geometry_{number}" for number in range(1, len(columns) + 1))]
    return next(name for name in names if name not in columns)
