"""The one door to the network: time limits, retries, sign-in, errors, log lines.

Reads are repeated after trouble on the way. What creates work on the server is sent once, whatever happens.
"""

from __future__ import annotations

import base64
import copy
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

import requests
from requests.utils import super_len

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.client.auth import Auth, Credentials, as_auth, same_origin
from gpwidgets.client.bodies import BUSY, json_object
from gpwidgets.client.connections import SYSTEM, new_http
from gpwidgets.client.deadlines import Deadline, socket_of
from gpwidgets.client.forms import FORM_TYPE, form_body
from gpwidgets.client.takers import Taken, Taker
from gpwidgets.client.trouble import asked_wait, connection_failed, overdue, pause
from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed, GPError, ServerError, mask
from gpwidgets.secrets import Masker, SecretBytes, secrets_in, secrets_of_this_run, shielded
from gpwidgets.texts import tr

_LOG = logging.getLogger("gpwidgets.client")
_TRIES = 4
_MOST_SECRETS = 200
_SHORTEST_COOKIE = 8
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GET_REFUSED = frozenset({405, 414, 501})
_CHUNK = 1 << 14
_LARGE_CHUNK = 1 << 16

#: Bytes in a second that an answer has to come with after its time, and a result or file, or what is sent.
_SLOWEST = 20_000.0
_SLOWEST_LARGE = 2_000.0
_ERROR_KEYS = re.compile(rb'"(?:error|code)"')

#: Characters of a query that still goes into an address.
_LONG_QUERY = 1500

#: Seconds after which an open connection may be dead without our knowing, and seconds to find that out.
_STALE = 30.0
_PROOF_TIMEOUT = 10.0


@dataclass(frozen=True)
class Reply:
    """A whole answer.

    Attributes
    ----------
    status : int
        HTTP status.
    body : bytes
        Without the secrets that were sent, should the server repeat them; a file is as it came.
    headers : mapping of str to str
        Names in any case.
    credentials : Credentials
        What the request carried.
    made : object
        What a taker has made of the body, of which only the beginning is left then.
    elsewhere : str
        The host that answered, where the request was redirected to another one.
    """

    status: int
    body: bytes
    headers: Mapping[str, str]
    credentials: Credentials = field(default_factory=Credentials, repr=False)
    made: Any = field(default=None, repr=False)
    elsewhere: str = ""

    def json(self, url: str) -> dict[str, Any]:
        """The answer as a JSON object; an error in it is raised.

        Raises
        ------
        ServerError, BadReply, ConnectionFailed
        """
        try:
            return json_object(self.body, mask(url), self.status)
        except ServerError as error:
            if self.elsewhere:
                # It knows nothing of this server's jobs and sign-ins.
                raise BadReply(
                    tr(
                        "{url} leads to {host}, which answers: {error}",
                        url=mask(url),
                        host=self.elsewhere,
                        error=error,
                    ),
                    url=url,
                ) from None
            error.retry_after = asked_wait(self.headers)
            raise
        except ConnectionFailed as error:
            error.retry_after = asked_wait(self.headers)
            raise


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
        self._system_trust = verify == SYSTEM
        self._verify = None if verify is None or self._system_trust else _as_verify(verify)
        self._cert = cert
        self._proxies = dict(proxies or {})
        self._sleep = sleep
        self._http = http if http is not None else self._new_http()
        self._bound_http = http
        self._answered = 0.0
        self._sent_secrets: dict[str, None] = {}
        self._lock = threading.Lock()

    def _new_http(self, *, own: bool = False) -> requests.Session:
        plain = self._verify is None and self._cert is None and not self._system_trust
        return new_http(shared=plain and not own, system_trust=self._system_trust)

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
        _rewind(files)
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
        renewed = False
        # Servers and gateways refuse long addresses: a list of ids, or a shape to look in.
        method = "GET" if sum(map(len, params.values())) < _LONG_QUERY else "POST"
        tries = _TRIES if retry else 1

        def ask() -> Reply:
            return self._send(
                method,
                url,
                params,
                signed=signed,
                taker=taker,
                read_timeout=read_timeout,
                by_header=by_header,
            )

        for number in range(1, tries + 1):
            try:
                reply = ask()
                if method == "GET" and reply.status in _GET_REFUSED and not by_header:
                    method = "POST"  # some gateways let only one of the two through
                    reply = ask()
            except ConnectionFailed as error:
                if number == tries or error.overdue or not error.may_pass:
                    raise
                self._sleep(pause(number))
                continue
            if reply.status in BUSY and number < tries:
                self._sleep(pause(number, reply.headers))
                continue
            if signed and not renewed and _wants_sign_in(reply, url) and self.renewed(reply):
                renewed = True
                reply = ask()
            return reply
        raise AssertionError("the loop above returns or raises")

    def renewed(self, reply: Reply) -> bool:
        """Get a new token after a reply that refused its own; False when there is no way to."""
        return self.auth is not None and self.auth.renew(self, reply.credentials)

    def _credentials(self, url: str, signed: bool) -> Credentials:
        with self._lock:
            if self._home is None and signed:
                self._home = _services_root(url)
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
        _check_address(url)
        seconds = read_timeout or self.timeout[1]
        slowest = _SLOWEST if taker is None and not files else _SLOWEST_LARGE
        deadline = Deadline(self.timeout[0] + seconds, slowest)
        asked = url
        for _ in range(6):
            secret = self._credentials(url, signed) if signed else Credentials(headers=headers or {})
            own = secret
            if by_header:
                secret = own.in_header()
            form: dict[str, str] = shielded({**fields, **secret.fields})
            sent = "POST" if secret.fields else method
            with deadline:
                reply = self._exchange(sent, url, form, secret, seconds, files, taker, deadline, signed)
            if reply.status not in _REDIRECTS or not reply.headers.get("Location"):
                elsewhere = "" if same_origin(url, asked) else urlsplit(url).netloc
                return replace(reply, credentials=own, elsewhere=elsewhere)
            url = self._redirected(url, reply.headers["Location"], method)
            fields = _besides(url, fields, same_origin(url, asked))
            _rewind(files)
        raise BadReply(tr("{url} redirects in a circle.", url=mask(url)), url=url)

    def _redirected(self, url: str, location: str, method: str) -> str:
        """Where to send the same request again, as the server gives it, but without a secret of ours.

        Requests would turn a POST into a GET here and lose the form, so redirects are followed by hand.
        """
        try:
            target = urljoin(url, location)
            _ = urlsplit(target).port
        except ValueError:
            raise BadReply(tr("{url} redirects to what is no address.", url=_bare(url)), url=url) from None
        old, new = urlsplit(url), urlsplit(target)
        if new.scheme not in ("http", "https") or (old.scheme == "https" and new.scheme == "http"):
            raise BadReply(
                tr("{url} redirects to an address that is not safe to follow.", url=_bare(url)), url=url
            )
        if same_origin(target, url):
            return urlunsplit((new.scheme, new.netloc, new.path, new.query, ""))
        if method == "POST":
            raise BadReply(
                tr(
                    "{url} redirects to another host, {host}; use that URL if you trust it.",
                    url=_bare(url),
                    host=new.netloc.rpartition("@")[2],
                ),
                url=url,
            )
        masker = self._masker({}, Credentials(), issued=False)
        if masker.text(target) != target:
            raise BadReply(
                tr("{url} redirects to another host with a secret in the address.", url=_bare(url)), url=url
            )
        return urlunsplit((new.scheme, new.netloc, new.path, new.query, ""))

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
        headers = dict(secret.headers)
        arguments: dict[str, Any] = {"params": form}
        if files:
            arguments = {"data": form, "files": files}
        elif method != "GET":
            arguments = {"data": SecretBytes(form_body(form))}
            headers["Content-Type"] = FORM_TYPE
        if self._verify is not None:
            arguments["verify"] = self._verify
        if self._cert is not None and same_origin(url, self.home):
            arguments["cert"] = self._cert
        if self._proxies:
            arguments["proxies"] = self._proxies
        deadline.moved(_size(form, files))
        started = time.monotonic()
        status = "no answer"
        try:
            with self._http_for(secret).request(
                method,
                url,
                headers=headers,
                auth=secret.http_auth,
                timeout=(self.timeout[0], seconds),
                allow_redirects=False,
                stream=True,
                **arguments,
            ) as answer:
                status = str(answer.status_code)
                masker = self._masker(form, secret, issued=not signed)
                taken = self._taken(
                    answer, url, taker if answer.status_code < 300 else None, deadline, masker
                )
                if deadline.passed:  # an answer that ends with its connection looks whole
                    raise requests.exceptions.ReadTimeout
                self._answered = time.time()
                return Reply(answer.status_code, taken.body, answer.headers, secret, taken.made)
        except requests.RequestException as error:
            if deadline.passed:
                failed = overdue(url, deadline.seconds)
            else:
                failed = connection_failed(error, url, self.timeout[0])
        finally:
            _LOG.debug("%s %s: %s, %.0f ms", method, _bare(url), status, 1000 * (time.monotonic() - started))
        # Raised out here, so that the error of requests, which holds the form, is not chained to it.
        raise failed

    def _http_for(self, secret: Credentials) -> requests.Session:
        if secret.http_auth is None:
            return self._http
        with self._lock:
            if self._bound_http is None:
                self._bound_http = self._new_http(own=True)
            return self._bound_http

    def _taken(
        self, answer: requests.Response, url: str, taker: Taker | None, deadline: Deadline, masker: Masker
    ) -> Taken:
        deadline.watch(socket_of(answer.raw))
        chunks = self._limited_chunks(answer, url, deadline, _CHUNK if taker is None else _LARGE_CHUNK)
        if taker is None:
            return Taken(masker.clean(b"".join(chunks)))
        return taker.take(chunks, masker)

    def _masker(self, form: Mapping[str, str], secret: Credentials, *, issued: bool) -> Masker:
        """What hides all that this session, and the run it works for, has sent as secret."""
        with self._lock:
            for text in (*secrets_in(form), *_in_credentials(secret), *_cookies(self._http)):
                self._sent_secrets[text] = None
            while len(self._sent_secrets) > _MOST_SECRETS:
                self._sent_secrets.pop(next(iter(self._sent_secrets)))
            return Masker((*self._sent_secrets, *secrets_of_this_run()), issued=issued)

    def _limited_chunks(
        self, answer: requests.Response, url: str, deadline: Deadline, at_once: int
    ) -> Iterator[bytes]:
        kind = _bound_of(url, at_once)
        most = min(limit(kind), self.max_bytes)
        size = 0
        for chunk in answer.iter_content(at_once):
            size += len(chunk)
            deadline.moved(len(chunk))
            if size > most:
                text = tr(
                    "The answer of {url} is larger than {most} bytes; {hint}.",
                    url=_bare(url),
                    most=most,
                    hint=how_to_raise(kind) if most < self.max_bytes else "max_bytes",
                )
                raise BadReply(text, url=url, may_pass=False)
            yield chunk

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


def _as_verify(verify: bool | str | os.PathLike[str]) -> bool | str:
    if isinstance(verify, bool):
        return verify
    path = os.path.expanduser(os.fspath(verify))
    if not os.path.exists(path):
        raise GPError(tr("There are no certificates at {path}.", path=path))
    return path


def _in_credentials(credentials: Credentials) -> Iterator[str]:
    for name, value in credentials.headers.items():
        if name != "Referer":
            yield value.removeprefix("Bearer ")
    if isinstance(credentials.http_auth, tuple):
        user, password = map(str, credentials.http_auth)
        yield password
        yield base64.b64encode(f"{user}:{password}".encode()).decode()


def _cookies(http: requests.Session) -> Iterator[str]:
    """Values of cookies: servers keep tokens in them. Short ones are settings."""
    return (cookie.value for cookie in http.cookies if cookie.value and len(cookie.value) > _SHORTEST_COOKIE)


def _size(form: Mapping[str, str], files: Mapping[str, Any] | None) -> int:
    """About how many bytes are sent."""
    contents = [part[1] if isinstance(part, tuple) else part for part in (files or {}).values()]
    size: int = sum(map(len, form.values())) + sum(map(super_len, contents))
    return size


def _rewind(files: Mapping[str, Any] | None) -> None:
    """Let open files be sent again from their beginning."""
    for part in (files or {}).values():
        content = part[1] if isinstance(part, tuple) else part
        if hasattr(content, "seek"):
            content.seek(0)


def _wants_sign_in(reply: Reply, url: str) -> bool:
    if len(reply.body) > 4096 or (reply.status < 400 and not _ERROR_KEYS.search(reply.body)):
        return False
    try:
        reply.json(url)
    except AuthenticationError:
        return True
    except Exception:
        return False
    return False


def _bound_of(url: str, at_once: int) -> str:
    """Which bound an answer has: results, rows and files may be large, other answers may not."""
    parts = urlsplit(url).path.split("/")
    is_large = at_once == _LARGE_CHUNK or parts[-1] in ("execute", "query") or "inputs" in parts
    return "result" if is_large else "answer"


def _check_address(url: str) -> None:
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        text = tr("{url} is no address: {error}.", url=_bare(url), error=error)
        raise ConnectionFailed(text, url=url, maybe_sent=False) from None


def _besides(url: str, fields: Mapping[str, str], same: bool) -> Mapping[str, str]:
    """The fields that a redirect's own query leaves to be sent; none where it leads to another server."""
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if query and not same:
        return {}
    return {name: text for name, text in fields.items() if name not in query}


def _services_root(url: str) -> str:
    parts = urlsplit(url)
    path = parts.path
    if "/rest/" in path:
        path = path.partition("/rest/")[0] + "/rest/services"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _bare(url: str) -> str:
    return mask(url.partition("?")[0])
