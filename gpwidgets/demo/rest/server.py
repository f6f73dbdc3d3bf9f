"""The embedded server: a thread of its own with its own event loop, on loopback only."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gpwidgets.demo.jobs.jobs import JobStore
from gpwidgets.demo.publishing.publish import Service, Tool, as_tool
from gpwidgets.demo.rest._gateway import Gateway
from gpwidgets.demo.rest._operations import Operations
from gpwidgets.demo.rest._outside import own_names
from gpwidgets.demo.rest.faults import FaultBoard
from gpwidgets.demo.rest.portal import PortalStub
from gpwidgets.demo.rest.security import LONGEST_MINUTES, USERNAME
from gpwidgets.demo.tools import default_services
from gpwidgets.errors import PublishError
from gpwidgets.loopback.http_thread import EVERYWHERE, LOOPBACK
from gpwidgets.loopback.local_server import LocalServer

_ANSWERING_THREADS = 8

Publishable = Service | Tool | Callable[..., Any]


class DemoServer(LocalServer):
    """A running geoprocessing server; made by :func:`serve`.

    Parameters
    ----------
    port
        Port on 127.0.0.1; 0 takes any free one.
    services
        What is served; functions go into services called ``Published`` and ``PublishedJobs``.
    faults
        Switchboard to use instead of a new one.
    workers
        Jobs that run at the same time; others wait.
    portal
        Whether the server is federated with a portal of its own, at `portal_url`.
    token_minutes
        Life of a token at the most; servers usually allow an hour.
    key
        First part of every path, which other users of the computer cannot guess; a new one by default, ``""``
        for none.
    origins
        Origins of web pages that may use the server, such as ``"http://localhost:8000"``; no page by default.
    hosts
        Further names of the server, as a proxy in front of it passes them on.
    host
        Address to listen at; ``"0.0.0.0"`` lets other machines in that know the key.
    jobs_each
        Jobs of one machine that may wait or run at the same time; any number by default.
    """

    def __init__(
        self,
        port: int = 0,
        services: Iterable[Publishable] = (),
        faults: FaultBoard | None = None,
        workers: int = 4,
        *,
        portal: bool = False,
        token_minutes: float = LONGEST_MINUTES,
        key: str | None = None,
        origins: Iterable[str] = (),
        hosts: Iterable[str] = (),
        host: str = LOOPBACK,
        jobs_each: int | None = None,
    ) -> None:
        names = own_names() if host == EVERYWHERE else (host,)
        self._names = tuple(name for name in names if name != LOOPBACK)
        super().__init__("gp-server", port=port, key=key, origins=origins, hosts={*hosts, *names}, host=host)
        self._folder = Path(tempfile.mkdtemp(prefix="gpwidgets-demo-"))
        self._operations = Operations(self._place, self._folder, {}, workers, jobs_each)
        self._operations.tokens.longest_minutes = token_minutes
        if portal:
            self._operations.portal = PortalStub(self._operations.origin, self._operations.tokens)
        if faults is not None:
            self._operations.faults = faults
        for each in services:
            self.publish(each)
        self._begin(Gateway, _ANSWERING_THREADS, operations=self._operations)

    def __repr__(self) -> str:
        return f"<DemoServer {self.url}{'' if self._http.running else ' (stopped)'}>"

    @property
    def url(self) -> str:
        """The services root, ``http://127.0.0.1:<port>/<key>/arcgis/rest/services``."""
        return f"{self._operations.origin}/arcgis/rest/services"

    @property
    def urls_for_others(self) -> tuple[str, ...]:
        """The services root as other machines reach it, by each address and name of this one."""
        own = self.url.partition("//")[2].partition(":")[0]
        return tuple(self.url.replace(own, name, 1) for name in self._names)

    @property
    def token_url(self) -> str:
        """Where tokens are made."""
        return f"{self._operations.origin}/arcgis/tokens/generateToken"

    @property
    def portal_url(self) -> str:
        """The portal that the server is federated with.

        Raises
        ------
        LookupError
            It has none; pass ``portal=True`` to :func:`serve`.
        """
        if self._operations.portal is None:
            raise LookupError("this server has no portal; start it with serve(portal=True)")
        return self._operations.portal.url

    @property
    def services(self) -> tuple[Service, ...]:
        """What is served."""
        return tuple(self._operations.services.values())

    @property
    def faults(self) -> FaultBoard:
        """The fault switchboard."""
        return self._operations.faults

    @property
    def jobs(self) -> JobStore:
        """All jobs; ``jobs.created`` counts them."""
        return self._operations.jobs

    def url_of(self, name: str) -> str:
        """The URL of a task or a service.

        Parameters
        ----------
        name
            ``"Viewshed"``, ``"Elevation"``, or ``"Elevation/Viewshed"`` where the task's name is not unique.

        Raises
        ------
        LookupError
            Nothing of that name is served.
        """
        for service in self.services:
            base = f"{self.url}/{quote(service.name)}/GPServer"
            if name == service.name:
                return base
            for task in service.tasks:
                if name in (task, f"{service.name}/{task}"):
                    return f"{base}/{quote(task, safe='')}"
        known = ", ".join(task for service in self.services for task in service.tasks)
        raise LookupError(f"no task or service {name!r}; tasks are {known}")

    def publish(self, item: Publishable, **options: Any) -> str:
        """Serve a function, a tool or a service.

        Parameters
        ----------
        item
            A typed function with a docstring is enough.
        **options
            As for :func:`gpwidgets.demo.tool`: ``name``, ``output``, ``asynchronous`` and others.

        Returns
        -------
        str
            URL of the task, or of the service.
        """
        if isinstance(item, Service):
            self._operations.services[item.name] = item
            return self.url_of(item.name)
        made = as_tool(item, **options)
        name = "PublishedJobs" if made.asynchronous else "Published"
        held = self._operations.services.get(name) or Service(name, (), "Tools published from this session.")
        if not isinstance(made, Tool):
            raise PublishError(f"{item!r} cannot be published")
        held.tasks[made.name] = made
        self._operations.services[name] = held
        return self.url_of(f"{name}/{made.name}")

    def token_for(self, user: str = USERNAME, minutes: float = 60) -> str:
        """A token for the secured services, without signing in."""
        return self._operations.tokens.issue(user, minutes)[0]

    def expire_tokens(self) -> None:
        """Make every token issued so far invalid, those of the portal as well."""
        self._operations.expire_tokens()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Take the server off the network inside a ``with`` statement; its jobs go on, as in an outage.

        Remove them with ``server.jobs.clear()`` meanwhile, and it has been started anew.
        """
        with self._http.away():
            yield

    def stop(self) -> None:
        """Close all connections, cancel what runs, and remove the files; may be called twice."""
        super().stop()
        self._operations.jobs.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def serve(
    port: int = 0,
    *,
    services: Iterable[Publishable] | None = None,
    faults: FaultBoard | None = None,
    workers: int = 4,
    portal: bool = False,
    token_minutes: float = LONGEST_MINUTES,
    key: str | None = None,
    origins: Iterable[str] = (),
    hosts: Iterable[str] = (),
    host: str = LOOPBACK,
    jobs_each: int | None = None,
) -> DemoServer:
    """Start a geoprocessing server on this machine.

    Parameters
    ----------
    port
        Port on 127.0.0.1; 0 takes any free one.
    services
        Functions, :class:`Tool` or :class:`Service` objects to serve instead of the built-in ones.
    faults
        Switchboard for faults; by default a new one with everything switched off.
    workers
        Jobs that run at the same time; others wait.
    portal
        Federate the server with a portal of its own, for trying OAuth, applications and token exchange;
        ``server.portal_url`` is its address.
    token_minutes
        Life of a token at the most, to see tokens expire.
    key
        First part of every path. A new one is made that nobody can guess, as Jupyter does, since other users
        of a shared computer reach the server as well; ``""`` leaves it out.
    origins
        Origins of web pages that may use the server, such as ``"http://localhost:8000"``, or ``"*"`` for any.
        Programs need none, and neither does a notebook.
    hosts
        Further names of the server, as a proxy in front of it passes them on.
    host
        Address to listen at. ``"0.0.0.0"``, for a classroom, lets all machines in that reach this one and
        know the key; ``server.urls_for_others`` are the addresses to give them.
    jobs_each
        Jobs of one machine that may wait or run at the same time; more are refused with code 503. They
        get their turns one after the other, whoever was first. Any number by default.

    Returns
    -------
    DemoServer
        Running; use it in a ``with`` statement, or call ``stop()``.

    Examples
    --------
    >>> with serve() as server:
    ...     server.url_of("Viewshed").endswith("/Elevation/GPServer/Viewshed")
    True
    """
    served = default_services() if services is None else services
    return DemoServer(
        port,
        served,
        faults,
        workers,
        portal=portal,
        token_minutes=token_minutes,
        key=key,
        origins=origins,
        hosts=hosts,
        host=host,
        jobs_each=jobs_each,
    )
