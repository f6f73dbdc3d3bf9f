"""Tables as text with separators: how a file is written, which differs from country to country."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from gpwidgets.convert.tables.typed_tables import read_delimited

__all__ = ["read_separated"]

_MARKS = (",", ";", "\t", "|")
_LOOKED_AT = 200
#: What Excel writes above the headings, for itself.
_SAID = re.compile(r"sep=(.)", re.IGNORECASE)
_POINT = re.compile(r"[-+]?\d{1,20}\.\d{1,20}")
#: A comma before three digits may be one between thousands.
_COMMA = re.compile(r"[-+]?\d{1,20},(?:\d{1,2}|\d{4,20})")


@dataclass(frozen=True)
class _Spelling:
    separator: str
    decimal: str
    encoding: str
    above: int


def read_separated(path: Path) -> pd.DataFrame:
    """Read a table with a line of headings, as programs and spreadsheets of any country write it.

    Separators are commas, semicolons, tabs or bars, decimals follow a point or a comma, and the text is in
    UTF-8, UTF-16 or else Windows' Western encoding.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ValueError
        It cannot be read.
    OSError
        It cannot be opened.
    """
    found = _spelling(path)
    with path.open(encoding=found.encoding, newline="") as lines:
        for _ in range(found.above):
            lines.readline()
        return read_delimited(
            lines, separator=found.separator, decimal=found.decimal, encoding=found.encoding
        )


def _spelling(path: Path) -> _Spelling:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline=None) as lines:
        first = list(islice((line for line in lines if line.strip()), _LOOKED_AT))
    said = _SAID.fullmatch(first[0].rstrip("\r\n").strip('"')) if first else None
    if said:
        del first[0]
    usual = "\t" if path.suffix.lower() == ".tsv" else ","
    separator = said[1] if said else _separator(first, usual)
    return _Spelling(separator, _decimal(first, separator), encoding, 1 if said else 0)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for _ in iter(lambda: lines.read(1 << 20), ""):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _separator(lines: list[str], usual: str) -> str:
    """The mark that makes most columns of the headings; the usual one where others make no more."""
    marks = sorted(_MARKS, key=lambda mark: mark != usual)
    return max(marks, key=lambda mark: len(next(_cells(lines[:1], mark), [])))


def _decimal(lines: list[str], separator: str) -> str:
    if separator != ",":
        return ","  # points are read, too
    cells = [cell.strip() for row in _cells(lines, separator) for cell in row]
    return "," if any(map(_COMMA.fullmatch, cells)) and not any(map(_POINT.fullmatch, cells)) else "."


def _cells(lines: list[str], mark: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=mark, skipinitialspace=True)
    except csv.Error:  # the reading itself says what is wrong
        return
