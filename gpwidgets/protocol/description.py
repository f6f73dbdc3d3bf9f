"""Services, tasks and parameters as their description JSON tells them.

Servers since 9.3 leave out, empty or misspell nearly every key; only ``name``, ``dataType`` and
``direction`` can be relied upon. Everything is read once here; nothing past this module looks into the JSON.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from gpwidgets.protocol.enums import DataTypeName, Direction, ExecutionType, GeometryType, ParameterType
from gpwidgets.protocol.values import SpatialReference

_LAYERS = frozenset(
    {DataTypeName.FEATURES, DataTypeName.RECORDS, DataTypeName.RASTER, DataTypeName.RASTER_DATA}
)
_SCHEMA = frozenset({"geometryType", "fields", "features", "layerDefinition", "featureSet"})


def _text(data: Mapping[str, Any], *keys: str) -> str:
    for key in keys:
        value = data.get(key)
        if isinstance(value, str) and value:
            return value
    return ""


def _rows(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


@dataclass(frozen=True)
class Choice:
    """One entry of a list of allowed values.

    Attributes
    ----------
    label : str
        What the user sees.
    value : object
        What is sent.
    """

    label: str
    value: Any


@dataclass(frozen=True)
class Filter:
    """What a parameter's values are limited to (servers from 10.7).

    Attributes
    ----------
    type : str
        ``range``, ``featureClass``, ``field``, ``file``, ``codedValue`` or ``composite``.
    minimum, maximum : float or None
        Ends of a range, both allowed.
    values : tuple of str
        Geometry types, field types or file extensions without a dot.
    coded : tuple of Choice
        Allowed values with labels.
    members : tuple of Filter or None
        One for each column or member type.
    """

    type: str
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    coded: tuple[Choice, ...] = ()
    members: tuple[Filter | None, ...] = ()

    @classmethod
    def from_json(cls, data: Any) -> Filter | None:
        """Read a filter object; None when there is none."""
        if not isinstance(data, Mapping) or not isinstance(data.get("type"), str):
            return None
        kind = data["type"]
        rows = _rows(data.get("list"))
        if kind == "composite":
            return cls(kind, members=tuple(cls.from_json(row) for row in rows))
        if kind == "codedValue":
            return cls(kind, coded=tuple(_coded(row) for row in rows if isinstance(row, Mapping)))
        low, high = (_bound(data.get(key)) for key in ("minimum", "maximum"))
        return cls(kind, low, high, tuple(str(row) for row in rows if isinstance(row, str)))


def _coded(row: Mapping[str, Any]) -> Choice:
    name, value = str(row.get("name") or row.get("value") or ""), row.get("value")
    # Layers are picked by name: the value of such a row is the layer's schema.
    is_layer = row.get("dataType") in _LAYERS or (isinstance(value, Mapping) and bool(_SCHEMA & value.keys()))
    return Choice(name, name if is_layer else value)


def _bound(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


@dataclass(frozen=True)
class GPParameter:
    """One parameter of a task.

    Attributes
    ----------
    name : str
        The request field; may hold spaces.
    data_type : str
        The wire's word, known or not.
    display_name, description, category : str
        Label, help text (may be HTML) and group heading.
    direction : Direction
    parameter_type : ParameterType
    default_value : object
        JSON as sent; None when there is none.
    has_default : bool
        Whether the server names a default, even null.
    choice_list : tuple of str
        Allowed texts, or names of layers.
    filter : Filter or None
    dependency : str or None
        Name of the parameter this one follows.
    parameter_infos : tuple of GPParameter
        Columns of a value table, members of a composite or multi-value.
    """

    name: str
    data_type: str
    display_name: str = ""
    description: str = ""
    direction: Direction = Direction.INPUT
    parameter_type: ParameterType = ParameterType.OPTIONAL
    default_value: Any = field(default=None, hash=False)
    has_default: bool = False
    category: str = ""
    choice_list: tuple[str, ...] = ()
    filter: Filter | None = field(default=None, hash=False)
    dependency: str | None = None
    parameter_infos: tuple[GPParameter, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> GPParameter:
        """Read a row of ``parameters`` or ``parameterInfos``."""
        name = str(data.get("name") or "")
        kind = data.get("dataType")
        return cls(
            name=name,
            data_type=kind if isinstance(kind, str) and kind else DataTypeName.STRING.value,
            display_name=_text(data, "displayName") or name,
            description=_text(data, "description"),
            direction=Direction(data.get("direction") or ""),
            parameter_type=ParameterType(data.get("parameterType") or ""),
            default_value=data.get("defaultValue"),
            has_default="defaultValue" in data,
            category=_text(data, "category"),
            choice_list=tuple(str(row) for row in _rows(data.get("choiceList"))),
            filter=Filter.from_json(data.get("filter")),
            dependency=_text(data, "dependency") or None,
            parameter_infos=tuple(
                cls.from_json(row) for row in _rows(data.get("parameterInfos")) if isinstance(row, Mapping)
            ),
        )

    @property
    def is_input(self) -> bool:
        """Whether the user gives it."""
        return self.direction is Direction.INPUT

    @property
    def is_output(self) -> bool:
        """Whether the tool gives it."""
        return self.direction is Direction.OUTPUT

    @property
    def required(self) -> bool:
        """Whether the tool refuses to run without it."""
        return self.is_input and self.parameter_type is ParameterType.REQUIRED

    @property
    def is_hidden(self) -> bool:
        """Whether it holds texts that are never to be shown or kept, in itself or in one of its parts."""
        return "StringHidden" in self.data_type or any(part.is_hidden for part in self.parameter_infos)

    @property
    def is_multi(self) -> bool:
        """Whether it takes a list of values of one type."""
        return self.data_type.startswith(DataTypeName.MULTI_VALUE)

    @property
    def member_type(self) -> str:
        """The T of ``GPMultiValue:T``, empty when the server names none; the type itself otherwise."""
        return (
            self.data_type.removeprefix(DataTypeName.MULTI_VALUE).removeprefix(":")
            if self.is_multi
            else self.data_type
        )

    @property
    def member(self) -> GPParameter:
        """The parameter that describes one value of a multi-value."""
        infos = self.parameter_infos
        if len(infos) == 1 and self.member_type == infos[0].data_type == DataTypeName.COMPOSITE:
            infos = infos[0].parameter_infos
        inner = self.parameter_infos[0] if len(self.parameter_infos) == 1 else None
        return replace(
            self,
            data_type=self.member_type,
            default_value=None,
            has_default=False,
            choice_list=self.choice_list or (inner.choice_list if inner else ()),
            filter=self.filter or (inner.filter if inner else None),
            parameter_infos=infos,
        )

    @property
    def spatial_reference(self) -> SpatialReference:
        """The coordinate system of the features that the default describes; empty when it names none."""
        default = self.default_value if isinstance(self.default_value, Mapping) else {}
        layer = default.get("layerDefinition")
        inner = default.get("featureSet")
        extent = layer.get("extent") if isinstance(layer, Mapping) else None
        holders = [one for one in (default, inner, layer, extent) if isinstance(one, Mapping)]
        told = (SpatialReference.from_json(one.get("spatialReference")) for one in holders)
        return next((one for one in told if one and one != SpatialReference(wkid=0)), SpatialReference())

    @property
    def geometry_types(self) -> tuple[GeometryType, ...]:
        """The kinds of geometry that are wanted; empty when any will do."""
        if self.filter is not None and self.filter.type == "featureClass":
            return tuple(filter(None, map(GeometryType.named, self.filter.values)))
        default = self.default_value
        if isinstance(default, Mapping):
            definition = default.get("layerDefinition")
            word = default.get("geometryType") or (
                definition.get("geometryType") if isinstance(definition, Mapping) else None
            )
            kind = GeometryType.named(word)
            return (kind,) if kind is not None else ()
        return ()

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """Allowed values with labels; empty when anything goes."""
        if self.filter is not None and self.filter.type == "codedValue" and self.filter.coded:
            return self.filter.coded
        return tuple(Choice(text, text) for text in self.choice_list)

    @cached_property
    def choices_by_text(self) -> Mapping[str, Choice]:
        """Those of the allowed values that are texts; a list of very many is looked up for each value."""
        texts: dict[str, Choice] = {}
        for choice in self.choices:
            if isinstance(choice.value, str):
                texts.setdefault(choice.value, choice)
        return texts


@dataclass(frozen=True)
class TaskInfo:
    """A task as its resource describes it.

    Attributes
    ----------
    name, display_name, description, category, help_url : str
        Texts as sent; description may be HTML, `help_url` may lead nowhere.
    execution_type : ExecutionType
        UNKNOWN when only the service says it.
    parameters : tuple of GPParameter
        Inputs and outputs in the tool's order.
    """

    name: str
    display_name: str = ""
    description: str = ""
    category: str = ""
    help_url: str = ""
    execution_type: ExecutionType = ExecutionType.UNKNOWN
    parameters: tuple[GPParameter, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TaskInfo:
        """Read the JSON of ``…/GPServer/<task>``."""
        rows = [row for row in _rows(data.get("parameters")) if isinstance(row, Mapping) and row.get("name")]
        name = _text(data, "name")
        return cls(
            name=name,
            display_name=_text(data, "displayName") or name,
            description=_text(data, "description"),
            category=_text(data, "category"),
            help_url=_text(data, "helpUrl", "helpURL"),
            execution_type=ExecutionType(data.get("executionType") or ""),
            parameters=tuple(GPParameter.from_json(row) for row in rows),
        )

    @property
    def inputs(self) -> tuple[GPParameter, ...]:
        """What the user gives."""
        return tuple(parameter for parameter in self.parameters if parameter.is_input)

    @property
    def outputs(self) -> tuple[GPParameter, ...]:
        """What the tool gives."""
        return tuple(parameter for parameter in self.parameters if parameter.is_output)

    @property
    def categories(self) -> tuple[str, ...]:
        """Group headings of the inputs in order of appearance; ``""`` is the top group."""
        return tuple(dict.fromkeys(parameter.category for parameter in self.inputs))

    def parameter(self, name: str) -> GPParameter:
        """The parameter of this name; KeyError when there is none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)


@dataclass(frozen=True)
class ServiceInfo:
    """A geoprocessing service as its resource describes it.

    Attributes
    ----------
    current_version : float or None
        10.91 means 10.9.1: compare as one number. None when the server does not say.
    description : str
        May be HTML.
    tasks : tuple of str
    execution_type : ExecutionType
    result_map_server_name : str
        ``""`` when results have no map service.
    maximum_records : int or None
        Rows per output above which the server empties the list.
    capabilities : frozenset of str
    """

    current_version: float | None = None
    description: str = ""
    tasks: tuple[str, ...] = ()
    execution_type: ExecutionType = ExecutionType.UNKNOWN
    result_map_server_name: str = ""
    maximum_records: int | None = None
    capabilities: frozenset[str] = frozenset()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ServiceInfo:
        """Read the JSON of ``…/GPServer``."""
        limit = data.get("maximumRecords")
        words = str(data.get("capabilities") or "").split(",")
        return cls(
            current_version=_bound(data.get("currentVersion")),
            description=_text(data, "serviceDescription", "description"),
            tasks=tuple(str(name) for name in _rows(data.get("tasks")) if isinstance(name, str)),
            execution_type=ExecutionType(data.get("executionType") or ""),
            result_map_server_name=_text(data, "resultMapServerName"),
            maximum_records=limit if isinstance(limit, int) and not isinstance(limit, bool) else None,
            # A 10.8.1 server was seen to write the text "null" here.
            capabilities=frozenset(word.strip() for word in words if word.strip() not in ("", "null")),
        )

    @property
    def can_upload(self) -> bool:
        """Whether files can be uploaded to the service."""
        return "uploads" in {word.lower() for word in self.capabilities}

    @property
    def can_validate(self) -> bool:
        """Whether the server checks inputs without running (from 12.0)."""
        return any("validat" in word.lower() for word in self.capabilities)
