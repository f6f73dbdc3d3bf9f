"""Passwords in the operating system's keyring, by the server they are for."""

from __future__ import annotations

from typing import Any

from gpwidgets.errors import GPError
from gpwidgets.protocol.urls import split_address
from gpwidgets.texts import tr


def save_password(url: str, username: str, password: str) -> None:
    """Keep a password for a server.

    Parameters
    ----------
    url
        Any address of the server or portal.
    username, password
        The account.

    Raises
    ------
    GPError
        There is no keyring, or it refuses.
    """
    _ask("set_password", _entry(url), username, password)


def saved_password(url: str, username: str) -> str | None:
    """The password that is kept for a server's account, or None.

    Raises
    ------
    GPError
        There is no keyring, or it refuses.
    """
    found = _ask("get_password", _entry(url), username)
    return found if isinstance(found, str) else None


def forget_password(url: str, username: str) -> None:
    """Take a password out of the keyring.

    Raises
    ------
    GPError
        There is none, or no keyring.
    """
    _ask("delete_password", _entry(url), username)


def _entry(url: str) -> str:
    # By server, so that the password of one is never offered to another of the same name elsewhere.
    parts = split_address(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise GPError(tr("{url!r} is not the address of a server.", url=url))
    path = parts.path.partition("/rest/")[0].partition("/sharing/")[0].rstrip("/")
    return f"gpwidgets {parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}{path}"


def _ask(operation: str, *arguments: str) -> Any:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise GPError(
            tr('Keeping passwords needs the package keyring: pip install "gpwidgets[keyring]".')
        ) from None
    try:
        return getattr(keyring, operation)(*arguments)
    except keyring.errors.KeyringError as error:
        said = str(error) or type(error).__name__
    # Raised out here: the error of the keyring may hold the password in its frames.
    raise GPError(tr("The keyring of this computer cannot be used: {said}", said=said))
