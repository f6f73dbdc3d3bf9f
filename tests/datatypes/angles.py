"""A data type that the REST API does not have, as others would add it: two classes."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

import ipywidgets as w

import gpwidgets as gp
from gpwidgets.errors import ParameterError


@dataclass(frozen=True)
class Angle:
    """An angle in degrees."""

    degrees: float

    def to_json(self) -> dict[str, Any]:
        return {"angle": self.degrees, "units": "degrees"}


class AngleType(gp.DataType):
    """Angles: on the wire an object, in a call an `Angle`, a number or a text such as ``"90°"``."""

    title = "Angle"
    example = "90°"
    python_types = (Angle,)

    def check(self, value: Any, parameter: Any) -> Angle:
        if isinstance(value, Angle):
            return value
        try:
            return Angle(float(str(value).rstrip("°").strip()) % 360)
        except ValueError:
            raise ParameterError(parameter.name, f"{value!r} is no angle; enter one such as 90°.") from None

    def decode(self, wire: Any, parameter: Any, reply: Any = None) -> Any:
        return Angle(float(wire["angle"])) if isinstance(wire, dict) and "angle" in wire else wire

    def literal(self, value: Angle, name: str, write: Any) -> ast.expr:
        return write.text(self.words(value))

    def words(self, value: Angle) -> str:
        return f"{value.degrees:g}°"


class AngleEditor(gp.ParameterEditor):
    """A slider."""

    def build(self) -> list[w.Widget]:
        self.slider = w.FloatSlider(description=self.label, min=0, max=360)
        self.slider.observe(self.take, names="value")
        return [self.slider]

    def read(self) -> Any:
        return self.slider.value

    def show(self, value: Any) -> None:
        self.slider.value = value.degrees if isinstance(value, Angle) else 0
