"""Uploads compared: a file is known by what is in it, whatever id the server gave it."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from gpwidgets.recording.exchange import Exchange, SentFile

__all__ = ["Uploads", "digest_of", "recorded_uploads"]

_MOST = 10_000
_MOST_PARTS = 10_000


def digest_of(content: bytes) -> str:
    """What a file, or a part of one, is known by."""
    return hashlib.sha256(content).hexdigest()


def _digest_of_parts(parts: Mapping[int, str]) -> str:
    text = ",".join(digest for _, digest in sorted(parts.items()))
    return hashlib.sha256(text.encode()).hexdigest()


class Uploads:
    """Uploaded items by their ids: what each has in it, and never the content itself."""

    def __init__(self) -> None:
        self._parts: OrderedDict[str, dict[int, str]] = OrderedDict()
        self._names: dict[str, str] = {}

    def begin(self, name: str, ident: str = "") -> str:
        """A new item; its id."""
        ident = ident or f"i{secrets.token_hex(16)}"
        self._parts[ident], self._names[ident] = {}, name
        while len(self._parts) > _MOST:
            self._names.pop(self._parts.popitem(last=False)[0], None)
        return ident

    def put(self, ident: str, number: int, digest: str) -> None:
        """Note a part of an item."""
        parts = self._parts.get(ident)
        if parts is not None and len(parts) < _MOST_PARTS:
            parts[number] = digest

    def known(self, ident: str) -> str:
        """What an item is known by; its id where it is not known."""
        parts = self._parts.get(ident)
        return f"upload:{_digest_of_parts(parts)}" if parts is not None else ident

    def to_json(self, ident: str, *, committed: bool = True) -> dict[str, Any]:
        """An item as a server tells it."""
        return {
            "itemID": ident,
            "itemName": self._names.get(ident, ""),
            "description": "",
            "date": int(time.time() * 1000),
            "committed": committed,
        }

    def answer(self, parts: tuple[str, ...], fields: Mapping[str, str], sent: SentFile | None) -> Any:
        """What is answered below ``uploads``; None for what the recording has to answer.

        Parameters
        ----------
        parts
            Of the path, from ``uploads`` on.
        fields, sent
            Of the request.
        """
        match parts[1:]:
            case ("upload",) if sent is not None:
                ident = self.begin(sent.name)
                self.put(ident, 1, sent.digest)
                return {"success": True, "item": self.to_json(ident)}
            case ("register",):
                ident = self.begin(str(fields.get("itemName", "")))
                return {"success": True, "item": self.to_json(ident, committed=False)}
            case (ident, "uploadPart") if ident in self._parts and sent is not None:
                self.put(ident, part_number(fields), sent.digest)
                return {"success": True}
            case (ident, "parts") if ident in self._parts:
                return {"parts": [str(number) for number in sorted(self._parts[ident])]}
            case (ident, "commit") if ident in self._parts:
                return {"success": True, "item": self.to_json(ident)}
            case (ident, "delete") if ident in self._parts:
                return {"success": True}
            case (ident,) if ident in self._parts:
                return self.to_json(ident)
        return None


def part_number(fields: Mapping[str, Any]) -> int:
    """The number of a part; clients name it in two ways."""
    text = str(fields.get("partId") or fields.get("partNumber") or "")
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def recorded_uploads(exchanges: Iterable[Exchange]) -> Uploads:
    """The uploads of a recording."""
    found = Uploads()
    for one in exchanges:
        if "uploads" not in one.parts:
            continue
        below = one.parts[one.parts.index("uploads") + 1 :]
        item = one.body.get("item") if isinstance(one.body, Mapping) else None
        ident = str(item.get("itemID", "")) if isinstance(item, Mapping) else ""
        if below in (("upload",), ("register",)) and ident:
            found.begin("", ident)
        if below == ("upload",) and one.sent is not None:
            found.put(ident, 1, one.sent.digest)
        elif below[1:] == ("uploadPart",) and one.sent is not None:
            found.put(below[0], part_number(one.fields), one.sent.digest)
    return found
