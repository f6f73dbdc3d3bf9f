"""A tornado server in a thread of its own, with its own event loop; on loopback, or where it is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

__all__ = ["EVERYWHERE", "LOOPBACK", "HTTPThread"]

LOOPBACK = "127.0.0.1"
#: All addresses of this machine; only where a user has asked for it.
EVERYWHERE = "0.0.0.0"  # noqa: S104
#: Largest request: the parts of an upload have 20 MB, and a body is held in memory four times over.
_MAX_BODY = 64 * 2**20
#: Seconds after which a connection that sends nothing, or not the whole of a request, is closed.
_IDLE, _SLOWEST_BODY = 300, 300


class HTTPThread:
    """A port that is bound at once, and answered on from `start` on.

    Parameters
    ----------
    port
        0 takes any free one.
    name
        Of the thread.
    host
        Address of this machine to listen at; ``"0.0.0.0"`` for all that it has.
    """

    def __init__(self, port: int, name: str, host: str = LOOPBACK) -> None:
        self._host = host
        self._sockets = bind_sockets(port, host)
        self.port: int = self._sockets[0].getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._http: HTTPServer | None = None
        self._application = Application()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def origin(self) -> str:
        """Scheme, host and port, as this machine itself reaches it."""
        host = LOOPBACK if self._host == EVERYWHERE else self._host
        return f"http://{host}:{self.port}"

    @property
    def running(self) -> bool:
        """Whether requests are answered."""
        return self._thread.is_alive()

    def start(self, handler: type[RequestHandler], settings: Mapping[str, Any]) -> None:
        """Answer all paths.

        Parameters
        ----------
        handler
            Answers each request.
        settings
            What its ``initialize`` takes.
        """
        # Access logs would fill the cells of a notebook.
        self._application = Application([(r".*", handler, dict(settings))], log_function=lambda handler: None)
        self._thread.start()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Refuse connections inside a ``with`` statement."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        try:
            yield
        finally:
            self._sockets = bind_sockets(self.port, self._host)
            asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()

    def stop(self) -> None:
        """Close all connections and end the thread; may be called twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        elif self._thread.ident is None:  # it was never started
            for each in self._sockets:
                each.close()
            self._loop.close()

    def wait(self) -> None:
        """Block until the server is stopped."""
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        await self._open()
        await self._stopping.wait()
        await self._close()

    async def _open(self) -> None:
        self._http = HTTPServer(
            self._application,
            max_buffer_size=_MAX_BODY,
            max_body_size=_MAX_BODY,
            idle_connection_timeout=_IDLE,
            body_timeout=_SLOWEST_BODY,
        )
        self._http.add_sockets(self._sockets)

    async def _close(self) -> None:
        if self._http is not None:
            self._http.stop()
            await self._http.close_all_connections()
            self._http = None
