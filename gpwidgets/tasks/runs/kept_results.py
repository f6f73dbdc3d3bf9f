"""Small results of synchronous runs, kept in the history, since no server has them afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from gpwidgets.datatypes.registry import datatype_named
from gpwidgets.errors import GPError, RunExpired
from gpwidgets.protocol.enums import DataTypeName
from gpwidgets.protocol.responses.replies import ExecuteReply
from gpwidgets.secrets import without_secrets
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.runs.task_handle import TaskHandle


class _Values(Protocol):
    @property
    def values(self) -> Mapping[str, Any]: ...


class PastRun(Protocol):
    """A run as the history holds it; `gpwidgets.tasks.history_entry.HistoryEntry` is one."""

    @property
    def started(self) -> datetime: ...

    @property
    def ended(self) -> datetime | None: ...

    @property
    def elapsed(self) -> float | None: ...

    @property
    def settings(self) -> Mapping[str, Any]: ...

    def results_text(self) -> str: ...

    def values_for(self, inputs: Sequence[GPParameter]) -> _Values: ...


__all__ = ["LARGEST_RESULTS", "past_run", "text_to_keep"]

#: Characters of results that are kept of a run; larger ones are not.
LARGEST_RESULTS = 200_000

#: Features and rows above which results are too large without a look.
_MOST_ROWS = 5000
_MOST_MESSAGES = 200


def text_to_keep(run: Run, reply: ExecuteReply) -> str:
    """Return what a synchronous run answered as JSON, without secrets; empty when it is too much to be kept.

    Hidden outputs are left out, and so are files, which the server itself keeps for some minutes only.
    """
    if sum(_size(row.value) for row in reply.results) > _MOST_ROWS:
        return ""
    declared = {parameter.name: parameter for parameter in run.task.outputs}
    rows = []
    for row in reply.results:
        told: dict[str, Any] = {"paramName": row.name, "dataType": row.data_type}
        parameter = declared.get(row.name)
        if "Hidden" in row.data_type or (parameter is not None and parameter.is_hidden):
            told["leftOut"] = "hidden"
        elif (
            row.value is not None
            and datatype_named(row.data_type.removeprefix(f"{DataTypeName.MULTI_VALUE}:")).is_file
        ):
            told["leftOut"] = "file"
        else:
            told["value"] = without_secrets(row.value)
        rows.append(told)
    messages = [
        {"type": message.type.value, "description": without_secrets(message.description)}
        for message in reply.messages[-_MOST_MESSAGES:]
    ]
    try:
        text = json.dumps({"results": rows, "messages": messages}, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return ""
    return text if len(text) <= LARGEST_RESULTS else ""


def _size(value: Any) -> int:
    features = value.get("features") if isinstance(value, Mapping) else value
    return len(features) if isinstance(features, list | str) else 1


def past_run(task: TaskHandle, entry: PastRun) -> Run:
    """Return a synchronous run of the history as it ended, with the results that were kept.

    Raises
    ------
    RunExpired
        Its results were not kept.
    """
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.runs.transport import Transport

    try:
        told = json.loads(entry.results_text())
        rows = told["results"]
        reply = ExecuteReply.from_json({**told, "results": [row for row in rows if "leftOut" not in row]})
    except (GPError, OSError, ValueError, TypeError, KeyError) as error:
        raise RunExpired(
            tr(
                "The results of this run are gone: it was synchronous, so that no server keeps them, and "
                "they were too large for the history. The values are here; run it again."
            )
        ) from error
    run = Run(task, entry.values_for(task.inputs).values, entry.settings)
    run.clock.recall(entry.started, entry.ended, entry.elapsed)
    control.add_messages(run, reply.messages)
    outputs = Transport(task).outputs_of_reply(run, reply)
    for row in rows:
        if "leftOut" in row:
            outputs.errors[str(row.get("paramName"))] = GPError(_why(row))
    outputs.provenance["time"] = (entry.ended or entry.started).isoformat(timespec="seconds")
    note = tr("Kept in the history since {time:%Y-%m-%d %H:%M}.", time=entry.started.astimezone())
    control.finish(run, RunStatus.SUCCEEDED, outputs=outputs, note=note)
    return run


def _why(row: Mapping[str, Any]) -> str:
    if row["leftOut"] == "hidden":
        return tr("Hidden texts are not kept.")
    return tr("Files of a synchronous run are kept by the server for some minutes only.")
