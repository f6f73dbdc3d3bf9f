"""Asks a server for what describes a task, and keeps the answers as they came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gpwidgets.client.http.connection_facts import connection_facts
from gpwidgets.client.http.session import GPSession
from gpwidgets.client.http.tracing import Trace, tracing
from gpwidgets.errors import ConnectionFailed, GPError
from gpwidgets.protocol.urls import GPURL

__all__ = ["Asked", "ask"]

#: How often the description of the task is read, to see how even the times are.
_TIMES = 3
_SECONDS = 20.0
#: Requests without an answer after which no more are made.
_PATIENCE = 2


@dataclass
class Asked:
    """What a server answered.

    Attributes
    ----------
    answers : dict of str to str
        Text by name of the resource, without secrets that were sent.
    trace : Trace
        The requests.
    connection : dict
        What the connection was like.
    settings : dict
        How the session reaches the address.
    """

    answers: dict[str, str] = field(default_factory=dict)
    trace: Trace = field(default_factory=Trace)
    connection: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


def ask(session: GPSession, url: GPURL) -> Asked:
    """Read version, service, task and job; each once, the task a few times. It never raises for a server."""
    asked = Asked(settings=session.about_connections(url.service))
    resources = [("info", url.info), ("service", url.service)]
    resources += [("task", url.task)] * _TIMES if url.task_name else []
    resources += [("job", url.job)] if url.job_id else []
    silent = 0
    with tracing(asked.trace):
        for name, address in resources:
            if silent >= _PATIENCE:
                break
            try:
                reply = session.read(address, {"f": "json"}, retry=False, read_timeout=_SECONDS)
                asked.answers.setdefault(name, reply.body.decode("utf-8", "replace"))
            except ConnectionFailed:
                silent += 1
            except (GPError, OSError):
                continue  # the trace tells, of certificates that are not there as well
    proxied = bool(asked.settings["proxies"].get(url.server.partition(":")[0]))
    asked.connection = connection_facts(url.server, asked.settings["verify"], proxied=proxied)
    return asked
