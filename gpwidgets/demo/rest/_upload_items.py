"""Uploaded items: in one go or in parts."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gpwidgets.demo.publishing.refusals import Refusal, invalid_input
from gpwidgets.file_names import last_part, safe_name

MAX_MEGABYTES = 500


@dataclass
class Item:
    """One uploaded file, complete once `committed`."""

    id: str
    name: str
    description: str
    path: Path
    date: int
    committed: bool = False
    parts: dict[int, bytes] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The item resource."""
        return {
            "itemID": self.id,
            "itemName": self.name,
            "description": self.description,
            "date": self.date,
            "committed": self.committed,
        }


class UploadStore:
    """The items of a server."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._items: dict[str, Item] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, item_id: str) -> Item:
        try:
            return self._items[item_id]
        except KeyError:
            raise Refusal(400, f"Item with id: {item_id} does not exist.") from None

    def register(self, name: str, description: str = "") -> Item:
        """A new item without content.

        Raises
        ------
        Refusal
            The name has no extension.
        """
        name = safe_name(last_part(name))
        if not Path(name).suffix:
            raise invalid_input(f"itemName {name!r} has no file extension.")
        ident = f"i{uuid.uuid4()}"
        item = Item(ident, name, description, self._root / ident / name, round(time.time() * 1000))
        self._items[ident] = item
        return item

    def upload(self, name: str, body: bytes, description: str = "") -> Item:
        """A complete item."""
        item = self.register(name, description)
        self._write(item, body)
        return item

    def add_part(self, item_id: str, fields: Mapping[str, str], body: bytes) -> None:
        """Keep one part; clients call its number ``partId`` or ``partNumber``."""
        number = fields.get("partId") or fields.get("partNumber") or ""
        if not number.isdecimal():
            raise invalid_input("partId is missing.")
        item = self[item_id]
        if item.committed:
            raise invalid_input("The item is already committed.")
        if sum(map(len, item.parts.values())) + len(body) > MAX_MEGABYTES << 20:
            raise invalid_input(f"The item has more than {MAX_MEGABYTES} MB.")
        item.parts[int(number)] = body

    def commit(self, item_id: str, parts: str = "") -> Item:
        """Join the parts in the order given, or by number.

        Raises
        ------
        Refusal
            A part is missing.
        """
        item = self[item_id]
        numbers = [int(part) for part in parts.split(",") if part.strip().isdecimal()] or sorted(item.parts)
        if not numbers or any(number not in item.parts for number in numbers):
            raise invalid_input("A part is missing.")
        self._write(item, b"".join(item.parts[number] for number in numbers))
        item.parts.clear()
        return item

    def delete(self, item_id: str) -> None:
        """Remove an item and its file."""
        self[item_id].path.unlink(missing_ok=True)
        del self._items[item_id]

    def find(self, item_id: str) -> Path:
        """The file of a committed item."""
        item = self[item_id]
        if not item.committed:
            raise invalid_input(f"Item {item_id} is not committed.")
        return item.path

    def _write(self, item: Item, body: bytes) -> None:
        item.path.parent.mkdir(parents=True, exist_ok=True)
        item.path.write_bytes(body)
        item.committed = True
