"""A run's inputs as JSON and back: from what was sent, for the history; from what a server keeps of a job.

Both have the shape of the REST API: rows of ``paramName``, ``dataType`` and ``value``. A row of the history
that has no value says why, as ``leftOut``, or names the file that holds a large one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.client.services import downloads, resources
from gpwidgets.datatypes.datatype import LOCAL_FILE
from gpwidgets.datatypes.kinds.file import needs_upload
from gpwidgets.datatypes.registry import datatype_named, datatype_of
from gpwidgets.errors import GPError, ParameterError
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.tolerant_json import tolerant_loads
from gpwidgets.protocol.values import UNSET, LayerReference
from gpwidgets.secrets import LAYER_TOKEN_NAMES, mask, without_secrets
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.tasks.inputs.environment import ENVIRONMENT
from gpwidgets.texts import later, tr

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.task_handle import TaskHandle

__all__ = [
    "KeptInputs",
    "NotKept",
    "Unplaced",
    "inputs_of_job",
    "refuse_local_files",
    "rows_of_inputs",
    "rows_of_settings",
    "unplaced_rows",
    "values_for_code",
    "values_of_rows",
]

Row = dict[str, Any]

#: Characters up to which a value stands in its record; longer ones go into a file.
INLINE = 16_000


class NotKept:
    """Stands for a value of an earlier run, or a part of one, that is not known any more.

    Parameters
    ----------
    why
        In words.
    """

    def __init__(self, why: str = "") -> None:
        self.why = why


@dataclass(frozen=True)
class Unplaced:
    """A value of an earlier run that has no place in its task as it is today.

    Attributes
    ----------
    value : object
        As it was taken then; what the history holds of it, where that cannot be read any more.
    why : str
        In words.
    row : dict
        What the history has of it.
    """

    value: Any
    why: str
    row: Row = field(default_factory=dict)


@dataclass
class KeptInputs:
    """Inputs of an earlier run.

    Attributes
    ----------
    values : dict
        Checked values by parameter name, as a form or a call takes them.
    problems : dict of str to GPError
        Inputs that could not be had, and why; the others are there all the same.
    """

    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, GPError] = field(default_factory=dict)


def rows_of_inputs(
    info: TaskInfo,
    inputs: Mapping[str, Any],
    fields: Mapping[str, str],
    keep_large: Callable[[str], str | None],
) -> list[Row]:
    """Write what a run was started with, without secrets.

    Parameters
    ----------
    info
        The task.
    inputs
        Checked values.
    fields
        What was sent for them.
    keep_large
        Puts a long text into a file and answers with its name; None when it is too large even for that.
    """
    rows = []
    for name, value in inputs.items():
        parameter = info.parameter(name)
        row: Row = {"paramName": name, "dataType": parameter.data_type, **_needed_to_read(parameter, value)}
        rows.append(row)
        if parameter.is_hidden:
            row["leftOut"] = "hidden"
            continue
        text = _text_to_keep(info, name, value, fields)
        if text is None:
            row["leftOut"] = "unsent"
        elif len(text) <= INLINE:
            row["value"] = without_secrets(_wire(parameter, text))
        elif (file := keep_large(_masked(parameter, text))) is not None:
            row["file"] = file
        else:
            row["leftOut"] = "large"
    return rows


def _masked(parameter: GPParameter, text: str) -> str:
    """A long text without secrets; JSON stays JSON, with all its rows."""
    wire = _wire(parameter, text)
    if isinstance(wire, str) or mask(text) == text:
        return mask(text)
    return json.dumps(without_secrets(wire), separators=(",", ":"))


def _needed_to_read(parameter: GPParameter, value: Any) -> Row:
    """What of a parameter's description its value cannot be read back without."""
    if datatype_named(parameter.data_type).is_set and isinstance(value, str):
        return {"choiceList": [value]}  # the name of a layer that the service has
    return {"parameterInfos": _members(parameter)} if parameter.parameter_infos else {}


def _members(parameter: GPParameter) -> list[Row]:
    return [
        {"name": one.name, "dataType": one.data_type}
        | ({"parameterInfos": _members(one)} if one.parameter_infos else {})
        for one in parameter.parameter_infos
    ]


def values_for_code(row: Mapping[str, Any], value: Any, load: Callable[[str], str]) -> Any:
    """A value as it was sent, with a sign-in where one was sent with it, which is not kept.

    Parameters
    ----------
    row
        What the history has of it.
    value
        The same as read back.
    load
        As of `values_of_rows`.
    """
    kind = datatype_named(str(row.get("dataType")))
    wire = row.get("value")
    if "file" in row and kind.is_set:
        wire = json.loads(load(str(row["file"])))
    if kind.is_set and isinstance(wire, Mapping) and isinstance(wire.get("features"), list):
        return kind.view(wire, GPParameter.from_json({**row, "name": str(row.get("paramName") or "")}))
    return _asking_for_tokens(value, wire)


def _asking_for_tokens(value: Any, wire: Any) -> Any:
    is_layer = isinstance(value, LayerReference) and isinstance(wire, Mapping)
    if is_layer and any(map(wire.get, LAYER_TOKEN_NAMES)):
        return replace(value, auth=NotKept())
    if isinstance(value, list) and isinstance(wire, list) and len(value) == len(wire):
        return [_asking_for_tokens(one, told) for one, told in zip(value, wire, strict=True)]
    return value


def rows_of_settings(settings: Mapping[str, Any]) -> list[Row]:
    """Write the checked settings of a run's environment."""
    rows = []
    for name, value in settings.items():
        parameter = ENVIRONMENT[name]
        wire = without_secrets(datatype_of(parameter).encode(value, parameter))
        rows.append({"paramName": name, "dataType": parameter.data_type, "value": wire})
    return rows


def _text_to_keep(info: TaskInfo, name: str, value: Any, fields: Mapping[str, str]) -> str | None:
    """What was sent; where that was an upload, which does not last, the path or the features themselves."""
    sent = fields.get(name)
    is_uploaded = hasattr(value, "columns") and sent is not None and sent.startswith('{"itemID"')
    if needs_upload([value]) or is_uploaded:
        return Encoder(info, lambda path: f"{LOCAL_FILE}{path}").form({name: value}).get(name)
    return sent


def _wire(parameter: GPParameter, text: str) -> Any:
    """The JSON value of a request field."""
    if datatype_named(parameter.data_type).is_text:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


_REASONS = {
    "hidden": later("hidden texts are not kept; enter it again."),
    "large": later("it was too large to be kept."),
    "unsent": later("it was not sent."),
}


def values_of_rows(
    rows: Iterable[Mapping[str, Any]],
    parameters: Iterable[GPParameter],
    load: Callable[[str], str],
) -> KeptInputs:
    """Read rows back, each on its own: one that cannot be read hides no other.

    Parameters
    ----------
    rows
        From `rows_of_inputs`, or of a job.
    parameters
        The task's inputs; a row that belongs to none is read by the type it names.
    load
        Reads the file that holds a large value; raises `GPError` or `OSError` when it is gone.
    """
    known = {parameter.name: parameter for parameter in parameters}
    kept = KeptInputs()
    for row in rows:
        name = str(row.get("paramName") or "")
        parameter = known.get(name) or GPParameter.from_json({**row, "name": name})
        try:
            value = _value_of_row(parameter, row, load)
        except (GPError, OSError, ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            problem = error.problem if isinstance(error, ParameterError) else str(error)
            kept.problems[name] = ParameterError(name, problem)
        else:
            if value is not UNSET:
                kept.values[name] = value
    return kept


def unplaced_rows(
    rows: Iterable[Mapping[str, Any]], parameters: Iterable[GPParameter], load: Callable[[str], str]
) -> dict[str, Unplaced]:
    """Find the values of rows that the parameters of today do not take: renamed, of another type, no choice.

    Parameters
    ----------
    rows, parameters, load
        As of `values_of_rows`.
    """
    known = {parameter.name: parameter for parameter in parameters}
    found: dict[str, Unplaced] = {}
    for row in rows:
        name = str(row.get("paramName") or "")
        if "leftOut" in row:
            continue
        was = values_of_rows([row], (), load)
        if name not in known:
            why = tr("the task has no such input any more.")
        else:
            problem = values_of_rows([row], [known[name]], load).problems.get(name)
            if problem is None or (name in was.problems and "file" in row):
                continue
            why = problem.problem if isinstance(problem, ParameterError) else str(problem)
        if was.values or was.problems:
            found[name] = Unplaced(was.values.get(name, row.get("value")), why, dict(row))
    return found


def _value_of_row(parameter: GPParameter, row: Mapping[str, Any], load: Callable[[str], str]) -> Any:
    if "leftOut" in row:
        raise ParameterError(parameter.name, tr(_REASONS.get(str(row["leftOut"]), later("it was not kept."))))
    wire = _wire(parameter, load(str(row["file"]))) if "file" in row else row.get("value")
    if wire == "" and datatype_named(parameter.data_type).is_text:
        return ""  # it was sent as such; what a server answers so was not given
    return _value(parameter, datatype_of(parameter).with_local_files(wire, parameter))


def _value(parameter: GPParameter, wire: Any) -> Any:
    return UNSET if wire is None or wire == "" else datatype_of(parameter).from_journal(wire, parameter)


def inputs_of_job(task: TaskHandle, job_id: str) -> KeptInputs:
    """Read the inputs of a job as its server keeps them.

    Parameters
    ----------
    task
        The task that the job is of.
    job_id
        The job, in any state.

    Returns
    -------
    KeptInputs
        Hidden texts are among its problems: servers from 11.5 answer without them.

    Notes
    -----
    Speaks to ``…/jobs/<id>/inputs/<name>``, once for each input.
    """
    kept = KeptInputs()
    for parameter in task.inputs:
        try:
            if parameter.is_hidden:
                raise ParameterError(parameter.name, tr(_REASONS["hidden"]))
            row = resources.read_input(task.session, task.url.for_job(job_id), parameter.name)
            refuse_local_files(parameter, row.value)
            value = _value(parameter, _fetched(task, parameter, row.value))
        except ParameterError as error:
            kept.problems[parameter.name] = error
        except (GPError, ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            kept.problems[parameter.name] = ParameterError(parameter.name, str(error))
        else:
            if value is not UNSET:
                kept.values[parameter.name] = value
    return kept


def refuse_local_files(parameter: GPParameter, wire: Any) -> None:
    """Refuse local files by name: neither a server nor somebody else's settings may have them read and sent.

    Raises
    ------
    ParameterError
        A text in the value is the path of a file or folder of this computer, or of a share.
    """
    if isinstance(wire, Mapping | list):
        for part in wire.values() if isinstance(wire, Mapping) else wire:
            refuse_local_files(parameter, part)
    elif isinstance(wire, str) and wire and _may_name_files(parameter) and _is_local(wire):
        raise ParameterError(parameter.name, tr("a file of this computer is named; it is left out."))


def _may_name_files(parameter: GPParameter) -> bool:
    """Whether a text of a value may be read as a path: not where all parts are texts, numbers and such."""
    if parameter.parameter_infos:
        return any(map(_may_name_files, parameter.parameter_infos))
    kind = datatype_named(parameter.member_type)
    return kind.is_file or kind.is_set or kind.has_parts or not kind.title


def _is_local(text: str) -> bool:
    if text.startswith(("\\\\", "//")):  # a share: even asking whether it exists would sign in to it
        return True
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


def _fetched(task: TaskHandle, parameter: GPParameter, wire: Any) -> Any:
    """The rows themselves, where the server names a file of its own that holds them."""
    if not datatype_of(parameter).is_set or not isinstance(wire, Mapping):
        return wire
    url = wire.get("url")
    if not isinstance(url, str) or "features" in wire or "/MapServer/" in url or "/FeatureServer/" in url:
        return wire
    try:
        found = tolerant_loads(downloads.read(task.session, url, service=task.url))
    except (GPError, ValueError, RecursionError):
        return wire  # the server can still read it
    return found.get("value", found) if isinstance(found, Mapping) else wire
