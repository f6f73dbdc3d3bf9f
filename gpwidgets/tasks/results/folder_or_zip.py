"""Folders and zips that are there whole, or not at all."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gpwidgets.file_names import claim_name
from gpwidgets.texts import tr

__all__ = ["is_free", "new_folder_or_zip"]


def is_free(target: Path, may_replace: Callable[[Path], bool] | None) -> None:
    """Refuse a name that something has which may not be replaced.

    Raises
    ------
    FileExistsError
        In words.
    """
    if target.exists() and not (may_replace is not None and may_replace(target)):
        raise FileExistsError(
            tr(
                "{name} exists; choose another name, or overwrite=True for what gpwidgets saved there.",
                name=target,
            )
        )


@contextmanager
def new_folder_or_zip(target: Path, may_replace: Callable[[Path], bool] | None) -> Iterator[Path]:
    """A hidden folder to be filled; at the end of the ``with`` block it gets the name, or a zip of it does.

    Parameters
    ----------
    target
        A folder, or a file that ends in ``.zip``; folders above it are made.
    may_replace
        Whether what has this name may be replaced; None for nothing.

    Raises
    ------
    FileExistsError
        Something has this name.
    OSError
        It cannot be written; then nothing is left behind, and what was there is there still.
    """
    is_free(target, may_replace)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=".gpwidgets-"))
    try:
        folder = work / "made"
        folder.mkdir()
        yield folder
        made = _zipped(folder, work / "made.zip") if target.suffix.lower() == ".zip" else folder
        is_free(target, may_replace)  # somebody may have taken the name meanwhile
        _give_name(made, target, work / "before")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _give_name(made: Path, target: Path, before: Path) -> None:
    replaces = target.exists()
    if replaces:
        target.rename(before)
    try:
        if made.is_dir():
            made.rename(target)
        elif not claim_name(made, target):
            raise FileExistsError(tr("{name} is there already.", name=str(target)))
    except OSError:
        if replaces:
            before.rename(target)
        raise


def _zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())
    return path
