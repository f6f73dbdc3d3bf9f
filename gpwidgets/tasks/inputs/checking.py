"""From what the caller gives to checked values: every problem is told at once and by name."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gpwidgets.caller_warnings import warn_given
from gpwidgets.datatypes.composite import CompositeType, CompositeValue, ValueTableType
from gpwidgets.datatypes.datatype import as_json_text, datatype_of, refuse_missing, refuse_unwritable
from gpwidgets.errors import ConversionError, CRSMissing, InputErrors, ParameterError
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.features import RecordSet
from gpwidgets.protocol.names import python_name
from gpwidgets.protocol.values import UNSET, DataFile, LayerReference
from gpwidgets.secrets import shielded
from gpwidgets.tasks.inputs.fields import settle_fields
from gpwidgets.tasks.inputs.layer_tokens import layer_given
from gpwidgets.texts import tr

FEATURES = "GPFeatureRecordSetLayer"
RECORDS = "GPRecordSet"

_SETS = frozenset({FEATURES, RECORDS})
_SYSTEMS = frozenset({"GPSpatialReference", "GPCoordinateSystem"})
_UPLOAD_ID = re.compile(r"i[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}")


def resolve_names(info: TaskInfo, given: Mapping[str, Any]) -> dict[str, Any]:
    """Match keywords with parameter names.

    Names with spaces or hyphens may be written with underscores. Servers ignore a misspelt name without a
    word, so it is refused here.

    Raises
    ------
    TypeError
        A name is none of the task's inputs; the nearest one is named.
    """
    names = {parameter.name: parameter.name for parameter in info.inputs}
    for name in list(names):
        names.setdefault(python_name(name), name)
    resolved = {}
    for name, value in given.items():
        if name not in names:
            import difflib  # only a misspelt name needs it

            near = difflib.get_close_matches(name, names, 1, 0.5)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            known = ", ".join(parameter.name for parameter in info.inputs) or "none"
            raise TypeError(f"{info.name} has no input {name!r}{hint} Its inputs are: {known}.")
        resolved[names[name]] = value
    return resolved


def check_inputs(info: TaskInfo, given: Mapping[str, Any]) -> dict[str, Any]:
    """Check and normalise values for a task.

    Parameters
    ----------
    info
        The task.
    given
        Values by parameter name; `UNSET` and None mean not given.

    Returns
    -------
    dict
        Normalised values of the inputs that are given, in the task's order.

    Raises
    ------
    InputErrors
        Values are missing or wrong; one `ParameterError` for each.
    TypeError
        A name is none of the task's inputs.
    """
    return _check(info, given, needed=True)


def check_given(info: TaskInfo, given: Mapping[str, Any]) -> dict[str, Any]:
    """The same for values that need not be all there."""
    return _check(info, given, needed=False)


def _check(info: TaskInfo, given: Mapping[str, Any], *, needed: bool) -> dict[str, Any]:
    resolved = resolve_names(info, given)
    checked: dict[str, Any] = {}
    problems: list[ParameterError] = []
    for parameter in info.inputs:
        value = resolved.get(parameter.name, UNSET)
        if value is UNSET or value is None:
            if needed and parameter.required and not has_usable_default(parameter):
                problems.append(ParameterError(parameter.name, tr("a value is needed here.")))
            continue
        try:
            checked[parameter.name] = check_value(parameter, value)
        except ParameterError as error:
            problems.append(error)
    if problems:
        raise InputErrors(problems)
    return hidden_shielded(info, settle_fields(info, checked))


def hidden_shielded(info: TaskInfo, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values whose hidden texts, tokens and passwords show in no representation.

    Parameters
    ----------
    info
        The task.
    values
        By parameter name; names that belong to no input are kept.
    """
    hidden = {parameter.name for parameter in info.inputs if parameter.is_hidden}
    hidden |= {python_name(name) for name in hidden}
    return {name: shielded(value, secret=name in hidden) for name, value in values.items()}


def merged(info: TaskInfo, values: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs that are given in a mapping, by keywords, or both, where a keyword counts more.

    Raises
    ------
    TypeError
        What is given without a name is no mapping.
    """
    if values is not None and not isinstance(values, Mapping):
        first = next((f", such as {python_name(one.name)}=…" for one in info.inputs), "")
        given = type(values).__name__
        raise TypeError(f"{info.name} takes its inputs by name{first}; a {given} was given without one.")
    # Of two spellings of one name the later one counts, see `resolve_names`.
    return hidden_shielded(info, {**(values or {}), **inputs})


def as_sent(info: TaskInfo, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a run would take them, in the task's order; one that cannot be checked stays as it is.

    Raises
    ------
    TypeError
        A name is none of the task's inputs.
    """
    resolved = resolve_names(info, given)
    values: dict[str, Any] = {}
    for parameter in info.inputs:
        if parameter.name not in resolved:
            continue
        value = resolved[parameter.name]
        values[parameter.name] = value
        if value is not UNSET and value is not None:
            with contextlib.suppress(ParameterError):
                values[parameter.name] = check_value(parameter, value)
    return values


def has_usable_default(parameter: GPParameter) -> bool:
    """Whether the server can run without a value: a default that is more than an empty schema."""
    default = parameter.default_value
    if parameter.data_type in (FEATURES, RECORDS):
        return bool(default.get("features")) if isinstance(default, Mapping) else bool(default)
    return default not in (None, "", [], {})


def _may_be_empty(parameter: GPParameter) -> bool:
    return not parameter.required and not parameter.is_multi and has_usable_default(parameter)


def check_value(parameter: GPParameter, value: Any) -> Any:
    """Check and normalise one value; features and rows in any form become frames, however deep they are.

    An empty text for an optional input with a default stays one, whatever its type: the input is sent empty,
    which is "not set" for a server, where leaving it out would bring the default back.

    Raises
    ------
    ParameterError
        The value cannot be used; the text says what would be right.
    """
    if isinstance(value, str) and value == "" and _may_be_empty(parameter):
        return value
    refuse_missing(value, parameter)
    if parameter.data_type in _SETS:
        return _check_set(parameter, value)
    refuse_unwritable(value, parameter)
    if parameter.data_type in _SYSTEMS and _is_pyproj(value):
        value = _reference_of(parameter, value)
    checked = datatype_of(parameter).check(value, parameter)
    if isinstance(checked, CompositeValue):
        return _check_composite(parameter, checked, named=_names_its_type(value))
    if parameter.is_multi and parameter.member_type in (*_SETS, "GPComposite"):
        return [_check_member(parameter, row, number) for number, row in enumerate(checked, 1)]
    if parameter.data_type == "GPValueTable":
        return _check_rows(parameter, checked)
    return checked


def _check_member(parameter: GPParameter, row: Any, number: int) -> Any:
    try:
        return check_value(parameter.member, row)
    except ParameterError as error:
        raise ParameterError(
            parameter.name, tr("value {number}: {problem}", number=number, problem=error.problem)
        ) from error


def _is_pyproj(value: Any) -> bool:
    """Whether pyproj has to read a value: its own object, or PROJ's text."""
    return hasattr(value, "to_authority") or (isinstance(value, str) and value.strip().startswith("+"))


def _reference_of(parameter: GPParameter, value: Any) -> Any:
    from gpwidgets.convert.coordinates.crs import carries_shift, from_crs, read_crs

    try:
        crs = read_crs(value)
    except ConversionError as error:
        raise ParameterError(parameter.name, str(error)) from None
    if carries_shift(crs):
        warn_given(
            tr(
                "{name}: the datum shift that the coordinate system carries cannot be sent; the server takes "
                "its own.",
                name=parameter.name,
            )
        )
    return from_crs(crs)


def _check_set(parameter: GPParameter, value: Any) -> Any:
    """A frame or table from whatever holds one; what servers read themselves stays as it is."""
    if isinstance(value, str) or (isinstance(value, Mapping) and "url" in value):  # rows may be a million
        refuse_unwritable(value, parameter)
    if isinstance(value, str) and not parameter.choices:
        value = _from_text(parameter, value)
    value = layer_given(value)
    checked = datatype_of(parameter).check(value, parameter)
    if _on_the_wire(parameter, checked):
        return checked
    try:
        return _to_frame(parameter, checked)
    except ConversionError as error:
        raise ParameterError(parameter.name, str(error)) from error
    except ValueError:
        refuse_unwritable(value, parameter)
        raise


def _from_text(parameter: GPParameter, text: str) -> Any:
    text = text.strip()
    if not text:
        raise ParameterError(parameter.name, tr("the text is empty."))
    if _UPLOAD_ID.fullmatch(text):
        return DataFile(item_id=text)
    # Rows of coordinates may begin with a bracket too; only objects are JSON beyond doubt.
    return as_json_text(text, parameter) if text.startswith("{") else text


def _on_the_wire(parameter: GPParameter, value: Any) -> bool:
    if isinstance(value, str):
        # Some services name a layer of their own as the default, without listing it as a choice.
        return bool(parameter.choices) or value == parameter.default_value
    if isinstance(value, RecordSet) and "layers" in value.json:
        return False  # a task takes one layer, so it has to be told which
    return isinstance(value, RecordSet | LayerReference | DataFile)


def _to_frame(parameter: GPParameter, value: Any) -> Any:
    from gpwidgets.convert.coordinates.reprojecting import system_note
    from gpwidgets.convert.tables.plain import check_columns
    from gpwidgets.convert.user_input.checks import placed_frame, wrap_frame
    from gpwidgets.convert.user_input.readers import to_frame, to_table

    if parameter.data_type == RECORDS:
        table = to_table(value)
        check_columns(table)
        return table
    try:
        frame = wrap_frame(placed_frame(to_frame(value, kinds=parameter.geometry_types)))
    except CRSMissing as error:
        raise CRSMissing(f"{error}{_own_system(parameter)}", place=error.place) from error
    check_columns(frame)
    if note := system_note(frame):
        warn_given(note)
    if parameter.required and frame.empty:
        raise ParameterError(parameter.name, tr("there are no features in it; draw or give at least one."))
    _check_geometry_type(parameter, frame)
    return frame


def _own_system(parameter: GPParameter) -> str:
    """The system of the task's own features, which a user may have meant."""
    reference = parameter.spatial_reference
    if not reference:
        return ""
    return tr(
        " Features of this input are usually in {reference}: if these are too, name it with set_crs().",
        reference=reference,
    )


def _names_its_type(value: Any) -> bool:
    return isinstance(value, CompositeValue) or (isinstance(value, Mapping) and "dataType" in value)


def _check_composite(parameter: GPParameter, checked: CompositeValue, *, named: bool) -> CompositeValue:
    """Check the inner value; a type that takes any object until it is converted gives way to the next one."""
    members = CompositeType.members(parameter)
    kind = checked.data_type
    member = next((each for each in members if each.data_type == kind), None)
    if member is None:
        return checked
    try:
        return CompositeValue(kind, check_value(member, checked.value))
    except ParameterError as error:
        others = tuple(each for each in members if each.data_type != kind)
        if named or not others:
            raise
        try:
            left = replace(parameter, parameter_infos=others, filter=None)
            other: CompositeValue = check_value(left, checked.value)
            return other
        except ParameterError as further:
            raise ParameterError(
                parameter.name,
                tr(
                    "as {kind}: {problem} {further}",
                    kind=kind,
                    problem=error.problem,
                    further=further.problem,
                ),
            ) from error


def _check_rows(parameter: GPParameter, rows: list[list[Any]]) -> list[list[Any]]:
    columns = ValueTableType.columns(parameter)
    if not any(column.data_type in _SETS or column.data_type == "GPComposite" for column in columns):
        return rows
    return [
        [
            None if cell is None else _check_cell(parameter, column, number, cell)
            for column, cell in zip(columns, row, strict=True)
        ]
        for number, row in enumerate(rows, 1)
    ]


def _check_cell(parameter: GPParameter, column: GPParameter, number: int, cell: Any) -> Any:
    try:
        return check_value(column, cell)
    except ParameterError as error:
        title = column.display_name or column.name
        raise ParameterError(
            parameter.name,
            tr("row {number}, {title}: {problem}", number=number, title=title, problem=error.problem),
        ) from error


_SHAPE_WORDS = {
    "Point": ("esriGeometryPoint", "esriGeometryMultipoint"),
    "MultiPoint": ("esriGeometryMultipoint", "esriGeometryPoint"),
    "LineString": ("esriGeometryPolyline",),
    "LinearRing": ("esriGeometryPolyline",),
    "MultiLineString": ("esriGeometryPolyline",),
    "Polygon": ("esriGeometryPolygon", "esriGeometryEnvelope"),
    "MultiPolygon": ("esriGeometryPolygon",),
}


def takes_geometry(parameter: GPParameter, kind: str) -> bool:
    """Whether features of a geometry type, such as ``"MultiPolygon"``, can be given to an input."""
    wanted = parameter.geometry_types
    return not wanted or bool(set(_SHAPE_WORDS.get(kind, ())) & set(wanted))


def check_kinds(parameter: GPParameter, shapes: Iterable[Mapping[str, Any]]) -> None:
    """Make sure that an input takes shapes of these types; GeoJSON geometries.

    Raises
    ------
    ParameterError
        It takes other ones.
    """
    _check_kinds(parameter, [shape["type"] for shape in shapes])


def _check_geometry_type(parameter: GPParameter, frame: Any) -> None:
    _check_kinds(parameter, frame.geom_type.dropna().unique())


def _check_kinds(parameter: GPParameter, kinds: Iterable[str]) -> None:
    wanted = parameter.geometry_types
    for kind in kinds:
        if not takes_geometry(parameter, kind):
            words = tr(" or ").join(kind.removeprefix("esriGeometry").lower() for kind in wanted)
            raise ParameterError(
                parameter.name,
                tr("it holds {kind} geometry, but {words} features are wanted.", kind=kind, words=words),
            )
