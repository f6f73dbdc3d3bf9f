"""What runs need to know of their task, so that they need not know how tasks are made."""

from __future__ import annotations

from typing import Protocol

from gpwidgets.client.http.session import GPSession
from gpwidgets.protocol.description import GPParameter, ServiceInfo, TaskInfo
from gpwidgets.protocol.urls import GPURL

__all__ = ["TaskHandle"]


class TaskHandle(Protocol):
    """A task as its runs see it; `gpwidgets.GPTask` is one, with the same attributes."""

    @property
    def session(self) -> GPSession:
        """How requests go to its server."""

    @property
    def url(self) -> GPURL:
        """Its address."""

    @property
    def name(self) -> str:
        """The name in its address."""

    @property
    def info(self) -> TaskInfo:
        """Its description."""

    @property
    def service(self) -> ServiceInfo:
        """The service's description, read on first use."""

    @property
    def inputs(self) -> tuple[GPParameter, ...]:
        """What it takes."""

    @property
    def outputs(self) -> tuple[GPParameter, ...]:
        """What it gives back."""

    @property
    def is_asynchronous(self) -> bool:
        """Whether its service runs it as a job."""

    @property
    def server_version(self) -> float | None:
        """The server's version; None when it does not say, or cannot be asked now."""

    @property
    def known_version(self) -> float | None:
        """The server's version as far as it has been asked for."""

    @property
    def maximum_records(self) -> int | None:
        """Rows per output above which the server holds rows back; None when not known."""
