"""Values of parameters that are more than a number or a text: files, layers, fields, extents, references.

Each is a frozen dataclass with `from_json` and `to_json` for the wire form. They are made in modules of their
own and named here together.
"""

from gpwidgets.protocol.values.composite_value import CompositeValue
from gpwidgets.protocol.values.files import DataFile, Fetch, RasterData
from gpwidgets.protocol.values.layer_references import (
    FieldRef,
    LayerReference,
    NameOnServer,
    RowReader,
    read_layers_by,
)
from gpwidgets.protocol.values.spatial import Extent, MapImage, SpatialReference
from gpwidgets.protocol.values.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.protocol.values.unset import UNSET, Unset

__all__ = [
    "UNSET",
    "ArealUnit",
    "CompositeValue",
    "DataFile",
    "Extent",
    "Fetch",
    "FieldRef",
    "LayerReference",
    "LinearUnit",
    "MapImage",
    "NameOnServer",
    "RasterData",
    "RowReader",
    "SpatialReference",
    "TimeUnit",
    "Unset",
    "read_layers_by",
]
