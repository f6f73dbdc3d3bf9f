"""OAuth 2.0 at an ArcGIS portal: a person signs in with the browser, an application with its secret.

The browser's way asks for a code that is pasted by hand. It needs no address that the portal could call back,
so it works where a notebook's kernel runs on another machine: on Binder, JupyterHub and over ssh.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urlencode

from gpwidgets.client.sign_in.auth import TokenAsker
from gpwidgets.client.sign_in.portals import ONLINE, PortalAuth, _Issued
from gpwidgets.errors import AuthenticationError, GPError
from gpwidgets.protocol.urls import split_address
from gpwidgets.secrets import SecretText
from gpwidgets.texts import tr

#: Asks the portal to show the code on its own page.
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"

_VERIFIER_BYTES = 48


class OAuth(PortalAuth):
    """Sign in with the browser: every kind of account, also with two factors or an organisation's own login.

    Parameters
    ----------
    client_id
        Of an application that is registered at the portal, with `redirect_uri` among its addresses.
    portal
        ``https://host/portal``; ArcGIS Online by default.
    redirect_uri
        Where the portal sends the browser. The default shows the code to copy. For an address of your own the
        code stands in the browser's address bar, and the whole address can be pasted.
    minutes
        How long the sign-in may be renewed for, as far as the portal allows.

    Notes
    -----
    Speaks to ``<portal>/sharing/rest/oauth2/authorize`` and ``oauth2/token``, with PKCE (method S256): a code
    is of no use to anybody else who sees it. The token is renewed by its refresh token.

    Examples
    --------
    >>> auth = OAuth("abc123", portal="https://gis.example.com/portal")
    >>> auth.sign_in_url.startswith("https://gis.example.com/portal/sharing/rest/oauth2/authorize?")
    True

    Open ``auth.sign_in_url``, sign in, and give the code to `enter`; then pass ``auth=auth`` to a task.
    """

    def __init__(
        self,
        client_id: str,
        portal: str = ONLINE,
        *,
        redirect_uri: str = OUT_OF_BAND,
        minutes: int = 20160,
    ) -> None:
        super().__init__(portal)
        if not str(client_id).strip():
            raise GPError(tr("the client id is empty; it is that of an application registered at the portal"))
        self._client_id = str(client_id).strip()
        self._redirect_uri = redirect_uri
        self._minutes = minutes
        self._verifier = SecretText(secrets.token_urlsafe(_VERIFIER_BYTES))
        self._state = secrets.token_urlsafe(16)
        self._code = ""
        self._refresh = ""

    @property
    def sign_in_url(self) -> str:
        """The page where the user signs in; it holds no secret."""
        digest = hashlib.sha256(self._verifier.encode()).digest()
        query = {
            "client_id": self._client_id,
            "response_type": "code",
            "redirect_uri": self._redirect_uri,
            "expiration": str(self._minutes),
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "state": self._state,
        }
        return f"{self.portal.rest}/oauth2/authorize?{urlencode(query)}"

    @property
    def signed_in(self) -> bool:
        """Whether a code was entered; whether it is good shows at the first request."""
        return bool(self._code or self._refresh or self._token.text)

    def enter(self, code: str) -> None:
        """Take the code that the portal showed, or the whole address that the browser was sent to.

        Raises
        ------
        AuthenticationError
            It is empty, the portal refused, or the address belongs to another sign-in.
        """
        text = str(code).strip()
        if "://" in text:
            text = self._code_of(text)
        if not text:
            raise AuthenticationError(tr("Paste the code that the sign-in page showed."), url=self.portal.url)
        with self._lock:
            self._code = SecretText(text)

    def _code_of(self, address: str) -> str:
        parts = split_address(address)
        query = parse_qs(parts.query or parts.fragment)
        if "error" in query:
            said = " ".join(query.get("error_description") or query["error"])
            raise AuthenticationError(tr("The portal refused: {said}", said=said), url=self.portal.url)
        if query.get("state", [self._state])[0] != self._state:
            raise AuthenticationError(
                tr("This address belongs to another sign-in; open the sign-in page once more."),
                url=self.portal.url,
            )
        return query.get("code", [""])[0]

    def _obtain(self, session: TokenAsker) -> _Issued:
        if self._code:
            code, self._code = self._code, ""  # it is good for one use, whatever comes of it
            form = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect_uri,
                "code_verifier": self._verifier,
            }
        elif self._refresh:
            form = {"grant_type": "refresh_token", "refresh_token": self._refresh}
        else:
            raise AuthenticationError(
                tr(
                    "Open {url} in a browser, sign in, and give the code it shows to enter().",
                    url=self.sign_in_url,
                ),
                url=self.portal.url,
            )
        reply = self._post(session, "oauth2/token", {"client_id": self._client_id, **form})
        renewed = reply.get("refresh_token")
        if isinstance(renewed, str) and renewed:
            self._refresh = SecretText(renewed)
        return self._read_token(reply, "access_token")

    def __repr__(self) -> str:
        return f"OAuth({self._client_id!r}, {self.portal.url!r})"


class AppLogin(PortalAuth):
    """Sign in as an application, by its id and secret; there is no user.

    Parameters
    ----------
    client_id, client_secret
        Of an application that is registered at the portal.
    portal
        ``https://host/portal``; ArcGIS Online by default.
    minutes
        Life asked for; the portal may shorten it.

    Notes
    -----
    Speaks to ``<portal>/sharing/rest/oauth2/token`` with ``grant_type=client_credentials``.

    Examples
    --------
    >>> AppLogin("abc123", "the secret", portal="https://gis.example.com/portal")
    AppLogin('abc123', '***', 'https://gis.example.com/portal')
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        portal: str = ONLINE,
        *,
        minutes: int = 120,
    ) -> None:
        super().__init__(portal)
        if not str(client_id).strip() or not str(client_secret).strip():
            raise GPError(tr("an application signs in by its client id and its client secret; one is empty"))
        self._client_id = str(client_id).strip()
        self._client_secret = SecretText(str(client_secret).strip())
        self._minutes = minutes

    def _obtain(self, session: TokenAsker) -> _Issued:
        form = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "grant_type": "client_credentials",
            "expiration": str(self._minutes),
        }
        reply = self._post(session, "oauth2/token", form)
        return self._read_token(reply, "access_token")

    def __repr__(self) -> str:
        return f"AppLogin({self._client_id!r}, '***', {self.portal.url!r})"


class PortalLogin(PortalAuth):
    """Sign in at a portal by user name and password: built-in accounts, for servers federated with it.

    Parameters
    ----------
    username, password
        A built-in account of the portal; others sign in by `OAuth`.
    portal
        ``https://host/portal``; ArcGIS Online by default.
    minutes
        Life asked for; the portal may shorten it.

    Notes
    -----
    Speaks to ``<portal>/sharing/rest/generateToken``. The password goes to the portal, never to a server.

    Examples
    --------
    >>> PortalLogin("ada", "her password", portal="https://gis.example.com/portal")
    PortalLogin('ada', '***', 'https://gis.example.com/portal')
    """

    def __init__(
        self,
        username: str,
        password: str,
        portal: str = ONLINE,
        *,
        minutes: int = 60,
    ) -> None:
        super().__init__(portal)
        self.account = username
        self._password = SecretText(password)
        self._minutes = minutes

    def _obtain(self, session: TokenAsker) -> _Issued:
        form = {
            "username": self.account,
            "password": self._password,
            "client": "referer",
            "referer": self._referer,
            "expiration": str(self._minutes),
        }
        reply = self._post(session, "generateToken", form)
        return self._read_token(reply, "token")

    def __repr__(self) -> str:
        return f"PortalLogin({self.account!r}, '***', {self.portal.url!r})"
