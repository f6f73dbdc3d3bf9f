"""A zip of a few texts: not too large, whole or not there at all, and never over a file that exists."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from gpwidgets.client.http.tracing import cut_safely
from gpwidgets.file_names import claim_name, move_to_free_name, private_folder

__all__ = ["cut_texts", "write_archive"]

#: Characters of one text, and of all together.
_LARGEST, _ALL = 1 << 20, 4 << 20


def cut_texts(texts: Mapping[str, str], hide: Callable[[str], str]) -> dict[str, str]:
    """Take out what nobody may see, and cut what is too long, with another name; the late get what is left.

    Parameters
    ----------
    texts
        By name.
    hide
        Takes it out of a text.
    """
    kept: dict[str, str] = {}
    left = _ALL
    for name, text in texts.items():
        most = min(_LARGEST, left)
        shown = cut_safely(text, hide, most)
        is_cut = len(text) > most
        left -= len(shown)
        if most > 0:
            kept[f"{Path(name).stem}.cut.txt" if is_cut else name] = shown
    return kept


def write_archive(path: Path | None, free_name: str, texts: Mapping[str, str], *, overwrite: bool) -> Path:
    """Write the texts, in their order.

    Parameters
    ----------
    path
        Of the zip; None takes a free name in the working directory.
    free_name
        The name that is tried first then.
    texts
        By name.
    overwrite
        Whether a file at `path` is replaced.

    Raises
    ------
    FileExistsError
        There is a file at `path`.
    OSError
        It cannot be written.
    """
    folder = Path.cwd() if path is None else path.parent
    with private_folder(folder) as private:
        made = private / "report.zip"
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in texts.items():
                archive.writestr(name, text.encode("utf-8", "replace"))
        if path is None:
            return move_to_free_name(made, folder, free_name)
        if overwrite:
            os.replace(made, path)
        elif not claim_name(made, path):
            raise FileExistsError(17, os.strerror(17), str(path))
    return path
