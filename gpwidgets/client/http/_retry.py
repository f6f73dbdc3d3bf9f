"""Trouble on the way to a server: how long to wait before another try, and how to say it in the end."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from gpwidgets.errors import ConnectionFailed
from gpwidgets.texts import tr

_LONGEST_PAUSE = 30.0

#: Of its own, so that a notebook's seeded random numbers stay what they are.
_DICE = random.Random()


def pause(number: int, headers: Mapping[str, str] | None = None) -> float:
    """Seconds to wait after a try.

    Parameters
    ----------
    number
        Tries made so far.
    headers
        Those of the answer, which may ask for a longer wait.
    """
    wait: float = 0.3 * 2.0**number * _DICE.uniform(0.8, 1.2)
    return min(max(wait, asked_wait(headers or {})), _LONGEST_PAUSE)


def asked_wait(headers: Mapping[str, str]) -> float:
    """Seconds that ``Retry-After`` asks for, given as a number or as a date; 0 when it asks for nothing."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        return float(asked[:9])
    try:
        until = parsedate_to_datetime(asked).timestamp()
    except (ValueError, OverflowError, TypeError):
        return 0.0
    try:
        # The server's own clock, since ours may differ.
        now = parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (ValueError, OverflowError, TypeError):
        now = time.time()
    return max(0.0, until - now)


def overdue(url: str, seconds: float) -> ConnectionFailed:
    """Say that an answer as a whole took too long."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    text = tr(
        "{host}: the answer did not come as a whole within {seconds:.0f} s.", host=host, seconds=seconds
    )
    failed = ConnectionFailed(text, url=url)
    failed.overdue = True
    return failed


#: What OpenSSL says of an answer that is no TLS.
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")
_PROBE_SECONDS = 2.0


def speaks_http(url: str) -> bool:
    """Whether something answers in plain http at the host and port of an address; nothing of it is sent."""
    parts = urlsplit(url)
    try:
        address = (parts.hostname or "", parts.port or 443)
        with socket.create_connection(address, timeout=_PROBE_SECONDS) as probe:
            probe.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return probe.recv(5) == b"HTTP/"
    except (OSError, ValueError):
        return False


def _lacks_tls(error: requests.RequestException, url: str, connect: float) -> bool:
    """Whether a request over https came to a port that speaks http."""
    if not url.lower().startswith("https:"):
        return False
    if isinstance(error, requests.exceptions.SSLError):
        return any(word in str(error).upper().replace(" ", "_") for word in _NO_TLS)
    # The time limit of the connection also holds for the handshake, which is reported as a read.
    in_handshake = f"(read timeout={connect})" in str(error)
    return isinstance(error, requests.exceptions.ReadTimeout) and in_handshake and speaks_http(url)


def connection_failed(error: requests.RequestException, url: str, connect: float = 0.0) -> ConnectionFailed:
    """Say in words what ended a request, and whether the server may have got it.

    Parameters
    ----------
    error, url
        What requests raised, and for which address.
    connect
        Seconds that the connection was given.
    """
    host = urlsplit(url).netloc.rpartition("@")[2]
    never_sent = False
    if _lacks_tls(error, url, connect):
        failed = ConnectionFailed(
            tr("{host}: this port speaks http, not https; the address begins with http://.", host=host),
            url=url,
            maybe_sent=False,
        )
        failed.may_pass = False
        return failed
    if isinstance(error, requests.exceptions.ProxyError):
        what, never_sent = tr("the proxy could not be reached"), True
    elif isinstance(error, requests.exceptions.SSLError):
        # Servers that hang up in the middle of an answer are reported as this, too.
        never_sent = "CERTIFICATE_VERIFY_FAILED" in str(error) or "match" in str(error)
        what = (
            tr("the certificate of the server is not trusted") if never_sent else tr("the connection broke")
        )
    elif isinstance(error, requests.exceptions.ConnectTimeout):
        what, never_sent = tr("the server did not take the connection in time"), True
    elif isinstance(error, requests.exceptions.ReadTimeout) or "timed out" in str(error):
        what = tr("the server did not answer in time")
    elif isinstance(error, requests.exceptions.ChunkedEncodingError):
        what = tr("the answer was cut off")
    elif isinstance(error, requests.exceptions.ConnectionError):
        reason = getattr(error.args[0], "reason", None) if error.args else None
        never_sent = isinstance(reason, NewConnectionError | ConnectTimeoutError)
        what = tr("no connection could be made") if never_sent else tr("the connection broke")
    else:
        what = tr("the request could not be made ({kind})", kind=type(error).__name__)
    return ConnectionFailed(f"{host}: {what}.", url=url, maybe_sent=not never_sent)
