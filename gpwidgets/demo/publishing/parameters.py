"""How the embedded server describes a parameter: what a tool's author states, and the JSON made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gpwidgets.demo.publishing.strict import finite
from gpwidgets.protocol.enums import Direction, ParameterType

FEATURES = "GPFeatureRecordSetLayer"
RECORDS = "GPRecordSet"
WGS84: Mapping[str, int] = {"wkid": 4326, "latestWkid": 4326}


@dataclass(frozen=True)
class Param:
    """What a signature cannot say about a parameter, for use in ``Annotated[type, Param(...)]``.

    Parameters
    ----------
    data_type
        Wire name, where the Python type does not tell (``"GPSQLExpression"`` for text, say).
    name, display_name, description
        Replace those taken from the signature and the docstring.
    category
        Heading under which a form shows the parameter.
    geometry
        One or more of ``esriGeometryPoint``, ``...Multipoint``, ``...Polyline``, ``...Polygon``.
    minimum, maximum
        Range of a number, both ends allowed.
    choices
        The values allowed, for types other than ``Literal``.
    coded
        Label to value, shown by label and sent by value.
    extensions
        Kinds of file accepted, without the dot.
    field_types
        Types of field accepted, for ``Field``.
    dependency
        Name of the parameter whose fields are offered.
    required
        Says so where the default would make it optional.
    fields
        Attribute columns of a feature or record set: name to esri field type.
    members
        Columns of a value table, or types of a composite.
    default
        Wire value shown as the default.
    renderer
        How an output is drawn: a renderer of the REST API, as of `gpwidgets.demo.publishing.drawing_info`.
    """

    data_type: str = ""
    name: str = ""
    display_name: str = ""
    description: str = ""
    category: str = ""
    geometry: str | tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    coded: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ()
    field_types: tuple[str, ...] = ()
    dependency: str = ""
    required: bool | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    members: tuple[Param, ...] = ()
    default: Any = None
    renderer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def geometry_types(self) -> tuple[str, ...]:
        """Geometry types as a tuple, however they were given."""
        return (self.geometry,) if isinstance(self.geometry, str) else tuple(self.geometry)

    @property
    def filter(self) -> dict[str, Any] | None:
        """The filter JSON, or None."""
        if self.minimum is not None or self.maximum is not None:
            ends = finite({"minimum": self.minimum, "maximum": self.maximum})
            known = {name: end for name, end in ends.items() if end is not None}
            return {"type": "range", **known} if known else None
        if self.coded:
            listed = [{"dataType": "GPString", "name": k, "value": v} for k, v in self.coded.items()]
            return {"type": "codedValue", "list": listed}
        for kind, values in (
            ("file", self.extensions),
            ("field", self.field_types),
            ("featureClass", self.geometry_types),
        ):
            if values:
                return {"type": kind, "list": list(values)}
        return None


@dataclass(frozen=True)
class ParameterSpec:
    """One parameter of a published tool."""

    name: str
    data_type: str
    direction: Direction
    parameter_type: ParameterType
    param: Param = Param()
    argument: str = ""
    """Name of the function's argument; empty for outputs."""

    @property
    def is_input(self) -> bool:
        """Whether the parameter goes into the tool."""
        return self.direction is Direction.INPUT

    @property
    def required(self) -> bool:
        """Whether a request without the parameter is refused."""
        return self.is_input and self.parameter_type is ParameterType.REQUIRED

    @property
    def member_type(self) -> str | None:
        """``T`` of ``GPMultiValue:T``, else None."""
        return self.data_type.partition(":")[2] or None

    @property
    def default(self) -> Any:
        """The default as wire JSON; layers get an empty set which tells their schema."""
        return default_of(self.data_type, self.param)

    def to_json(self) -> dict[str, Any]:
        """The parameter's entry in the task description."""
        told: dict[str, Any] = {
            "name": self.name,
            "dataType": self.data_type,
            "displayName": self.param.display_name or self.name.replace("_", " "),
            "description": self.param.description,
            "direction": self.direction.value,
        }
        if self.is_input and self.param.filter is not None:
            told["filter"] = self.param.filter
        told["defaultValue"] = self.default
        told["parameterType"] = self.parameter_type.value
        if self.param.dependency:
            told["dependency"] = self.param.dependency
        told["category"] = self.param.category
        if self.param.choices:
            told["choiceList"] = list(self.param.choices)
        if self.param.members:
            told["parameterInfos"] = [_member(member) for member in self.param.members]
        return told


def default_of(data_type: str, param: Param) -> Any:
    """Default of a parameter as wire JSON."""
    if param.default is not None or param.choices:
        return finite(param.default)
    if data_type == FEATURES:
        return feature_schema(param.geometry_types, param.fields)
    if data_type == RECORDS:
        return record_schema(param.fields)
    if data_type == "GPString":
        return ""
    return [] if data_type.startswith("GPMultiValue:") else None


def feature_schema(geometry_types: Sequence[str], fields: Mapping[str, str]) -> dict[str, Any]:
    """An empty feature set in EPSG:4326 which tells columns and, unless any will do, the geometry type."""
    kind = {"geometryType": geometry_types[0]} if geometry_types else {}
    return {
        "displayFieldName": "",
        **kind,
        "spatialReference": dict(WGS84),
        "fields": _fields(fields),
        "features": [],
        "exceededTransferLimit": False,
    }


def record_schema(fields: Mapping[str, str]) -> dict[str, Any]:
    """An empty record set which tells the columns."""
    return {"displayFieldName": "", "fields": _fields(fields), "features": [], "exceededTransferLimit": False}


def _fields(fields: Mapping[str, str]) -> list[dict[str, Any]]:
    object_id = {"name": "OBJECTID", "type": "esriFieldTypeOID", "alias": "OBJECTID"}
    return [object_id] + [{"name": name, "type": kind, "alias": name} for name, kind in fields.items()]


def _member(param: Param) -> dict[str, Any]:
    told: dict[str, Any] = {"name": param.name, "dataType": param.data_type}
    told["displayName"] = param.display_name or param.name
    if param.filter is not None:
        told["filter"] = param.filter
    if param.choices:
        told["choiceList"] = list(param.choices)
    if param.members:
        told["parameterInfos"] = [_member(member) for member in param.members]
    return told
