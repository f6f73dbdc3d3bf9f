"""Units of length, area and time: wire names, words, abbreviations and sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

__all__ = ["AREAL_UNITS", "LINEAR_UNITS", "TIME_UNITS", "UnitName", "UnitTable"]


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


class UnitTable(Mapping[str, UnitName]):
    """The units of one kind by their wire names, which finds them by any usual spelling.

    Parameters
    ----------
    units
        By wire name.
    """

    def __init__(self, units: Mapping[str, UnitName]) -> None:
        self._units = dict(units)

    def __getitem__(self, wire: str) -> UnitName:
        return self._units[wire]

    def __iter__(self) -> Iterator[str]:
        return iter(self._units)

    def __len__(self) -> int:
        return len(self._units)

    @property
    def known(self) -> dict[str, UnitName]:
        """The units without the word for one that is not known, which a server may send but nobody means."""
        return {wire: name for wire, name in self._units.items() if "unknown" not in name.abbreviations}

    def find(self, text: str) -> str | None:
        """Find the wire name of a unit.

        Parameters
        ----------
        text
            Wire name in any case, with or without its ``esri`` prefix, or a word or abbreviation.

        Returns
        -------
        str or None
            The wire name, or None when no unit is written like this.
        """
        return text if text in self._units else self._spellings.get(_squeezed(text))

    @cached_property
    def _spellings(self) -> dict[str, str]:
        known: dict[str, str] = {}
        for wire, name in self._units.items():
            words = [wire, name.singular, name.plural, *name.abbreviations]
            squeezed = _squeezed(wire)
            words += [squeezed.removeprefix(prefix) for prefix in _PREFIXES if squeezed.startswith(prefix)]
            for word in words:
                known.setdefault(_squeezed(word), wire)
        return known


_PREFIXES = ("esritimeunits", "esri")


def _squeezed(text: str) -> str:
    return "".join(text.lower().split()).replace("_", "").rstrip(".")


_US_FOOT = 1200 / 3937

LINEAR_UNITS: UnitTable = UnitTable(
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

AREAL_UNITS: UnitTable = UnitTable(
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

TIME_UNITS: UnitTable = UnitTable(
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
