"""A user name and password, exchanged for tokens at the place that a server names."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Self

from gpwidgets.client.sign_in.auth import Auth, Credentials, TokenAsker, renewal_time, token_credentials
from gpwidgets.client.sign_in.key_store import save_password, saved_password
from gpwidgets.client.sign_in.origins import is_loopback, is_plain, same_origin
from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed, GPError, ServerError
from gpwidgets.protocol.responses.advice import advise
from gpwidgets.protocol.urls import split_address
from gpwidgets.secrets import SecretText
from gpwidgets.texts import tr

__all__ = ["Login"]


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
        self.account = username
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
        save_password(url, self.account, self._password)

    def credentials(self, session: TokenAsker) -> Credentials:
        """A token that is valid for some minutes more, fetched when there is none."""
        with self._lock:
            if not self._token or self._now() >= self._renew_at:
                self._fetch(session)
            return token_credentials(self._token, _referer(session), header=False)

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
            "username": self.account,
            "password": self._password,
            "client": "referer",
            "referer": _referer(session),
            "expiration": str(self._minutes),
        }
        try:
            reply = session.post_json(url, form, signed=False)
        except ServerError as error:
            # Servers answer code 400 here, which elsewhere means that a job or a path is unknown.
            failed = AuthenticationError(error.message, code=error.code, details=error.details, url=error.url)
            advise(failed, by_code=False)
            raise failed from error
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
        return f"Login({self.account!r}, '***')"


def _referer(session: TokenAsker) -> str:
    return session.home
