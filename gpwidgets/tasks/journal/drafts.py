"""The values of a form as a draft keeps them, and back: input by input, without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.datatype import LOCAL_FILE
from gpwidgets.datatypes.registry import datatype_named
from gpwidgets.errors import GPError, ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.urls import GPURL, split_address
from gpwidgets.secrets import MASKED, without_secrets
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.tasks.inputs.environment import ENVIRONMENT, KEYWORD, split
from gpwidgets.tasks.journal.kept_inputs import (
    KeptInputs,
    rows_of_inputs,
    rows_of_settings,
    values_for_code,
    values_of_rows,
)
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.task_handle import TaskHandle

__all__ = ["NO_DRAFT", "Draft", "DraftWriter", "draft_name", "read_draft"]

Row = dict[str, Any]

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

#: Of a row whose features are no frame: they come back as they were sent, with the types of their fields.
_AS_SENT = "asSent"


@dataclass
class Draft:
    """What a form had.

    Attributes
    ----------
    values : dict
        Checked values by parameter name, settings of the run under ``env``.
    names : frozenset of str
        The inputs that the form had; those that are not among `values` had none.
    problems : dict of str to GPError
        Inputs whose values could be had no more, and why.
    left_out : tuple of str
        Inputs whose values were not kept: hidden, secret or too large.
    saved : float
        When, in seconds since 1970.
    """

    values: dict[str, Any] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    problems: dict[str, GPError] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    saved: float = 0.0


#: Of a form that is as it was made: nothing comes back, neither from this draft nor from one of another cell.
NO_DRAFT: Mapping[str, Any] = {"saved": 0.0, "names": [], "inputs": [], "environment": []}


class DraftWriter:
    """Writes the values of a form; what has not changed since is not written anew.

    Parameters
    ----------
    task
        The task of the form.
    largest
        Bytes of all values together; the largest ones are left out where it is more.
    """

    def __init__(self, task: TaskHandle, largest: int) -> None:
        self._task = task
        self._largest = largest
        self._written: dict[str, tuple[Any, Row, int]] = {}

    def draft(self, values: Mapping[str, Any], saved: float) -> dict[str, Any]:
        """Write checked values of a form.

        Parameters
        ----------
        values
            By parameter name, settings of the run under ``env``.
        saved
            The time of now.
        """
        inputs, settings = split(self._task.info, values)
        self._written = {name: self._one(name, value) for name, value in inputs.items()}
        room = self._largest
        rows = []
        for _, row, size in sorted(self._written.values(), key=lambda one: one[2]):
            room -= size
            too_large = {"paramName": row["paramName"], "dataType": row["dataType"], "leftOut": "large"}
            rows.append(row if room >= 0 else too_large)
        return {
            "saved": saved,
            "names": [one.name for one in self._task.inputs],
            "inputs": rows,
            "environment": rows_of_settings(settings),
        }

    def _one(self, name: str, value: Any) -> tuple[Any, Row, int]:
        before = self._written.get(name)
        if before is not None and before[0] is value:
            return before
        row = self._row(name, value)
        return value, row, len(json.dumps(row.get("value")))

    def _row(self, name: str, value: Any) -> Row:
        info, task, texts = self._task.info, self._task, list[str]()

        def keep(text: str) -> str:
            texts.append(text)
            return ""

        kind = info.parameter(name).data_type
        left_out = {"paramName": name, "dataType": kind, "leftOut": "unsent"}
        try:
            encoder = Encoder(info, lambda path: f"{LOCAL_FILE}{path}", lambda: task.known_version)
            fields = {} if info.parameter(name).is_hidden else encoder.form({name: value})
            row: Row = next(iter(rows_of_inputs(info, {name: value}, fields, keep)))
        except Exception:  # one value that cannot be written keeps no other from being kept
            return left_out
        if "file" in row:
            del row["file"]
            is_text = datatype_named(kind).is_text
            row["value"] = texts[0] if is_text else without_secrets(json.loads(texts[0]))
        if datatype_named(kind).is_set and not hasattr(value, "columns"):
            row[_AS_SENT] = True
        # What a secret was taken out of would be sent with stars in it.
        is_masked = MASKED in json.dumps(row.get("value")) and MASKED not in fields.get(name, "")
        return {**left_out, "leftOut": "hidden"} if is_masked else row


def draft_name(url: GPURL) -> str:
    """What a form's task is called among drafts: its address, without what a restart changes.

    The embedded server and replays have another port and another key in each kernel.
    """
    if split_address(url.server).hostname in _LOOPBACK:
        return f"loopback {url.folder}/{url.service_name}/{url.task_name}"
    return url.task


def read_draft(document: Mapping[str, Any], task: TaskHandle) -> Draft:
    """Read what a form had; a value that the task of today does not take hides no other."""
    inputs, settings, names = (document.get(key) for key in ("inputs", "environment", "names"))
    rows = [row for row in inputs if isinstance(row, Mapping)] if isinstance(inputs, list) else []
    parameters = {one.name: one for one in task.inputs}
    known = [row for row in rows if row.get("paramName") in parameters]
    kept = KeptInputs()
    for row in known:
        if "leftOut" not in row:
            _read_row(row, parameters[str(row["paramName"])], kept)
    environment = values_of_rows(
        [row for row in settings if isinstance(row, Mapping) and row.get("paramName") in ENVIRONMENT]
        if isinstance(settings, list)
        else (),
        ENVIRONMENT.values(),
        _no_file,
    ).values
    saved = document.get("saved")
    return Draft(
        values={**kept.values, **({KEYWORD: environment} if environment else {})},
        names=frozenset(map(str, names)) if isinstance(names, list) else frozenset(),
        problems=kept.problems,
        left_out=tuple(str(row["paramName"]) for row in known if "leftOut" in row),
        saved=float(saved) if isinstance(saved, int | float) else 0.0,
    )


def _read_row(row: Mapping[str, Any], parameter: GPParameter, kept: KeptInputs) -> None:
    name, wire = parameter.name, row.get("value")
    gone = [path for path in _local_files(wire) if not Path(path).exists()]
    if gone:
        words = tr("the file is not there any more: {name}", name=Path(gone[0]).name)
        kept.problems[name] = ParameterError(name, words)
    elif wire in ("", []):  # it was cleared, and is sent empty
        kept.values[name] = wire
    else:
        read = values_of_rows([row], [parameter], _no_file)
        kept.problems |= read.problems
        for value in read.values.values():
            kept.values[name] = values_for_code(row, value, _no_file) if row.get(_AS_SENT) else value


def _local_files(wire: Any) -> Iterator[str]:
    parts = wire.values() if isinstance(wire, Mapping) else wire if isinstance(wire, list) else ()
    for part in parts:
        if isinstance(part, Mapping | list):
            yield from _local_files(part)
    item = wire.get("itemID") if isinstance(wire, Mapping) else None
    if isinstance(item, str) and item.startswith(LOCAL_FILE):
        yield item.removeprefix(LOCAL_FILE)


def _no_file(_name: str) -> str:
    raise GPError(tr("the file is not there."))
