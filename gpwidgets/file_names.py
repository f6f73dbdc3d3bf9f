"""Names of files: made from words of servers and users, safe on every system, and free where they are used.

What a server or a person calls a file never chooses where it goes: a name made here is one part of a path
that Windows, macOS and Linux all take, and nothing that exists is written over.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gpwidgets.texts import tr

__all__ = [
    "claim_name",
    "last_part",
    "move_to_free_name",
    "name_from_title",
    "numbered_names",
    "private_folder",
    "safe_name",
]

#: What Windows forbids in names, besides control characters.
_FORBIDDEN = frozenset('<>:"/\\|?*')
#: Control characters, unseen ones that turn or hide text, halves of pairs, private and unassigned ones, and
#: separators of lines and paragraphs.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
#: Devices of Windows, whatever ending follows; superscripts count as digits there.
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|\Z)")
#: One ending, or two where programs go by both: ``.tar.gz``, ``.gdb.zip``, ``.shp.xml``.
_ENDING = re.compile(r"(\.[A-Za-z]\w{0,7}(?=\.(?:gz|bz2|xz|zst|zip|xml)\Z))?\.\w{1,16}\Z", re.I | re.A)

#: Of a name without its ending. File systems take 255 bytes, some only 143; there has to be room for an
#: ending and a number.
_MOST_CHARACTERS, _MOST_BYTES = 100, 110
_MOST_NUMBERS = 10_000


def last_part(path: str) -> str:
    r"""What comes after the last slash of a path, of either kind.

    Examples
    --------
    >>> last_part("C:\\data\\parcels.gpkg"), last_part("a/b/")
    ('parcels.gpkg', 'b')
    """
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def safe_name(name: str, fallback: str = "file", *, plain: bool = False) -> str:
    """A name that every system takes for a file, as near to the wanted one as can be.

    Parameters
    ----------
    name
        The name that is wanted, with its ending; of a path, take `last_part` first.
    fallback
        What to call it when nothing is left, and what to put before a name that Windows keeps for a device.
    plain
        Whether to keep only letters, digits, underscores, hyphens, dots and spaces, for systems that may take
        less than today's.

    Returns
    -------
    str
        Characters that Windows forbids, and those that are not seen, are underscores; spaces of all widths
        are plain ones; no spaces and dots are at its ends; it is in Unicode's composed form (NFC) and has at
        most 143 bytes in UTF-8. Cleaning it again changes nothing.

    Examples
    --------
    >>> safe_name("a<b>.tif"), safe_name("con.txt"), safe_name(" .. ")
    ('a_b_.tif', 'file_con.txt', 'file')
    """
    kept = _plain_letter if plain else _allowed_letter
    clean = re.sub("\0+", "_", "".join(map(kept, unicodedata.normalize("NFC", name))))
    clean = _fitted(clean)
    if not clean:
        return fallback
    return _fitted(f"{fallback}_{clean}") if _DEVICE.match(clean) else clean


def name_from_title(title: str, fallback: str = "file", *, most: int = 60) -> str:
    """The words of a title, joined by underscores, as the name of a file without its ending.

    Parameters
    ----------
    title
        Such as ``"Ratio of a/b (km²)"``.
    fallback
        What to call it when the title has no letter or digit.
    most
        Most characters.

    Examples
    --------
    >>> name_from_title("Ratio of a/b (km)"), name_from_title("?!", "map")
    ('Ratio_of_a_b_km', 'map')
    """
    composed = unicodedata.normalize("NFC", title)
    words = re.sub("_+", "_", "".join(letter if _is_word(letter) else "_" for letter in composed))
    return safe_name(words.strip("_-")[:most].rstrip("_-"), fallback)


def numbered_names(name: str) -> Iterator[str]:
    """The name itself, then the same with a number before its ending.

    Examples
    --------
    >>> from itertools import islice
    >>> list(islice(numbered_names("roads.gdb.zip"), 3))
    ['roads.gdb.zip', 'roads_1.gdb.zip', 'roads_2.gdb.zip']
    """
    yield name
    stem, ending = _split(name)
    for number in range(1, _MOST_NUMBERS):
        yield f"{stem}_{number}{ending}"


@contextmanager
def private_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder in a folder, made when it is missing, where a file is written before it gets its name.

    What is left in it is removed at the end of the ``with`` block.

    Raises
    ------
    OSError
        The folder cannot be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".gpwidgets-", ignore_cleanup_errors=True) as private:
        yield Path(private)


def move_to_free_name(file: Path, folder: Path, name: str) -> Path:
    """Give a whole file the first of the `numbered_names` that is free, whoever else is looking for one.

    Parameters
    ----------
    file
        On the file system of the folder, such as in a `private_folder` of it.
    folder
        Where it goes.
    name
        As `safe_name` returns it.

    Returns
    -------
    pathlib.Path
        Where the file is now.

    Raises
    ------
    OSError
        There is no free name, or it cannot be moved.
    """
    for candidate in numbered_names(name):
        if claim_name(file, folder / candidate):
            return folder / candidate
    raise OSError(tr("There are too many files named like {name!r} in {folder}.", name=name, folder=folder))


def claim_name(file: Path, target: Path) -> bool:
    """Give a whole file this very name if nothing has it, and say whether it was so.

    Raises
    ------
    OSError
        It cannot be moved there.
    """
    try:
        # A link fails where a rename would write over what is there.
        os.link(file, target)
    except FileExistsError:
        return False
    except OSError:
        return _claim_without_links(file, target)
    file.unlink()
    return True


def _claim_without_links(file: Path, target: Path) -> bool:
    """As some file systems want it: the name is taken first, by an empty file."""
    try:
        target.open("xb").close()
    except FileExistsError:
        return False
    try:
        file.replace(target)
    except OSError:
        target.unlink(missing_ok=True)
        raise
    return True


def _allowed_letter(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Zs":
        return " "
    return "\0" if letter in _FORBIDDEN or kind in _UNSEEN else letter


def _plain_letter(letter: str) -> str:
    return letter if letter in ". " or _is_word(letter) else "\0"


def _is_word(letter: str) -> bool:
    """Whether it is a letter, a mark on one, a digit, an underscore or a hyphen."""
    return letter in "_-" or unicodedata.category(letter)[0] in "LMN"


def _fitted(name: str) -> str:
    """A name with its ending, no longer than file systems take, without spaces and dots around it."""
    stem, ending = _split(name.strip(" ."))
    return f"{_cut(stem)}{ending}".strip(" .")


def _split(name: str) -> tuple[str, str]:
    """A name without its ending, and the ending."""
    found = _ENDING.search(name)
    return (name[: found.start()], found.group()) if found and found.start() else (name, "")


def _cut(stem: str) -> str:
    """As much of a stem as fits, in whole characters, however it is written."""
    return stem[:_MOST_CHARACTERS].encode()[:_MOST_BYTES].decode(errors="ignore")
