"""Secrets that can be told from everything else, and the search that finds them however they are written."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus


def forms_of(mark: str) -> list[str]:
    """A text as it could stand in a notebook, a page, an address, a log, a header or a picture."""
    in_json = [json.dumps(mark)[1:-1], json.dumps(mark, ensure_ascii=False)[1:-1]]
    forms = [mark, repr(mark)[1:-1], *in_json, *(json.dumps(text)[1:-1] for text in in_json)]
    in_page = html.escape(mark)
    forms += [in_page, html.escape(in_page), json.dumps(in_page)[1:-1]]
    forms += [
        text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026") for text in in_json
    ]
    quoted = [quote(mark), quote(mark, safe=""), quote_plus(mark)]
    forms += [*quoted, *(re.sub("%..", lambda code: code[0].lower(), text) for text in quoted)]
    forms += [*map(quote_plus, quoted), *(text.replace("/", "\\/") for text in in_json)]
    return list(dict.fromkeys([*forms, *_in_base64(mark)]))


def _in_base64(mark: str) -> Iterable[str]:
    """The part that is the same wherever the text begins in the bytes that were encoded."""
    data = mark.encode()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data).decode()
        begin, end = (before * 4 + 2) // 3, -4 if (before + len(data)) % 3 else None
        yield encoded[begin:end]
        yield encoded[begin:end].replace("+", "-").replace("/", "_")


def found(marks: Iterable[str], text: str) -> list[str]:
    """Where a text holds a mark in any form: what stands around it."""
    places = ((form, text.find(form)) for mark in marks for form in _likely_forms(mark, text))
    return [f"{form!r} in …{text[max(0, at - 120) : at + 160]!r}…" for form, at in places if at >= 0]


def _likely_forms(mark: str, text: str) -> list[str]:
    """All forms where the part that all but base64 have in common is there; large texts are many."""
    plainest = max(re.findall("[A-Za-z0-9]+", mark), key=len, default="")
    return forms_of(mark) if plainest in text else list(_in_base64(mark))
