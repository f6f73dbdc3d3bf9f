"""Signing in at a portal, and the tokens that its federated servers get in exchange.

A portal's token opens every server of an organisation, so it goes to the portal alone. A server gets a token
of its own, which the portal issues for it: a server that only claims to belong to the portal gets none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlunsplit

from gpwidgets.client.sign_in.auth import Auth, Credentials, TokenAsker, renewal_time
from gpwidgets.client.sign_in.origins import is_loopback, online_environment, same_server
from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed, GPError, ServerError
from gpwidgets.protocol.responses.advice import advise
from gpwidgets.protocol.urls import split_address
from gpwidgets.secrets import SecretText
from gpwidgets.texts import tr

ONLINE = "https://www.arcgis.com"

#: Ends of a portal's address that people copy along with it.
_ENDS = ("/home", "/sharing", "/sharing/rest", "/apps", "/portaladmin")
_USUAL_LIFE = 1800.0

Made = TypeVar("Made")


class Portal:
    """Addresses of a portal's sign-in.

    Parameters
    ----------
    url
        ``https://host/portal`` or ``https://www.arcgis.com``; a page or resource below it will do.

    Raises
    ------
    GPError
        It is no address, or not encrypted: passwords and codes would travel in the clear.
    """

    def __init__(self, url: str = ONLINE) -> None:
        parts = split_address(str(url).strip())
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise GPError(
                tr(
                    "{url!r} is not the address of a portal; give one such as {example}.",
                    url=url,
                    example=ONLINE,
                )
            )
        if parts.scheme != "https" and not is_loopback(parts.hostname):
            raise GPError(tr("{host} is not encrypted; use the portal's https address.", host=parts.netloc))
        path = parts.path.rstrip("/")
        for end in _ENDS:
            path = path.partition(end + "/")[0].removesuffix(end)
        self.url: str = urlunsplit((parts.scheme, parts.netloc, path, "", ""))

    @property
    def rest(self) -> str:
        """Root of the portal's REST interface."""
        return f"{self.url}/sharing/rest"

    def __repr__(self) -> str:
        return f"Portal({self.url!r})"


@dataclass(frozen=True)
class _Issued:
    """A token, and when to get the next one in seconds since 1970."""

    text: str = field(repr=False)
    renew_at: float


_NONE = _Issued("", float("-inf"))


class PortalAuth(Auth):
    """Base of the ways to sign in at a portal.

    Parameters
    ----------
    portal
        Address of the portal.

    Notes
    -----
    Asks ``<portal>/sharing/rest/generateToken`` for the token of a server (``token``, ``serverUrl``).
    """

    renews = True

    def __init__(self, portal: str = ONLINE) -> None:
        self.portal: Portal = Portal(portal)
        self._referer = self.portal.url
        self._lock = threading.Lock()
        self._token = _NONE
        self._server_tokens: dict[str, _Issued] = {}

    def admits(self, url: str, home: str) -> bool:
        """Whether the server's own token may go to `url`: to the server that the session is for."""
        return same_server(url, home)

    def credentials(self, session: TokenAsker) -> Credentials:
        """The token of the session's server, good for some minutes more."""
        with self._lock:
            return Credentials(
                fields={"token": self._server_token(session)}, headers={"Referer": self._referer}
            )

    def renew(self, session: TokenAsker, refused: Credentials) -> bool:
        """Get new tokens, once for all threads whose requests carried the refused one."""
        stale = refused.fields.get("token")
        if stale is None:
            return False
        with self._lock:
            if stale in (self._token.text, self._server_tokens.get(session.home, _NONE).text):
                self._server_tokens.pop(session.home, None)
                self._token = _NONE  # a portal that was restarted has forgotten both
            self._server_token(session)
        return True

    def _server_token(self, session: TokenAsker) -> str:
        environment = online_environment(session.home)
        if environment is not None and environment == online_environment(self.portal.url):
            return self._portal_token(session)
        issued = self._server_tokens.get(session.home, _NONE)
        if self._now() >= issued.renew_at:
            issued = self._server_tokens[session.home] = self._exchange(session)
        return issued.text

    def _portal_token(self, session: TokenAsker) -> str:
        if self._now() >= self._token.renew_at:
            self._token = self._ask(lambda: self._obtain(session))
        return self._token.text

    def _obtain(self, session: TokenAsker) -> _Issued:
        """Get a token of the portal."""
        raise NotImplementedError

    def _exchange(self, session: TokenAsker) -> _Issued:
        own = self._portal_token(session)
        server = session.home.removesuffix("/services").removesuffix("/rest")
        form = {
            "token": own,
            "serverUrl": server,
            "client": "referer",
            "referer": self._referer,
            "expiration": "60",
        }
        reply = self._ask(lambda: self._post(session, "generateToken", form))
        return self._read_token(reply, "token")

    def _post(self, session: TokenAsker, resource: str, form: Mapping[str, str]) -> dict[str, Any]:
        """Ask a resource of the portal, as the referer that its tokens are bound to."""
        headers = {"Referer": self._referer}
        return session.post_json(f"{self.portal.rest}/{resource}", form, signed=False, headers=headers)

    def _ask(self, ask: Callable[[], Made]) -> Made:
        """Ask the portal; when that fails, the request that wants a token has not been sent."""
        try:
            return ask()
        except ConnectionFailed as error:
            failed: GPError = ConnectionFailed(str(error), url=error.url, maybe_sent=False)
        except BadReply as error:
            failed = AuthenticationError(tr("Signing in did not work: {error}", error=error), url=error.url)
        except AuthenticationError:
            raise
        except ServerError as error:
            # Portals answer code 400 here, which elsewhere means that a job or a path is unknown.
            failed = AuthenticationError(error.message, code=error.code, details=error.details, url=error.url)
            advise(failed, by_code=False)
        raise failed

    def _read_token(self, reply: Mapping[str, Any], name: str) -> _Issued:
        """The token of a reply, whether its end is given in ms since 1970 or in seconds from now."""
        token = reply.get(name)
        if not isinstance(token, str) or not token:
            raise AuthenticationError(tr("The portal issued no token."), url=self.portal.rest)
        now = self._now()
        end, life = reply.get("expires"), reply.get("expires_in")
        if isinstance(end, int | float) and end > 0:
            return _Issued(SecretText(token), renewal_time(now, end / 1000))
        if isinstance(life, int | float) and life > 0:
            return _Issued(SecretText(token), renewal_time(now, now + life))
        return _Issued(SecretText(token), renewal_time(now, now + _USUAL_LIFE))
