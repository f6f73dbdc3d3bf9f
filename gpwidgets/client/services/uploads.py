"""Local files to a service that takes uploads: in one go, or in parts when they are large."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gpwidgets.client.http.sent_bytes import telling_sent
from gpwidgets.client.http.session import GPSession
from gpwidgets.errors import BadReply, GPError, UploadError
from gpwidgets.file_names import safe_name
from gpwidgets.protocol.urls import GPURL
from gpwidgets.texts import tr

PART_SIZE = 20 << 20
"""Bytes of one part, the size that hosted services accept."""

_UPLOAD_TIMEOUT = 600.0


def upload_file(
    session: GPSession, url: GPURL, path: Path, *, progress: Callable[[int, int], None] | None = None
) -> str:
    """Upload a file to a service.

    Parameters
    ----------
    url
        The service, or anything below it.
    path
        The file; servers accept only names with an extension.
    progress
        Called with the bytes that have been sent and those of the whole file, often while it is sent. What it
        raises ends the upload, and is raised here.

    Returns
    -------
    str
        The item id to give as input.

    Raises
    ------
    UploadError
        The file has no extension, is empty, or is larger than the service takes.

    Notes
    -----
    Speaks to ``…/GPServer/uploads/upload``, or to ``register``, ``uploadPart`` and ``commit``.
    """
    size = path.stat().st_size
    if not path.suffix:
        raise UploadError(tr("{name!r} has no extension; servers refuse such files.", name=path.name))
    if size == 0:
        raise UploadError(tr("{name!r} is empty.", name=path.name))
    limit = _limit(session, url)
    if limit is not None and size > limit:
        raise UploadError(
            tr(
                "{name!r} has {size} MB; the service takes {limit} MB at most.",
                name=path.name,
                size=size >> 20,
                limit=limit >> 20,
            )
        )
    name = safe_name(path.name, plain=True)
    sent = _Sent(size, progress)
    if size <= PART_SIZE:
        with path.open("rb") as file, sent.part(size):
            reply = session.post_json(
                f"{url.uploads}/upload", {}, files={"file": (name, file)}, read_timeout=_UPLOAD_TIMEOUT
            )
        item = item_id_of(reply)
    else:
        item = _in_parts(session, url, path, name, sent)
    sent.tell(size)
    return item


class _Sent:
    """How much of a file has been sent, and who wants to know."""

    def __init__(self, size: int, progress: Callable[[int, int], None] | None) -> None:
        self._size, self._progress = size, progress
        self._before = 0

    def tell(self, sent: int) -> None:
        if self._progress is not None:
            self._progress(sent, self._size)

    @contextlib.contextmanager
    def part(self, size: int) -> Iterator[None]:
        """Tell of each piece of a part of the file; the form around it, and a second try, add nothing."""
        done = 0

        def count(bytes_sent: int) -> None:
            nonlocal done
            done = min(size, done + bytes_sent)
            self.tell(self._before + done)

        with telling_sent(count if self._progress is not None else None):
            yield
        self._before += size


def _limit(session: GPSession, url: GPURL) -> int | None:
    """The largest file in bytes; None when the service does not say."""
    try:
        megabytes = session.get_json(f"{url.uploads}/info").get("maxUploadFileSize")
    except GPError:
        return None
    return int(megabytes) << 20 if isinstance(megabytes, int | float) and megabytes > 0 else None


def _in_parts(session: GPSession, url: GPURL, path: Path, name: str, sent: _Sent) -> str:
    item = item_id_of(session.post_json(f"{url.uploads}/register", {"itemName": name}))
    parts: list[str] = []
    with path.open("rb") as file:
        while chunk := file.read(PART_SIZE):
            number = str(len(parts) + 1)
            with sent.part(len(chunk)):
                session.post_json(
                    f"{url.uploads}/{item}/uploadPart",
                    {"partId": number},
                    files={"file": (name, chunk)},
                    read_timeout=_UPLOAD_TIMEOUT,
                )
            parts.append(number)
    session.post_json(f"{url.uploads}/{item}/commit", {"parts": ",".join(parts)})
    return item


def item_id_of(reply: Mapping[str, Any]) -> str:
    """The item id in the answer of an upload.

    Raises
    ------
    BadReply
        There is none, or one that cannot be an id.
    """
    item = reply.get("item")
    found = item.get("itemID") if isinstance(item, Mapping) else None
    if not isinstance(found, str) or not re.fullmatch(r"[\w.-]+", found):
        raise BadReply(tr("The server took the upload but gave no usable item id."))
    return found
