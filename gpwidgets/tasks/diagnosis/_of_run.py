"""What a run and the history tell of it: state, times, inputs in words, messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gpwidgets.secrets import MASKED, SecretText, is_hidden_type, mask, without_secrets
from gpwidgets.tasks.history import history
from gpwidgets.tasks.results.outputs import summary
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.tracing.request_log import RequestLog

__all__ = ["as_text", "journal_text", "readable", "run_text", "secrets_of_run"]

_VALUES = ("value", "defaultValue", "choiceList")


def secrets_of_run(run: Run) -> list[str]:
    """What was given to a run as hidden texts."""
    return [str(value) for value in run.inputs.values() if isinstance(value, SecretText)]


def run_text(run: Run) -> str:
    """State, times, inputs in words and what went wrong, as JSON."""
    hidden = {parameter.name for parameter in run.task.inputs if parameter.is_hidden}
    errors = run.outputs.errors if run.outputs is not None else {}
    return as_text(
        {
            "task": run.task.url.task,
            "job": run.job_url,
            "status": run.status.value,
            "started": _moment(run.started),
            "ended": _moment(run.ended),
            "seconds": run.elapsed,
            "error": None if run.error is None else f"{type(run.error).__name__}: {run.error}",
            "note": run.note,
            "inputs": {
                name: MASKED if name in hidden else mask(summary(value)) for name, value in run.inputs.items()
            },
            "environment": {name: str(value) for name, value in run.settings.items()},
            "outputs_with_errors": {name: str(error) for name, error in errors.items()},
            "requests": _counts(run.trace),
        }
    )


def journal_text(run: Run | None, job_url: str | None) -> str:
    """What the history has of the run or job, as JSON; empty where it has nothing."""
    for entry in history():
        if (run is not None and entry.run is run) or (job_url and entry.job_url == job_url):
            told = {
                "title": entry.title,
                "job": entry.job_url,
                "attached": entry.attached,
                "status": entry.status.value,
                "started": _moment(entry.started),
                "ended": _moment(entry.ended),
                "seconds": entry.elapsed,
                "error": entry.error,
                "inputs": entry.summary,
                "versions": entry.versions,
                "incomplete": entry.incomplete,
            }
            return as_text(told)
    return ""


def _counts(log: RequestLog) -> dict[str, int]:
    return {"made": len(log) + log.left_out, "kept": len(log), "failed": sum(not one.is_good for one in log)}


def _moment(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def readable(body: str) -> str:
    """An answer with its JSON on several lines, without secrets and values of hidden texts."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return "" if "StringHidden" in body else body
    return as_text(without_secrets(_without_hidden(value)))


def as_text(value: Any) -> str:
    """JSON on several lines."""
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)


def _without_hidden(value: Any) -> Any:
    if isinstance(value, Mapping):
        hidden = is_hidden_type(value.get("dataType"))
        return {
            key: MASKED if hidden and key in _VALUES and part else _without_hidden(part)
            for key, part in value.items()
        }
    return [_without_hidden(part) for part in value] if isinstance(value, list) else value
