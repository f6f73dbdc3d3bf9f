"""Columns that are inputs: each gets the type that it has in its layer, and one that is not there is said."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gpwidgets.datatypes.kinds.composite import CompositeType
from gpwidgets.datatypes.kinds.field import FieldType
from gpwidgets.datatypes.kinds.value_table import ValueTableType
from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.errors import GPError, InputErrors, ParameterError
from gpwidgets.protocol.attributes import input_fields, is_computed
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.features import RecordSet
from gpwidgets.protocol.values import CompositeValue, FieldRef, LayerReference
from gpwidgets.texts import tr

__all__ = ["settle_fields"]

ColumnsOf = Callable[[LayerReference], tuple[FieldRef, ...]]


def settle_fields(
    info: TaskInfo, checked: Mapping[str, Any], columns_of: ColumnsOf | None = None
) -> dict[str, Any]:
    """Give the columns among checked values the types that they have in the layers they belong to.

    Parameters
    ----------
    info
        The task; a parameter says by its dependency which input it belongs to, or there is one layer only.
    checked
        Values by parameter name.
    columns_of
        Reads the columns of a layer on a server; without it such layers are passed over.

    Returns
    -------
    dict
        The same values.

    Raises
    ------
    InputErrors
        A layer has no column of that name.
    """
    settler = _Settler(info, checked, columns_of)
    settled: dict[str, Any] = {}
    problems: list[ParameterError] = []
    for name, value in checked.items():
        try:
            settled[name] = settler.settle(info.parameter(name), value)
        except ParameterError as error:
            problems.append(ParameterError(name, error.problem))
    if problems:
        raise InputErrors(problems)
    return settled


class _Settler:
    def __init__(self, info: TaskInfo, checked: Mapping[str, Any], columns_of: ColumnsOf | None) -> None:
        layers = [one.name for one in info.inputs if datatype_of(one).is_set]
        self._only = layers[0] if len(layers) == 1 else ""
        self._inputs = {one.name: one for one in info.inputs}
        self._checked = checked
        self._columns_of = columns_of
        self._known: dict[str, dict[str, FieldRef]] = {}

    def settle(self, parameter: GPParameter, value: Any) -> Any:
        if isinstance(value, FieldRef):
            return self._settled(parameter, value)
        if isinstance(value, CompositeValue) and isinstance(value.value, FieldRef):
            members = CompositeType.members(parameter)
            member = next((one for one in members if one.data_type == value.data_type), parameter)
            return replace(value, value=self._settled(member, value.value))
        if parameter.is_multi and isinstance(value, list):
            return [self.settle(parameter.member, row) for row in value]
        columns = ValueTableType.columns(parameter) if isinstance(value, list) else []
        if any(isinstance(datatype_of(column), FieldType | CompositeType) for column in columns):
            return [[self.settle(one, cell) for one, cell in zip(columns, row, strict=True)] for row in value]
        return value

    def _settled(self, parameter: GPParameter, field: FieldRef) -> FieldRef:
        columns = self._columns(parameter.dependency or self._only)
        if not columns:
            return field
        found = columns.get(field.name) or columns.get(field.name.casefold())
        if found is None:
            if is_computed(field.name):
                return field  # the server makes it
            raise ParameterError(parameter.name, _no_column(field.name, columns))
        if field.type != FieldRef("").type:
            return field  # the caller has said more than its name
        return replace(field, name=found.name, type=found.type)

    def _columns(self, layer: str) -> dict[str, FieldRef]:
        """Columns by their name, and by their name without case; empty when they are not known."""
        if layer not in self._known:
            found = self._read(layer)
            folded = {one.name.casefold(): one for one in reversed(found)}
            self._known[layer] = {**folded, **{one.name: one for one in found}}
        return self._known[layer]

    def _read(self, layer: str) -> list[FieldRef]:
        parameter, value = self._inputs.get(layer), self._checked.get(layer)
        if isinstance(value, LayerReference):
            try:
                return list(self._columns_of(value)) if self._columns_of is not None else []
            except GPError:
                return []  # the server of the task may be able to read what we cannot
        if isinstance(value, RecordSet):
            return [FieldRef(one.name, one.type) for one in value.fields]
        if value is not None and hasattr(value, "dtypes"):
            from gpwidgets.convert.tables.plain import field_types

            own = [FieldRef(name, kind) for name, kind in field_types(value).items()]
            if own:
                return own
        elif value is not None:
            return []
        fields = input_fields(parameter) if parameter is not None else ()
        return [FieldRef(one.name, one.type) for one in fields]


def _no_column(name: str, columns: Mapping[str, FieldRef]) -> str:
    names = list(dict.fromkeys(one.name for one in columns.values()))
    near = difflib.get_close_matches(name.casefold(), list(columns), 1, 0.6)
    if near:
        return tr(
            "the layer has no column {name!r}; did you mean {near!r}?", name=name, near=columns[near[0]].name
        )
    return tr(
        "the layer has no column {name!r}; it has: {columns}.", name=name, columns=", ".join(names[:12])
    )
