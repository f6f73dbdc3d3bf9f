"""Which class a data type of the REST API is: the one table from wire name to class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext
from gpwidgets.datatypes.datatype import DataType
from gpwidgets.datatypes.value_checks import refuse_missing, refuse_unwritable
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.plain_text import plain_words
from gpwidgets.protocol.values import MapImage
from gpwidgets.texts import tr

__all__ = [
    "FEW_CHOICES",
    "kind_words",
    "check_value",
    "datatype_named",
    "datatype_of",
    "datatype_of_value",
    "forget_found",
    "known_names",
    "name_of_class",
    "name_of_value",
    "read_value",
    "register_data_type",
    "registered",
    "data_types",
    "type_words",
    "words_of",
]

#: Module and class by wire name. Where a value could be of several, the first that holds it counts.
_CLASSES = {
    "GPBoolean": "boolean.BooleanType",
    "GPLong": "number.LongType",
    "GPDouble": "number.DoubleType",
    "GPString": "text.StringType",
    "GPStringHidden": "text.HiddenStringType",
    "GPSQLExpression": "text.SQLExpressionType",
    "GPDate": "date.DateType",
    "GPLinearUnit": "unit.LinearUnitType",
    "GPArealUnit": "unit.ArealUnitType",
    "GPTimeUnit": "unit.TimeUnitType",
    "GPDataFile": "file.DataFileType",
    "GPRasterDataLayer": "raster.RasterType",
    "GPRasterData": "raster.RasterType",
    "GPFeatureRecordSetLayer": "features.FeatureSetType",
    "GPRecordSet": "records.RecordSetType",
    "Field": "field.FieldType",
    "GPExtent": "extent.ExtentType",
    "GPEnvelope": "extent.ExtentType",
    "GPSpatialReference": "spatial_reference.SpatialReferenceType",
    "GPCoordinateSystem": "spatial_reference.SpatialReferenceType",
    "GPMultiValue": "multivalue.MultiValueType",
    "GPValueTable": "value_table.ValueTableType",
    "GPComposite": "composite.CompositeType",
}

_registered: dict[str, DataType] = {}
#: Wire name by Python class, as it is found.
_names: dict[type, str] = {}


def register_data_type(name: str, data_type: DataType) -> None:
    """Add a data type, or put another in the place of one that is known.

    It is taken from then on by calls, generated code, the history, saved outputs and the embedded server; a
    form needs an editor for it, or shows a field for text: see `gpwidgets.register_editor`.

    Parameters
    ----------
    name
        The ``dataType`` of the REST API, such as ``"GPAngle"``.
    data_type
        An instance of a subclass of `gpwidgets.DataType`.

    Raises
    ------
    TypeError
        It is no data type; a class in the place of an instance, for one.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> class Percent(gp.DataType):
    ...     example = "50 %"
    ...
    ...     def check(self, value, parameter):
    ...         return float(str(value).rstrip(" %"))
    >>> gp.register_data_type("GPPercent", Percent())
    """
    if not isinstance(data_type, DataType):
        raise TypeError(f"{data_type!r} is no instance of a subclass of DataType.")
    _registered[name] = data_type
    forget_found()


def forget_found() -> None:
    """Look up anew what each name and each class stands for."""
    datatype_named.cache_clear()
    _names.clear()


def registered(name: str) -> DataType | None:
    """The data type that was added under a wire name; None for one of the package's own."""
    return _registered.get(name)


def name_of_class(kind: Any) -> str:
    """The wire name of the data type whose values are instances of a class; empty when there is none."""
    if not isinstance(kind, type):
        return ""
    if kind not in _names:
        _names[kind] = next((name for name, each in _in_order() if issubclass(kind, each.python_types)), "")
    return _names[kind]


def known_names() -> tuple[str, ...]:
    """The wire names of all data types that are known."""
    return tuple(dict.fromkeys((*_CLASSES, *_registered)))


@cache
def _built_in(path: str) -> DataType:
    module, _, name = path.partition(".")
    made: DataType = getattr(import_module(f"gpwidgets.datatypes.kinds.{module}"), name)()
    return made


@lru_cache(maxsize=512)
def datatype_named(name: str) -> DataType:
    """The data type with a wire name; one that passes values through when it is not known."""
    if name in _registered:
        return _registered[name]
    return _built_in(_CLASSES.get(name, "unknown.UnknownType"))


def datatype_of(parameter: GPParameter) -> DataType:
    """The data type of a parameter, with its choices where values are listed."""
    if parameter.is_multi:
        return datatype_named("GPMultiValue")
    kind = datatype_named(parameter.data_type)
    if parameter.choices and kind.is_chosen_by_value:
        chosen: DataType = import_module("gpwidgets.datatypes.kinds.choice").ChosenType(kind)
        return chosen
    return kind


def _in_order() -> Iterator[tuple[str, DataType]]:
    for name in (*_registered, *_CLASSES):
        yield name, datatype_named(name)


def name_of_value(value: Any) -> str:
    """The wire name of the data type that a checked value is of by its class; empty when it could be any."""
    return name_of_class(type(value)) or next((name for name, each in _in_order() if each.holds(value)), "")


def datatype_of_value(value: Any) -> DataType:
    """The data type that a checked value is of by its class."""
    return datatype_named(name_of_value(value))


def check_value(parameter: GPParameter, value: Any) -> Any:
    """Check and normalise one value; features and rows in any form become frames, however deep they are.

    An empty text for an optional input with a default stays one, whatever its type: the input is sent empty,
    which is "not set" for a server, where leaving it out would bring the default back.

    Raises
    ------
    ParameterError
        The value cannot be used; the text says what would be right.
    """
    kind = datatype_of(parameter)
    may_be_empty = not parameter.required and not parameter.is_multi and kind.has_default(parameter)
    if isinstance(value, str) and value == "" and may_be_empty:
        return value
    refuse_missing(value, parameter)
    if not kind.is_set:  # rows may be a million; a set looks at the rest of its values itself
        refuse_unwritable(value, parameter)
    return kind.check(value, parameter)


def read_value(wire: Any, parameter: GPParameter, reply: ReplyContext) -> Any:
    """The Python value of a result, by its shape more than by its declared type; None where it says nothing.

    Parameters
    ----------
    wire
        The ``value`` as parsed JSON.
    parameter
        What the output is said to be.
    reply
        Ways to what a value only names.
    """
    kind = datatype_of(parameter)
    if kind.is_none(wire):
        return None
    if isinstance(wire, Mapping) and isinstance(wire.get("mapImage"), Mapping):
        return MapImage.from_json(wire["mapImage"])
    return kind.decode(wire, parameter, reply)


def words_of(value: Any) -> str:
    """A checked value in half a line, in the language of the user: ``"5 kilometers"``, ``"3 points"``."""
    return datatype_of_value(value).words(value)


def type_words(name: str) -> str:
    """What people call the data type with a wire name."""
    if name.startswith("GPMultiValue:"):
        return tr("List: {kind}", kind=type_words(name.removeprefix("GPMultiValue:")))
    return tr(datatype_named(name).title or name)


#: As many choices are named where a type is.
FEW_CHOICES = 12


def kind_words(parameter: GPParameter) -> str:
    """What a value is: the choices if there are a few, the type in people's words otherwise."""
    labels = [repr(plain_words(choice.label, 60)) for choice in parameter.choices]
    if labels and len(labels) <= FEW_CHOICES:
        listed = f"{{{', '.join(labels)}}}"
        return tr("List: {kind}", kind=listed) if parameter.is_multi else listed
    return plain_words(type_words(parameter.data_type), 60)


def data_types() -> list[dict[str, str]]:
    """What the documentation says of each data type that is known, those that were added among them.

    Returns
    -------
    list of dict
        ``data_type``, the wire name; ``title``, what people call it; ``example``, a value that works;
        ``python``, the class of its values, empty where that depends.

    Examples
    --------
    >>> next(each for each in data_types() if each["data_type"] == "GPLinearUnit")["example"]
    '5 km'
    """
    return [
        {
            "data_type": name,
            "title": type_words(name),
            "example": tr(kind.example),
            "python": " or ".join(one.__name__ for one in kind.python_types),
        }
        for name, kind in ((name, datatype_named(name)) for name in known_names())
    ]
