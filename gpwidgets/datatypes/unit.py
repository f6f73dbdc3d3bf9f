"""Lengths, areas and time spans with their units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from gpwidgets.datatypes.datatype import (
    DataTypeCodec,
    as_json_text,
    check_range,
    data_type,
    shown,
    wrong,
)
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import plain
from gpwidgets.protocol.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.texts import later, tr

_Unit = type[LinearUnit] | type[ArealUnit] | type[TimeUnit]


class _QuantityType(DataTypeCodec):
    """What the three share."""

    unit_class: _Unit
    number_key: str

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """The value class, from itself, ``(5, "miles")``, ``"5 mi"``, or a number in the default's unit."""
        value = as_json_text(plain(value), parameter)
        if isinstance(value, Decimal):
            value = float(value)
        try:
            made = self._made(value, parameter)
        except (ValueError, TypeError) as error:
            raise wrong(parameter, f"{error}.") from None
        check_range(getattr(made, self.number_key), parameter)
        return made

    def _made(self, value: Any, parameter: GPParameter) -> Any:
        kind = self.unit_class
        if isinstance(value, kind):
            return value
        if isinstance(value, str):
            return kind.parse(value, self.default_units(parameter))
        if isinstance(value, Mapping):
            return kind.from_json(value, self.default_units(parameter))
        if isinstance(value, tuple | list) and len(value) == 2:
            return kind(value[0], value[1])
        if isinstance(value, int | float) and not isinstance(value, bool):
            return kind(value, self.default_units(parameter))
        if isinstance(value, timedelta) and kind is TimeUnit:
            whole = not value.seconds and not value.microseconds
            return TimeUnit(value.days, "days") if whole else TimeUnit(value.total_seconds(), "seconds")
        raise ValueError(
            tr(
                "{shown} is not a number with a unit; enter one such as {example}",
                shown=shown(value),
                example=tr(self.example),
            )
        )

    def default_units(self, parameter: GPParameter) -> str:
        """The unit a number alone is in: the default's, else the first of the table."""
        try:
            units: str = self.unit_class.from_json(parameter.default_value).units
        except (ValueError, TypeError):
            return next(iter(self.unit_class._units_table))
        return units

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """The value class; what is no quantity is returned as it is."""
        try:
            return self.unit_class.from_json(wire)
        except (ValueError, TypeError):
            return wire


@data_type("GPLinearUnit")
class LinearUnitType(_QuantityType):
    """A length."""

    title: str = later("Distance")
    example = "5 km"
    unit_class: _Unit = LinearUnit
    number_key = "distance"


@data_type("GPArealUnit")
class ArealUnitType(_QuantityType):
    """An area."""

    title: str = later("Area")
    example = "3 ha"
    unit_class: _Unit = ArealUnit
    number_key = "area"


@data_type("GPTimeUnit")
class TimeUnitType(_QuantityType):
    """A time span."""

    title: str = later("Time span")
    example: str = later("3 months")
    unit_class: _Unit = TimeUnit
    number_key = "time"
