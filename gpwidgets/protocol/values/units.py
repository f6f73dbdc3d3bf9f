"""Lengths, areas and time spans with their units, as the wire holds them and as people write them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from gpwidgets.protocol.values.unit_names import AREAL_UNITS, LINEAR_UNITS, TIME_UNITS, UnitName, UnitTable
from gpwidgets.texts import later, tr

_QUANTITY = re.compile(r"([-+]?(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?\d++)?+)\s*+(.*+)$")


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError(tr("{value!r} is not a number", value=value))
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(tr("the number is too large")) from None
    except (TypeError, ValueError):
        raise ValueError(tr("{value!r} is not a number", value=value)) from None
    if not math.isfinite(number):
        raise ValueError(tr("{value!r} is not a finite number", value=value))
    return number


class _Quantity:
    """What the three units share: a number, a unit word, and how both are written."""

    _number_key: ClassVar[str]
    _units_table: ClassVar[UnitTable]
    _example: ClassVar[str]
    units: str

    def _normalise(self) -> None:
        """Check the number and replace the unit by its wire spelling; for ``__post_init__``."""
        object.__setattr__(self, self._number_key, _number(getattr(self, self._number_key)))
        object.__setattr__(self, "units", self._wire_unit(self.units))

    @classmethod
    def _wire_unit(cls, text: Any) -> str:
        found = cls._units_table.find(str(text))
        if found is None:
            known = ", ".join(name.plural for name in cls._units_table.known.values())
            raise ValueError(
                tr("{text!r} is not a unit known here; known are {known}", text=text, known=known)
            )
        return found

    @classmethod
    def parse(cls, text: str, default_units: str | None = None) -> Self:
        """Read a number and a unit such as ``"5 km"``.

        Parameters
        ----------
        text
            The number first, then the unit in any usual spelling.
        default_units
            Taken when the text has a number alone.

        Raises
        ------
        ValueError
            There is no number, or no unit of this kind.
        """
        match = _QUANTITY.match(text.replace("\N{MINUS SIGN}", "-").strip())
        if match is not None and match[2].startswith(","):
            raise ValueError(
                tr("{text!r} has a comma; numbers are written with a decimal point, as 2.5", text=text)
            )
        if match is None:
            raise ValueError(
                tr(
                    "{text!r} does not start with a number; enter one such as {example}",
                    text=text,
                    example=tr(cls._example),
                )
            )
        number, unit = match.groups()
        if not unit and default_units is None:
            raise ValueError(
                tr("{text!r} has no unit; enter one such as {example}", text=text, example=tr(cls._example))
            )
        return cls(number, unit or default_units)  # type: ignore[call-arg]

    @classmethod
    def from_json(cls, data: Any, default_units: str | None = None) -> Self:
        """Read the wire form: an object, or the text form of newer servers."""
        if isinstance(data, str):
            return cls.parse(data, default_units or next(iter(cls._units_table)))
        if not isinstance(data, Mapping):
            raise ValueError(tr("{data!r} is not a number with a unit", data=data))
        units = data.get("units") or default_units or next(iter(cls._units_table))
        return cls(data.get(cls._number_key), units)  # type: ignore[call-arg]

    def to_json(self) -> dict[str, Any]:
        """The wire form, an object with the number and its units."""
        number = getattr(self, self._number_key)
        plain = int(number) if number.is_integer() and abs(number) < 1e15 else number
        return {self._number_key: plain, "units": self.units}

    @property
    def unit_name(self) -> UnitName:
        """Words for the unit, and its size."""
        return self._units_table[self.units]

    def __str__(self) -> str:
        number = getattr(self, self._number_key)
        return f"{f'{number:g}' if abs(number) < 1e6 else repr(number)} {self._unit_word(str)}"

    @property
    def words(self) -> str:
        """The number, its thousands apart, and its unit in the language of the user.

        As text it is English and without separators, which `parse` reads.
        """
        number = getattr(self, self._number_key)
        whole = int(number) if number.is_integer() and abs(number) < 1e15 else number
        written = tr("{number:,.9g}", number=number) if abs(number) < 1e6 else tr("{number:,}", number=whole)
        return f"{written} {self._unit_word(tr)}"

    def _unit_word(self, say: Callable[[str], str]) -> str:
        is_one = getattr(self, self._number_key) == 1
        return say(self.unit_name.singular if is_one else self.unit_name.plural)


@dataclass(frozen=True)
class LinearUnit(_Quantity):
    """A length: GPLinearUnit.

    Parameters
    ----------
    distance
        The number.
    units
        Wire name (``"esriKilometers"``), word (``"kilometers"``) or abbreviation (``"km"``). To a server,
        feet, yards, miles and inches are US survey units; the international ones start with ``esriInt``.

    Raises
    ------
    ValueError
        The number is not finite, or the unit is unknown.

    Examples
    --------
    >>> LinearUnit(5, "km")
    LinearUnit(distance=5.0, units='esriKilometers')
    >>> LinearUnit.parse("2.5 km").meters
    2500.0
    """

    distance: float
    units: str = "esriMeters"
    _number_key: ClassVar[str] = "distance"
    _units_table: ClassVar[UnitTable] = LINEAR_UNITS
    _example: ClassVar[str] = "5 km"

    def __post_init__(self) -> None:
        self._normalise()

    @property
    def meters(self) -> float:
        """The length in metres; NaN for degrees and unknown units."""
        return self.distance * self.unit_name.factor


@dataclass(frozen=True)
class ArealUnit(_Quantity):
    """An area: GPArealUnit.

    Parameters
    ----------
    area
        The number.
    units
        Wire name (``"esriHectares"``), word or abbreviation (``"ha"``).

    Raises
    ------
    ValueError
        The number is not finite, or the unit is unknown.

    Examples
    --------
    >>> ArealUnit(3, "hectares")
    ArealUnit(area=3.0, units='esriHectares')
    """

    area: float
    units: str = "esriSquareMeters"
    _number_key: ClassVar[str] = "area"
    _units_table: ClassVar[UnitTable] = AREAL_UNITS
    _example: ClassVar[str] = "3 ha"

    def __post_init__(self) -> None:
        self._normalise()

    @property
    def square_meters(self) -> float:
        """The area in square metres; NaN for unknown units."""
        return self.area * self.unit_name.factor


@dataclass(frozen=True)
class TimeUnit(_Quantity):
    """A time span: GPTimeUnit.

    Parameters
    ----------
    time
        The number.
    units
        Wire name (``"esriTimeUnitsDays"``), word or abbreviation (``"days"``).

    Raises
    ------
    ValueError
        The number is not finite, or the unit is unknown.

    Examples
    --------
    >>> TimeUnit.parse("2 weeks")
    TimeUnit(time=2.0, units='esriTimeUnitsWeeks')
    """

    time: float
    units: str = "esriTimeUnitsUnknown"
    _number_key: ClassVar[str] = "time"
    _units_table: ClassVar[UnitTable] = TIME_UNITS
    _example: ClassVar[str] = later("3 months")

    def __post_init__(self) -> None:
        self._normalise()
