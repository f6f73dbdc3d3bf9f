"""How many pixels a PNG, JPEG or GIF has, read from its head and without unpacking it."""

from __future__ import annotations

import struct
from pathlib import Path

__all__ = ["pixels_in"]

#: Marks of a JPEG that begin a frame with its size; 0xC4, 0xC8 and 0xCC mean something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def pixels_in(path: Path) -> int | None:
    """Return the number of pixels of a picture; None where its head does not tell."""
    with path.open("rb") as file:
        head = file.read(32)
        if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
            width, height = struct.unpack(">II", head[16:24])
            return int(width * height)
        if head[:6] in (b"GIF87a", b"GIF89a") and len(head) >= 10:
            width, height = struct.unpack("<HH", head[6:10])
            return int(width * height)
        if not head.startswith(b"\xff\xd8"):
            return None
        file.seek(2)
        while len(part := file.read(4)) == 4 and part[0] == 0xFF:
            length = struct.unpack(">H", part[2:])[0]
            if part[1] in _FRAMES:
                size = file.read(5)
                return (
                    int.from_bytes(size[1:3], "big") * int.from_bytes(size[3:5], "big")
                    if len(size) == 5
                    else None
                )
            file.seek(max(length - 2, 0), 1)
    return None
