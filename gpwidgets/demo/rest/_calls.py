"""One request to the embedded server, as its operations read it; no HTTP in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gpwidgets.demo.publishing.publish import Service, Tool
from gpwidgets.demo.publishing.refusals import Refusal, invalid_input
from gpwidgets.demo.rest.faults import Fault
from gpwidgets.demo.rest.routes import Route


@dataclass(frozen=True)
class Call:
    """One request: where it goes, what it brings, and the address of the machine that it comes from."""

    route: Route
    method: str
    fields: Mapping[str, str]
    headers: Mapping[str, str]
    upload: tuple[str, bytes] | None = None
    faults: Mapping[str, Fault] = field(default_factory=dict)
    sender: str = ""

    @property
    def service(self) -> Service:
        """The service; operations below one are only reached with it."""
        assert self.route.service is not None
        return self.route.service

    @property
    def tool(self) -> Tool:
        """The task; operations below one are only reached with it."""
        assert self.route.tool is not None
        return self.route.tool


def check_posted(call: Call) -> None:
    """Refuse a call that did not come by POST.

    Raises
    ------
    Refusal
    """
    if call.method != "POST":
        raise Refusal(405, "Method Not Allowed", ["This operation answers POST requests only."])


def sent_file(call: Call) -> tuple[str, bytes]:
    """Name and content of the file that came with a call.

    Raises
    ------
    Refusal
        It came by another method than POST, or without a file.
    """
    check_posted(call)
    if call.upload is None:
        raise invalid_input("file is missing.")
    return call.upload
