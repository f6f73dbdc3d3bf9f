"""Write a small GeoTIFF of bytes in EPSG:4326 without a raster library."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHORT, _LONG, _DOUBLE, _ASCII = 3, 4, 12, 2
_SIZES = {_SHORT: ("H", 2), _LONG: ("I", 4), _DOUBLE: ("d", 8), _ASCII: ("s", 1)}
_DEFLATE = 8
# Version 1.1.0 of the key directory, three keys: geographic model, pixel is area, EPSG:4326.
_GEO_KEYS = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)

_Tag = tuple[int, int, tuple[float, ...] | bytes]


def write_geotiff(
    path: Path, values: NDArray[np.uint8], *, west: float, north: float, cell: float, nodata: int
) -> None:
    """Write one band.

    Parameters
    ----------
    path
        File to write.
    values
        Rows from north to south.
    west, north
        Outer corner of the first cell, in degrees.
    cell
        Size of a cell in degrees.
    nodata
        Value of cells that hold nothing.
    """
    rows, columns = values.shape
    strip = zlib.compress(values.tobytes(), 6)
    header = 8
    tags: list[_Tag] = [
        (256, _LONG, (columns,)),
        (257, _LONG, (rows,)),
        (258, _SHORT, (8,)),
        (259, _SHORT, (_DEFLATE,)),
        (262, _SHORT, (1,)),
        (273, _LONG, (header,)),
        (277, _SHORT, (1,)),
        (278, _LONG, (rows,)),
        (279, _LONG, (len(strip),)),
        (33550, _DOUBLE, (cell, cell, 0.0)),
        (33922, _DOUBLE, (0.0, 0.0, 0.0, west, north, 0.0)),
        (34735, _SHORT, _GEO_KEYS),
        (42113, _ASCII, f"{nodata}\0".encode()),
    ]
    body = strip + b"\0" * (len(strip) % 2)
    start = header + len(body)
    path.write_bytes(struct.pack("<2sHI", b"II", 42, start) + body + _directory(tags, start))


def _directory(tags: list[_Tag], start: int) -> bytes:
    """The tags, followed by the values that do not fit into four bytes."""
    entries, extra = b"", b""
    after = start + 2 + 12 * len(tags) + 4
    for number, kind, value in tags:
        letter, size = _SIZES[kind]
        packed = value if isinstance(value, bytes) else struct.pack(f"<{len(value)}{letter}", *value)
        entries += struct.pack("<HHI", number, kind, len(packed) // size)
        if len(packed) <= 4:
            entries += packed.ljust(4, b"\0")
        else:
            entries += struct.pack("<I", after + len(extra))
            extra += packed + b"\0" * (len(packed) % 2)
    return struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0) + extra
