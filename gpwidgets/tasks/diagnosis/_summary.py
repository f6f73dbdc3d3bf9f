"""The page of a report that is read first, as Markdown: what was seen, and what is in the other files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        (name, str(value)) for name, value in facts.items() if name != "pem" and value not in ({}, "", None)
    ]


def _requests(log: Iterable[LoggedRequest]) -> str:
    lines = [
        f"- {one.time:.2f} s, {1000 * one.duration:,.0f} ms, {one.method} {one.status or tr('no answer')}: "
        f"{_plain(one.purpose)}"
        for one in log
    ]
    return "\n".join(lines) or tr("None.")


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- **{_plain(name)}**: {_plain(text)}" for name, text in rows)


def _plain(text: str) -> str:
    """One line, which is no markup of the page."""
    line = one_line(text, 400).replace("\\", "\\\\")
    return "".join(f"\\{letter}" if letter in "`*[]<>|#" else letter for letter in line)
