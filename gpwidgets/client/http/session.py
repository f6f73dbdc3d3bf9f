"""The one door to the network: time limits, retries, sign-in, errors, log lines.

Reads are repeated after trouble on the way. What creates work on the server is sent once, whatever happens.
"""

from __future__ import annotations

import copy
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests

from gpwidgets.client.http._body_reading import read_body
from gpwidgets.client.http._connection_settings import ConnectionSettings
from gpwidgets.client.http._deadlines import Deadline
from gpwidgets.client.http._form_encoding import form_arguments, rewind, size_of
from gpwidgets.client.http._redirects import MOST_REDIRECTS, REDIRECTS, fields_besides, redirect_target
from gpwidgets.client.http._reply import Reply, wants_sign_in
from gpwidgets.client.http._request_urls import check_url, services_root, without_query
from gpwidgets.client.http._retry import connection_failed, overdue, pause
from gpwidgets.client.http._sent_secrets import SentSecrets
from gpwidgets.client.http.bodies import BUSY
from gpwidgets.client.http.consumers import Taker
from gpwidgets.client.http.tracing import Sight, Trace, current_trace
from gpwidgets.client.sign_in.auth import Auth, Credentials, as_auth
from gpwidgets.client.sign_in.origins import same_origin
from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed
from gpwidgets.secrets import Masker, mask, shielded
from gpwidgets.texts import tr

__all__ = ["GPSession", "Reply"]

_LOG = logging.getLogger("gpwidgets.client")
_TRIES = 4
_GET_REFUSED = frozenset({405, 414, 501})

#: Bytes in a second that an answer has to come with after its time, and a result or file, or what is sent.
_SLOWEST = 20_000.0
_SLOWEST_LARGE = 2_000.0

#: Characters of a query that still goes into an address.
_LONG_QUERY = 1500

#: Seconds after which an open connection may be dead without our knowing, and seconds to find that out.
_STALE = 30.0
_PROOF_TIMEOUT = 10.0


class GPSession:
    """Requests to one server, from any thread.

    Parameters
    ----------
    auth
        `Token`, `Login`, an authentication object of requests, or None.
    home
        The services root that the secrets of `auth` are for; the first URL asked for decides otherwise.
    verify
        How the server's certificate is checked: ``"system"`` by the operating system's own trust store, a
        path by the authorities in that file or folder, False not at all. As requests does it otherwise.
    cert
        Client certificate: the path of a file with certificate and key, or a pair of paths. It is shown to
        the server of `home` only.
    proxies
        As in requests, ``{"https": "http://proxy:3128"}``; otherwise those of the environment are used.
    timeout
        Seconds to connect, and seconds for an answer: without a byte, and as a whole unless it is large.
    http
        A session of requests that is set up already (proxies, certificates).
    max_bytes
        Largest answer that is read.
    sleep
        How to wait between tries.

    Attributes
    ----------
    trace : gpwidgets.client.http.tracing.Trace
        What was asked outside of runs, without secrets.

    Examples
    --------
    >>> GPSession(timeout=(5, 30)).auth is None
    True
    """

    def __init__(
        self,
        auth: Any = None,
        *,
        home: str | None = None,
        verify: bool | str | os.PathLike[str] | None = None,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
        timeout: tuple[float, float] = (10.0, 60.0),
        http: requests.Session | None = None,
        max_bytes: int = 2 << 30,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.auth: Auth | None = as_auth(auth)
        self.timeout = timeout
        self.max_bytes = max_bytes
        self._home = home
        self._settings = ConnectionSettings(verify, cert, proxies)
        self._sleep = sleep
        self._http = http if http is not None else self._settings.new_http()
        self._bound_http = http
        self._answered = 0.0
        self._sent_secrets = SentSecrets()
        self.trace: Trace = Trace()
        self._lock = threading.Lock()

    @property
    def home(self) -> str:
        """The services root that secrets are for; ``""`` before the first request."""
        return self._home or ""

    def get_json(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        signed: bool = True,
        retry: bool = True,
        read_timeout: float | None = None,
    ) -> dict[str, Any]:
        """Read a resource as JSON.

        With a token the request is a POST, so that the token stays out of the URL; all resources answer both.

        Raises
        ------
        ServerError, BadReply, ConnectionFailed
        """
        fields = {"f": "json", **(params or {})}
        return self.read(url, fields, signed=signed, retry=retry, read_timeout=read_timeout).json(url)

    def post_json(
        self,
        url: str,
        data: Mapping[str, str],
        *,
        read_timeout: float | None = None,
        files: Mapping[str, Any] | None = None,
        signed: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send a form once and read the answer as JSON.

        Only a refused token is followed by a second try, since the server did nothing then. Further `headers`
        go along with a request that is not signed.

        Raises
        ------
        ServerError, BadReply, ConnectionFailed
            ``ConnectionFailed.maybe_sent`` tells whether the server may have got the request: a gateway's 502
            or 504 leaves it open, its 429 or 503 says that it did not.
        """
        form = {"f": "json", **data}

        def send() -> Reply:
            return self._send(
                "POST", url, form, signed=signed, read_timeout=read_timeout, files=files, headers=headers
            )

        reply = send()
        try:
            return reply.json(url)
        except AuthenticationError:
            if not signed or not self.renewed(reply):
                raise
        rewind(files)
        return send().json(url)

    def prove(self, url: str) -> None:
        """Read something where no answer has come for a while, before what is sent only once.

        A connection may have died unnoticed meanwhile, in a gateway or a sleeping laptop. What is sent into
        it counts as lost, although the server never saw it; a read can be repeated on a new connection.

        Raises
        ------
        ConnectionFailed
            There is no connection; nothing was sent.
        """
        # The clock on the wall, since the monotonic one may stand still while a laptop sleeps.
        if abs(time.time() - self._answered) < _STALE:
            return
        for number in range(1, _TRIES + 1):
            try:
                self.read(url, {"f": "json"}, signed=False, retry=False, read_timeout=_PROOF_TIMEOUT)
                return
            except ConnectionFailed as error:
                # Each try uses up one dead connection; one that could not even be made says enough.
                if number == _TRIES or not error.maybe_sent:
                    error.maybe_sent = False
                    raise

    def read(
        self,
        url: str,
        params: Mapping[str, str],
        *,
        signed: bool = True,
        retry: bool = True,
        taker: Taker | None = None,
        read_timeout: float | None = None,
        by_header: bool = False,
    ) -> Reply:
        """Read a resource, again after trouble on the way.

        Parameters
        ----------
        url, params
            Address and query fields; nothing is added to them.
        signed
            Whether to send the sign-in, where the address may have it.
        retry
            Whether to ask again after trouble.
        taker
            Takes the body of a good answer while it arrives.
        read_timeout
            Seconds for the answer, instead of the session's.
        by_header
            Whether a token goes into a header, so that the request stays a GET, which starts nothing.

        Raises
        ------
        ConnectionFailed, BadReply
            Every try failed. A gateway's page that says so is the reply of the last try.
        AuthenticationError
            The token was refused and could not be renewed.
        """
        # Servers and gateways refuse long addresses: a list of ids, or a shape to look in.
        method = "GET" if sum(map(len, params.values())) < _LONG_QUERY else "POST"

        def send() -> Reply:
            return self._send(
                method,
                url,
                params,
                signed=signed,
                taker=taker,
                read_timeout=read_timeout,
                by_header=by_header,
            )

        def ask() -> Reply:
            nonlocal method
            reply = send()
            if method == "GET" and reply.status in _GET_REFUSED and not by_header:
                method = "POST"  # some gateways let only one of the two through
                reply = send()
            return reply

        reply = self._after_trouble(ask, _TRIES if retry else 1)
        if signed and wants_sign_in(reply, url) and self.renewed(reply):
            return ask()
        return reply

    def _after_trouble(self, ask: Callable[[], Reply], tries: int) -> Reply:
        """Ask until there is an answer, with pauses between the tries; the last try counts as it is."""
        for number in range(1, tries):
            try:
                reply = ask()
            except ConnectionFailed as error:
                if error.overdue or not error.may_pass:
                    raise
                self._sleep(pause(number))
                continue
            if reply.status not in BUSY:
                return reply
            self._sleep(pause(number, reply.headers))
        return ask()

    def masker(self) -> Masker:
        """What hides in a text all that was sent as secret, by this session or for the run of the context."""
        return self._sent_secrets.masker({}, Credentials(), self._http, issued=False)

    def about_connections(self, url: str) -> dict[str, Any]:
        """How an address is reached: certificates and proxies, in words; see `ConnectionSettings.told`."""
        return self._settings.told(url)

    def renewed(self, reply: Reply) -> bool:
        """Get a new token after a reply that refused its own; False when there is no way to."""
        return self.auth is not None and self.auth.renew(self, reply.credentials)

    def _credentials(self, url: str, signed: bool) -> Credentials:
        with self._lock:
            if self._home is None and signed:
                self._home = services_root(url)
        if not signed or self.auth is None or not self.auth.admits(url, self.home):
            return Credentials()
        return self.auth.credentials(self)

    def token_for(self, url: str) -> str:
        """The token that opens an address, for a server that reads it in the user's name.

        Empty when the session is not signed in, signs in without a token, or its token belongs elsewhere or
        is bound to this program by its referer, as those of a login are.
        """
        secret = self._credentials(url, signed=True)
        if "Referer" in secret.headers:
            return ""
        bearer = secret.headers.get("X-Esri-Authorization", "")
        return secret.fields.get("token") or bearer.removeprefix("Bearer ")

    def _send(
        self,
        method: str,
        url: str,
        fields: Mapping[str, str],
        *,
        signed: bool,
        read_timeout: float | None = None,
        files: Mapping[str, Any] | None = None,
        taker: Taker | None = None,
        headers: Mapping[str, str] | None = None,
        by_header: bool = False,
    ) -> Reply:
        """Send a request and read the whole answer, following redirects without losing form or secret."""
        check_url(url)
        seconds = read_timeout or self.timeout[1]
        slowest = _SLOWEST if taker is None and not files else _SLOWEST_LARGE
        deadline = Deadline(self.timeout[0] + seconds, slowest)
        asked = url
        for _ in range(1 + MOST_REDIRECTS):
            secret = self._credentials(url, signed) if signed else Credentials(headers=headers or {})
            own = secret
            if by_header:
                secret = own.in_header()
            form: dict[str, str] = shielded({**fields, **secret.fields})
            sent = "POST" if secret.fields else method
            with deadline:
                reply = self._exchange(sent, url, form, secret, seconds, files, taker, deadline, signed)
            if reply.status not in REDIRECTS or not reply.headers.get("Location"):
                elsewhere = "" if same_origin(url, asked) else urlsplit(url).netloc
                return replace(reply, credentials=own, elsewhere=elsewhere)
            url = redirect_target(
                url,
                reply.headers["Location"],
                method,
                self.masker(),
            )
            fields = fields_besides(url, fields, same_origin(url, asked))
            rewind(files)
        raise BadReply(tr("{url} redirects in a circle.", url=mask(url)), url=url)

    def _exchange(
        self,
        method: str,
        url: str,
        form: Mapping[str, str],
        secret: Credentials,
        seconds: float,
        files: Mapping[str, Any] | None,
        taker: Taker | None,
        deadline: Deadline,
        signed: bool,
    ) -> Reply:
        arguments = self._settings.arguments(url, self.home)
        masker = partial(self._sent_secrets.masker, form, secret, self._http, issued=not signed)
        sight = Sight(method, url, form, files, size_of(form, files), masker, deadline)
        deadline.moved(sight.sent)
        try:
            with self._http_for(secret).request(
                method,
                url,
                auth=secret.http_auth,
                timeout=(self.timeout[0], seconds),
                allow_redirects=False,
                stream=True,
                **form_arguments(method, form, secret.headers, files),
                **arguments,
            ) as answer:
                return self._reply_of(answer, secret, taker, sight)
        except requests.RequestException as error:
            failed = sight.error = self._failure(error, url, deadline)
        except Exception as error:
            sight.error = error
            raise
        finally:
            self._look_back(sight)
        # Raised out here, so that the error of requests, which holds the form, is not chained to it.
        raise failed

    def _look_back(self, sight: Sight) -> None:
        spent, status = 1000 * (time.monotonic() - sight.began), sight.status or "no answer"
        _LOG.debug("%s %s: %s, %.0f ms", sight.method, without_query(sight.url), status, spent)
        current_trace(self.trace).take(sight)

    def _failure(self, error: requests.RequestException, url: str, deadline: Deadline) -> ConnectionFailed:
        if deadline.passed:
            return overdue(url, deadline.seconds)
        return connection_failed(error, url, self.timeout[0])

    def _reply_of(
        self, answer: requests.Response, secret: Credentials, taker: Taker | None, sight: Sight
    ) -> Reply:
        """Read the whole body of an answer."""
        status, deadline = answer.status_code, sight.deadline
        sight.status = status
        taker = taker if status < 300 else None
        taken = read_body(answer, sight.url, taker, deadline, sight.masker, self.max_bytes)
        if deadline.passed:  # an answer that ends with its connection looks whole
            raise requests.exceptions.ReadTimeout
        self._answered = time.time()
        sight.reply = Reply(status, taken.body, answer.headers, secret, taken.made)
        return sight.reply

    def _http_for(self, secret: Credentials) -> requests.Session:
        if secret.http_auth is None:
            return self._http
        with self._lock:
            if self._bound_http is None:
                self._bound_http = self._settings.new_http(own=True)
            return self._bound_http

    def limited(self, max_bytes: int) -> GPSession:
        """The same session, connections and sign-in, with a lower limit to the size of answers."""
        other = copy.copy(self)
        other.max_bytes = min(max_bytes, self.max_bytes)
        return other

    def with_auth(self, auth: Any) -> GPSession:
        """A session with the same certificates, proxies and limits, and another sign-in.

        Parameters
        ----------
        auth
            As for `GPSession`; for the first server that the new session is used with.
        """
        other = copy.copy(self)
        other.auth, other._home = as_auth(auth), None
        other._bound_http = None  # a sign-in that belongs to a connection does not pass on
        other._lock = threading.Lock()
        return other

    def __repr__(self) -> str:
        return f"<GPSession for {self.home or 'any server'}, {self.auth or 'not signed in'}>"
