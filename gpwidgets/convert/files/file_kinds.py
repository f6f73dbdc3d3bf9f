"""Kinds of geographic files: by the name alone, proven by the content, never guessed from the content.

GDAL looks into a file and takes whichever driver feels responsible. A file of a server could so name other
files and hosts, and have them read. Here the name says the kind, the content has to agree, and what GDAL gets
begins in a way that leaves one driver.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gpwidgets.convert.files._text_copies import copy_geojson, copy_xml
from gpwidgets.errors import ConversionError
from gpwidgets.texts import tr

__all__ = ["FOREIGN", "KINDS", "FileKind", "kind_of_file", "not_of_its_kind"]


@dataclass(frozen=True)
class FileKind:
    """How files of one kind are proven and handed to GDAL.

    Attributes
    ----------
    name : str
        As a user calls it.
    check : callable
        Raises `ConversionError` for a file, or folder, whose content is another one.
    copy : callable or None
        Writes the file anew, with a beginning that only its own driver takes; None for kinds whose first
        bytes leave no doubt.
    siblings : tuple of str
        Endings of the files that belong to it.
    own_siblings : tuple of str
        The same, for files that a user picked; they could name other files and hosts.
    layered : bool
        Whether it holds layers with names of their own.
    """

    name: str
    check: Callable[[Path], None]
    copy: Callable[[Path, Path], None] | None = None
    siblings: tuple[str, ...] = ()
    own_siblings: tuple[str, ...] = ()
    layered: bool = False


def not_of_its_kind(path: Path, kind: str) -> ConversionError:
    """The error for a file that is not what its name says."""
    return ConversionError(
        tr("{name} cannot be read: it is no {kind}, although its name says so.", name=path.name, kind=kind)
    )


def _begins(kind: str, *beginnings: bytes) -> Callable[[Path], None]:
    def check(path: Path) -> None:
        with path.open("rb") as file:
            if not file.read(16).startswith(beginnings):
                raise not_of_its_kind(path, kind)

    return check


def _nothing(_path: Path) -> None:
    """The copy is the check."""


_DBASE = (3, 4, 5, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5, 0xFB)


def _check_dbf(path: Path) -> None:
    """A table of dBASE: its version, and a header that agrees with its own length."""
    with path.open("rb") as file:
        head = file.read(32)
    header = int.from_bytes(head[8:10], "little")
    if len(head) < 32 or head[0] not in _DBASE or header < 33 or (header - 1) % 32 not in (0, 1, 8):
        raise not_of_its_kind(path, "dBASE")


#: Tables that a GeoPackage may compute; any other virtual table could read another file.
_VIRTUAL = ("rtree", "fts3", "fts4", "fts5")
_PACKAGE_IDS = (b"GPKG", b"GP10", b"GP11", b"GP12")


def _check_package(path: Path) -> None:
    """A GeoPackage without tables that stand for something outside of it."""
    with path.open("rb") as file:
        head = file.read(100)
    if not head.startswith(b"SQLite format 3\0") or head[68:72] not in _PACKAGE_IDS:
        raise not_of_its_kind(path, "GeoPackage")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as package:
            package.execute("PRAGMA trusted_schema = OFF")
            rows = package.execute("SELECT sql FROM sqlite_master WHERE type = 'table'").fetchall()
    except sqlite3.Error as error:
        raise ConversionError(tr("{name} cannot be read: {error}", name=path.name, error=error)) from None
    for (sql,) in rows:
        words = str(sql or "").upper().replace("(", " ").split()
        if "VIRTUAL" not in words[:2]:
            continue
        module = words[words.index("USING") + 1] if "USING" in words[:-1] else ""
        if module.strip("\"'[]`").lower() not in _VIRTUAL:
            raise ConversionError(
                tr(
                    "{name} is not read: a table in it stands for something outside of the file.",
                    name=path.name,
                )
            )


def _check_geodatabase(path: Path) -> None:
    if not (path.is_dir() and (path / "a00000001.gdbtable").is_file()):
        raise not_of_its_kind(path, tr("file geodatabase"))


_SHAPEFILE = FileKind(
    "Shapefile",
    _begins("Shapefile", b"\x00\x00\x27\x0a"),
    siblings=(".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx"),
)

KINDS: dict[str, FileKind] = {
    ".shp": _SHAPEFILE,
    ".dbf": FileKind("dBASE", _check_dbf, siblings=(".cpg",)),
    ".gpkg": FileKind("GeoPackage", _check_package, layered=True),
    ".fgb": FileKind("FlatGeobuf", _begins("FlatGeobuf", b"fgb")),
    ".gdb": FileKind("file geodatabase", _check_geodatabase, layered=True),
    ".geojson": FileKind("GeoJSON", _nothing, copy_geojson),
    ".kml": FileKind("KML", _nothing, copy_xml, layered=True),
    ".gml": FileKind("GML", _nothing, copy_xml, own_siblings=(".xsd",), layered=True),
    ".gpx": FileKind("GPX", _nothing, copy_xml, layered=True),
}
"""The kinds that GDAL reads for us, by the ending of the name in lower case."""

FOREIGN = frozenset(
    {
        ".000",
        ".dgn",
        ".dxf",
        ".e00",
        ".geojsonl",
        ".geojsons",
        ".gmt",
        ".jml",
        ".mbtiles",
        ".mid",
        ".mif",
        ".ods",
    }
    | {".osm", ".pbf", ".pmtiles", ".sqlite", ".tab", ".topojson", ".vct", ".vrt"}
)
"""Endings of further kinds, which GDAL may read for a user who picked such a file."""


def kind_of_file(path: Path) -> FileKind | None:
    """The kind that a file's name says; None where GDAL would have to guess."""
    return KINDS.get(path.suffix.lower())
