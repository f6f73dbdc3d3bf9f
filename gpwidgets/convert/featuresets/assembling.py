"""Columns and geometries to a frame."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyproj

from gpwidgets.convert.coordinates.crs import to_crs
from gpwidgets.convert.coordinates.reprojecting import in_one_system
from gpwidgets.convert.featuresets.source import FeatureSource
from gpwidgets.convert.geometry.geometries import GeometryColumn
from gpwidgets.convert.tables.attribute_table import Table
from gpwidgets.errors import ReferencesDiffer
from gpwidgets.protocol.features import Field
from gpwidgets.protocol.frame_info import keep_frame_info
from gpwidgets.protocol.values import SpatialReference
from gpwidgets.texts import tr, trn

__all__ = ["frame_of", "frame_of_layers", "table_of_layers"]


def frame_of(source: FeatureSource, table: Table, shapes: GeometryColumn) -> geopandas.GeoDataFrame:
    """Put columns and geometries together."""
    return _frame(table.finish(), shapes.finish(), to_crs(source.reference), source.describe())


def frame_of_layers(sources: Sequence[FeatureSource]) -> geopandas.GeoDataFrame:
    """One frame of the features of one or several layers, in the system of the first that names one.

    Warns
    -----
    ReferencesDiffer
        Layers or features name several systems, or some name one and some do not.
    """
    table = Table(_fields(sources))
    columns: list[Any] = []
    references: list[SpatialReference] = []
    differ = len(sources) > 1
    for source in sources:
        rows = source.rows
        table.add([_attributes(row) for row in rows])
        has_z, has_m = source.flags
        column = GeometryColumn(has_z=has_z, has_m=has_m, quantisation=source.quantisation)
        column.add([row.get("geometry") for row in rows])
        columns.append(column.finish())
        common, own = source.common_reference, source.own_references
        differ = differ or any(own)
        references += [SpatialReference.from_json(one) or common if one else common for one in own]
    shapes = np.concatenate(columns)
    main = next(filter(None, (source.reference for source in sources)), SpatialReference())
    crs = to_crs(main)
    if differ:
        shapes = _in_one_system(shapes, references, main, crs)
    return _frame(table.finish(), shapes, crs, _describe(sources, main))


def table_of_layers(sources: Sequence[FeatureSource]) -> pd.DataFrame:
    """One table of the attributes of one or several layers."""
    table = Table(_fields(sources))
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
    plain = pd.DataFrame(columns, index=pd.RangeIndex(len(shapes)), copy=False)
    frame = geopandas.GeoDataFrame(plain, geometry=name)
    keep_frame_info(frame, about)
    return frame


def _attributes(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The attributes of a feature; empty when it has none."""
    attributes = row.get("attributes")
    return attributes if isinstance(attributes, Mapping) else {}


def _fields(sources: Sequence[FeatureSource]) -> tuple[Field, ...]:
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
    about["field_types"] = {field.name: field.type for field in _fields(sources) if field.type}
    kinds = {one["geometry_type"] for one in told}
    about["geometry_type"] = kinds.pop() if len(kinds) == 1 else ""
    flags = {one["truncated"] for one in told}
    about["truncated"] = True if True in flags else None if None in flags else False
    about["layers"] = [{"name": source.name, "rows": len(source.rows)} for source in sources]
    return about


def _in_one_system(
    shapes: Any, references: Sequence[SpatialReference], main: SpatialReference, crs: pyproj.CRS | None
) -> Any:
    there = np.array([shape is not None for shape in shapes], dtype=bool)
    systems = {one: to_crs(one) for one in dict.fromkeys(references)}
    for kind, other in systems.items():
        count = sum(one == kind and bool(known) for one, known in zip(references, there, strict=True))
        if count and kind != main and (other is None or crs is None) and (main or kind):
            _say_unknown(count, kind, crs)
    return shapes if crs is None else in_one_system(shapes, [systems[one] for one in references], crs)


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
