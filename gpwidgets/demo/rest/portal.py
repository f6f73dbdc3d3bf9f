"""The embedded server's portal: accounts, OAuth for people and applications, and tokens for its one server.

A stub for learning and tests. It keeps to what the sign-in of real portals takes and answers, and knows
nothing of content, groups or organisations.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from gpwidgets.demo.publishing.refusals import Refusal, invalid_url
from gpwidgets.demo.rest.security import PASSWORD, USERNAME, TokenStore

CLIENT_ID = "gpwidgets-demo"
CLIENT_SECRET = "meridian"  # noqa: S105 - documented, and of this toy portal alone
"""The application that is registered at the embedded portal."""

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
_CODE_LIFE = 600.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Page(str):
    """HTML that is sent as it is."""

    __slots__ = ()


@dataclass(frozen=True)
class Redirect:
    """The browser is sent on to another address."""

    url: str


@dataclass(frozen=True)
class _Grant:
    challenge: str = field(repr=False)
    redirect_uri: str
    user: str
    expires: float


class PortalStub:
    """Signs people and applications in.

    Parameters
    ----------
    origin
        ``http://127.0.0.1:port`` of the portal and of the server that is federated with it.
    server_tokens
        Where tokens for that server are made.
    clock
        Seconds since 1970; tests turn their own.
    """

    def __init__(
        self, origin: str, server_tokens: TokenStore, clock: Callable[[], float] = time.time
    ) -> None:
        self.url: str = f"{origin}/portal"
        self.tokens: TokenStore = TokenStore(clock)
        self._server = f"{origin}/arcgis"
        self._server_tokens = server_tokens
        self._clock = clock
        self._grants: dict[str, _Grant] = {}
        self._refresh: dict[str, str] = {}

    def answer(
        self, resource: str, method: str, fields: Mapping[str, str], headers: Mapping[str, str]
    ) -> dict[str, Any] | Page | Redirect:
        """Answer a request below ``sharing/rest``.

        Raises
        ------
        Refusal
            There is no such resource, or it refuses.
        """
        if resource == "oauth2/authorize":
            return self.authorize(method, fields)
        if resource not in ("generateToken", "oauth2/token"):
            raise invalid_url()
        if method != "POST":
            raise Refusal(405, "Method Not Allowed", [f"{resource} answers POST requests only."])
        return self.token(fields) if resource == "oauth2/token" else self.generate_token(fields, headers)

    def generate_token(self, fields: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        """Answer ``generateToken``: for an account, or in exchange for a token of the portal.

        Raises
        ------
        Refusal
            The account is wrong, the token is not good, or the server is not federated.
        """
        if "serverUrl" not in fields:
            return self.tokens.sign_in(fields)
        self.tokens.check(fields, headers)
        if not (fields["serverUrl"].rstrip("/") + "/").startswith(self._server + "/"):
            problem = f"{fields['serverUrl']} is not federated with this portal."
            raise Refusal(400, "Unable to generate token.", [problem])
        token, expires = self._server_tokens.issue(USERNAME, _minutes(fields), fields.get("referer", ""))
        return {"token": token, "expires": expires, "ssl": False}

    def authorize(self, method: str, fields: Mapping[str, str]) -> Page | Redirect:
        """Show the page where a person signs in, or take what was typed there.

        Raises
        ------
        Refusal
            The request is not one of a registered application.
        """
        self._check_request(fields)
        if method != "POST":
            return _sign_in_page(fields)
        if (fields.get("username"), fields.get("password")) != (USERNAME, PASSWORD):
            return _sign_in_page(fields, "Invalid username or password.")
        code = secrets.token_urlsafe(24)
        redirect_uri = fields["redirect_uri"]
        self._grants[code] = _Grant(
            fields["code_challenge"], redirect_uri, USERNAME, self._clock() + _CODE_LIFE
        )
        if redirect_uri == OUT_OF_BAND:
            return _code_page(code)
        return Redirect(f"{redirect_uri}?{urlencode({'code': code, 'state': fields.get('state', '')})}")

    def _check_request(self, fields: Mapping[str, str]) -> None:
        uri = fields.get("redirect_uri", "")
        if fields.get("client_id") != CLIENT_ID:
            raise _refused("Invalid client_id")
        if uri != OUT_OF_BAND and urlsplit(uri).hostname not in _LOOPBACK:
            raise _refused("Invalid redirect_uri")
        if fields.get("response_type") != "code":
            raise _refused("Unsupported response_type")
        if fields.get("code_challenge_method") != "S256" or not fields.get("code_challenge"):
            raise _refused("code_challenge with the method S256 is required")

    def token(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """Answer ``oauth2/token``.

        Raises
        ------
        Refusal
            The code, the refresh token or the secret is not good, or the kind of grant is unknown.
        """
        if fields.get("client_id") != CLIENT_ID:
            raise _refused("Invalid client_id")
        match fields.get("grant_type"):
            case "authorization_code":
                user = self._redeem(fields)
                return self._access(fields, user) | {"refresh_token": self._new_refresh(user)}
            case "refresh_token":
                user = self._refresh.get(fields.get("refresh_token", ""), "")
                if not user:
                    raise Refusal(498, "Invalid refresh_token")
                return self._access(fields, user)
            case "client_credentials":
                if fields.get("client_secret") != CLIENT_SECRET:
                    raise _refused("Invalid client_id or client_secret")
                return self._access(fields, "")
        raise _refused("Unsupported grant_type")

    def _redeem(self, fields: Mapping[str, str]) -> str:
        grant = self._grants.pop(fields.get("code", ""), None)
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            grant is None
            or grant.expires <= self._clock()
            or grant.challenge != challenge
            or grant.redirect_uri != fields.get("redirect_uri")
        ):
            raise _refused("Invalid code")
        return grant.user

    def _new_refresh(self, user: str) -> str:
        token = secrets.token_urlsafe(24)
        self._refresh[token] = user
        return token

    def _access(self, fields: Mapping[str, str], user: str) -> dict[str, Any]:
        minutes = min(_minutes(fields), 30)
        token, _ = self.tokens.issue(user or CLIENT_ID, minutes)
        reply: dict[str, Any] = {"access_token": token, "expires_in": round(60 * minutes), "ssl": False}
        return reply | ({"username": user} if user else {})


def _minutes(fields: Mapping[str, str]) -> float:
    try:
        return float(fields.get("expiration") or 30)
    except ValueError:
        raise _refused("'expiration' is not a number.") from None


def _refused(problem: str) -> Refusal:
    return Refusal(400, problem)


_STYLE = "body{font:16px/1.5 sans-serif;margin:3rem auto;max-width:26rem;padding:0 1rem}input{font:inherit}"
_HEAD = "<!doctype html><html lang='en'><head><meta charset='utf-8'>"


def _sign_in_page(fields: Mapping[str, str], problem: str = "") -> Page:
    names = ("client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method")
    kept = "".join(
        f"<input type='hidden' name='{name}' value='{escape(fields.get(name, ''))}'>" for name in names
    )
    said = f"<p role='alert'>{escape(problem)}</p>" if problem else ""
    return Page(
        f"{_HEAD}<title>Sign in</title><style>{_STYLE}</style></head><body><h1>Sign in</h1>"
        f"<p>{escape(CLIENT_ID)} asks to use your account.</p>{said}<form method='post'>{kept}"
        "<p><label>Username <input name='username' autocomplete='username'></label></p>"
        "<p><label>Password <input name='password' type='password'></label></p>"
        "<p><button>Sign in</button></p></form></body></html>"
    )


def _code_page(code: str) -> Page:
    return Page(
        f"{_HEAD}<title>SUCCESS code={escape(code)}</title><style>{_STYLE}</style></head><body>"
        "<h1>Signed in</h1><p>Copy this code and paste it into the application:</p>"
        f"<p><input id='code' aria-label='Code' readonly size='40' value='{escape(code)}'></p></body></html>"
    )
