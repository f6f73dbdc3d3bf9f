"""Result files to disk or memory. A server's file name never chooses a path, and nothing is overwritten."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from gpwidgets.client.http.bodies import html_title
from gpwidgets.client.http.consumers import BytesTaker, FileTaker, Taker
from gpwidgets.client.http.session import GPSession, Reply
from gpwidgets.client.sign_in.origins import context_of, same_server
from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed, GPError, ServerError
from gpwidgets.file_names import last_part, move_to_free_name, private_folder, safe_name
from gpwidgets.protocol.urls import GPURL, split_address
from gpwidgets.secrets import mask
from gpwidgets.texts import tr

#: Endings of files that are pages themselves; one without an ending may be, too.
_MAY_BE_PAGES = frozenset({"", ".htm", ".html", ".xhtml"})


def name_in_address(url: str) -> str:
    """A safe name for the file of an address, made from the last part of its path."""
    return safe_name(last_part(unquote(split_address(url).path)), "result")


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
        The file cannot be had, or is larger than allowed; an `AuthenticationError` where the token has ended.
    OSError
        The folder cannot be written to, or has no free name left.
    """
    folder = Path(folder)
    with private_folder(folder) as private:
        path = private / "file"
        with path.open("w+b") as file:
            limited = session if max_bytes is None else session.limited(max_bytes)
            _from_either_host(limited, url, service, FileTaker(file))
        wanted = safe_name(last_part(name), "result") if name else name_in_address(url)
        return move_to_free_name(path, folder, wanted)


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
        return _signed(session, urlunsplit(urlsplit(url)._replace(query="", fragment="")), service, taker)


def _is_output(url: str, service: GPURL) -> bool:
    """Whether a server keeps the files of its results there, so that a sign-in may go along.

    The address is the server's, and the sign-in the user's: anywhere else it could start something.
    """
    path, home = split_address(url).path, urlsplit(service.server)
    outputs = f"{context_of(service.server)}/rest/directories/"
    jobs = f"{urlsplit(service.task).path}/jobs/" if service.task_name else "\0"
    below_job = path.startswith(jobs) and path.removeprefix(jobs).split("/")[1:2] == ["scratch"]
    return same_server(url, home.geturl()) and (path.startswith(outputs) or below_job)


def _signed(session: GPSession, url: str, service: GPURL, taker: Taker | None) -> Reply:
    reply = session.read(url, {}, taker=taker, by_header=True)
    try:
        return _checked(reply, url)
    except BadReply as error:
        # A page does not say why it came instead of the file; a token that has ended is the usual reason.
        if not error.may_pass:
            raise
        if not session.renewed(reply):
            _ask_for_the_sign_in(session, service)
            raise
    return _checked(session.read(url, {}, taker=taker, by_header=True), url)


def _ask_for_the_sign_in(session: GPSession, service: GPURL) -> None:
    """Let the service say whether the token has ended, as its pages do not.

    Raises
    ------
    AuthenticationError
        It has.
    """
    try:
        session.get_json(service.task if service.task_name else service.service, retry=False)
    except AuthenticationError:
        raise
    except GPError:
        return


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
