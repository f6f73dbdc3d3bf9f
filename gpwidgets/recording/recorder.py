"""Recording: a server on this machine that passes on what it is asked, and keeps the conversation."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from gpwidgets.bounds import limit
from gpwidgets.errors import GPError, GPWarning
from gpwidgets.loopback.local_server import LocalServer
from gpwidgets.recording._record_handler import RecordHandler
from gpwidgets.recording.conversation import Asking, Conversation
from gpwidgets.recording.lesson_file import LessonWriter
from gpwidgets.recording.passing import Passed, Upstream, redirect_of
from gpwidgets.recording.place import MARK, Place, Swap
from gpwidgets.texts import tr

__all__ = ["Recorder", "record"]

#: Requests that wait for the server at the same time; some servers answer only when there is something new.
_WAITING = 32
_SIGN_IN_HEADERS = ("Authorization", "X-Esri-Authorization", "Cookie", "Referer")


class Recorder(LocalServer):
    """A running recorder; made by :func:`record`.

    Parameters
    ----------
    url, path, port, key, max_bytes, overwrite, origins, ca_file
        As for :func:`record`.

    Attributes
    ----------
    path : pathlib.Path
        Of the lesson, which is there when the recorder is closed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()  # stands for a server far away
    >>> path = pathlib.Path(tempfile.mkdtemp(), "lesson.zip")
    >>> with gp.record(server.url, path) as recorder:
    ...     task = gp.GPTask(recorder.address_of(server.url_of("SlowCount")))
    ...     _ = task(Seconds=0, Steps=3)
    >>> recorder.is_complete
    True
    """

    def __init__(
        self,
        url: str,
        path: str | Path,
        *,
        port: int = 0,
        key: str | None = None,
        max_bytes: int | None = None,
        overwrite: bool = False,
        origins: Iterable[str] = (),
        ca_file: str | Path | None = None,
    ) -> None:
        self._recorded = Place.of(url)
        self.path: Path = Path(path)
        if self.path.exists() and not overwrite:
            raise FileExistsError(tr("{path} is there already.", path=self.path))
        super().__init__("gp-recorder", port=port, key=key, origins=origins)
        self._address = f"{self._place}/{quote(self._recorded.name)}"
        self.path_of_cookies: str = urlsplit(self._address).path
        context = self._recorded.context
        self._outward = Swap(context, self._address, by_inner_names=True)
        self._inward = Swap(self._address, context)
        self._upstream = Upstream(ca_file)
        self._writer = self._opened(limit("unpacked") if max_bytes is None else max_bytes, overwrite)
        self._conversation = Conversation(self._writer, context, self._describe)
        self._url = self.address_of(url)
        self._closed = False
        self._begin(RecordHandler, _WAITING, recorder=self)

    def _opened(self, most: int, overwrite: bool) -> LessonWriter:
        """The lesson's file; where it cannot be written, the port is given back."""
        place = self._recorded
        try:
            return LessonWriter(
                self.path, server=place.shown, services=place.services, most=most, overwrite=overwrite
            )
        except BaseException:
            self._http.stop()
            self._upstream.close()
            raise

    def __repr__(self) -> str:
        return (
            f"<Recorder of {self._recorded.shown} to {self.path}{'' if self._http.running else ' (closed)'}>"
        )

    @property
    def url(self) -> str:
        """The address that was given, as it leads through the recorder."""
        return self._url

    @property
    def exchanges(self) -> int:
        """How many requests and their answers are kept so far."""
        return self._conversation.count

    @property
    def is_complete(self) -> bool:
        """Whether all that was said is kept: the lesson was not full, and could be written."""
        return not (self._writer.full or self._conversation.problem)

    def address_of(self, url: str) -> str:
        """An address of the server as it leads through the recorder.

        Parameters
        ----------
        url
            A services root, service, task or job of the server that is recorded.

        Raises
        ------
        URLError
            It is another server's.
        """
        return f"{self._address}{self._recorded.path_of(url)}"

    def stop(self) -> None:
        """Stop, and write the lesson; may be called twice."""
        super().stop()
        if self._closed:
            return
        self._closed = True
        self._upstream.close()
        wanted, self.path = self.path, self._conversation.close()
        said = self.said()
        if self.path != wanted:
            taken = tr("{name} was taken meanwhile; the lesson is {path}.", name=wanted.name, path=self.path)
            said = " ".join(filter(None, (taken, said)))
        if said:
            warnings.warn(said, GPWarning, stacklevel=3)

    close = stop

    def said(self) -> str:
        """What is not in the lesson, and why; ``""`` where all of it is."""
        if self._writer.full:
            return tr(
                "The lesson is full: it holds {n:,} exchanges, and what came later is not in it. "
                "max_bytes allows more.",
                n=self.exchanges,
            )
        return self._conversation.problem

    def admits(self, path: str) -> str | None:
        """The path below the server's context, where it is one that is passed on.

        Parameters
        ----------
        path
            Of a request, below the key.
        """
        before = f"/{quote(self._recorded.name)}"
        below = path.removeprefix(before)
        if below == path or not below.startswith("/"):
            return None
        return below if self._recorded.admits(below) else None

    def pass_on(self, asking: Asking) -> Passed:
        """Ask the server, keep what was said, and answer with this recorder's addresses."""
        headers = {name: self._inward.text(text) for name, text in asking.headers.items()}
        is_form = "multipart" not in headers.get("Content-Type", "").lower()
        body = self._inward(asking.body) if is_form else asking.body
        query = self._inward.text(asking.query)
        url = f"{self._recorded.context}{asking.path}{'?' if query else ''}{query}"
        passed = self._upstream.send(asking.method, url, headers, body)
        location = passed.headers.get("Location", "")
        if 300 <= passed.status < 400 and location:
            passed = self._redirected(url, location, passed)
        fields = {name: self._inward.text(text) for name, text in asking.fields.items()}
        self._conversation.keep(replace(asking, fields=fields), passed)
        return Passed(
            passed.status,
            {name: self._outward.text(text) for name, text in passed.headers.items()},
            passed.body if "/directories/" in asking.path else self._outward(passed.body),
            passed.cookies,
        )

    def _redirected(self, url: str, location: str, passed: Passed) -> Passed:
        target = redirect_of(url, location)
        own = Swap(self._recorded.context, MARK).text(target)
        if own.startswith(MARK) and self._recorded.admits(own.removeprefix(MARK).partition("?")[0]):
            return Passed(passed.status, {**passed.headers, "Location": target}, passed.body, passed.cookies)
        told = tr("The server sends on to another place, and the recorder speaks to one server only.")
        return Passed(502, {"Content-Type": "application/json"}, _error(502, told))

    def _describe(self, task: tuple[str, ...], asking: Asking) -> Any:
        """The description of a task, with the sign-in of a request to it."""
        path = "/".join(["", *(quote(part, safe="") for part in task)])
        headers = {
            name: self._inward.text(text)
            for name, text in asking.headers.items()
            if name.title() in _SIGN_IN_HEADERS
        }
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        token = {name: text for name, text in asking.fields.items() if name.lower() == "token"}
        try:
            passed = self._upstream.send(
                "POST",
                f"{self._recorded.context}{path}",
                headers,
                urlencode({"f": "json", **token}).encode(),
            )
            return json.loads(passed.body)
        except (GPError, ValueError, RecursionError):
            return None


def _error(code: int, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message, "details": []}}).encode()


def record(
    url: str,
    path: str | Path,
    *,
    port: int = 0,
    key: str | None = None,
    max_bytes: int | None = None,
    overwrite: bool = False,
    origins: Iterable[str] = (),
    ca_file: str | Path | None = None,
) -> Recorder:
    """Record the conversation with a server, to replay it without a network.

    Parameters
    ----------
    url
        Any address at or below the services root of the server. This one server is spoken to, and no other.
    path
        Of the lesson, a zip file.
    port
        Port on 127.0.0.1; 0 takes any free one.
    key
        First part of every path, which other users of the computer cannot guess; a new one by default, ``""``
        for none.
    max_bytes
        What the lesson holds at the most, unpacked; 256 MB by default. What comes later is passed on and not
        kept, and a warning says so at the end.
    overwrite
        Whether to replace a file of this name.
    origins
        Origins of web pages that may use the recorder, such as ``"http://localhost:8000"``.
    ca_file
        Certificates of trusted authorities, for a server with one of its own.

    Returns
    -------
    Recorder
        Running; use it in a ``with`` statement, or call ``close()``: then the lesson is written.

    Raises
    ------
    FileExistsError
        There is a file of this name.
    URLError
        The address is not that of an ArcGIS service.

    Notes
    -----
    Tokens, passwords, sign-in headers, hidden inputs and hidden outputs are not in the lesson, and neither is
    what is in the files that are uploaded.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()  # stands for a server far away
    >>> path = pathlib.Path(tempfile.mkdtemp(), "lesson.zip")
    >>> with gp.record(server.url_of("BufferPoints"), path) as recorder:
    ...     task = gp.GPTask(recorder.url)
    ...     out = task(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    >>> with gp.replay(path) as replay:
    ...     task = gp.GPTask(replay.url_of("BufferPoints"))
    ...     task(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    Outputs
      Buffers: 1 feature (EPSG:4326)
    """
    return Recorder(
        url,
        path,
        port=port,
        key=key,
        max_bytes=max_bytes,
        overwrite=overwrite,
        origins=origins,
        ca_file=ca_file,
    )
