"""Where the recorded server lies, which of its paths are passed on, and its addresses in texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, unquote, urlsplit

from gpwidgets.client.sign_in.origins import is_loopback, is_plain
from gpwidgets.errors import URLError
from gpwidgets.protocol.urls import GPURL
from gpwidgets.texts import tr

__all__ = ["MARK", "Place", "Swap", "path_parts"]

MARK = "{{server}}"
"""What stands in a lesson for the address of the server, up to its ``/rest``."""

_SERVICES = "/rest/services"
#: What lies below a server and belongs to its services; administration does not.
_BELOW = (("rest", "services"), ("rest", "info"), ("rest", "directories"), ("tokens",))
#: Where servers keep the files of results.
_FILES = "/rest/directories/arcgis"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def path_parts(path: str) -> tuple[str, ...]:
    """The decoded segments of a path; empty ones do not count."""
    return tuple(unquote(part) for part in path.split("/") if part)


@dataclass(frozen=True)
class Place:
    """A server that is recorded.

    Attributes
    ----------
    context
        Its address up to ``/rest``: ``https://host/arcgis``.
    services
        Path of the services root below that; ``""`` behind a gateway with paths of its own.
    """

    context: str
    services: str = _SERVICES

    @classmethod
    def of(cls, url: str) -> Place:
        """The server of any address at or below a services root.

        Raises
        ------
        URLError
            It is no address of an ArcGIS service.
        """
        server = GPURL.parse(url).server
        if server.endswith(_SERVICES):
            return cls(server.removesuffix(_SERVICES))
        return cls(server, "")

    @property
    def name(self) -> str:
        """Last part of the address, under which the server appears on this machine: ``arcgis``."""
        return (path_parts(urlsplit(self.context).path) or ("arcgis",))[-1]

    @property
    def shown(self) -> str:
        """The address as a lesson may tell it: the path of a server of this machine can hold a key."""
        parts = urlsplit(self.context)
        if is_loopback(parts.hostname or ""):
            return f"{parts.scheme}://{parts.hostname}"
        return self.context

    def admits(self, path: str) -> bool:
        """Whether a raw path below the context is one of the services, for everybody who reads it."""
        if not is_plain(f"{self.context}{path}"):
            return False
        parts = tuple(part.lower() for part in path_parts(path))
        return not self.services or any(parts[: len(below)] == below for below in _BELOW)

    def path_of(self, url: str) -> str:
        """The path of an address of this server below its context.

        Raises
        ------
        URLError
            The address is another server's.
        """
        address = GPURL.parse(url)
        if Place.of(url) != self:
            raise URLError(tr("{url} is no address of the server that is recorded.", url=str(address)))
        return str(address).removeprefix(self.context)


def _json_escaped(text: str) -> str:
    return text.replace("/", "\\/")


def _quoted(text: str) -> str:
    return quote(text, safe="")


_SPELLINGS: tuple[tuple[Callable[[str], str], str], ...] = (
    (str, r"(?![\w.~%:-])"),
    (_json_escaped, r"(?![\w.~%:-])"),
    (_quoted, r"(?!%2[DdEe]|%3[Aa]|%7[Ee]|[\w.~-])"),
)


class Swap:
    """Replaces the address of one server with another text, however it is written.

    Parameters
    ----------
    address
        Scheme, host and path. The usual ports count as one server, with http or https.
    other
        What is written instead.
    by_inner_names
        Whether addresses of result files with the same path on another host stand for the server as well, in
        what the server says: behind a proxy, servers call themselves by a name that nobody else knows.
    """

    def __init__(self, address: str, other: str, *, by_inner_names: bool = False) -> None:
        self._rules = [(_pattern(address, spell, end), spell(other).encode()) for spell, end in _SPELLINGS]
        files = f"{urlsplit(address).path}{_FILES}"
        self._inner = [
            (_inner_pattern(files, spell), spell(f"{other}{_FILES}").encode())
            for spell, _ in _SPELLINGS
            if by_inner_names
        ]

    def __call__(self, text: bytes) -> bytes:
        """The text with the other address."""
        for pattern, other in self._rules:
            text = pattern.sub(other.replace(b"\\", b"\\\\"), text)
        for pattern, other in self._inner:
            text = pattern.sub(partial(_unless_here, other), text)
        return text

    def text(self, text: str) -> str:
        """The same for decoded text."""
        return self(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


def _pattern(address: str, spell: Callable[[str], str], end: str) -> re.Pattern[bytes]:
    parts = urlsplit(address)
    usual = parts.port in (None, _DEFAULT_PORTS.get(parts.scheme))
    scheme = "https?" if usual else re.escape(parts.scheme)
    port = f"(?:{re.escape(spell(':'))}(?:80|443))?" if usual else re.escape(spell(f":{parts.port}"))
    host = parts.hostname or ""
    named = f"[{host}]" if ":" in host else host
    middle = f"{re.escape(spell('://'))}{re.escape(spell(named))}"
    text = f"(?i:{scheme}{middle}){port}{_any_case(re.escape(spell(parts.path)))}{end}"
    return re.compile(text.encode())


def _unless_here(other: bytes, found: re.Match[bytes]) -> bytes:
    """The other address, unless the found one is this machine's, where another port is another server."""
    return found[0] if is_loopback(found[1].decode()) else other


def _inner_pattern(path: str, spell: Callable[[str], str]) -> re.Pattern[bytes]:
    """Addresses of a path on any host, which is the group."""
    port = f"(?:{re.escape(spell(':'))}[0-9]+)?"
    text = f"(?i:https?{re.escape(spell('://'))}([a-z0-9.-]+)){port}{_any_case(re.escape(spell(path)))}"
    return re.compile(text.encode())


def _any_case(pattern: str) -> str:
    """A pattern whose percent-encoded letters may be small."""
    return re.sub(r"%[0-9A-F]{2}", lambda code: f"(?i:{code[0]})", pattern)
