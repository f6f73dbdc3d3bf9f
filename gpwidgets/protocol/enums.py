"""The words of the wire: directions, types of parameters, statuses, messages and units.

Members carry the wire spelling as value. A word that is not known becomes ``UNKNOWN`` (or the safest
member) instead of an error, since servers may add words with any version.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Self


class Direction(StrEnum):
    """Whether a parameter goes into the tool or comes out of it."""

    INPUT = "esriGPParameterDirectionInput"
    OUTPUT = "esriGPParameterDirectionOutput"

    @classmethod
    def _missing_(cls, value: object) -> Direction:
        # An input nobody asked for does no harm; a missing one would.
        return cls.OUTPUT if "output" in str(value).lower() else cls.INPUT


class ParameterType(StrEnum):
    """Whether a parameter has to be given."""

    REQUIRED = "esriGPParameterTypeRequired"
    OPTIONAL = "esriGPParameterTypeOptional"
    DERIVED = "esriGPParameterTypeDerived"

    @classmethod
    def _missing_(cls, value: object) -> ParameterType:
        # Servers in the wild send null here; asking for too little lets the server decide.
        return cls.OPTIONAL


class ExecutionType(StrEnum):
    """How a task runs: inside the request, or as a job."""

    SYNCHRONOUS = "esriExecutionTypeSynchronous"
    ASYNCHRONOUS = "esriExecutionTypeAsynchronous"
    UNKNOWN = ""

    @classmethod
    def _missing_(cls, value: object) -> ExecutionType:
        text = str(value).lower()
        if "async" in text:
            return cls.ASYNCHRONOUS
        return cls.SYNCHRONOUS if "sync" in text else cls.UNKNOWN


class JobStatus(StrEnum):
    """The eleven documented states of a job; words that mean an end without being documented count as one."""

    NEW = "esriJobNew"
    SUBMITTED = "esriJobSubmitted"
    WAITING = "esriJobWaiting"
    EXECUTING = "esriJobExecuting"
    SUCCEEDED = "esriJobSucceeded"
    FAILED = "esriJobFailed"
    TIMED_OUT = "esriJobTimedOut"
    CANCELLING = "esriJobCancelling"
    CANCELLED = "esriJobCancelled"
    DELETING = "esriJobDeleting"
    DELETED = "esriJobDeleted"
    UNKNOWN = ""

    @classmethod
    def _missing_(cls, value: object) -> JobStatus:
        return cls(_meant_by(str(value)))

    @property
    def is_final(self) -> bool:
        """Whether the job will not change any more; an unknown word keeps the run going."""
        return self in _FINAL_STATUSES


#: What ends a job in words that no GP server documents, such as ``expectedFailure``; the first that fits.
_ENDINGS = (
    (r"cancel+ing", "esriJobCancelling"),
    (r"deleting", "esriJobDeleting"),
    (r"(\w|^)ing(?![a-z])", ""),  # running, retrying, completing: nothing has ended
    (r"cancel+(l?ed|l?ation)?(?![a-z])", "esriJobCancelled"),
    (r"time(d|s)?[ _-]?out", "esriJobTimedOut"),
    (r"deleted|expired|purged|vanished", "esriJobDeleted"),
    (r"unsucce|incomplete|not ?(succe|complete|finish)|fail|abort|reject|abandon", "esriJobFailed"),
    (r"exception|crash|terminated|killed|stopped", "esriJobFailed"),
    (r"succe|complete|finished|(?<![a-z])done(?![a-z])", "esriJobSucceeded"),
    (r"(?<![a-z])errors?(?![a-z])", "esriJobFailed"),
)


def _meant_by(word: str) -> str:
    """The documented status that another word stands for; ``""`` for one that ends nothing."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\W]+", " ", word.strip()).lower()
    known = {status.value.lower(): status.value for status in JobStatus if status.value}
    squeezed = words.replace(" ", "")
    exact = known.get(squeezed) or known.get(f"esrijob{squeezed}")
    if exact:
        return exact
    return next((status for pattern, status in _ENDINGS if re.search(pattern, words)), "")


_FINAL_STATUSES = frozenset(
    {
        JobStatus.SUCCEEDED,
        JobStatus.FAILED,
        JobStatus.TIMED_OUT,
        JobStatus.CANCELLED,
        JobStatus.DELETING,
        JobStatus.DELETED,
    }
)


class MessageType(StrEnum):
    """The kinds of message that a tool writes."""

    INFORMATIVE = "esriJobMessageTypeInformative"
    WARNING = "esriJobMessageTypeWarning"
    ERROR = "esriJobMessageTypeError"
    EMPTY = "esriJobMessageTypeEmpty"
    ABORT = "esriJobMessageTypeAbort"
    PROCESS_DEFINITION = "esriJobMessageTypeProcessDefinition"
    PROCESS_START = "esriJobMessageTypeProcessStart"
    PROCESS_STOP = "esriJobMessageTypeProcessStop"

    @classmethod
    def _missing_(cls, value: object) -> MessageType:
        return cls.INFORMATIVE

    @property
    def level(self) -> str:
        """``"info"``, ``"warning"`` or ``"error"``."""
        if self in (MessageType.ERROR, MessageType.ABORT):
            return "error"
        return "warning" if self is MessageType.WARNING else "info"


class DataTypeName(StrEnum):
    """The ``dataType`` words of parameters that code outside of the data types has to name."""

    BOOLEAN = "GPBoolean"
    DOUBLE = "GPDouble"
    STRING = "GPString"
    HIDDEN_STRING = "GPStringHidden"
    EXTENT = "GPExtent"
    SPATIAL_REFERENCE = "GPSpatialReference"
    FEATURES = "GPFeatureRecordSetLayer"
    RECORDS = "GPRecordSet"
    RASTER = "GPRasterDataLayer"
    RASTER_DATA = "GPRasterData"
    MULTI_VALUE = "GPMultiValue"
    COMPOSITE = "GPComposite"


SHAPE_TYPES = (
    "Point",
    "LineString",
    "LinearRing",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)
"""The shapes of GeoJSON and shapely, each at the place that is its type number in shapely."""


class GeometryType(StrEnum):
    """The kinds of geometry, and what each is called elsewhere.

    Attributes
    ----------
    word : str
        For people.
    key : str
        Of the coordinates in a geometry object; ``""`` where none is read.
    curve_key : str
        Of the coordinates when there are curves among them.
    dimension : int
        0 for points, 1 for lines, 2 for areas, 3 for surfaces in space.
    shapes : tuple of str
        The `SHAPE_TYPES` that are written as it.
    drawn_as : tuple of str
        What can be drawn on a map for it.

    Examples
    --------
    >>> GeometryType.of_shape("MultiLineString").word, GeometryType.POLYGON.key
    ('line', 'rings')
    """

    word: str
    key: str
    curve_key: str
    dimension: int
    shapes: tuple[str, ...]
    drawn_as: tuple[str, ...]

    def __new__(
        cls,
        value: str,
        word: str = "",
        keys: tuple[str, str] = ("", ""),
        dimension: int = 0,
        shapes: tuple[str, ...] = (),
        drawn_as: tuple[str, ...] = (),
    ) -> Self:
        """A member of the table below."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.word, (member.key, member.curve_key) = word, keys
        member.dimension, member.shapes, member.drawn_as = dimension, shapes, drawn_as
        return member

    POINT = "esriGeometryPoint", "point", ("x", ""), 0, ("Point",), ("point",)
    MULTIPOINT = "esriGeometryMultipoint", "multipoint", ("points", ""), 0, ("MultiPoint",), ("multipoint",)
    POLYLINE = (
        *("esriGeometryPolyline", "line", ("paths", "curvePaths"), 1),
        *(("LineString", "LinearRing", "MultiLineString"), ("line",)),
    )
    POLYGON = (
        *("esriGeometryPolygon", "polygon", ("rings", "curveRings"), 2),
        *(("Polygon", "MultiPolygon"), ("polygon", "rectangle", "circle")),
    )
    ENVELOPE = "esriGeometryEnvelope", "rectangle", ("xmin", ""), 2, (), ("rectangle",)
    MULTIPATCH = "esriGeometryMultiPatch", "multipatch", ("", ""), 3

    @classmethod
    def named(cls, word: object) -> GeometryType | None:
        """The kind of an ``esriGeometry…`` word; None for any other word."""
        return _GEOMETRY_TYPES.get(word) if isinstance(word, str) else None

    @classmethod
    def of_shape(cls, shape: object) -> GeometryType | None:
        """The kind that a shape of GeoJSON or shapely is written as; None for collections and other words."""
        return _OF_SHAPES.get(shape) if isinstance(shape, str) else None

    def takes(self, shape: str) -> bool:
        """Whether an input of this kind can be given a shape: a point where points are wanted, and so on."""
        kind = GeometryType.of_shape(shape)
        if self is GeometryType.ENVELOPE:
            return shape == "Polygon"
        return kind is not None and kind.dimension == self.dimension


_GEOMETRY_TYPES = {kind.value: kind for kind in GeometryType}
_OF_SHAPES = {shape: kind for kind in GeometryType for shape in kind.shapes}
