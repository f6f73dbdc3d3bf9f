"""Drafts of forms on disk: a file for each form, written whole or not at all, by any number of kernels."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gpwidgets.tasks.journal.recording import current_store

__all__ = ["DraftStore", "current_drafts"]

_FORMAT = "gpwidgets-draft"
_VERSION = 1
_OFF = frozenset({"off", "0", "no", "false", "none"})
_BEGUN = ".draft-"
#: Seconds after which a file that a killed kernel has begun is taken away.
_BEGUN_AGE = 3600.0


class DraftStore:
    """Drafts below a folder, which is this user's only.

    Parameters
    ----------
    folder
        Made when it is missing.
    largest
        Bytes of one draft.
    total, most, oldest
        Bytes of all, their number, and their age in seconds: the oldest go first.
    """

    def __init__(
        self,
        folder: Path,
        *,
        largest: int = 8_000_000,
        total: int = 64_000_000,
        most: int = 200,
        oldest: float = 60 * 86400.0,
    ) -> None:
        self.folder = folder
        self.largest = largest
        self._total, self._most, self._oldest = total, most, oldest

    def path(self, notebook: str, task: str, cell: str = "") -> Path:
        """The file of a form: by its notebook, its task and its cell."""
        form = _digest(notebook, task)
        return self.folder / f"{form}-{_digest(cell)[:12]}.json"

    def find(self, notebook: str, task: str, cell: str = "", taken: Iterable[Path] = ()) -> Path | None:
        """The draft of a form; where its cell has none, the newest of another cell that no form has taken.

        Parameters
        ----------
        notebook, task, cell
            Where the form is; front ends may give a cell another name each time the notebook is opened.
        taken
            Drafts of forms that are open in this kernel.
        """
        own = self.path(notebook, task, cell)
        if own.exists():
            return own
        others = set(self.folder.glob(f"{_digest(notebook, task)}-*.json")) - set(taken)
        times = [(time_of, path) for path in others if (time_of := _changed(path)) is not None]
        return max(times)[1] if times else None

    def save(self, path: Path, draft: Mapping[str, Any]) -> bool:
        """Write a draft in the place of the one before; False where it is too large, and none is kept.

        Raises
        ------
        OSError
            It could not be written; the one before is still there.
        """
        document = {"format": _FORMAT, "version": _VERSION, **draft}
        data = json.dumps(document, separators=(",", ":")).encode()
        if len(data) > self.largest:
            self.forget(path)
            return False
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not path.exists()
        descriptor, begun = tempfile.mkstemp(dir=self.folder, prefix=_BEGUN)  # for this user only
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            os.replace(begun, path)
        except BaseException:
            Path(begun).unlink(missing_ok=True)
            raise
        if is_new:
            self._make_room(path)
        return True

    def load(self, path: Path) -> dict[str, Any] | None:
        """Read a draft; None where there is none that can be used: torn, of a version to come, too large."""
        try:
            if path.stat().st_size > self.largest:
                return None
            draft = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        is_ours = (
            isinstance(draft, dict) and draft.get("format") == _FORMAT and draft.get("version") == _VERSION
        )
        return draft if is_ours else None

    def forget(self, path: Path) -> None:
        """Remove a draft, if it is there."""
        with contextlib.suppress(OSError):
            path.unlink()

    def _make_room(self, newest: Path) -> None:
        now = time.time()
        for path in self.folder.glob(f"{_BEGUN}*"):
            if now - (_changed(path) or now) > _BEGUN_AGE:
                self.forget(path)
        room = self._total
        for number, (changed, size, path) in enumerate(sorted(self._files(), reverse=True), 1):
            room -= size
            is_over = room < 0 or number > self._most or now - changed > self._oldest
            if is_over and path != newest:
                self.forget(path)

    def _files(self) -> Iterable[tuple[float, int, Path]]:
        for path in self.folder.glob("*.json"):
            with contextlib.suppress(OSError):  # another kernel makes room, too
                told = path.stat()
                yield told.st_mtime, told.st_size, path


def _digest(*parts: str) -> str:
    text = json.dumps(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:32]


def _changed(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def current_drafts() -> DraftStore | None:
    """The drafts beside the history; None where `GPWIDGETS_AUTOSAVE` or `GPWIDGETS_HISTORY` is off."""
    history = current_store()
    named = os.environ.get("GPWIDGETS_AUTOSAVE", "").strip().lower()
    if history is None or named in _OFF:
        return None
    return DraftStore(history.file.folder / "drafts")
