"""Signing in and certificates on the command line: options, and the session they make.

No option takes a secret itself: command lines are seen by other users of a computer, and kept by shells.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gpwidgets.errors import GPError

if TYPE_CHECKING:
    from gpwidgets.client.http.session import GPSession
    from gpwidgets.client.sign_in.auth import Auth


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what says who is asking, and how the connection is made."""
    group = parser.add_argument_group("secured services")
    way = group.add_mutually_exclusive_group()
    way.add_argument("--token-env", metavar="NAME", help="environment variable that holds a token")
    way.add_argument("--api-key-env", metavar="NAME", help="environment variable that holds an API key")
    way.add_argument(
        "--login", metavar="USER", help="account; its password is taken from the keyring, or asked for"
    )
    way.add_argument(
        "--oauth", metavar="CLIENT_ID", help="sign in with the browser, and paste the code it shows"
    )
    way.add_argument("--app", metavar="CLIENT_ID", help="sign in as an application; see --secret-env")
    group.add_argument("--secret-env", metavar="NAME", help="environment variable with the secret of --app")
    group.add_argument("--portal", metavar="URL", help="portal of --login, --oauth and --app")
    trust = group.add_mutually_exclusive_group()
    trust.add_argument("--ca-file", type=Path, metavar="PATH", help="certificates of trusted authorities")
    trust.add_argument(
        "--system-certificates",
        action="store_true",
        help="trust the authorities that the operating system trusts",
    )
    group.add_argument("--client-cert", type=Path, metavar="PATH", help="client certificate")
    group.add_argument("--client-key", type=Path, metavar="PATH", help="key of the client certificate")
    group.add_argument("--proxy", metavar="URL", help="proxy for all requests")


def add_login_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands that keep a password in the keyring, and take it out."""
    login = commands.add_parser("login", help="keep a password in this computer's keyring")
    login.add_argument("url", help="any address of the server or portal")
    login.add_argument("user")
    login.set_defaults(action=_login)
    logout = commands.add_parser("logout", help="take a password out of this computer's keyring")
    logout.add_argument("url", help="any address of the server or portal")
    logout.add_argument("user")
    logout.set_defaults(action=_logout)


def make_session(options: argparse.Namespace) -> GPSession:
    """The session that the options ask for; asks for what is missing.

    Raises
    ------
    GPError
        A variable is not set, an option lacks its partner, or a file is not there.
    """
    from gpwidgets.client.http.session import GPSession

    if options.client_key and not options.client_cert:
        raise GPError("--client-key goes with --client-cert")
    cert: str | tuple[str, str] | None = None
    if options.client_cert:
        cert = _existing(options.client_cert)
        if options.client_key:
            cert = (cert, _existing(options.client_key))
    return GPSession(
        _auth(options),
        verify="system" if options.system_certificates else options.ca_file,
        cert=cert,
        proxies={"http": options.proxy, "https": options.proxy} if options.proxy else None,
    )


def _existing(path: Path) -> str:
    if not path.expanduser().is_file():
        raise GPError(f"{path} is not a file")
    return str(path.expanduser())


def _auth(options: argparse.Namespace) -> Auth | None:
    from gpwidgets.client.sign_in.auth import APIKey, Token
    from gpwidgets.client.sign_in.oauth import AppLogin
    from gpwidgets.client.sign_in.portals import ONLINE

    if options.secret_env and not options.app:
        raise GPError("--secret-env goes with --app")
    if options.portal and not (options.login or options.oauth or options.app):
        raise GPError("--portal goes with --login, --oauth or --app")
    if options.token_env:
        return Token(_variable(options.token_env))
    if options.api_key_env:
        return APIKey(_variable(options.api_key_env))
    if options.login:
        return _account(options.login, options.portal, options.url)
    if options.oauth:
        return _by_browser(options.oauth, options.portal or ONLINE)
    if options.app:
        if not options.secret_env:
            raise GPError("--app needs --secret-env, the environment variable that holds its secret")
        return AppLogin(options.app, _variable(options.secret_env), options.portal or ONLINE)
    return None


def _variable(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise GPError(f"the environment variable {name} is not set")
    return value


def _account(user: str, portal: str | None, url: str) -> Auth:
    from gpwidgets.client.sign_in.key_store import saved_password
    from gpwidgets.client.sign_in.login import Login
    from gpwidgets.client.sign_in.oauth import PortalLogin

    place = portal or url
    try:
        password = saved_password(place, user)
    except GPError:
        password = None  # without a keyring the password is asked for
    password = password or _ask_password(f"Password of {user}: ")
    return PortalLogin(user, password, portal) if portal else Login(user, password)


def _by_browser(client_id: str, portal: str) -> Auth:
    from gpwidgets.client.sign_in.oauth import OAuth

    auth = OAuth(client_id, portal)
    print(f"Open this address in a browser and sign in:\n\n  {auth.sign_in_url}\n", file=sys.stderr)
    auth.enter(_ask_password("Code that the page shows: "))
    return auth


def _ask_password(prompt: str) -> str:
    """Ask without echo; a script may hand it over through standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    return sys.stdin.readline().rstrip("\n")


def _login(options: argparse.Namespace) -> int:
    from gpwidgets.client.sign_in.key_store import save_password

    password = _ask_password(f"Password of {options.user}: ")
    if not password:
        raise GPError("the password is empty")
    save_password(options.url, options.user, password)
    print(f"The password of {options.user} is kept in the keyring.")
    return 0


def _logout(options: argparse.Namespace) -> int:
    from gpwidgets.client.sign_in.key_store import forget_password

    forget_password(options.url, options.user)
    print(f"The password of {options.user} is no longer kept.")
    return 0
