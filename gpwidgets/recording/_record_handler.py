"""The recorder's requests, as they come over HTTP, and its answers."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol

from gpwidgets.errors import GPError
from gpwidgets.loopback.access import AccessRules
from gpwidgets.loopback.local_handler import LocalHandler, read_fields
from gpwidgets.recording.conversation import Asking
from gpwidgets.recording.exchange import SentFile
from gpwidgets.recording.passing import Passed, cookie_of_here
from gpwidgets.recording.uploads_again import digest_of

log = logging.getLogger(__name__)

#: Headers of an answer that mean something to whoever asked; the others belong to the connection.
_PASSED_BACK = (
    *("Content-Type", "Content-Disposition", "Location", "Retry-After", "Cache-Control"),
    *("WWW-Authenticate", "Last-Modified"),
)
_NO_ANSWER = 502


class _Recorder(Protocol):
    @property
    def path_of_cookies(self) -> str: ...

    def admits(self, path: str) -> str | None: ...

    def pass_on(self, asking: Asking) -> Passed: ...


class RecordHandler(LocalHandler):
    """Passes each request on."""

    server_name = "gpwidgets recorder"

    def initialize(  # type: ignore[override]
        self, rules: AccessRules, recorder: _Recorder, offload: Callable[..., Future[Any]]
    ) -> None:
        """Take the rules of who may come in, the recorder, and the way to run what is slow."""
        super().initialize(rules)
        self._recorder, self._offload = recorder, offload

    async def answer_request(self) -> None:
        """Pass the request on, and the answer back."""
        self._check_site("")
        path = self._recorder.admits(self._path)
        if path is None:
            self._refuse(404)
        try:
            passed = await asyncio.wrap_future(self._offload(self._recorder.pass_on, self._asking(path)))
        except GPError as error:
            self._send_error(str(error))
        except Exception:
            log.exception("a request could not be passed on")
            self._send_error("The request could not be passed on.")
        else:
            self._send(passed)

    def _asking(self, path: str) -> Asking:
        request = self.request
        sent = self._file_sent()
        return Asking(
            str(request.method),
            path,
            request.query,
            dict(request.headers),
            request.body,
            read_fields(request.arguments),
            tuple(
                pair
                for name, values in request.arguments.items()
                for value in values
                for pair in read_fields({name: [value]}).items()
            ),
            SentFile(sent[0], len(sent[1]), digest_of(sent[1])) if sent else None,
            time.monotonic(),
        )

    def _send(self, passed: Passed) -> None:
        self.set_status(passed.status)
        # Pages of the server are shown, and run nothing here.
        self.set_header("Content-Security-Policy", "sandbox allow-forms")
        by_name = {name.lower(): text for name, text in passed.headers.items()}
        for name in _PASSED_BACK:
            if name.lower() in by_name:
                self.set_header(name, by_name[name.lower()])
        for cookie in passed.cookies:
            self.add_header("Set-Cookie", cookie_of_here(cookie, self._recorder.path_of_cookies))
        if passed.status not in (204, 304):
            self.write(passed.body)

    def _send_error(self, text: str) -> None:
        self.set_status(_NO_ANSWER)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(json.dumps({"error": {"code": _NO_ANSWER, "message": text, "details": []}}))
