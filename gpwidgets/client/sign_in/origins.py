"""Which server a URL belongs to, so that a secret goes to its own and to no other."""

from __future__ import annotations

import ipaddress
from urllib.parse import unquote

from gpwidgets.protocol.urls import split_address

_ONLINE = ".arcgis.com"
_TEST_ENVIRONMENTS = ("dev", "qa")
_DEFAULT_PORTS = {"http": 80, "https": 443}
#: How often a path may be percent-encoded, one time over the other, before nobody can mean it.
_ENCODED_TIMES = 4


def same_server(url: str, home: str) -> bool:
    """Whether `url` belongs to the server that `home`, a services root, stands for.

    Scheme, host, port and context path have to agree; letter case of the host does not count. The same host's
    step from http to https on the usual ports is one server.
    """
    context = context_of(home) + "/"
    return is_plain(url) and same_origin(url, home) and (split_address(url).path + "/").startswith(context)


def context_of(home: str) -> str:
    """The path below which a server lies: what comes before ``/rest/``, or all of a path without that."""
    parts = split_address(home).path.rstrip("/").split("/")
    return "/".join(parts[: parts.index("rest")] if "rest" in parts else parts)


def same_origin(url: str, home: str) -> bool:
    """Whether scheme, host and port agree, or only differ by the step to https on the usual ports."""
    one, two = origin(url), origin(home)
    return one == two or (one, two) == (("https", two[1], 443), ("http", two[1], 80))


def is_plain(url: str) -> bool:
    """Whether everybody reads the same host and path in a URL."""
    # HTTP libraries resolve dots, and differ about what a backslash or a user name does to the host.
    parts = split_address(url)
    odd = "\\" in url or any(letter.isspace() or not letter.isprintable() for letter in url)
    return not odd and "@" not in parts.netloc and _is_plain_path(parts.path)


def _is_plain_path(path: str) -> bool:
    """Whether a path means the same to everybody: no dots that go up and no separators, however encoded."""
    plain = path
    for _ in range(_ENCODED_TIMES):
        decoded = unquote(plain)
        if decoded.count("/") != path.count("/") or "\\" in decoded or not decoded.isprintable():
            return False
        if any(part.partition(";")[0].strip() in (".", "..") for part in decoded.split("/")):
            return False
        if decoded == plain:
            return True
        plain = decoded
    return False


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, whose connections nobody can listen to."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL; -1 for a port that is none."""
    parts = split_address(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), port or _DEFAULT_PORTS.get(scheme)


def online_environment(url: str) -> str | None:
    """Which ArcGIS Online a URL belongs to: ``""`` for production, ``"dev"``, ``"qa"``; None for other hosts.

    Production and its test environments have accounts of their own, so no token passes between them.
    """
    scheme, host, port = origin(url)
    if (scheme, port) != ("https", 443) or not host.endswith(_ONLINE):
        return None
    label = host.removesuffix(_ONLINE).rpartition(".")[2].rstrip("0123456789").removesuffix("ext")
    return next((name for name in _TEST_ENVIRONMENTS if label.endswith(name)), "")
