"""What a session has sent as secret, so that it can be hidden in whatever comes back."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Mapping

import requests

from gpwidgets.client.sign_in.auth import Credentials
from gpwidgets.secrets import Masker, secrets_in, secrets_of_this_run

_MOST_SECRETS = 200
_SHORTEST_COOKIE = 8
#: Parts of the names of headers that a program has set to be let in.
_SIGNS_IN = ("auth", "key", "token", "secret", "cookie")


class SentSecrets:
    """The latest secrets that a session, and those made from it, have sent; for any thread."""

    def __init__(self) -> None:
        self._kept: dict[str, None] = {}
        self._lock = threading.Lock()

    def masker(
        self, form: Mapping[str, str], secret: Credentials, http: requests.Session, *, issued: bool
    ) -> Masker:
        """What hides all that the session, and the run it works for, has sent as secret.

        Parameters
        ----------
        form, secret
            What is sent now.
        http
            Whose cookies, and headers that sign in, are sent along.
        issued
            Whether the answer may issue a token, which is not hidden then.
        """
        with self._lock:
            for text in (*secrets_in(form), *_in_credentials(secret), *_of_session(http)):
                self._kept[text] = None
            while len(self._kept) > _MOST_SECRETS:
                self._kept.pop(next(iter(self._kept)))
            return Masker((*self._kept, *secrets_of_this_run()), issued=issued)


def _in_credentials(credentials: Credentials) -> Iterator[str]:
    for name, value in credentials.headers.items():
        if name != "Referer":
            yield value.removeprefix("Bearer ")
    if isinstance(credentials.http_auth, tuple):
        user, password = map(str, credentials.http_auth)
        yield password
        yield base64.b64encode(f"{user}:{password}".encode()).decode()


def _of_session(http: requests.Session) -> Iterator[str]:
    """Values of cookies, in which servers keep tokens; short ones are settings. And headers that sign in."""
    cookies = (cookie.value for cookie in http.cookies)
    yield from (value for value in cookies if value and len(value) > _SHORTEST_COOKIE)

    for name, value in http.headers.items():
        if any(hint in name.lower() for hint in _SIGNS_IN):
            yield from str(value).split()[-1:]
    if isinstance(http.auth, tuple):
        yield str(http.auth[1])
