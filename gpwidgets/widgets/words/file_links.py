"""Links to files, their sizes and places, as HTML."""

from __future__ import annotations

import mimetypes
from base64 import b64encode
from html import escape
from pathlib import Path

from gpwidgets.protocol.urls import split_address
from gpwidgets.secrets import mask
from gpwidgets.texts import tr

#: Files up to this many bytes can be saved by the browser too, out of the page.
MAX_IN_PAGE = 3_000_000


def size_text(size: int) -> str:
    """Return a number of bytes as people read it, such as ``1.4 MB``."""
    amount = float(size)
    if size < 1000:
        return tr("{size} bytes", size=size)
    for unit in ("kB", "MB"):
        amount /= 1000
        if amount < 1000:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} GB"


def safe_link(url: str, text: str = "") -> str:
    """Return a link that opens beside the notebook; plain text for anything but http and https."""
    shown = escape(mask(text or url))
    if split_address(url).scheme not in ("http", "https") or mask(url) != url:
        return shown  # a token in the address must not get into the page
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{shown}</a>'


def saved_html(path: Path, size: int) -> str:
    """Return a line that says where a file was saved and how large it is."""
    return (
        '<span role="status"><span aria-hidden="true">✔</span> '
        + tr("Saved as {path}, {size}", path=f"<code>{escape(str(path))}</code>", size=size_text(size))
        + "</span>"
    )


def page_link(path: Path) -> str:
    """Return a link by which the browser saves a small file; empty for a large one."""
    if path.stat().st_size > MAX_IN_PAGE:
        return ""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    data = b64encode(path.read_bytes()).decode()
    name = escape(path.name)
    words = tr("Save to this computer")
    return f' <a download="{name}" href="data:{escape(kind)};base64,{data}">{words}</a>'
