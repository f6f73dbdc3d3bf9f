"""What all handlers on loopback do before they answer: turn strangers away, and warn browsers."""

from __future__ import annotations

import re
from typing import NoReturn

from tornado.web import Finish, RequestHandler

from gpwidgets.loopback.access import AccessRules

__all__ = ["LocalHandler", "in_callback", "read_fields"]

_CALLBACK = re.compile(r"[\w.$]+")


class LocalHandler(RequestHandler):
    """Answers GET and POST of those who know the key, in ``answer_request`` of a subclass."""

    server_name = "gpwidgets"

    def initialize(self, rules: AccessRules) -> None:
        """Take the rules of who may come in."""
        self._rules = rules

    def prepare(self) -> None:
        """Turn away who does not know the key, or came by another name; say which pages may read on."""
        allowed = self._rules.allowed_origin(self.request.headers)
        if allowed is not None:
            self.set_header("Access-Control-Allow-Origin", allowed)
            self.set_header("Vary", "Origin")
        if self._rules.refuses_host(self.request.host):
            self._refuse(403)
        path = self._rules.path_below_key(self.request.path)
        if path is None:
            self._refuse(404)
        self._path = path

    async def get(self) -> None:
        """Answer a GET request."""
        await self.answer_request()

    async def post(self) -> None:
        """Answer a POST request."""
        await self.answer_request()

    async def options(self) -> None:
        """Answer a preflight, of pages that may use the server."""
        if self._rules.allowed_origin(self.request.headers) is None:
            self.set_status(403)
            return
        self.set_header("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
        self.set_header("Access-Control-Allow-Headers", "Authorization, X-Esri-Authorization, Content-Type")
        self.set_status(204)

    async def answer_request(self) -> None:
        """Answer a request that may come in."""
        raise NotImplementedError

    def set_default_headers(self) -> None:
        """Name the server; a browser never guesses the type of an answer."""
        self.set_header("Server", self.server_name)
        self.set_header("X-Content-Type-Options", "nosniff")

    def _check_site(self, operation: str) -> None:
        """Let no page of another site in.

        Raises
        ------
        Finish
            The answer is 403, without a word of what is here.
        """
        own = f"{self.request.protocol}://{self.request.host}"
        if self._rules.refuses_site(self.request.headers, own, operation):
            self._refuse(403)

    def _refuse(self, status: int) -> NoReturn:
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        raise Finish(f"{status}\n")

    def _file_sent(self) -> tuple[str, bytes] | None:
        for files in self.request.files.values():
            for sent in files:
                return sent["filename"], sent["body"]
        return None


def read_fields(arguments: dict[str, list[bytes]]) -> dict[str, str]:
    """The last value of each field as text."""
    return {
        # tornado reads names as Latin-1, whatever they are.
        name.encode("latin1").decode("utf-8", "replace"): values[-1].decode("utf-8", "replace")
        for name, values in arguments.items()
    }


def in_callback(text: str, name: str) -> str | None:
    """JSON as the call of a function, as old clients ask for it; None for what is no name of one."""
    return f"{name}({text});" if _CALLBACK.fullmatch(name) else None
