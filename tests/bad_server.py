"""A server on plain sockets that can answer anything at any pace; it shares no code with the embedded one."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Request:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    head: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path without its query."""
        return urlsplit(self.target).path

    @property
    def text(self) -> str:
        """All of it."""
        return self.head + self.body.decode("utf-8", "replace")


Answer = Callable[[Request, "Wire"], None]


class Wire:
    """What an answer is written to."""

    def __init__(self, connection: Any, stopped: threading.Event) -> None:
        self._connection = connection
        self._stopped = stopped

    def send(self, content: bytes) -> None:
        """Send bytes as they are."""
        self._connection.sendall(content)

    def hang_up(self) -> None:
        """End the connection without a word more."""
        self._connection.shutdown(socket.SHUT_RDWR)

    def reply(self, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Send a whole answer; what is no bytes as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.head(
            status,
            {"Content-Type": "application/json", **(headers or {}), "Content-Length": str(len(content))},
        )
        self.send(content)

    def head(self, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Send the beginning of an answer."""
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {text}" for name, text in (headers or {}).items())]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def pause(self, seconds: float) -> bool:
        """Wait; False when the server is being stopped."""
        return not self._stopped.wait(seconds)

    def drip(self, unit: bytes, every: float) -> None:
        """Send the same bytes again and again, until the other side hangs up."""
        while self.pause(every):
            self.send(unit)


class BadServer:
    """Answers each request as `answer` says; keeps what it saw."""

    def __init__(self, answer: Answer, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.answer = answer
        self.seen: list[Request] = []
        self.stopped = threading.Event()
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server((host, 0), backlog=64)
        port = self._listener.getsockname()[1]
        self.origin = f"http{'s' if tls else ''}://{host}:{port}"
        self.services = f"{self.origin}/arcgis/rest/services"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> BadServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        with suppress(OSError, ValueError), connection:
            wrapped = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with wrapped, wrapped.makefile("rb") as lines:
                while (request := _read(lines)) is not None:
                    self.seen.append(request)
                    self.answer(request, Wire(wrapped, self.stopped))
        self._open.discard(connection)


def _read(lines: Any) -> Request | None:
    first = lines.readline().decode("latin-1")
    if not first.strip():
        return None
    method, target, _version = first.split(" ", 2)
    headers, head = {}, first
    while (line := lines.readline().decode("latin-1")) not in ("\r\n", ""):
        name, _, text = line.partition(":")
        headers[name.strip().lower()] = text.strip()
        head += line
    body = lines.read(int(headers.get("content-length") or 0))
    fields = dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
    if "urlencoded" in headers.get("content-type", ""):
        fields |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return Request(method, target, headers, body, head, fields)


def parameter(
    name: str, data_type: str = "GPString", direction: str = "Input", **more: Any
) -> dict[str, Any]:
    """A parameter of a task."""
    about = {"name": name, "displayName": name, "description": "", "category": "", "defaultValue": None}
    about |= {
        "direction": f"esriGPParameterDirection{direction}",
        "parameterType": "esriGPParameterTypeOptional",
    }
    return {**about, "dataType": data_type, **more}


class GPAnswers:
    """The answers of a service with one task; each may be replaced by the last part of its path.

    ``task``, ``service``, ``info``, ``token``, ``submitJob``, ``job``, ``cancel``, ``results`` or ``other``.
    """

    def __init__(self, parameters: list[dict[str, Any]], *, mode: str = "Asynchronous") -> None:
        self.parameters = parameters
        self.mode = mode
        self.jobs: dict[str, dict[str, str]] = {}
        self.replaced: dict[str, Answer] = {}
        self.results: dict[str, Any] = {}
        self.messages: list[dict[str, str]] = []

    def __call__(self, request: Request, wire: Wire) -> None:
        kind = self.kind_of(request.path)
        if kind in self.replaced:
            self.replaced[kind](request, wire)
        else:
            wire.reply(self.usual(kind, request))

    @staticmethod
    def kind_of(path: str) -> str:
        """What a path asks for."""
        parts = [part for part in path.split("/") if part]
        if parts[-1] in ("submitJob", "execute", "cancel", "generateToken", "info"):
            return {"generateToken": "token"}.get(parts[-1], parts[-1])
        if "results" in parts:
            return "results"
        if "jobs" in parts and "GPServer" in parts:
            return "job"
        if parts[-1] == "GPServer":
            return "service"
        return "task" if "GPServer" in parts and len(parts) - parts.index("GPServer") == 2 else "other"

    def usual(self, kind: str, request: Request) -> Any:
        """What a good server answers."""
        if kind == "task":
            about = {"name": "Task", "displayName": "Task", "description": "", "category": "", "helpUrl": ""}
            return {**about, "executionType": f"esriExecutionType{self.mode}", "parameters": self.parameters}
        if kind == "service":
            return {
                "tasks": ["Task"],
                "executionType": f"esriExecutionType{self.mode}",
                "currentVersion": 11.3,
            }
        if kind == "token":
            return {"token": "issued-token", "expires": 4102444800000}
        if kind == "info":
            origin = f"http://{request.headers['host']}"
            return {
                "currentVersion": 11.3,
                "authInfo": {"tokenServicesUrl": f"{origin}/arcgis/tokens/generateToken"},
            }
        if kind == "submitJob":
            job = f"j{len(self.jobs) + 1}"
            self.jobs[job] = request.fields
            return {"jobId": job, "jobStatus": "esriJobSubmitted"}
        if kind == "results":
            name = request.path.rpartition("/")[2]
            return {"paramName": name, **self.results[name]}
        job = next((part for part in request.path.split("/") if part in self.jobs), "j1")
        urls = {name: {"paramUrl": f"results/{name}"} for name in self.results}
        return {"jobId": job, "jobStatus": "esriJobSucceeded", "results": urls, "messages": self.messages}
