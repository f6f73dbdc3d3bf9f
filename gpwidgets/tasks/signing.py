"""Ways to sign in, for what must not know the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gpwidgets.client.auth import Auth


def token_auth(text: str) -> Auth:
    """Sign in with a token that exists already.

    Parameters
    ----------
    text
        The token; blanks around it are left out.

    Returns
    -------
    gpwidgets.client.auth.Auth

    Raises
    ------
    ValueError
        The text is empty.
    """
    from gpwidgets.client.auth import Token

    return Token(text.strip())


def login_auth(user: str, password: str) -> Auth:
    """Sign in with a user name and a password, where the service itself issues tokens.

    Parameters
    ----------
    user
        Blanks around it are left out; those of the password are kept.
    password

    Returns
    -------
    gpwidgets.client.auth.Auth
    """
    from gpwidgets.client.auth import Login

    return Login(user.strip(), password)
