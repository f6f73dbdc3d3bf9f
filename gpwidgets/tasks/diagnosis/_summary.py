"""The page of a report that is read first, as Markdown: what was seen, and what is in the other files."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from gpwidgets.protocol.plain_text import one_line
from gpwidgets.tasks.diagnosis._asking import Asked
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.tracing.request_log import LoggedRequest, RequestLog
from gpwidgets.texts import later, tr
from gpwidgets.version import __version__

__all__ = ["CONTENTS", "summary_text"]

CONTENTS: Mapping[str, str] = {
    "summary": later("this page"),
    "environment": later("versions, proxies and certificates of the computer"),
    "connection": later("address, times and encryption of a connection"),
    "certificate": later("the server's certificate"),
    "info": later("the server's version, as the server sent it"),
    "service": later("the description of the service, as the server sent it"),
    "task": later("the description of the task, as the server sent it"),
    "job": later("the job, as the server sent it"),
    "requests": later("the requests of this report, for the network tools of a browser"),
    "run": later("state, times, inputs in words and error of the run"),
    "run-requests": later("the requests of the run, likewise"),
    "messages": later("the messages of the tool"),
    "journal": later("what the history has of the run"),
}
"""What each file is, by its name without endings."""

_MOST = 30


def summary_text(
    address: str,
    asked: Asked,
    log: RequestLog,
    run: Run | None,
    environment: Mapping[str, Any],
    names: Iterable[str],
) -> str:
    """Write the page.

    Parameters
    ----------
    address
        What was looked at.
    asked
        What the server answered.
    log
        The requests for that.
    run
        The run, if it is about one.
    environment
        Of this computer.
    names
        Of the other files.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    parts = [
        f"# {tr('Report on a geoprocessing service')}",
        address,
        tr("Made by gpwidgets {version} on {time}.", version=__version__, time=now),
        *(_of_run(run) if run is not None else []),
        f"## {tr('Requests made for this report')}",
        _requests(list(log)),
        f"## {tr('Connection')}",
        _facts(_connection(asked, environment)),
        f"## {tr('What is in this file')}",
        _facts([(name, tr(CONTENTS.get(name.partition(".")[0], ""))) for name in ("summary.md", *names)]),
        tr(
            "Passwords, tokens, hidden inputs, and names of people and of their folders were taken out. "
            "Texts that are too long are cut. Look through it before you send it."
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _of_run(run: Run) -> list[str]:
    facts = [
        (tr("State"), run.status.value),
        (tr("Job"), run.job_url or ""),
        (tr("Error"), "" if run.error is None else f"{type(run.error).__name__}: {run.error}"),
        (tr("Note"), run.note),
        (tr("Last message"), run.messages[-1].words if run.messages else ""),
    ]
    log = run.trace
    failed = [one for one in log if not one.is_good]
    shown = failed[-_MOST:] or log[-5:]
    title = tr("Requests of the run that went wrong") if failed else tr("Last requests of the run")
    return [
        f"## {tr('The run')}",
        _facts([fact for fact in facts if fact[1]]),
        f"## {title}",
        _requests(shown),
    ]


def _connection(asked: Asked, environment: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = {**asked.settings, **asked.connection}
    facts |= {key: environment[key] for key in ("proxy_variables", "certificate_variables")}
    facts |= {key: environment[key] for key in ("python", "system", "openssl")}
    return [
        (name, _in_words(value))
        for name, value in facts.items()
        if name != "pem" and value not in ({}, "", None)
    ]


def _in_words(value: Any) -> str:
    """A fact as people write it."""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, Mapping):
        if set(value) == {"path", "exists"}:
            return (
                str(value["path"])
                if value["exists"]
                else tr("{path}, which is not there", path=value["path"])
            )
        return "; ".join(f"{name}: {_in_words(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_in_words, value))
    return str(value)


def _requests(log: Iterable[LoggedRequest]) -> str:
    """A line for each request; those that were made several times on end have one together."""
    groups = itertools.groupby(log, key=lambda one: (one.method, one.status, one.purpose))
    lines = [_line([*alike]) for _, alike in groups]
    return "\n".join(lines) or tr("None.")


def _line(alike: Sequence[LoggedRequest]) -> str:
    one = alike[0]
    took = sorted(1000 * each.duration for each in alike)
    span = f"{took[0]:,.0f} ms"
    if len(alike) > 1:
        span = tr("{n} times, {low:,.0f} to {high:,.0f} ms", n=len(alike), low=took[0], high=took[-1])
    answer = one.status or tr("no answer")
    return f"- {one.time:.2f} s, {span}, {one.method} {answer}: {_plain(one.purpose)}"


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- **{_plain(name)}**: {_plain(text)}" for name, text in rows)


def _plain(text: str) -> str:
    """One line, which is no markup of the page."""
    line = one_line(text, 400).replace("\\", "\\\\")
    return "".join(f"\\{letter}" if letter in "`*[]<>|#" else letter for letter in line)
