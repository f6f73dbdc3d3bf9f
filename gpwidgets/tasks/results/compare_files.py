"""Whether two result files hold the same, whatever they are called and whenever they were written."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from gpwidgets.secrets import mask
from gpwidgets.texts import tr, trn

__all__ = ["file_words"]


def file_words(first: Any, second: Any) -> str:
    """Say how two files differ; empty when they hold the same.

    Parameters
    ----------
    first, second
        `DataFile` or `RasterData`; they are read from the server, or from disk where outputs were saved.
    """
    try:
        one, other = first.read(), second.read()
    except Exception as error:  # of the server, or of a result that is gone
        return tr("the files could not be compared: {error}", error=mask(str(error)))
    if one == other:
        return ""
    members = _members(one), _members(other)
    if members[0] and members[1]:
        return _zip_words(*members)
    first_lines, second_lines = _lines(one), _lines(other)
    if first_lines is not None and second_lines is not None:
        return _line_words(first_lines, second_lines)
    if len(one) != len(other):
        return tr("{first:,} bytes and {second:,} bytes", first=len(one), second=len(other))
    count = sum(a != b for a, b in zip(one, other, strict=True))
    return trn("{n:,} byte differs", "{n:,} bytes differ", count)


def _members(content: bytes) -> dict[str, tuple[int, int]]:
    """Size and check sum of what is in a zip, whose own bytes hold the time of its making."""
    if not content.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {info.filename: (info.file_size, info.CRC) for info in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return {}


def _zip_words(first: dict[str, tuple[int, int]], second: dict[str, tuple[int, int]]) -> str:
    names = [name for name in dict.fromkeys([*first, *second]) if first.get(name) != second.get(name)]
    if not names:
        return ""
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return trn(
        "{n:,} file in it differs: {names}", "{n:,} files in it differ: {names}", len(names), names=shown
    )


def _lines(content: bytes) -> list[str] | None:
    if b"\0" in content[:4096]:
        return None
    try:
        return content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return None


def _line_words(first: list[str], second: list[str]) -> str:
    count = sum(a != b for a, b in zip(first, second, strict=False)) + abs(len(first) - len(second))
    if not count:
        return ""
    return trn("{n:,} line differs", "{n:,} lines differ", count)
