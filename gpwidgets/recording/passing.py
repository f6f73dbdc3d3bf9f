"""Requests passed on to the recorded server, and its answers as they came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urljoin

import requests
import requests.adapters

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.errors import BadReply, ConnectionFailed
from gpwidgets.texts import tr

__all__ = ["Passed", "Upstream", "cookie_of_here", "redirect_of"]

_CONNECT, _ANSWER = 30.0, 900.0
_PIECE = 1 << 16
_CONNECTIONS = 32
#: Of a request, what belongs to the connection and not to what is asked, or to the page that asks.
_OWN = frozenset(
    {
        *("host", "connection", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer"),
        *("transfer-encoding", "upgrade", "content-length", "accept-encoding", "expect", "origin"),
        # An answer is kept whole, and not as what has changed of it.
        *("if-none-match", "if-modified-since", "if-range", "range"),
        *("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user"),
    }
)


@dataclass(frozen=True)
class Passed:
    """An answer of the server.

    Attributes
    ----------
    status, headers, body
        As HTTP has them, with the body unpacked.
    cookies
        What the server sets, for this address.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()


class Upstream:
    """The connections to one server.

    Parameters
    ----------
    ca_file
        Certificates of trusted authorities; those of requests by default.
    """

    def __init__(self, ca_file: str | Path | None) -> None:
        self._session = requests.Session()
        # Each request brings its own sign-in and cookies; those of the computer's user do not belong to it.
        self._session.auth = _as_it_is
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.clear()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=_CONNECTIONS))
        if ca_file is not None:
            self._session.verify = str(Path(ca_file).expanduser())

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Passed:
        """Send a request, and read the whole answer; redirects are answers.

        Raises
        ------
        ConnectionFailed
            There is no answer.
        BadReply
            It is larger than is taken.
        """
        kept = {name: text for name, text in headers.items() if name.lower() not in _OWN}
        try:
            with self._session.request(
                method,
                url,
                headers={**kept, "Accept-Encoding": "gzip, deflate"},
                data=body or None,
                allow_redirects=False,
                stream=True,
                timeout=(_CONNECT, _ANSWER),
            ) as answer:
                content = b"".join(_bounded(answer.iter_content(_PIECE)))
                return Passed(
                    answer.status_code,
                    dict(answer.headers),
                    content,
                    tuple(answer.raw.headers.getlist("Set-Cookie")),
                )
        except (requests.RequestException, OSError, ValueError) as error:
            if isinstance(error, BadReply):
                raise
            # The words of the library would name the address with all that is in it.
            raise ConnectionFailed(
                tr("The recorded server does not answer ({reason}).", reason=type(error).__name__)
            ) from None

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    left = limit("result")
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise BadReply(tr("The answer is larger than is taken; {hint}.", hint=how_to_raise("result")))
        yield piece


def redirect_of(url: str, location: str) -> str:
    """Where a redirect leads, as a whole address; ``""`` for what is none."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def cookie_of_here(header: str, path: str) -> str:
    """A cookie for a path of this server: browsers send those of a host to all of its ports."""
    kept = [
        part
        for part in header.split(";")
        if part.strip().partition("=")[0].lower() not in ("domain", "path", "secure", "samesite")
    ]
    return ";".join([*kept, f" Path={path}"])
