"""Ways to sign in, for what must not know the client."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth
    from gpwidgets.client.sign_in.oauth import OAuth

#: How the keys of ArcGIS Online begin.
_KEYS = ("AAPK", "AAPT")


def token_auth(text: str) -> Auth:
    """Sign in with a token or an API key that exists already.

    Parameters
    ----------
    text
        The token or key; blanks around it are left out.

    Returns
    -------
    gpwidgets.client.sign_in.auth.Auth

    Raises
    ------
    ValueError
        The text is empty.
    """
    from gpwidgets.client.sign_in.auth import APIKey, Token

    given = text.strip()
    return APIKey(given) if given.startswith(_KEYS) else Token(given)


def login_auth(user: str, password: str) -> Auth:
    """Sign in with a user name and a password, where the service itself issues tokens.

    Parameters
    ----------
    user
        Blanks around it are left out; those of the password are kept.
    password

    Returns
    -------
    gpwidgets.client.sign_in.auth.Auth
    """
    from gpwidgets.client.sign_in.login import Login

    return Login(user.strip(), password)


def portal_login_auth(user: str, password: str, portal: str) -> Auth:
    """Sign in with an account of a portal, for the servers federated with it.

    Parameters
    ----------
    user
        Blanks around it are left out; those of the password are kept.
    password
    portal
        Its address, or that of any page of it.

    Returns
    -------
    gpwidgets.client.sign_in.oauth.PortalLogin

    Raises
    ------
    GPError
        The address is none, or not encrypted.
    """
    from gpwidgets.client.sign_in.oauth import PortalLogin

    return PortalLogin(user.strip(), password, portal)


def browser_auth(client_id: str, portal: str) -> OAuth:
    """Begin to sign in with the browser; the code is entered when the user has it.

    Parameters
    ----------
    client_id
        Of an application that is registered at the portal.
    portal
        Its address, or that of any page of it.

    Returns
    -------
    gpwidgets.client.sign_in.oauth.OAuth

    Raises
    ------
    GPError
        The client id is empty; the address is none, or not encrypted.
    """
    from gpwidgets.client.sign_in.oauth import OAuth

    return OAuth(client_id, portal)


def app_auth(client_id: str, client_secret: str, portal: str) -> Auth:
    """Sign in as an application that is registered at a portal.

    Parameters
    ----------
    client_id, client_secret
    portal
        Its address, or that of any page of it.

    Returns
    -------
    gpwidgets.client.sign_in.oauth.AppLogin

    Raises
    ------
    GPError
        The id or the secret is empty; the address is none, or not encrypted.
    """
    from gpwidgets.client.sign_in.oauth import AppLogin

    return AppLogin(client_id, client_secret, portal)


def can_keep_passwords() -> bool:
    """Whether the package is installed that keeps passwords in the operating system's keyring."""
    return importlib.util.find_spec("keyring") is not None


def keep_password(url: str, user: str, password: str) -> None:
    """Keep the password of a server's account in the operating system's keyring.

    Raises
    ------
    GPError
        There is no keyring, or it refuses.
    """
    from gpwidgets.client.sign_in.key_store import save_password

    save_password(url, user.strip(), password)


def kept_password(url: str, user: str) -> str:
    """The password that is kept for a server's account, ``""`` when there is none.

    Raises
    ------
    GPError
        There is no keyring, or it refuses.
    """
    from gpwidgets.client.sign_in.key_store import saved_password

    return saved_password(url, user.strip()) or ""
