"""Tokens and logins, and which host may get them.

A secret is handed to the server it was given for and to nobody else: scheme, host, port and the path before
``/rest`` are compared on the parsed URL. Representations never show it, and it cannot be pickled.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol, Self

from gpwidgets.client.sign_in.key_store import save_password, saved_password
from gpwidgets.client.sign_in.origins import (
    is_loopback,
    is_plain,
    online_environment,
    same_origin,
    same_server,
)
from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed, GPError, ServerError
from gpwidgets.protocol.urls import split_address
from gpwidgets.secrets import SecretText, shielded
from gpwidgets.texts import tr

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
    """

    renews = False
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
        return _token_credentials(self._value, self._referer, self._header)

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


def _token_credentials(value: str, referer: str | None, header: bool) -> Credentials:
    headers = {"Referer": referer} if referer else {}
    if header:
        return Credentials(headers={**headers, "X-Esri-Authorization": SecretText(f"Bearer {value}")})
    return Credentials(fields={"token": SecretText(value)}, headers=headers)


class Login(Auth):
    """A user name and password, exchanged for tokens that are renewed as needed.

    Parameters
    ----------
    username, password
        An account of the server or of its portal.
    token_url
        Where tokens are issued; found through ``/rest/info`` otherwise, and then used only when it is on the
        same host as the service, since a server could name any host to collect passwords.
    minutes
        Life asked for; the server may shorten it.

    Notes
    -----
    Speaks to ``generateToken`` by POST.

    Examples
    --------
    >>> Login("ada", "her password")
    Login('ada', '***')
    """

    renews = True

    def __init__(
        self,
        username: str,
        password: str,
        token_url: str | None = None,
        *,
        minutes: int = 60,
    ) -> None:
        self._username = username
        self._password = SecretText(password)
        self._token_url = token_url
        self._minutes = minutes
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    @classmethod
    def from_keyring(cls, url: str, username: str, token_url: str | None = None) -> Self:
        """A login whose password is kept in the operating system's keyring.

        Parameters
        ----------
        url
            Any address of the server that the password was kept for.
        username
            The account.
        token_url
            As for `Login`.

        Raises
        ------
        GPError
            No password of this account is kept for this server, or there is no keyring.
        """
        password = saved_password(url, username)
        if password is None:
            host = split_address(url).hostname
            raise GPError(tr("No password of {user} is kept for {host}.", user=username, host=host))
        return cls(username, password, token_url)

    def to_keyring(self, url: str) -> None:
        """Keep the password in the operating system's keyring, for `from_keyring`.

        Parameters
        ----------
        url
            Any address of the server that it is for.

        Raises
        ------
        GPError
            There is no keyring, or it refuses.
        """
        save_password(url, self._username, self._password)

    def credentials(self, session: TokenAsker) -> Credentials:
        """A token that is valid for some minutes more, fetched when there is none."""
        with self._lock:
            if not self._token or self._now() >= self._renew_at:
                self._fetch(session)
            return _token_credentials(self._token, _referer(session), header=False)

    def renew(self, session: TokenAsker, refused: Credentials) -> bool:
        """Fetch a new token, once for all threads whose requests carried the refused one."""
        stale = refused.fields.get("token")
        if stale is None:
            return False
        with self._lock:
            if self._token == stale:
                self._fetch(session)
        return True

    def _fetch(self, session: TokenAsker) -> None:
        """Fetch a token; when that fails, the request that wants it has not been sent."""
        try:
            self._sign_in(session)
        except ConnectionFailed as error:
            failed: GPError = ConnectionFailed(str(error), url=error.url, maybe_sent=False)
        except BadReply as error:
            failed = AuthenticationError(tr("Signing in did not work: {error}", error=error), url=error.url)
        else:
            return
        raise failed

    def _sign_in(self, session: TokenAsker) -> None:
        url = self._token_url or self._discover(session)
        form = {
            "username": self._username,
            "password": self._password,
            "client": "referer",
            "referer": _referer(session),
            "expiration": str(self._minutes),
        }
        try:
            reply = session.post_json(url, form, signed=False)
        except ServerError as error:
            # Servers answer code 400 here, which elsewhere means that a job or a path is unknown.
            raise AuthenticationError(
                error.message, code=error.code, details=error.details, url=error.url
            ) from error
        token = reply.get("token")
        if not isinstance(token, str) or not token:
            raise AuthenticationError(tr("The server issued no token."), url=url)
        self._token = SecretText(token)
        expires = reply.get("expires")
        now = self._now()
        end = now + 60 * self._minutes
        if isinstance(expires, int | float) and expires > 0:
            end = expires / 1000
        self._renew_at = renewal_time(now, end)

    def _discover(self, session: TokenAsker) -> str:
        info_url = session.home.removesuffix("/services") + "/info"
        info = session.get_json(info_url, signed=False)
        about = info.get("authInfo")
        url = about.get("tokenServicesUrl") if isinstance(about, Mapping) else None
        if not isinstance(url, str) or not url:
            raise AuthenticationError(
                tr("The server does not say where it issues tokens; give token_url."), url=info_url
            )
        self._check_place(url, session.home, info_url)
        return url

    def _check_place(self, url: str, home: str, info_url: str) -> None:
        there = split_address(url)
        if not is_plain(url) or not same_origin(url, home):
            raise AuthenticationError(
                tr(
                    "The server wants the password sent to {place}, another place than the service. "
                    "If you trust it, give it as token_url.",
                    place=f"{there.scheme}://{there.netloc}",
                ),
                url=info_url,
            )
        if there.scheme.lower() != "https" and not is_loopback(there.hostname or ""):
            raise AuthenticationError(
                tr(
                    "{place} is not encrypted, so the password was not sent. Use the https address of the "
                    "service, or give token_url to send it all the same.",
                    place=f"{there.scheme}://{there.netloc}",
                ),
                url=info_url,
            )

    def __repr__(self) -> str:
        return f"Login({self._username!r}, '***')"


def _referer(session: TokenAsker) -> str:
    return session.home


class HTTPAuth(Auth):
    """An authentication object of requests (Basic, Digest, NTLM), used for the service's host only."""

    def __init__(self, http_auth: Any) -> None:
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
