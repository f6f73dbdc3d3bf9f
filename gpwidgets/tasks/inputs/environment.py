"""Settings of a run that are no inputs of the task: coordinate systems, extent, what geometry keeps.

A task may have an input of the same name as a setting; then the input has the name, and the setting goes into
``env={…}``, which always works.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from gpwidgets.datatypes.kinds.value_table import ValueTableType
from gpwidgets.datatypes.registry import check_value, datatype_of
from gpwidgets.datatypes.value_checks import form_text
from gpwidgets.errors import InputErrors, ParameterError
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.enums import DataTypeName
from gpwidgets.protocol.values import UNSET, SpatialReference
from gpwidgets.tasks.inputs.checking import check_inputs
from gpwidgets.texts import later

__all__ = [
    "ENVIRONMENT",
    "KEYWORD",
    "Environment",
    "applicable",
    "check_call",
    "check_environment",
    "clashes",
    "environment_code",
    "split",
]

KEYWORD = "env"

_CONTEXT_SINCE = 10.61
_COLLECTIONS_SINCE = 10.6


def _setting(name: str, kind: str, title: str, description: str) -> GPParameter:
    row = {"name": name, "dataType": kind, "displayName": title, "description": description}
    return GPParameter.from_json({**row, "direction": "esriGPParameterDirectionInput"})


#: The settings by name.
ENVIRONMENT: Mapping[str, GPParameter] = {
    one.name: one
    for one in (
        _setting(
            "outSR",
            DataTypeName.SPATIAL_REFERENCE,
            later("Output coordinates"),
            later("Coordinate system of the results; that of the inputs when left out."),
        ),
        _setting(
            "processSR",
            DataTypeName.SPATIAL_REFERENCE,
            later("Processing coordinates"),
            later("Coordinate system the tool works in."),
        ),
        _setting(
            "extent",
            DataTypeName.EXTENT,
            later("Processing extent"),
            later("Only features that overlap it are processed."),
        ),
        _setting(
            "returnZ",
            DataTypeName.BOOLEAN,
            later("Keep heights (z)"),
            later("Servers leave them out otherwise."),
        ),
        _setting(
            "returnM",
            DataTypeName.BOOLEAN,
            later("Keep measures (m)"),
            later("Servers leave them out otherwise."),
        ),
        _setting(
            "returnTrueCurves",
            DataTypeName.BOOLEAN,
            later("Keep true curves"),
            later("Else the server makes lines of them."),
        ),
        _setting(
            "returnColumnName",
            DataTypeName.BOOLEAN,
            later("Columns by name"),
            later("Rows of value tables carry their column names."),
        ),
        _setting(
            "esri_out_feature_service_name",
            DataTypeName.STRING,
            later("Name of a hosted layer"),
            later("The server keeps the results as a hosted feature layer of this name."),
        ),
    )
}


def applicable(info: TaskInfo) -> tuple[GPParameter, ...]:
    """The settings that make sense for a task, as parameters that an editor can be made for."""
    kinds = {one.member_type for one in info.parameters}
    spatial = bool(kinds & {DataTypeName.FEATURES, DataTypeName.RASTER, DataTypeName.RASTER_DATA})
    shapes = any(one.data_type == DataTypeName.FEATURES for one in info.outputs)
    wanted = {
        "outSR": spatial,
        "processSR": spatial,
        "extent": spatial,
        "returnZ": shapes,
        "returnM": shapes,
        "returnTrueCurves": shapes,
        "returnColumnName": any(isinstance(datatype_of(one), ValueTableType) for one in info.outputs),
        "esri_out_feature_service_name": shapes,
    }
    taken = {one.name for one in info.inputs}
    return tuple(one for name, one in ENVIRONMENT.items() if wanted[name] and name not in taken)


def split(info: TaskInfo, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part keywords into inputs of the task and settings.

    Raises
    ------
    TypeError
        ``env`` is no mapping, or names no setting.
    """
    own = {parameter.name for parameter in info.inputs}
    settings: dict[str, Any] = {}
    inputs = dict(given)
    if KEYWORD in given and KEYWORD not in own:
        mapping = inputs.pop(KEYWORD) or {}
        if not isinstance(mapping, Mapping):
            raise TypeError(f"{KEYWORD} takes a mapping of settings such as {{'outSR': 4326}}.")
        settings.update(mapping)
    for name in [name for name in inputs if name in ENVIRONMENT and name not in own]:
        settings[name] = inputs.pop(name)
    unknown = [name for name in settings if name not in ENVIRONMENT]
    if unknown:
        raise TypeError(f"There is no setting {unknown[0]!r}; there are: {', '.join(ENVIRONMENT)}.")
    return inputs, settings


def check_environment(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Check and normalise settings; `UNSET` and None mean not given.

    Raises
    ------
    InputErrors
        One `ParameterError` for each setting that is wrong.
    """
    checked: dict[str, Any] = {}
    problems: list[ParameterError] = []
    for name, value in settings.items():
        if value is UNSET or value is None:
            continue
        try:
            checked[name] = check_value(ENVIRONMENT[name], value)
        except ParameterError as error:
            problems.append(error)
    if problems:
        raise InputErrors(problems)
    return checked


def check_call(info: TaskInfo, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check the keywords of a call: the task's inputs, and the settings of its environment.

    Raises
    ------
    InputErrors
        Values are missing or wrong, among the inputs or the settings; one `ParameterError` for each.
    TypeError
        A name is neither an input nor a setting.
    """
    inputs, settings = split(info, given)
    try:
        checked = check_environment(settings)
    except InputErrors as wrong:
        try:
            check_inputs(info, inputs)
        except InputErrors as further:
            raise InputErrors([*further.errors, *wrong.errors]) from None
        raise
    return check_inputs(info, inputs), checked


class Environment:
    """The settings of one run, written for the requests that they belong into.

    Parameters
    ----------
    settings
        Checked values by name.
    version
        Of the server: 10.91 is 10.9.1; None when it does not say.
    collections
        Whether features are asked for as layer objects, which tell how they are drawn, where the server
        knows these.
    """

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        version: float | None = None,
        *,
        collections: bool = False,
    ) -> None:
        self.settings: dict[str, Any] = dict(settings or {})
        self._version = version
        self._collections = collections and version is not None and version >= _COLLECTIONS_SINCE

    def flags(self) -> dict[str, str]:
        """Which parts of geometry and tables a reply keeps: for ``execute`` and for results."""
        names = ("returnZ", "returnM", "returnTrueCurves", "returnColumnName")
        flags = {name: self._text(name) for name in names if name in self.settings}
        return {**flags, "returnFeatureCollection": "true"} if self._collections else flags

    def for_execute(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The request fields of ``execute``, the task's own included."""
        return {**self.flags(), **self._with_places(fields)}

    def for_submit(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The request fields of ``submitJob``, which knows true curves only."""
        curves = {name: text for name, text in self.flags().items() if name == "returnTrueCurves"}
        return {**curves, **self._with_places(fields)}

    def for_result(self) -> dict[str, str]:
        """The request fields of a job's result."""
        place = {"outSR": self._text("outSR")} if "outSR" in self.settings else {}
        return {**place, **self.flags()}

    def _with_places(self, fields: Mapping[str, str]) -> dict[str, str]:
        told = dict(fields)
        name = "esri_out_feature_service_name"
        if name in self.settings and name not in told:
            told[name] = self._text(name)
        systems = [name for name in ("outSR", "processSR") if name in self.settings]
        if self._version is None or self._version < _CONTEXT_SINCE:
            told |= {f"env:{name}": self._text(name) for name in systems}
            systems = []
        context: dict[str, Any] = {name: self._wire(name) for name in systems}
        if "extent" in self.settings:
            context["extent"] = self.settings["extent"].to_json(reference_key="spatialReference")
        if context:
            told["context"] = json.dumps({**context, **_object(told.get("context"))})
        return told

    def _wire(self, name: str) -> Any:
        parameter = ENVIRONMENT[name]
        return datatype_of(parameter).encode(self.settings[name], parameter)

    def _text(self, name: str) -> str:
        value = self.settings[name]
        if isinstance(value, SpatialReference) and value == SpatialReference(wkid=value.wkid):
            return str(value.wkid)  # understood by every server
        return form_text(self._wire(name))


def _object(text: str | None) -> dict[str, Any]:
    """What the caller gave for a task's own input ``context``, which shares its field with the settings."""
    try:
        given = json.loads(text or "{}")
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def environment_code(info: TaskInfo, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as further arguments of a call: by their names, or in one mapping where inputs have these."""
    given = {name: value for name, value in settings.items() if value is not UNSET and value is not None}
    for name in given:
        with contextlib.suppress(ParameterError):
            given[name] = check_value(ENVIRONMENT[name], given[name])
    return {KEYWORD: given} if clashes(info, given) else given


def clashes(info: TaskInfo, settings: Mapping[str, Any]) -> bool:
    """Whether inputs of a task have the names of settings."""
    return any(one.name in settings for one in info.inputs)
