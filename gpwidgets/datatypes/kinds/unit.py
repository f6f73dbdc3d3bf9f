"""Lengths, areas and time spans with their units."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext, RequestContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY, PLAIN_REQUEST, DataType, LiteralWriter
from gpwidgets.datatypes.value_checks import as_json_text, check_range, shown, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import plain
from gpwidgets.protocol.values.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.texts import later, tr

_Unit = type[LinearUnit] | type[ArealUnit] | type[TimeUnit]


class _QuantityType(DataType):
    """What the three share."""

    unit_class: _Unit
    number_key: str
    is_chosen_by_value = True
    empty_is_none = True

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

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """The value class; what is no quantity is returned as it is."""
        try:
            return self.unit_class.from_json(wire)
        except (ValueError, TypeError):
            return wire

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """A call such as ``gp.LinearUnit(5.0, 'esriKilometers')``."""
        number = write.value(getattr(value, self.number_key))
        return write.call(f"gp.{self.unit_class.__name__}", number, write.text(value.units))

    def words(self, value: Any) -> str:
        """The number and its unit."""
        told: str = value.words
        return told


class LinearUnitType(_QuantityType):
    """A length."""

    title: str = later("Distance")
    example = "5 km"
    python_types: tuple[type, ...] = (LinearUnit,)
    unit_class: _Unit = LinearUnit
    number_key = "distance"

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> Any:
        """The object; servers before 11 know no international units, and get meters."""
        if isinstance(value, LinearUnit) and value.units.startswith("esriInt") and request.is_before(11):
            value = LinearUnit(value.meters, "esriMeters")
        return super().encode(value, parameter, request)


class ArealUnitType(_QuantityType):
    """An area."""

    title: str = later("Area")
    example = "3 ha"
    python_types: tuple[type, ...] = (ArealUnit,)
    unit_class: _Unit = ArealUnit
    number_key = "area"


class TimeUnitType(_QuantityType):
    """A time span."""

    title: str = later("Time span")
    example: str = later("3 months")
    python_types: tuple[type, ...] = (TimeUnit,)
    unit_class: _Unit = TimeUnit
    number_key = "time"
