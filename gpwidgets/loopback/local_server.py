"""What all servers on loopback share: a port, an address with a key, and how they begin and end."""

from __future__ import annotations

import atexit
from collections.abc import Iterable
from typing import Any, Self

from tornado.web import RequestHandler

from gpwidgets.loopback.access import AccessRules, new_key
from gpwidgets.loopback.http_thread import LOOPBACK, HTTPThread
from gpwidgets.loopback.worker_pool import WorkerPool

__all__ = ["LocalServer"]


class LocalServer:
    """A server whose port is taken at once, and answered on from `_begin` on; by default for this machine.

    Parameters
    ----------
    name
        Of its threads.
    port
        Port of the host; 0 takes any free one.
    key
        First part of every path; a new one that nobody can guess for None, ``""`` for none.
    origins, hosts
        As for `AccessRules.of`.
    host
        Address of this machine to listen at.
    """

    def __init__(
        self,
        name: str,
        *,
        port: int,
        key: str | None,
        origins: Iterable[str] = (),
        hosts: Iterable[str] = (),
        host: str = LOOPBACK,
    ) -> None:
        self._name = name
        self._rules = AccessRules.of(new_key() if key is None else key, origins, hosts)
        self._http = HTTPThread(port, name, host)
        self._pool: WorkerPool | None = None
        self.port: int = self._http.port
        #: Address of all that is served: scheme, host, port and key.
        self._place: str = f"{self._http.origin}/{self._rules.key}" if self._rules.key else self._http.origin

    def _begin(self, handler: type[RequestHandler], threads: int, **settings: Any) -> None:
        """Answer from now on, until `stop` or the end of Python.

        Parameters
        ----------
        handler
            Its ``initialize`` takes ``rules``, ``offload`` and `settings`.
        threads
            In which answers are made.
        """
        self._pool = WorkerPool(threads, f"{self._name}-answer")
        self._http.start(handler, {"rules": self._rules, "offload": self._pool.submit, **settings})
        atexit.register(self.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close all connections, and give the port back; may be called twice."""
        atexit.unregister(self.stop)
        self._http.stop()
        if self._pool is not None:
            self._pool.stop()
            self._pool = None

    def wait(self) -> None:
        """Block until it is stopped."""
        self._http.wait()
