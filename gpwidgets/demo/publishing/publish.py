"""Publish typed Python functions as geoprocessing tasks.

The signature gives the parameters, the docstring their descriptions::

    def dots(points: Points, distance: LinearUnit, label: Literal["A", "B"] = "A") -> Polygons:
        "Draw a dot around each point."

    server.publish(dots)

An argument ``input_points`` becomes the parameter ``Input_Points``. Annotations understood are those of
:data:`DATA_TYPES`, ``Literal`` (a list of choices), ``list[T]``, ``T | None`` (may be left out) and
``Annotated[T, Param(...)]``. An argument named ``job`` receives the :class:`JobContext`. Several outputs are
returned as a ``NamedTuple``, whose fields name them.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from gpwidgets.datatypes.registry import name_of_class
from gpwidgets.demo.publishing._docstrings import read_docstring
from gpwidgets.demo.publishing.parameters import FEATURES, RECORDS, Param, ParameterSpec
from gpwidgets.demo.publishing.strict import finite
from gpwidgets.errors import PublishError
from gpwidgets.protocol.enums import Direction, ExecutionType, ParameterType
from gpwidgets.protocol.moments import to_milliseconds

if TYPE_CHECKING:
    # For a reader of types these are frames; at run time they must not load geopandas.
    from geopandas import GeoDataFrame
    from pandas import DataFrame

    from gpwidgets.demo.publishing.verdict import Verdict

    Features: TypeAlias = GeoDataFrame
    Points: TypeAlias = GeoDataFrame
    Lines: TypeAlias = GeoDataFrame
    Polygons: TypeAlias = GeoDataFrame
    Table: TypeAlias = DataFrame
    RasterFile: TypeAlias = Path
else:
    Features = Annotated[object, Param(FEATURES)]
    Points = Annotated[object, Param(FEATURES, geometry="esriGeometryPoint")]
    Lines = Annotated[object, Param(FEATURES, geometry="esriGeometryPolyline")]
    Polygons = Annotated[object, Param(FEATURES, geometry="esriGeometryPolygon")]
    Table = Annotated[object, Param(RECORDS)]
    RasterFile = Annotated[Path, Param("GPRasterDataLayer")]

DATA_TYPES: Mapping[str, str] = {
    "bool": "GPBoolean",
    "int": "GPLong",
    "float": "GPDouble",
    "str": "GPString",
    "datetime": "GPDate",
    "LinearUnit": "GPLinearUnit",
    "ArealUnit": "GPArealUnit",
    "TimeUnit": "GPTimeUnit",
    "GeoDataFrame": FEATURES,
    "DataFrame": RECORDS,
    "Path": "GPDataFile",
    "FieldRef": "Field",
    "Extent": "GPExtent",
    "SpatialReference": "GPSpatialReference",
}
"""Python class, by name so that nothing has to be imported, to wire data type."""


_DEFAULT_OPTIONS: dict[str, Any] = {
    "name": None,
    "output": "Result",
    "asynchronous": False,
    "display_name": "",
    "category": "",
    "validator": None,
}


@dataclass(frozen=True)
class Tool:
    """A function published as a task.

    Attributes
    ----------
    name
        Name in the URL.
    function
        What runs. With `raw` it takes and returns a mapping of wire JSON by parameter name.
    parameters
        Inputs in order, then outputs.
    asynchronous
        Whether the task is run as a job.
    validator
        Checks inputs before a run; None where the task cannot.
    """

    name: str
    function: Callable[..., Any]
    parameters: tuple[ParameterSpec, ...]
    display_name: str = ""
    description: str = ""
    category: str = ""
    asynchronous: bool = False
    raw: bool = False
    takes_job: bool = False
    validator: Callable[..., Mapping[str, Verdict]] | None = None

    @property
    def inputs(self) -> tuple[ParameterSpec, ...]:
        """The input parameters, in order."""
        return tuple(p for p in self.parameters if p.is_input)

    @property
    def outputs(self) -> tuple[ParameterSpec, ...]:
        """The output parameters, in order."""
        return tuple(p for p in self.parameters if not p.is_input)

    @property
    def execution_type(self) -> ExecutionType:
        """The wire's word for how the task runs."""
        return ExecutionType.ASYNCHRONOUS if self.asynchronous else ExecutionType.SYNCHRONOUS

    def to_json(self) -> dict[str, Any]:
        """The task description."""
        return {
            "name": self.name,
            "displayName": self.display_name or self.name,
            "description": self.description,
            "category": self.category,
            "helpUrl": "",
            "executionType": self.execution_type.value,
            "parameters": [parameter.to_json() for parameter in self.parameters],
        }


@dataclass
class Service:
    """Tasks under one URL, all run in the same way.

    Parameters
    ----------
    name
        Name in the URL, with its folder if it has one: ``"Secured/Analysis"``.
    tools
        :class:`Tool` objects or functions.
    description
        Text of the service.
    secured
        Whether a token is asked for.
    maximum_records
        Rows above which a result comes back empty and flagged.
    uploads
        Whether files can be uploaded.
    result_map
        Whether the results of a job are layers of a map service.
    """

    name: str
    tools: Sequence[Tool | Callable[..., Any]]
    description: str = ""
    secured: bool = False
    maximum_records: int = 1000
    uploads: bool = True
    result_map: bool = False
    tasks: dict[str, Tool] = field(init=False)

    def __post_init__(self) -> None:
        tools = [as_tool(each) for each in self.tools]
        if len({each.asynchronous for each in tools}) > 1:
            raise PublishError(
                f"service {self.name!r} mixes synchronous and asynchronous tasks: use two services"
            )
        self.tasks = {each.name: each for each in tools}

    @property
    def folder(self) -> str:
        """Folder of the service, ``""`` at the root."""
        return self.name.rpartition("/")[0]

    @property
    def execution_type(self) -> ExecutionType:
        """How the tasks run."""
        first = next(iter(self.tasks.values()), None)
        return first.execution_type if first else ExecutionType.SYNCHRONOUS

    def to_json(self) -> dict[str, Any]:
        """The service description."""
        return {
            "currentVersion": 11.5,
            "cimVersion": "3.5.0",
            "serviceDescription": self.description,
            "tasks": list(self.tasks),
            "executionType": self.execution_type.value,
            "resultMapServerName": self.name if self.result_map else "",
            "maximumRecords": self.maximum_records,
            "capabilities": ",".join(self._capabilities()),
        }

    def _capabilities(self) -> Iterable[str]:
        if self.uploads:
            yield "Uploads"
        if any(each.validator is not None for each in self.tasks.values()):
            yield "Validate"


def tool(
    name: str | None = None,
    *,
    output: str = "Result",
    asynchronous: bool = False,
    display_name: str = "",
    category: str = "",
    validator: Callable[..., Mapping[str, Verdict]] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Say how a function is published, where the signature leaves a choice.

    Parameters
    ----------
    name
        Name of the task; by default the function's name in capitalised words (``buffer_points`` becomes
        ``BufferPoints``).
    output
        Name of the only output.
    asynchronous
        Run as a job, with progress and cancelling.
    display_name, category
        Shown in the task description.
    validator
        Takes the inputs that are given, by argument, and says what is wrong with them before a run: a
        :class:`~gpwidgets.demo.publishing.verdict.Verdict` by argument.
    """

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        function.__gp_options__ = {  # type: ignore[attr-defined]
            "name": name,
            "output": output,
            "asynchronous": asynchronous,
            "display_name": display_name,
            "category": category,
            "validator": validator,
        }
        return function

    return mark


def as_tool(function: Tool | Callable[..., Any], **options: Any) -> Tool:
    """Turn a function into a :class:`Tool`; `options` are those of :func:`tool` and win over it.

    Raises
    ------
    PublishError
        If an annotation has no data type on the wire.
    """
    if isinstance(function, Tool):
        return function
    told = dict(_DEFAULT_OPTIONS)
    told |= getattr(function, "__gp_options__", {}) | options
    doc = read_docstring(inspect.getdoc(function) or "")
    hints = _hints(function)
    inputs = list(_read_inputs(function, hints, doc.parameters))
    outputs = list(_read_outputs(hints.get("return"), told["output"], doc.returns))
    return Tool(
        name=told["name"] or "".join(word[:1].upper() + word[1:] for word in function.__name__.split("_")),
        function=function,
        parameters=tuple(inputs + outputs),
        display_name=told["display_name"],
        description=doc.summary,
        category=told["category"],
        asynchronous=told["asynchronous"],
        takes_job="job" in inspect.signature(function).parameters,
        validator=told["validator"],
    )


def _hints(annotated: Any) -> dict[str, Any]:
    try:
        return get_type_hints(annotated, include_extras=True)
    except NameError as error:
        raise PublishError(f"an annotation of {annotated.__name__} cannot be resolved: {error}") from None


def wire_name(argument: str) -> str:
    """``input_points`` to ``Input_Points``."""
    return "_".join(word[:1].upper() + word[1:] for word in argument.split("_"))


def _read_inputs(
    function: Callable[..., Any], hints: Mapping[str, Any], told: Mapping[str, str]
) -> Iterable[ParameterSpec]:
    for argument, signature in inspect.signature(function).parameters.items():
        if argument == "job":
            continue
        if argument not in hints:
            raise PublishError(f"argument {argument!r} of {function.__name__} needs a type annotation")
        param, optional = read_annotation(hints[argument])
        if signature.default is not inspect.Parameter.empty:
            optional = True
            param = replace(param, default=_wire_default(signature.default, param.default))
        required = param.required if param.required is not None else not optional
        yield ParameterSpec(
            name=param.name or wire_name(argument),
            data_type=param.data_type,
            direction=Direction.INPUT,
            parameter_type=ParameterType.REQUIRED if required else ParameterType.OPTIONAL,
            param=replace(param, description=param.description or told.get(argument, "")),
            argument=argument,
        )


def _read_outputs(hint: Any, name: str, told: Mapping[str, str]) -> Iterable[ParameterSpec]:
    if hint is None or hint is type(None):
        return
    several = _hints(hint) if hasattr(hint, "_fields") else {name: hint}
    for output, annotation in several.items():
        param, _ = read_annotation(annotation)
        yield ParameterSpec(
            name=param.name or output,
            data_type=param.data_type,
            direction=Direction.OUTPUT,
            parameter_type=ParameterType.DERIVED,
            param=replace(param, description=param.description or told.get(output, "")),
        )


def read_annotation(hint: Any) -> tuple[Param, bool]:
    """What an annotation says: the parameter, and whether None is allowed."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        inner, *extras = arguments
        given = merge_params(extra for extra in extras if isinstance(extra, Param))
        if given.data_type:
            return given, False
        param, optional = read_annotation(inner)
        return replace(given, data_type=param.data_type, choices=given.choices or param.choices), optional
    if origin in (Union, types.UnionType):
        kept = [each for each in arguments if each is not type(None)]
        if len(kept) == 1:
            return read_annotation(kept[0])[0], True
    if origin is Literal:
        return Param("GPString", choices=tuple(str(each) for each in arguments)), False
    if origin in (list, Sequence):
        member, _ = read_annotation(arguments[0])
        return replace(member, data_type=f"GPMultiValue:{member.data_type}"), False
    data_type = DATA_TYPES.get(getattr(hint, "__name__", "")) or name_of_class(hint)
    if not data_type:
        known = ", ".join(DATA_TYPES)
        raise PublishError(f"no data type on the wire for {hint!r}; understood are {known}, Literal and list")
    return Param(data_type), False


def merge_params(given: Iterable[Param]) -> Param:
    """One Param out of several: what a later one states wins over the earlier ones."""
    merged, blank = Param(), Param()
    for each in given:
        stated = {f.name: getattr(each, f.name) for f in fields(Param)}
        merged = replace(merged, **{name: v for name, v in stated.items() if v != getattr(blank, name)})
    return merged


def _wire_default(value: Any, stated: Any) -> Any:
    if value is None or stated is not None:
        return stated
    if hasattr(value, "to_json"):
        return value.to_json()
    if hasattr(value, "timestamp"):
        return to_milliseconds(value)
    return finite(value)
