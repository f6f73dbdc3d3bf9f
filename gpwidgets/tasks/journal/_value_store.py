"""Large values of the history, each in a file named after its content, so that equal ones are kept once."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import re
import tempfile
import zlib
from collections.abc import Container
from pathlib import Path

from gpwidgets.errors import GPError
from gpwidgets.texts import tr

__all__ = ["ValueStore"]

_NAME = re.compile(r"[0-9a-f]{64}")
_ENDING = ".json.gz"


class ValueStore:
    """Texts below a folder.

    Parameters
    ----------
    folder
        Made when it is missing, for this user only.
    longest
        Characters of the longest text that is kept.
    total
        Bytes of all files together; the ones that were used longest ago go first.
    """

    def __init__(self, folder: Path, *, longest: int = 8_000_000, total: int = 64_000_000) -> None:
        self.folder = folder
        self._longest = longest
        self._total = total

    def keep(self, text: str) -> str | None:
        """Keep a text and return its name; None when it is too long.

        Raises
        ------
        OSError
            It could not be written.
        """
        if len(text) > self._longest:
            return None
        data = text.encode()
        name = hashlib.sha256(data).hexdigest()
        path = self.folder / f"{name}{_ENDING}"
        if path.exists():
            os.utime(path)
            return name
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix=".value-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(gzip.compress(data, 1))
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        self._make_room(path)
        return name

    def load(self, name: str) -> str:
        """Return a text that was kept.

        Raises
        ------
        GPError
            It is gone.
        """
        gone = tr("it was large, and has been removed to make room.")
        if not _NAME.fullmatch(name):
            raise GPError(gone)
        try:
            return gzip.decompress((self.folder / f"{name}{_ENDING}").read_bytes()).decode()
        except (OSError, EOFError, zlib.error, UnicodeDecodeError):
            raise GPError(gone) from None

    def forget_all_but(self, names: Container[str]) -> None:
        """Remove the texts that are not named."""
        for path in self._files():
            if path.name.removesuffix(_ENDING) not in names:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _files(self) -> list[Path]:
        return list(self.folder.glob(f"*{_ENDING}"))

    def _make_room(self, newest: Path) -> None:
        sizes = []
        for path in self._files():
            with contextlib.suppress(OSError):  # another kernel makes room, too
                told = path.stat()
                sizes.append((path == newest, told.st_mtime, told.st_size, path))
        left = sum(size for _, _, size, _ in sizes)
        for is_newest, _, size, path in sorted(sizes):
            if left <= self._total or is_newest:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            left -= size
