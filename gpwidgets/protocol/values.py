"""Values of parameters that are more than a number or a text: files, layers, fields, extents, references.

Each is a frozen dataclass with `from_json` and `to_json` for the wire form. They are made in modules of their
own and named here together.
"""

from gpwidgets.protocol.files import DataFile, Fetch, RasterData
from gpwidgets.protocol.layer_references import FieldRef, LayerReference, RowReader, read_layers_by
from gpwidgets.protocol.spatial import Extent, MapImage, SpatialReference
from gpwidgets.protocol.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.protocol.unset import UNSET, Unset

__all__ = [
    "UNSET",
    "ArealUnit",
    "DataFile",
    "Extent",
    "Fetch",
    "FieldRef",
    "LayerReference",
    "LinearUnit",
    "MapImage",
    "RasterData",
    "RowReader",
    "SpatialReference",
    "TimeUnit",
    "Unset",
    "read_layers_by",
]
