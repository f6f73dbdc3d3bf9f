"""What is worth showing of an answer: its JSON with long texts and lists cut, and nothing that is secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from gpwidgets.client.http.bodies import html_title
from gpwidgets.secrets import MASKED, is_hidden_type, is_secret_name
from gpwidgets.texts import later, tr

__all__ = ["Hide", "cut_safely", "digest"]

Hide = Callable[[str], str]
"""Takes the known secrets out of a text."""

#: Bytes of an answer that is read as JSON for this; of a longer one the beginning is shown.
_MOST_BYTES = 1 << 16
_LONGEST_TEXT = 160
_LONGEST_KEY = 80
_MOST_MEMBERS = 5
_MOST_KEYS = 40
_DEEPEST = 6
_LONGEST = 1600
#: Letters that are looked at behind a cut, so that a secret which begins before it is seen as a whole.
_MARGIN = 4096
_VALUES = frozenset({"value", "defaultValue", "choiceList"})
_OF_TOKENS = frozenset({"error", "code", "message", "details", "expires", "expires_in", "ssl"})
_WITHHELD = later("(not shown: it may hold a hidden text)")


def digest(body: bytes, kind: str, hide: Hide, *, token: bool = False, briefly: bool = False) -> str:
    """Write down what matters of an answer.

    Parameters
    ----------
    body
        As it came, or its beginning.
    kind
        Its ``Content-Type``.
    hide
        Takes secrets out.
    token
        Whether it answers a request for a token, of which hardly anything is shown.
    briefly
        Whether the beginning of a longer answer says enough, since others like it came before.
    """
    text = body.lstrip()[:1]
    if text == b"<" or "html" in kind:
        title = html_title(body)
        return hide(tr("a web page titled {title!r}", title=title) if title else tr("a web page"))
    if text not in (b"{", b"[") and not ("json" in kind or kind.startswith("text/")):
        return ""
    is_plain = not token and (briefly or len(body) <= _LONGEST) and b"StringHidden" not in body
    if is_plain or len(body) > _MOST_BYTES:
        return _beginning(body, hide, token=token)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _beginning(body, hide, token=token)
    short = _OfTokens(hide).part(value) if token else _Essential(hide).part(value)
    return cut_safely(orjson.dumps(short).decode(), hide, _LONGEST)


def _beginning(body: bytes, hide: Hide, *, token: bool) -> str:
    if token or b"StringHidden" in body:
        return tr(_WITHHELD)
    text = body[: 2 * (_LONGEST + _MARGIN)].decode("utf-8", "replace")
    return cut_safely(text, hide, _LONGEST)


def cut_safely(text: str, hide: Hide, most: int) -> str:
    """The beginning of a text without secrets, and without the beginning of one at its end."""
    window = text[: most + _MARGIN]
    shown = hide(window)
    if len(window) < len(text):
        shown = shown[: max(0, len(shown) - _MARGIN)]
    elif len(shown) <= most:
        return shown
    return f"{shown[:most]}…"


class _Essential:
    """Shortens a JSON value."""

    def __init__(self, hide: Hide) -> None:
        self._hide = hide

    def part(self, value: Any, depth: int = 0, *, hidden: bool = False) -> Any:
        """A value, with its texts and lists cut."""
        if isinstance(value, str):
            return MASKED if hidden and value else cut_safely(value, self._hide, _LONGEST_TEXT)
        if isinstance(value, Mapping):
            return self._object(value, depth, hidden=hidden)
        if not isinstance(value, list):
            return value
        if depth >= _DEEPEST:
            return [f"… {len(value):,}"] if value else []
        short = [self.part(one, depth + 1, hidden=hidden) for one in value[:_MOST_MEMBERS]]
        return [*short, f"… {len(value) - _MOST_MEMBERS:,}"] if len(value) > _MOST_MEMBERS else short

    def _object(self, value: Mapping[str, Any], depth: int, *, hidden: bool) -> Any:
        if depth >= _DEEPEST:
            return {"…": len(value)} if value else {}
        of_hidden = is_hidden_type(value.get("dataType"))
        short = {
            cut_safely(key, self._hide, _LONGEST_KEY): self._member(
                key, part, depth, hidden=hidden or (of_hidden and key in _VALUES)
            )
            for key, part in list(value.items())[:_MOST_KEYS]
        }
        return {**short, "…": len(value) - _MOST_KEYS} if len(value) > _MOST_KEYS else short

    def _member(self, key: str, part: Any, depth: int, *, hidden: bool) -> Any:
        if is_secret_name(key) and part:
            return MASKED
        return self.part(part, depth + 1, hidden=hidden)


class _OfTokens(_Essential):
    """Shows of the answer to a sign-in whether it went well, and for how long."""

    def _member(self, key: str, part: Any, depth: int, *, hidden: bool) -> Any:
        return super()._member(key, part, depth, hidden=hidden) if key in _OF_TOKENS else MASKED
