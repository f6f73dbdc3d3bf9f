"""The words of the wire: directions, types of parameters, statuses, messages and units.

Members carry the wire spelling as value. A word that is not known becomes ``UNKNOWN`` (or the safest
member) instead of an error, since servers may add words with any version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


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


GEOMETRY_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "esriGeometryPoint": "point",
        "esriGeometryMultipoint": "multipoint",
        "esriGeometryPolyline": "line",
        "esriGeometryPolygon": "polygon",
        "esriGeometryEnvelope": "rectangle",
        "esriGeometryMultiPatch": "multipatch",
    }
)
"""Wire name of each geometry type and the word for it."""


@dataclass(frozen=True)
class UnitName:
    """How people write a unit, and how large it is.

    Attributes
    ----------
    singular, plural
        The words shown.
    abbreviations
        Other spellings that are understood.
    factor
        Size in metres, square metres or seconds; NaN where it has no fixed size.
    """

    singular: str
    plural: str
    abbreviations: tuple[str, ...] = ()
    factor: float = float("nan")


_US_FOOT = 1200 / 3937

LINEAR_UNITS: Mapping[str, UnitName] = MappingProxyType(
    {
        "esriMeters": UnitName("meter", "meters", ("m", "metre", "metres"), 1.0),
        "esriKilometers": UnitName("kilometer", "kilometers", ("km", "kilometre", "kilometres"), 1000.0),
        "esriFeet": UnitName("foot", "feet", ("ft", "us ft", "us survey feet"), _US_FOOT),
        "esriYards": UnitName("yard", "yards", ("yd",), 3 * _US_FOOT),
        "esriMiles": UnitName("mile", "miles", ("mi",), 5280 * _US_FOOT),
        "esriNauticalMiles": UnitName("nautical mile", "nautical miles", ("nmi", "nm"), 1852.0),
        "esriInches": UnitName("inch", "inches", ("in",), _US_FOOT / 12),
        "esriCentimeters": UnitName("centimeter", "centimeters", ("cm", "centimetres"), 0.01),
        "esriMillimeters": UnitName("millimeter", "millimeters", ("mm", "millimetres"), 0.001),
        "esriDecimeters": UnitName("decimeter", "decimeters", ("dm", "decimetres"), 0.1),
        "esriDecimalDegrees": UnitName(
            "decimal degree", "decimal degrees", ("degree", "degrees", "deg", "°")
        ),
        "esriPoints": UnitName("point", "points", ("pt",), _US_FOOT / 864),
        "esriIntFeet": UnitName("international foot", "international feet", ("int ft",), 0.3048),
        "esriIntYards": UnitName("international yard", "international yards", ("int yd",), 0.9144),
        "esriIntMiles": UnitName("international mile", "international miles", ("int mi",), 1609.344),
        "esriIntInches": UnitName("international inch", "international inches", ("int in",), 0.0254),
        "esriIntNauticalMiles": UnitName(
            "international nautical mile", "international nautical miles", ("int nmi",), 1852.0
        ),
        "esriUnknownUnits": UnitName("unknown unit", "unknown units", ("unknown",)),
    }
)
"""Lengths. Feet, yards, miles and inches without ``Int`` are US survey units to a GP server."""

_FOOT = 0.3048

AREAL_UNITS: Mapping[str, UnitName] = MappingProxyType(
    {
        "esriSquareMeters": UnitName(
            "square meter", "square meters", ("m2", "m²", "sq m", "square metres"), 1.0
        ),
        "esriSquareKilometers": UnitName(
            "square kilometer", "square kilometers", ("km2", "km²", "sq km"), 1e6
        ),
        "esriHectares": UnitName("hectare", "hectares", ("ha",), 1e4),
        "esriAres": UnitName("are", "ares", ("a",), 100.0),
        "esriAcres": UnitName("acre", "acres", ("ac",), 43560 * _FOOT**2),
        "esriSquareMiles": UnitName("square mile", "square miles", ("mi2", "mi²", "sq mi"), 1609.344**2),
        "esriSquareYards": UnitName("square yard", "square yards", ("yd2", "yd²", "sq yd"), 9 * _FOOT**2),
        "esriSquareFeet": UnitName("square foot", "square feet", ("ft2", "ft²", "sq ft"), _FOOT**2),
        "esriSquareInches": UnitName(
            "square inch", "square inches", ("in2", "in²", "sq in"), (_FOOT / 12) ** 2
        ),
        "esriSquareDecimeters": UnitName("square decimeter", "square decimeters", ("dm2", "dm²"), 0.01),
        "esriSquareCentimeters": UnitName("square centimeter", "square centimeters", ("cm2", "cm²"), 1e-4),
        "esriSquareMillimeters": UnitName("square millimeter", "square millimeters", ("mm2", "mm²"), 1e-6),
        "esriAcresUS": UnitName("US survey acre", "US survey acres", (), 43560 * _US_FOOT**2),
        "esriSquareMilesUS": UnitName(
            "US survey square mile", "US survey square miles", (), (5280 * _US_FOOT) ** 2
        ),
        "esriSquareYardsUS": UnitName("US survey square yard", "US survey square yards", (), 9 * _US_FOOT**2),
        "esriSquareFeetUS": UnitName("US survey square foot", "US survey square feet", (), _US_FOOT**2),
        "esriSquareInchesUS": UnitName(
            "US survey square inch", "US survey square inches", (), (_US_FOOT / 12) ** 2
        ),
        "esriUnknownAreaUnits": UnitName("unknown area unit", "unknown area units", ("unknown",)),
    }
)
"""Areas."""

TIME_UNITS: Mapping[str, UnitName] = MappingProxyType(
    {
        "esriTimeUnitsSeconds": UnitName("second", "seconds", ("s", "sec"), 1.0),
        "esriTimeUnitsMinutes": UnitName("minute", "minutes", ("min",), 60.0),
        "esriTimeUnitsHours": UnitName("hour", "hours", ("h", "hr"), 3600.0),
        "esriTimeUnitsDays": UnitName("day", "days", ("d",), 86400.0),
        "esriTimeUnitsWeeks": UnitName("week", "weeks", ("wk",), 604800.0),
        "esriTimeUnitsMonths": UnitName("month", "months", ("mo",)),
        "esriTimeUnitsYears": UnitName("year", "years", ("yr", "y")),
        "esriTimeUnitsDecades": UnitName("decade", "decades"),
        "esriTimeUnitsCenturies": UnitName("century", "centuries"),
        "esriTimeUnitsMilliseconds": UnitName("millisecond", "milliseconds", ("ms",), 0.001),
        "esriTimeUnitsUnknown": UnitName("unknown time unit", "unknown time units", ("unknown",)),
    }
)
"""Time spans."""

_PREFIXES = ("esritimeunits", "esri")


def _squeezed(text: str) -> str:
    return "".join(text.lower().split()).replace("_", "").rstrip(".")


def find_unit(table: Mapping[str, UnitName], text: str) -> str | None:
    """Find the wire name of a unit from any usual way of writing it.

    Parameters
    ----------
    table
        `LINEAR_UNITS`, `AREAL_UNITS` or `TIME_UNITS`.
    text
        Wire name in any case, with or without its ``esri`` prefix, or a word or abbreviation.

    Returns
    -------
    str or None
        The wire name, or None when no unit is written like this.
    """
    wanted = _squeezed(text)
    if not wanted:
        return None
    return _spellings(table).get(wanted)


def _spellings(table: Mapping[str, UnitName]) -> dict[str, str]:
    known: dict[str, str] = {}
    for wire, name in table.items():
        words = [wire, name.singular, name.plural, *name.abbreviations]
        squeezed = _squeezed(wire)
        words += [squeezed.removeprefix(prefix) for prefix in _PREFIXES if squeezed.startswith(prefix)]
        for word in words:
            known.setdefault(_squeezed(word), wire)
    return known
