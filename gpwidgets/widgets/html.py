"""Texts from a server before they become HTML."""

from __future__ import annotations

import re

import nh3

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
    cleaned: str = nh3.clean(
        text,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes=set(_SCHEMES),
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return cleaned.strip()


def plain_text(text: str) -> str:
    """Return the words of a server's HTML, white space folded; not HTML, so escape it where it is shown."""
    return " ".join(_TAG.sub(" ", nh3.clean(text, tags=set())).split())
