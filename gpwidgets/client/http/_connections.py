"""Connections to servers: kept open, and shared by all sessions of this process.

A new encrypted connection costs some forty times the work of a request on an open one, so ten forms of a
service use the same few connections.
"""

from __future__ import annotations

import functools
import os
import socket
import ssl
import time
from http.cookiejar import Cookie, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import requests.adapters
from requests.utils import get_environ_proxies

from gpwidgets.client.http._deadlines import POOLS
from gpwidgets.errors import GPError
from gpwidgets.forks import in_forked_process
from gpwidgets.texts import tr
from gpwidgets.version import __version__

#: Value of ``verify`` that leaves certificates to the operating system.
SYSTEM = "system"

_HOSTS = 32
_CONNECTIONS = 40  # per host: those of all workers, so that none is closed for want of a place

#: Gateways forget connections that are silent for a minute or so, as they are while a synchronous task runs.
_PROBES = {"TCP_KEEPIDLE": 30, "TCP_KEEPALIVE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 4}


#: What decides on proxies; systems may have settings of their own, which are read again after some seconds.
_VARIABLES = tuple(
    name for kind in ("HTTP", "HTTPS", "ALL", "NO") for name in (f"{kind}_PROXY", f"{kind}_proxy".lower())
)
_SYSTEM_SETTINGS_HOLD = 60.0


def _socket_options() -> list[tuple[int, int, int]]:
    named = [(getattr(socket, name), value) for name, value in _PROBES.items() if hasattr(socket, name)]
    return [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        *((socket.IPPROTO_TCP, option, value) for option, value in named),
    ]


class KeptConnections(requests.adapters.HTTPAdapter):
    """A pool of connections that the system keeps alive, and notices the death of."""

    def __init__(self) -> None:
        super().__init__(pool_connections=_HOSTS, pool_maxsize=_CONNECTIONS)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pool for direct connections."""
        super().init_poolmanager(*args, **options, socket_options=_socket_options())
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        """Make the pool for connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options, socket_options=_socket_options())
        manager.pool_classes_by_scheme = POOLS
        return manager


@functools.cache
def _shared_connections() -> KeptConnections:
    return KeptConnections()


@in_forked_process
def _start_anew() -> None:
    """Leave the open connections to the parent of a forked process: two cannot speak on one of them."""
    _shared_connections().proxy_manager.clear()
    _shared_connections().init_poolmanager(_HOSTS, _CONNECTIONS)


class _OwnPortOnly(DefaultCookiePolicy):
    """Cookies go back to the port they came from: another program may listen on the next one."""

    def set_ok(self, cookie: Cookie, request: Any) -> bool:
        """Take a cookie, and remember its port."""
        cookie.port, cookie.port_specified = str(urlsplit(request.get_full_url()).port or 80), True
        return super().set_ok(cookie, request)


class _Session(requests.Session):
    """A session that reads the proxies of its environment when they change, not at every request.

    Reading them costs as much as a third of a small request. A ``.netrc`` is not read at all: a password goes
    only where its owner has said so.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self._seen: dict[str, tuple[tuple[str | None, ...], float, dict[str, Any]]] = {}

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """The proxies and certificates for a URL, as requests finds them."""
        place = urlsplit(str(url))
        origin, now = f"{place.scheme}://{place.netloc}", time.monotonic()
        values = tuple(os.environ.get(name) for name in _VARIABLES)
        seen = self._seen.get(origin)
        if seen is None or seen[0] != values or now - seen[1] > _SYSTEM_SETTINGS_HOLD:
            seen = self._seen[origin] = (values, now, get_environ_proxies(origin + "/"))
        if verify is True or verify is None:
            verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or verify
        return super().merge_environment_settings(url, {**seen[2], **(proxies or {})}, stream, verify, cert)


class _SystemTrust(KeptConnections):
    """Connections whose certificates are checked by the operating system, as its browsers do.

    Organisations put the authority of their own certificates there, and take back what is no longer good.
    """

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pool for direct connections."""
        super().init_poolmanager(*args, **options, ssl_context=_system_context())

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        """Make the pool for connections through a proxy."""
        return super().proxy_manager_for(proxy, **options, ssl_context=_system_context())


def _system_context() -> ssl.SSLContext:
    try:
        import truststore
    except ImportError:
        raise GPError(
            tr("verify='system' needs the package truststore: pip install \"gpwidgets[truststore]\".")
        ) from None
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def new_http(*, shared: bool, system_trust: bool = False) -> requests.Session:
    """A session of requests, with cookies of its own.

    Parameters
    ----------
    shared
        Whether to use the connections of the process. Not where certificates are checked in another way, nor
        where the sign-in belongs to the connection, as with NTLM.
    system_trust
        Whether certificates are checked by the operating system's own trust store.
    """
    http = _Session()
    http.cookies.set_policy(_OwnPortOnly())
    own = _SystemTrust if system_trust else KeptConnections
    adapter = _shared_connections() if shared else own()
    http.mount("http://", adapter)
    http.mount("https://", adapter)
    http.headers["User-Agent"] = f"gpwidgets/{__version__}"
    return http
