"""The replay's requests, as they come over HTTP, and its answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from gpwidgets.client.sign_in.origins import is_plain
from gpwidgets.loopback.access import AccessRules
from gpwidgets.loopback.local_handler import LocalHandler, in_callback, read_fields
from gpwidgets.recording.answers import Answer, Answers
from gpwidgets.recording.exchange import SentFile
from gpwidgets.recording.place import path_parts
from gpwidgets.recording.uploads_again import digest_of

log = logging.getLogger(__name__)

#: Seconds that an answer is held back at the most, whatever a lesson says.
_LONGEST = 600.0


class ReplayHandler(LocalHandler):
    """Answers from a recording."""

    server_name = "gpwidgets replay"

    def initialize(  # type: ignore[override]
        self,
        rules: AccessRules,
        answers: Answers,
        name: str,
        pace: float,
        offload: Callable[..., Future[Any]],
    ) -> None:
        """Take the rules of who may come in, what is answered, and how fast."""
        super().initialize(rules)
        self._answers, self._name, self._pace, self._offload = answers, name, pace, offload

    async def answer_request(self) -> None:
        """Answer from the recording, at once or as late as it was then."""
        self._check_site("")
        parts = path_parts(self._path)
        if not is_plain(f"http://x{self._path}") or parts[:1] != (self._name,):
            self._refuse(404)
        fields = read_fields(self.request.arguments)
        sent = self._file_sent()
        file = SentFile(sent[0], len(sent[1]), digest_of(sent[1])) if sent else None
        try:
            answer = await asyncio.wrap_future(self._offload(self._answers.answer, parts[1:], fields, file))
        except Exception:
            log.exception("the recording could not answer")
            self.set_status(500)
            return
        await asyncio.sleep(min(answer.seconds * self._pace, _LONGEST))
        self._send(answer, fields.get("callback", ""))

    def _send(self, answer: Answer, callback: str) -> None:
        self.set_status(answer.status)
        for name, text in answer.headers.items():
            self.set_header(name, text)
        self.set_header("Cache-Control", "no-store")
        # A lesson may come from anybody: what is in it is shown, and runs nothing.
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        body: bytes = answer.body
        called = in_callback(body.decode("utf-8", "replace"), callback) if answer.is_json else None
        if called is not None:
            self.set_header("Content-Type", "application/javascript; charset=utf-8")
            body = called.encode()
        self.write(body)
