"""Who may speak to a server on loopback: its own machine, by its own address, and no page of another site.

A server of ours listens on loopback only. That keeps other machines out, but not the pages that a browser on
this machine has open, nor the other users of a shared computer. So the address holds a key that nobody can
guess, and requests that a browser sends for another site are refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

#: Operations that a link on another site may lead to: they show something, and start nothing.
_SHOWS = frozenset(
    {"info", "catalog", "service", "task", "poll", "result", "results", "file", "layers", "layer", "portal"}
)


def new_key() -> str:
    """A key that cannot be guessed, for the path of the server's address."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class AccessRules:
    """What a request has to be like.

    Attributes
    ----------
    key
        First part of every path; empty for none.
    origins
        Origins of pages that may use the server; ``"*"`` is any page.
    hosts
        Names of the server besides those of loopback, as a proxy in front of it passes them on.
    """

    key: str = field(default="", repr=False)
    origins: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, key: str, origins: Iterable[str] = (), hosts: Iterable[str] = ()) -> AccessRules:
        """Rules from what a caller gives; origins and hosts in any letter case, with or without a slash."""
        return cls(
            key,
            frozenset(origin.rstrip("/").lower() for origin in origins),
            frozenset(host.lower() for host in hosts),
        )

    def path_below_key(self, path: str) -> str | None:
        """The path without the key; None where the key is missing or wrong."""
        if not self.key:
            return path
        first, _, rest = path.lstrip("/").partition("/")
        return f"/{rest}" if secrets.compare_digest(first.encode(), self.key.encode()) else None

    def refuses_host(self, host: str) -> bool:
        """Whether a request was sent to a name that is not ours: another site's name may lead here, too."""
        name = (urlsplit(f"//{host}").hostname or "").lower()
        return name not in _LOOPBACK and name not in self.hosts

    def allowed_origin(self, headers: Mapping[str, str]) -> str | None:
        """What to answer as ``Access-Control-Allow-Origin``; None where no page may read the answer."""
        origin = headers.get("Origin", "").lower()
        if "*" in self.origins:
            return "*"
        return headers["Origin"] if origin and origin in self.origins else None

    def refuses_site(self, headers: Mapping[str, str], own: str, operation: str) -> bool:
        """Whether a browser sent the request for a page of another site, which is not let in.

        Parameters
        ----------
        headers
            Of the request. Programs that are no browsers send neither ``Origin`` nor ``Sec-Fetch-Site``.
        own
            Scheme and host that the request was sent to.
        operation
            What it asks for; a link may lead to what only shows something.
        """
        origin = headers.get("Origin")
        if origin is not None:
            return origin.lower() != own.lower() and self.allowed_origin(headers) is None
        site = headers.get("Sec-Fetch-Site", "none")
        if site in ("none", "same-origin") or "*" in self.origins:
            return False
        is_link = headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"
        return not (is_link and operation in _SHOWS)
