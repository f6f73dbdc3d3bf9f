"""Texts from a server before they become HTML."""

from __future__ import annotations

import re
from html import escape

import nh3

from gpwidgets.bounds import how_to_raise, limit

#: Marks up text; nothing here loads, runs or covers anything.
_TAGS = frozenset(
    {
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "code",
        "dd",
        "dl",
        "dt",
        "em",
        "h4",
        "h5",
        "h6",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    }
)
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_SCHEMES = frozenset({"http", "https", "mailto"})
_TAG = re.compile(r"<[^<>]*+>")


def sanitized(text: str) -> str:
    """Return a server's HTML with text markup and links only: no scripts, styles, pictures or frames."""
    if _is_plain(text):
        return text.strip()
    if text.count("<") > limit("markup"):
        return f"{escape(plain_text(text))} <em>({escape(how_to_raise('markup'))})</em>"
    cleaned: str = nh3.clean(
        text,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes=set(_SCHEMES),
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return cleaned.strip()


def _is_plain(text: str) -> bool:
    """Whether a text is the same as HTML, as most are; parsing it takes longer than all else about it."""
    return text.isprintable() and not any(sign in text for sign in "<>&")


def plain_text(text: str) -> str:
    """Return the words of a server's HTML, white space folded; not HTML, so escape it where it is shown."""
    if not _is_plain(text) and text.count("<") <= limit("markup"):
        text = nh3.clean(text, tags=set())
    return " ".join(_TAG.sub(" ", text).split())
