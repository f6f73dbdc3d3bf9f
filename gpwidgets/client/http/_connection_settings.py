"""How a session reaches servers: how certificates are checked, which one it shows, and by which proxies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import requests
from requests.utils import get_environ_proxies

from gpwidgets.client.http._connections import SYSTEM, new_http
from gpwidgets.client.http.connection_facts import place_only
from gpwidgets.client.sign_in.origins import same_origin
from gpwidgets.errors import GPError
from gpwidgets.texts import tr


class ConnectionSettings:
    """Certificates and proxies of a session.

    Parameters
    ----------
    verify, cert, proxies
        As `gpwidgets.GPSession` takes them.

    Raises
    ------
    GPError
        The certificates are not there.
    """

    def __init__(
        self,
        verify: bool | str | os.PathLike[str] | None,
        cert: str | tuple[str, str] | None,
        proxies: Mapping[str, str] | None,
    ) -> None:
        self._system_trust = verify == SYSTEM
        self._verify = None if verify is None or self._system_trust else _as_verify(verify)
        self._cert = cert
        self._proxies = dict(proxies or {})

    def new_http(self, *, own: bool = False) -> requests.Session:
        """A session of requests; it shares its connections, unless it is to have its own."""
        plain = self._verify is None and self._cert is None and not self._system_trust
        return new_http(shared=plain and not own, system_trust=self._system_trust)

    def arguments(self, url: str, home: str) -> dict[str, Any]:
        """What requests is given for one request; the certificate is for the server of `home` only."""
        arguments: dict[str, Any] = {}
        if self._verify is not None:
            arguments["verify"] = self._verify
        if self._cert is not None and same_origin(url, home):
            arguments["cert"] = self._cert
        if self._proxies:
            arguments["proxies"] = self._proxies
        return arguments

    def told(self, url: str) -> dict[str, Any]:
        """Certificates and proxies for an address, in words; no credentials of a proxy.

        Returns
        -------
        dict
            ``"verify"``: ``"system"``, ``"off"``, ``"default"`` or a path; ``"client_certificate"``: whether
            there is one; ``"proxies"``: by scheme.
        """
        verify = "system" if self._system_trust else "default" if self._verify is None else self._verify
        proxies = {**get_environ_proxies(url), **self._proxies}
        return {
            "verify": verify if verify is not False else "off",
            "client_certificate": self._cert is not None,
            "proxies": {kind: place_only(address) for kind, address in proxies.items()},
        }


def _as_verify(verify: bool | str | os.PathLike[str]) -> bool | str:
    if isinstance(verify, bool):
        return verify
    path = os.path.expanduser(os.fspath(verify))
    if not os.path.exists(path):
        raise GPError(tr("There are no certificates at {path}.", path=path))
    return path
