"""Files opened for GDAL: proven to be of their kind, alone in a folder of their own, GDAL's doors shut."""

from __future__ import annotations

import shutil
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.convert.files._closed_gdal import closed_gdal
from gpwidgets.convert.files.file_kinds import FOREIGN, KINDS, FileKind, kind_of_file
from gpwidgets.errors import ConversionError, GPWarning
from gpwidgets.file_names import safe_name
from gpwidgets.texts import tr

__all__ = ["ARCHIVES", "members_of", "opened"]

ARCHIVES = frozenset({".zip", ".shz", ".kmz"})
"""Endings of the names of archives that files are looked for in."""

_MEMBERS = {*KINDS, ".json"} - {".dbf", ".gdb"}
_CHUNK = 1 << 20
#: What archives that are damaged, encrypted or packed in another way raise.
_DAMAGED = (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError)


def members_of(path: Path) -> list[str]:
    """The files, and folders of geodatabases, of a kind that can be read, by their names in an archive.

    Raises
    ------
    ConversionError
        The archive holds more files than are looked at.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except _DAMAGED:
        return []
    if len(names) > limit("members"):
        raise ConversionError(
            tr(
                "{name} holds more than {most:,} files; {hint}.",
                name=path.name,
                most=limit("members"),
                hint=how_to_raise("members"),
            )
        )
    found: dict[str, None] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        folder = next((at for at, part in enumerate(parts[:-1]) if part.lower().endswith(".gdb")), None)
        if folder is not None:
            found["/".join(parts[: folder + 1])] = None
        elif _ending(name) in _MEMBERS and not name.endswith("/"):
            found[name] = None
    return list(found)


@contextmanager
def opened(path: Path, member: str = "", *, own: bool, json: bool = False) -> Iterator[Path]:
    """Have a file ready for GDAL, which may read it, and nothing else, inside of the ``with`` block.

    Parameters
    ----------
    path
        A file, an archive, or the folder of a geodatabase.
    member
        One of `members_of` an archive.
    own
        Whether the user picked the file. A file of a server is of a kind of `KINDS` or it is refused; of a
        user's own files, one of another kind is left to GDAL, with a warning that says so.

    json
        Whether the caller reads JSON itself, of an archive; otherwise it has to be GeoJSON.

    Yields
    ------
    pathlib.Path
        What to read.

    Raises
    ------
    ConversionError
        It is not of the kind that its name says, or too large.
    """
    with tempfile.TemporaryDirectory(prefix="gpwidgets-") as name, closed_gdal():
        folder = Path(name)
        if member:
            path = _unpacked(path, member, folder)
        kind = kind_of_file(path)
        if path.suffix.lower() == ".json" and member:
            if json:
                yield path
                return
            path, kind = path.rename(path.with_suffix(".geojson")), KINDS[".geojson"]
        if kind is None:
            if not own or member or path.suffix.lower() not in FOREIGN:
                raise ConversionError(tr("{name} cannot be read: its kind is not known.", name=path.name))
            _say_that_gdal_guesses(path)
            yield path
            return
        kind.check(path)
        yield _alone(path, kind, folder, own) if kind.copy is not None or not own else path


def _say_that_gdal_guesses(path: Path) -> None:
    warnings.warn(
        tr(
            "{name} is of a kind that is not checked here: GDAL decides how to read it, and may read further "
            "files that it names.",
            name=path.name,
        ),
        GPWarning,
        stacklevel=4,
    )


def _alone(path: Path, kind: FileKind, folder: Path, own: bool) -> Path:
    """The file in the private folder, with those that belong to it and no others."""
    if path.parent == folder and kind.copy is None:
        return path
    private = folder / "alone"
    private.mkdir()
    target = private / path.with_suffix(path.suffix.lower()).name  # GDAL names layers after the file
    if kind.copy is not None:
        kind.copy(path, target)
    elif path.is_dir():
        shutil.copytree(path, target)
    else:
        shutil.copyfile(path, target)
    wanted = kind.siblings + (kind.own_siblings if own else ())
    for sibling in path.parent.iterdir() if wanted else ():
        if sibling.stem == path.stem and sibling.suffix.lower() in wanted and sibling.is_file():
            shutil.copyfile(sibling, private / sibling.name)
    return target


def _unpacked(path: Path, member: str, folder: Path) -> Path:
    """A member of an archive with the files that belong to it, in the private folder, under plain names."""
    place = PurePosixPath(member)
    kind = KINDS.get(_ending(member))
    target = folder / safe_name(place.name)
    left = limit("unpacked")
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                name = PurePosixPath(info.filename)
                if info.is_dir():
                    continue
                if place.suffix.lower() == ".gdb" and name.parent == place:
                    target.mkdir(exist_ok=True)
                    left = _write(archive, info, target / safe_name(name.name), left)
                elif name == place or (
                    kind is not None
                    and name.parent == place.parent
                    and name.stem == place.stem
                    and name.suffix.lower() in kind.siblings
                ):
                    left = _write(archive, info, folder / safe_name(name.name), left)
    except ConversionError:
        raise
    except _DAMAGED as error:
        raise ConversionError(tr("{name} cannot be read: {error}", name=path.name, error=error)) from None
    return target


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack one file, counting what comes: what an archive says of its sizes may be wrong."""
    with archive.open(info) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise ConversionError(
                    tr(
                        "{name} unpacks to more than {most} MB; {hint}.",
                        name=Path(archive.filename or "").name,
                        most=limit("unpacked") >> 20,
                        hint=how_to_raise("unpacked"),
                    )
                )
            file.write(chunk)
    return left


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
