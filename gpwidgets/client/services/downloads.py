"""Result files to disk or memory. A server's file name never chooses a path, and nothing is overwritten."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from gpwidgets.client.http.bodies import html_title
from gpwidgets.client.http.consumers import BytesTaker, FileTaker, Taker
from gpwidgets.client.http.session import GPSession, Reply
from gpwidgets.client.sign_in.origins import context_of, same_server
from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed, GPError, ServerError
from gpwidgets.protocol.urls import GPURL, split_address
from gpwidgets.secrets import mask
from gpwidgets.texts import tr

_BAD_CHARACTERS = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")
_LONGEST = 120

#: Endings of files that are pages themselves; one without an ending may be, too.
_MAY_BE_PAGES = frozenset({"", ".htm", ".html", ".xhtml"})


def safe_name(url: str, fallback: str = "result") -> str:
    """A file name made from a URL that is safe on every system.

    Only the last part of the path counts; separators, control characters, leading dots and names that
    Windows reserves are replaced.
    """
    last = unquote(split_address(url).path).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    name = _BAD_CHARACTERS.sub("_", last).strip(" .")
    if not name or _RESERVED.match(name):
        name = f"{fallback}_{name}" if name else fallback
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: _LONGEST - len(ending)]}{dot}{ending}" if len(name) > _LONGEST else name


def read(session: GPSession, url: str, *, service: GPURL) -> bytes:
    """Read a result file into memory.

    Raises
    ------
    ServerError, ConnectionFailed, BadReply
        The file cannot be had; it may have been cleaned up on the server.
    """
    content: bytes = _from_either_host(session, url, service, BytesTaker()).made
    return content


def download(
    session: GPSession,
    url: str,
    folder: Path,
    *,
    service: GPURL,
    name: str | None = None,
    max_bytes: int | None = None,
) -> Path:
    """Save a result file below a folder, under a name that is free.

    Parameters
    ----------
    folder
        Made when it is missing.
    service
        The service that named the file; its host is tried when the file's host is an internal one.
    name
        File name to use instead of the server's; cleaned like that.
    max_bytes
        Largest file to save; that of the session when None.

    Returns
    -------
    Path
        Where the file is; it appears there only when it is whole.

    Raises
    ------
    ServerError, ConnectionFailed, BadReply
        The file cannot be had, or is larger than allowed.
    OSError
        The folder cannot be written to.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".gpwidgets-")
    try:
        with os.fdopen(descriptor, "w+b") as file:
            limited = session if max_bytes is None else session.limited(max_bytes)
            _from_either_host(limited, url, service, FileTaker(file))
        return _claim(Path(temporary), folder, safe_name(quote(name) if name else url))
    finally:
        Path(temporary).unlink(missing_ok=True)


def _claim(temporary: Path, folder: Path, name: str) -> Path:
    """Give the file the first free name; a link fails where a rename would overwrite."""
    path = Path(name)
    for number in range(10_000):
        target = folder / (name if number == 0 else f"{path.stem}_{number}{path.suffix}")
        try:
            os.link(temporary, target)
        except FileExistsError:
            continue
        except OSError:
            # Some file systems know no links; the check and the rename are then two steps.
            if target.exists():
                continue
            temporary.replace(target)
        return target
    raise BadReply(tr("There are too many files named like {name!r} in {folder}.", name=name, folder=folder))


def _from_either_host(session: GPSession, url: str, service: GPURL, taker: Taker | None) -> Reply:
    try:
        return _fetch(session, url, service, taker)
    except (ConnectionFailed, ServerError) as error:
        swapped = _on_the_services_host(url, service)
        if swapped == url:
            raise
        try:
            return _fetch(session, swapped, service, taker)
        except GPError:
            raise error from None


def _fetch(session: GPSession, url: str, service: GPURL, taker: Taker | None) -> Reply:
    """Read a file without sign-in first: most servers give files to anybody, and a token is best not sent."""
    try:
        return _checked(session.read(url, {}, signed=False, taker=taker), url)
    except (AuthenticationError, ServerError, BadReply) as error:
        if session.auth is None or not getattr(error, "may_pass", True):
            raise
        if not _is_output(url, service):
            raise
        return _signed(session, urlunsplit(urlsplit(url)._replace(query="", fragment="")), taker)


def _is_output(url: str, service: GPURL) -> bool:
    """Whether a server keeps the files of its results there, so that a sign-in may go along.

    The address is the server's, and the sign-in the user's: anywhere else it could start something.
    """
    path, home = split_address(url).path, urlsplit(service.server)
    outputs = f"{context_of(service.server)}/rest/directories/"
    jobs = f"{urlsplit(service.task).path}/jobs/" if service.task_name else "\0"
    below_job = path.startswith(jobs) and path.removeprefix(jobs).split("/")[1:2] == ["scratch"]
    return same_server(url, home.geturl()) and (path.startswith(outputs) or below_job)


def _signed(session: GPSession, url: str, taker: Taker | None) -> Reply:
    reply = session.read(url, {}, taker=taker, by_header=True)
    try:
        return _checked(reply, url)
    except BadReply as error:
        # A page does not say why it came instead of the file; a token that has ended is the usual reason.
        if not error.may_pass or not session.renewed(reply):
            raise
    return _checked(session.read(url, {}, taker=taker, by_header=True), url)


def _checked(reply: Reply, url: str) -> Reply:
    kind = reply.headers.get("Content-Type", "")
    looks_like_error = b'"error"' in reply.body[:64] and len(reply.body) < 16384
    if reply.status >= 400 or ("json" in kind and looks_like_error):
        reply.json(url)
        raise BadReply(
            tr("{url} answered with HTTP status {status}.", url=mask(url), status=reply.status), url=url
        )
    if "html" in kind and Path(urlsplit(url).path).suffix.lower() not in _MAY_BE_PAGES:
        # A page that asks to sign in, or says what went wrong, comes with status 200 as well.
        title = html_title(reply.body)
        said = tr(" titled {title!r}", title=title) if title else ""
        raise BadReply(
            tr("{url} answered with a web page{said} where a file was expected.", url=mask(url), said=said),
            url=url,
        )
    return reply


def _on_the_services_host(url: str, service: GPURL) -> str:
    """The same path on the host of the service: servers behind a proxy name internal hosts."""
    parts, own = split_address(url), urlsplit(service.server)
    if not parts.netloc:
        return url
    return urlunsplit((own.scheme, own.netloc, parts.path, parts.query, ""))
