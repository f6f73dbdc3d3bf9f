"""Form fields to the body of a POST, by `bytes.replace`: a value may be many megabytes of JSON.

Forms with files are written by requests; what is here helps with them, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from requests.utils import super_len

from gpwidgets.secrets import SecretBytes

__all__ = ["form_arguments", "form_body", "rewind", "size_of"]

_FORM_TYPE = "application/x-www-form-urlencoded"

_SAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
_PIECE = 1 << 18
#: Replaced first, as later replacements write these signs.
_FIRST = b"%+"


def form_body(fields: Mapping[str, str]) -> bytes:
    """Write form fields as `urllib.parse.urlencode` does.

    Parameters
    ----------
    fields
        The text of each field by name.
    """
    return b"&".join(b"".join((*_quoted(name), b"=", *_quoted(text))) for name, text in fields.items())


def _quoted(text: str) -> Iterator[bytes]:
    data = text.encode()
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        for code in sorted(set(piece.translate(None, _SAFE)), key=lambda code: code not in _FIRST):
            piece = piece.replace(bytes((code,)), b"+" if code == 32 else b"%%%02X" % code)
        yield piece


def form_arguments(
    method: str, form: Mapping[str, str], headers: Mapping[str, str], files: Mapping[str, Any] | None
) -> dict[str, Any]:
    """How a form goes with a request: what requests is given as query, body, files and headers."""
    if files:
        return {"data": form, "files": files, "headers": dict(headers)}
    if method == "GET":
        return {"params": form, "headers": dict(headers)}
    return {"data": SecretBytes(form_body(form)), "headers": {**headers, "Content-Type": _FORM_TYPE}}


def size_of(form: Mapping[str, str], files: Mapping[str, Any] | None) -> int:
    """About how many bytes are sent."""
    contents = [part[1] if isinstance(part, tuple) else part for part in (files or {}).values()]
    size: int = sum(map(len, form.values())) + sum(map(super_len, contents))
    return size


def rewind(files: Mapping[str, Any] | None) -> None:
    """Let open files be sent again from their beginning."""
    for part in (files or {}).values():
        content = part[1] if isinstance(part, tuple) else part
        if hasattr(content, "seek"):
            content.seek(0)
