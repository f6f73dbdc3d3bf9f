"""Editor of lengths, areas and time spans."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from gpwidgets.errors import ParameterError
from gpwidgets.protocol.values import UNSET, ArealUnit, LinearUnit, TimeUnit
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.editors.text import range_text
from gpwidgets.widgets.kit.controls import lean

_CLASSES = {"GPLinearUnit": LinearUnit, "GPArealUnit": ArealUnit, "GPTimeUnit": TimeUnit}


class QuantityEditor(ParameterEditor):
    """A number and its unit; ``5 km`` typed into the number's box sets both."""

    def build(self) -> list[w.Widget]:
        self._class = _CLASSES[self.parameter.data_type]
        self._key = self._class._number_key
        self.number: w.Text = lean(
            w.Text,
            description=self.label,
            placeholder=range_text(self.parameter)
            or tr("a number, or {example}", example=tr(self.codec.example)),
            tooltip=self.title,
            layout={"flex": "1 1 90px", "width": "auto", "min_width": "0"},
        )
        self.unit: w.Dropdown = lean(
            w.Dropdown,
            options=self._units(self.codec.default_units(self.parameter)),
            value=self.codec.default_units(self.parameter),
            tooltip=tr("Unit of {title}", title=self.title),
            layout={"flex": "0 1 150px", "width": "auto", "min_width": "80px"},
            _dom_classes=("gpw-unit",),
        )
        self.number.observe(self.take, names="value")
        self.unit.observe(self.take, names="value")
        return [lean(w.HBox, [self.number, self.unit], _dom_classes=("gpw-wide", "gpw-ends"))]

    def _units(self, used: str) -> list[tuple[str, str]]:
        """The units that are offered: those that are known, and the one that is used."""
        table = self._class._units_table
        return [(tr(name.plural), wire) for wire, name in table.items() if wire in {*table.known, used}]

    def _choose_unit(self, wire: str) -> None:
        if wire not in {one for _, one in self.unit.options}:
            self.unit.options = self._units(wire)
        self.unit.value = wire

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.number

    def read(self) -> Any:
        """Return the quantity; a unit that is typed wins over the chosen one."""
        text = self.number.value.strip()
        if not text:
            return UNSET
        try:
            made = self._class.parse(text, self.unit.value)
        except ValueError as error:
            raise ParameterError(self.parameter.name, f"{error}.") from None
        if made.units != self.unit.value:
            with self._binding.silently():
                self._choose_unit(made.units)
        return made

    def show(self, value: Any) -> None:
        if value is UNSET:
            self.number.value = ""
            self._choose_unit(self.codec.default_units(self.parameter))
            return
        self.number.value = f"{value.to_json()[self._key]}"
        self._choose_unit(value.units)

    def show_raw(self, value: Any) -> bool:
        self.number.value = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        return True
