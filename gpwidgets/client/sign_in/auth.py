"""Tokens and logins, and which host may get them.

A secret is handed to the server it was given for and to nobody else: scheme, host, port and the path before
``/rest`` are compared on the parsed URL. Representations never show it, and it cannot be pickled.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from gpwidgets.client.sign_in.origins import (
    is_plain,
    online_environment,
    same_server,
)
from gpwidgets.errors import GPError
from gpwidgets.former_paths import names_of
from gpwidgets.secrets import SecretText, shielded
from gpwidgets.texts import tr

__getattr__: Callable[[str], Any] = names_of("gpwidgets.client.sign_in.auth")

_RENEW_BEFORE = 300.0
_BINDING = threading.Lock()


class TokenAsker(Protocol):
    """What asks for a token, and sends the request that gets one; `gpwidgets.GPSession` is one."""

    @property
    def home(self) -> str:
        """Services root of the server that it speaks to."""

    def get_json(self, url: str, *, signed: bool = True) -> dict[str, Any]:
        """Read a resource as JSON."""

    def post_json(
        self,
        url: str,
        data: Mapping[str, str],
        *,
        signed: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send a form once and read the answer as JSON."""


@dataclass(frozen=True)
class Credentials:
    """What a request carries to be let in.

    Attributes
    ----------
    fields : mapping of str to str
        Form fields for the body of a POST.
    headers : mapping of str to str
        Request headers.
    http_auth : object
        An authentication object of requests.
    """

    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    http_auth: Any = field(default=None, repr=False)

    def in_header(self) -> Credentials:
        """The same with a token in a header instead of the form."""
        token = self.fields.get("token")
        if token is None:
            return self
        kept = {name: text for name, text in self.fields.items() if name != "token"}
        header = {"X-Esri-Authorization": SecretText(f"Bearer {token}")}
        return Credentials(kept, {**self.headers, **header}, self.http_auth)


def renewal_time(now: float, expires: float) -> float:
    """When to replace a token, in seconds since 1970: minutes before its end, or at half of a short life."""
    return expires - min(_RENEW_BEFORE, (expires - now) / 2)


class Auth:
    """Base of the ways to sign in; also the way of not signing in.

    Attributes
    ----------
    renews : bool
        Whether it gets new tokens by itself, so that a refusal may pass without anybody signing in.
    account : str
        Name of the account; empty where there is none, or it is not known.
    """

    renews = False
    account: str = ""
    _home = ""
    #: Seconds since 1970.
    _now = staticmethod(time.time)

    def admits(self, url: str, home: str) -> bool:
        """Whether the secret may go to `url`.

        It belongs to the server that it is first used with, through whatever sessions it is used later.

        Parameters
        ----------
        url
            What is asked for.
        home
            Services root of the session that asks.
        """
        with _BINDING:
            if not self._home:
                self._home = home
        return same_server(url, self._home)

    def credentials(self, session: TokenAsker) -> Credentials:
        """What a request to the session's own server carries."""
        return Credentials()

    def renew(self, session: TokenAsker, refused: Credentials) -> bool:
        """Get a new token after the server refused one; False when there is no way to."""
        return False

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a secret and is not pickled")


class Token(Auth):
    """A token from the server or its portal.

    Parameters
    ----------
    value
        The token's text.
    referer
        The address a token is bound to, sent as ``Referer`` with every request.
    header
        Send it as ``X-Esri-Authorization`` header instead of a form field.

    Raises
    ------
    ValueError
        The text is empty: servers refuse even public services then.

    Examples
    --------
    >>> Token("4bf…")
    Token('***')
    """

    def __init__(self, value: str, *, referer: str | None = None, header: bool = False) -> None:
        if not str(value).strip():
            raise ValueError(tr("the token is empty; leave auth out for a service that needs none"))
        self._value = SecretText(str(value).strip())
        self._referer = referer
        self._header = header

    def credentials(self, session: TokenAsker) -> Credentials:
        """The token as form field or header."""
        return token_credentials(self._value, self._referer, self._header)

    def __repr__(self) -> str:
        return "Token('***')"


class APIKey(Token):
    """An API key: a long-lived token for the services that are enabled on it.

    Parameters
    ----------
    value
        The key's text, as its owner's dashboard shows it.
    header
        Send it as ``X-Esri-Authorization`` header instead of a form field.

    Notes
    -----
    A key of ArcGIS Online may be used with several of its servers, over https; any other key belongs to the
    server that it is first used with.

    Examples
    --------
    >>> APIKey("AAPK…")
    APIKey('***')
    """

    def __init__(self, value: str, *, header: bool = False) -> None:
        super().__init__(value, header=header)

    def admits(self, url: str, home: str) -> bool:
        """Whether the key may go to `url`: to the server it belongs to, or to another of ArcGIS Online."""
        if super().admits(url, home):
            return True
        there = online_environment(url)
        return there is not None and is_plain(url) and there == online_environment(self._home)

    def __repr__(self) -> str:
        return "APIKey('***')"


def token_credentials(value: str, referer: str | None, header: bool) -> Credentials:
    """A token as a field or a header of requests, with the address that it is bound to."""
    headers = {"Referer": referer} if referer else {}
    if header:
        return Credentials(headers={**headers, "X-Esri-Authorization": SecretText(f"Bearer {value}")})
    return Credentials(fields={"token": SecretText(value)}, headers=headers)


class HTTPAuth(Auth):
    """An authentication object of requests (Basic, Digest, NTLM), used for the service's host only."""

    def __init__(self, http_auth: Any) -> None:
        self.account = str(http_auth[0]) if isinstance(http_auth, tuple) else ""
        self._http_auth = shielded(http_auth, secret=True)

    def credentials(self, session: TokenAsker) -> Credentials:
        """The object itself."""
        return Credentials(http_auth=self._http_auth)

    def __repr__(self) -> str:
        return f"HTTPAuth({type(self._http_auth).__name__})"


def as_auth(given: Any) -> Auth | None:
    """Take what a caller gives as ``auth``.

    Raises
    ------
    GPError
        It is text, which could be anything, or not callable.
    """
    if given is None or isinstance(given, Auth):
        return given
    if isinstance(given, tuple) and len(given) == 2:
        return HTTPAuth(given)
    if callable(given):
        return HTTPAuth(given)
    raise GPError(tr("auth takes gp.Token(…), gp.Login(…) or an authentication object of requests"))
