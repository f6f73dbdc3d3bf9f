"""Numbers of the public FeatureCollection schema, in which layers answer queries with ``f=pbf``.

A message of protocol buffers holds fields by number; each class lists those of one message. The schema is
that of Esri's ``arcgis-pbf``, version 1.
"""

from __future__ import annotations

from enum import IntEnum

from gpwidgets.protocol.enums import GeometryType

__all__ = [
    "FIELD_TYPES",
    "GEOMETRY_TYPES",
    "Answer",
    "Feature",
    "FeatureResult",
    "FieldInfo",
    "Geometry",
    "Ids",
    "Reference",
    "Result",
    "Transform",
    "Value",
    "Wire",
]

#: Geometry types by number; 4 is a multipatch, which no JSON query answers with either, 127 none at all.
GEOMETRY_TYPES = (
    GeometryType.POINT,
    GeometryType.MULTIPOINT,
    GeometryType.POLYLINE,
    GeometryType.POLYGON,
)

_WORDS = "SmallInteger Integer Single Double String Date OID Geometry Blob Raster GUID GlobalID XML"

#: Field types by number.
FIELD_TYPES = tuple(f"esriFieldType{word}" for word in _WORDS.split())


class Wire(IntEnum):
    """How the value of a field is written: the lowest three bits of its tag."""

    VARINT = 0
    EIGHT_BYTES = 1
    LENGTH = 2
    FOUR_BYTES = 5


class Answer(IntEnum):
    """The whole answer."""

    VERSION = 1
    RESULT = 2


class Result(IntEnum):
    """One of the three results that a query has."""

    FEATURES = 1
    COUNT = 2
    IDS = 3


class Ids(IntEnum):
    """Object ids alone."""

    ID_FIELD = 1
    IDS = 3


class FeatureResult(IntEnum):
    """Features, and what is said of all of them."""

    ID_FIELD = 1
    GLOBAL_ID_FIELD = 3
    GEOMETRY_TYPE = 7
    REFERENCE = 8
    EXCEEDED = 9
    HAS_Z = 10
    HAS_M = 11
    TRANSFORM = 12
    FIELDS = 13
    VALUES = 14
    FEATURES = 15
    COLLECTION = 16


class Reference(IntEnum):
    """A spatial reference."""

    WKID = 1
    LATEST_WKID = 2
    VCS_WKID = 3
    LATEST_VCS_WKID = 4
    WKT = 5


class FieldInfo(IntEnum):
    """A column."""

    NAME = 1
    TYPE = 2
    ALIAS = 3
    DOMAIN = 5


class Transform(IntEnum):
    """How whole numbers become coordinates; scale and translate hold x, y, m and z as 1 to 4."""

    ORIGIN = 1
    SCALE = 2
    TRANSLATE = 3


class Feature(IntEnum):
    """A row."""

    ATTRIBUTES = 1
    GEOMETRY = 2
    SHAPE_BUFFER = 3
    CENTROID = 4


class Geometry(IntEnum):
    """Vertices of each part, and steps from one vertex to the next."""

    TYPE = 1
    LENGTHS = 2
    COORDS = 3


class Value(IntEnum):
    """A value; without any of these it is null."""

    STRING = 1
    FLOAT = 2
    DOUBLE = 3
    SINT = 4
    UINT = 5
    INT64 = 6
    UINT64 = 7
    SINT64 = 8
    BOOL = 9
