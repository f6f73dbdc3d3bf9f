"""The addresses by which others reach the server, and links that hold for whoever asks.

The server writes and reads its own links with the address by which this machine reaches it. Somebody who came
by another one, through a classroom's network or a proxy, gets links with that one, and may send them back.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping

__all__ = ["Outside", "own_names"]

#: What proxies put before the path: Jupyter's, and others.
_PREFIXES = ("X-Forwarded-Prefix", "X-ProxyContextPath", "X-Forwarded-Context")
_PREFIX = re.compile(r"(?:/[\w.~@%+-]+)+")
_HOST = re.compile(r"[\w.-]+(?::\d{1,5})?|\[[0-9a-fA-F:]+\](?::\d{1,5})?")


def own_names() -> tuple[str, ...]:
    """Addresses and name of this machine in its networks; those that others can reach first."""
    try:
        from jupyter_client.localinterfaces import public_ips  # there wherever JupyterLab is
    except ImportError:
        return (socket.gethostname().lower(),)
    found = [str(one) for one in public_ips() if ":" not in str(one) and not str(one).startswith("127.")]
    return tuple(dict.fromkeys([*found, socket.gethostname().lower()]))


class Outside:
    """The way by which one request came in.

    Parameters
    ----------
    inside
        The server's address for itself, with its key.
    scheme, host
        Of the request.
    headers
        Of the request; a proxy in front tells there what was asked of it.

    Examples
    --------
    >>> way = Outside("http://127.0.0.1:8010/k", "http", "192.0.2.7:8010", {})
    >>> way.outward('{"url": "http://127.0.0.1:8010/k/file.zip"}')
    '{"url": "http://192.0.2.7:8010/k/file.zip"}'
    """

    def __init__(self, inside: str, scheme: str, host: str, headers: Mapping[str, str]) -> None:
        self._inside = inside
        own_scheme, _, rest = inside.partition("://")
        own_host, slash, key = rest.partition("/")
        proto = headers.get("X-Forwarded-Proto", "").partition(",")[0].strip().lower()
        given = next((headers[name] for name in _PREFIXES if headers.get(name)), "").rstrip("/")
        prefix = given if _PREFIX.fullmatch(given) else ""
        place = host if _HOST.fullmatch(host) else own_host
        self._outside = (
            f"{proto if proto in ('http', 'https') else scheme or own_scheme}://{place}{prefix}{slash}{key}"
        )

    def outward(self, text: str) -> str:
        """A text of the server for whoever asked."""
        return text if self._outside == self._inside else text.replace(self._inside, self._outside)

    def inward(self, text: str) -> str:
        """A text of whoever asks for the server."""
        return text if self._outside == self._inside else text.replace(self._outside, self._inside)
