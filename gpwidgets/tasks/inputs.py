"""From what the caller gives to what the request carries.

`check_inputs` tells every problem at once and by name; `Encoder` turns checked values into the text of the
request's form fields, uploading local files on the way.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gpwidgets.errors import GPError, InputErrors, ParameterError
from gpwidgets.protocol.datatypes.base import datatype_of, form_text
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.features import FeatureSet, RecordSet
from gpwidgets.protocol.values import UNSET, DataFile, LayerReference, RasterData

FEATURES = "GPFeatureRecordSetLayer"
RECORDS = "GPRecordSet"

Upload = Callable[[Path], str]
"""Uploads a local file to the service and answers with its item id."""


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
        names.setdefault(_identifier(name), name)
    resolved = {}
    for name, value in given.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, 1, 0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            known = ", ".join(parameter.name for parameter in info.inputs) or "none"
            raise TypeError(f"{info.name} has no input {name!r}{hint} Its inputs are: {known}.")
        resolved[names[name]] = value
    return resolved


def _identifier(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)


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
    resolved = resolve_names(info, given)
    checked: dict[str, Any] = {}
    problems: list[ParameterError] = []
    for parameter in info.inputs:
        value = resolved.get(parameter.name, UNSET)
        if value is UNSET or value is None:
            if parameter.required and not has_usable_default(parameter):
                problems.append(ParameterError(parameter.name, "a value is needed here."))
            continue
        try:
            checked[parameter.name] = check_value(parameter, value)
        except ParameterError as error:
            problems.append(error)
        except GPError as error:
            problems.append(ParameterError(parameter.name, str(error)))
    if problems:
        raise InputErrors(problems)
    return checked


def has_usable_default(parameter: GPParameter) -> bool:
    """Whether the server can run without a value: a default that is more than an empty schema."""
    default = parameter.default_value
    if parameter.data_type in (FEATURES, RECORDS):
        return bool(default.get("features")) if isinstance(default, Mapping) else bool(default)
    return default not in (None, "", [], {})


def check_value(parameter: GPParameter, value: Any) -> Any:
    """Check and normalise one value; features in any form become a frame.

    Raises
    ------
    ParameterError
        The value cannot be used; the text says what would be right.
    ConversionError
        Features or rows cannot be read.
    """
    checked = datatype_of(parameter).check(value, parameter)
    if parameter.is_multi and parameter.member_type in (FEATURES, RECORDS):
        return [check_value(parameter.member, row) for row in checked]
    if parameter.data_type == FEATURES and not _on_the_wire(checked):
        frame = _to_frame(checked)
        if parameter.required and frame.empty:
            raise ParameterError(parameter.name, "there are no features in it; draw or give at least one.")
        _check_geometry_type(parameter, frame)
        return frame
    if parameter.data_type == RECORDS and not _on_the_wire(checked):
        from gpwidgets.convert.readers import to_table

        return to_table(checked)
    return checked


def _on_the_wire(value: Any) -> bool:
    return isinstance(value, str | RecordSet | LayerReference | DataFile)


def _to_frame(value: Any) -> Any:
    from gpwidgets.convert.readers import to_frame

    return to_frame(value)


_SHAPE_WORDS = {
    "Point": ("esriGeometryPoint", "esriGeometryMultipoint"),
    "MultiPoint": ("esriGeometryMultipoint", "esriGeometryPoint"),
    "LineString": ("esriGeometryPolyline",),
    "LinearRing": ("esriGeometryPolyline",),
    "MultiLineString": ("esriGeometryPolyline",),
    "Polygon": ("esriGeometryPolygon", "esriGeometryEnvelope"),
    "MultiPolygon": ("esriGeometryPolygon",),
}


def _check_geometry_type(parameter: GPParameter, frame: Any) -> None:
    wanted = parameter.geometry_types
    if not wanted:
        return
    for kind in frame.geom_type.dropna().unique():
        if not set(_SHAPE_WORDS.get(kind, ())) & set(wanted):
            words = " or ".join(kind.removeprefix("esriGeometry").lower() for kind in wanted)
            raise ParameterError(
                parameter.name, f"it holds {kind} geometry, but {words} features are wanted."
            )


class Encoder:
    """Writes checked values as request form fields.

    Parameters
    ----------
    info
        The task.
    upload
        Way to upload local files; None when the service takes none.
    """

    def __init__(self, info: TaskInfo, upload: Upload | None = None) -> None:
        self._info = info
        self._upload = upload

    def form(self, checked: Mapping[str, Any]) -> dict[str, str]:
        """The text of each request field.

        Raises
        ------
        InputErrors
            A value cannot be written, or a file cannot be uploaded.
        """
        fields: dict[str, str] = {}
        problems: list[ParameterError] = []
        for name, value in checked.items():
            parameter = self._info.parameter(name)
            try:
                fields[name] = self._text(parameter, value)
            except ParameterError as error:
                problems.append(error)
            except (GPError, OSError) as error:
                problems.append(ParameterError(name, str(error)))
        if problems:
            raise InputErrors(problems)
        return fields

    def _text(self, parameter: GPParameter, value: Any) -> str:
        if parameter.data_type == FEATURES and not _on_the_wire(value):
            from gpwidgets.convert.frames import write_features

            return write_features(value).decode()
        return form_text(datatype_of(parameter).encode(self._ready(parameter, value), parameter))

    def _ready(self, parameter: GPParameter, value: Any) -> Any:
        """Replace what the codecs cannot know: frames become feature sets, local files uploads."""
        if isinstance(value, DataFile | RasterData) and value.path:
            return replace(value, item_id=self._uploaded(parameter, Path(value.path)), path=None)
        if isinstance(value, list | tuple):
            return [self._ready(parameter, row) for row in value]
        if isinstance(value, Mapping | str):
            return value
        if hasattr(value, "geometry") and hasattr(value, "crs"):
            from gpwidgets.convert.frames import frame_to_features

            return FeatureSet(frame_to_features(value))
        if hasattr(value, "columns") and hasattr(value, "itertuples"):
            from gpwidgets.convert.frames import frame_to_records

            return RecordSet(frame_to_records(value))
        return value

    def _uploaded(self, parameter: GPParameter, path: Path) -> str:
        if self._upload is None:
            raise ParameterError(
                parameter.name, "this service takes no uploads; give a URL that the server can read."
            )
        if not path.is_file():
            raise ParameterError(parameter.name, f"there is no file {path.name!r} in {str(path.parent)!r}.")
        return self._upload(path)


def needs_upload(values: Iterable[Any]) -> bool:
    """Whether any value is, or holds, a local file."""
    for value in values:
        if isinstance(value, DataFile | RasterData) and value.path:
            return True
        if isinstance(value, list | tuple) and needs_upload(value):
            return True
    return False
