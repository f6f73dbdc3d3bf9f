"""One request and its answer as a line that opens."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from gpwidgets.texts import tr, written
from gpwidgets.widgets.words.file_links import size_text

if TYPE_CHECKING:
    from gpwidgets.tasks.tracing.request_log import LoggedField, LoggedRequest

__all__ = ["request_html"]


def request_html(one: LoggedRequest) -> str:
    """Return a request as HTML: a line, and what it opens; no script is needed for that."""
    return (
        f'<details class="gpw-request mathjax_ignore"><summary>{_line(one)}</summary>'
        f'<div class="gpw-request-inside">{_inside(one)}</div></details>'
    )


def _line(one: LoggedRequest) -> str:
    sign = "" if one.is_good else '<span class="gpw-request-bad" aria-hidden="true">⚠</span> '
    status = tr("no answer") if one.status is None else str(one.status)
    facts = f"{status}, {_span(one.duration)}, {size_text(one.received)}"
    return (
        f'<span class="gpw-request-time">{one.time:.2f} s</span> {sign}{escape(one.purpose)} '
        f'<span class="gpw-muted"><code>{escape(one.method)}</code> {escape(facts)}</span>'
    )


def _inside(one: LoggedRequest) -> str:
    headers = ", ".join(f"{name}: {text}" for name, text in one.headers.items())
    address = f'<code class="gpw-request-address">{escape(one.url)}</code>'
    parts = [
        f"<div><code><b>{escape(one.method)}</b></code> {address}</div>",
        _fields(one) if one.fields else "",
        f'<div class="gpw-muted"><code>{escape(headers)}</code></div>' if headers else "",
        f'<pre class="gpw-code" tabindex="0" aria-label="{escape(tr("Answer"))}">{escape(_answer(one))}</pre>'
        if one.answer
        else "",
    ]
    return "".join(parts)


def _fields(one: LoggedRequest) -> str:
    heads = (tr("Field"), tr("Value"), tr("Bytes"), tr("Meaning"))
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in heads)
    caption = tr("Sent: {size}", size=size_text(one.sent))
    body = "".join(map(_field, one.fields))
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _field(field: LoggedField) -> str:
    size = "" if field.size is None else written(field.size)
    cells = f"<td><code>{escape(field.text)}</code></td><td>{size}</td><td>{escape(field.meaning)}</td>"
    return f'<tr><th scope="row"><code>{escape(field.name)}</code></th>{cells}</tr>'


def _answer(one: LoggedRequest) -> str:
    """The answer with its JSON on several lines; one that was cut stays as it is."""
    try:
        value = json.loads(one.answer)
    except ValueError:
        return one.answer
    return json.dumps(value, indent=2, ensure_ascii=False)


def _span(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms" if seconds < 10 else f"{seconds:,.1f} s"
