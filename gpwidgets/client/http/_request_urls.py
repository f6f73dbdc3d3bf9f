"""What a request needs to know of a URL: whether it is one, its server, and how it may be shown."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from gpwidgets.errors import ConnectionFailed
from gpwidgets.protocol.urls import split_address
from gpwidgets.secrets import mask
from gpwidgets.texts import tr


def without_query(url: str) -> str:
    """The URL as messages and log lines may show it."""
    return mask(url.partition("?")[0])


def check_url(url: str) -> None:
    """Refuse what is no URL, before anything is sent.

    Raises
    ------
    ConnectionFailed
        The host or the port cannot be one.
    """
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        text = tr("{url} is no address: {error}.", url=without_query(url), error=error)
        raise ConnectionFailed(text, url=url, maybe_sent=False) from None


def services_root(url: str) -> str:
    """``…/rest/services`` of the URL's server; without ``/rest/`` in it, the URL less its query."""
    parts = split_address(url)
    path = parts.path
    if "/rest/" in path:
        path = path.partition("/rest/")[0] + "/rest/services"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
