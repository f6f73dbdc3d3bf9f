"""One kernel at a time works in a folder; its lock ends with its process, however that ends."""

from __future__ import annotations

import os
import platform
import sys
import threading
from pathlib import Path

from gpwidgets.errors import GPError
from gpwidgets.texts import tr

__all__ = ["FolderLock"]

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


#: Characters in which a process says who it is.
_SIGNED = 100

#: POSIX locks do not keep a process from taking its own a second time.
_held: set[Path] = set()
_holding = threading.Lock()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_held.clear)  # these locks are the parent's


class FolderLock:
    """Held until `release`, or until the process ends.

    Parameters
    ----------
    path
        The lock file; made when missing, never removed.

    Raises
    ------
    GPError
        Another process, or another batch of this one, has it.
    OSError
        The file cannot be made, or the file system has no locks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        with _holding:
            if self._path in _held:
                raise _in_use(path.parent, tr("another batch of this kernel"))
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _lock(self._descriptor)
            except (PermissionError, BlockingIOError):
                who = _who(self._descriptor)
                os.close(self._descriptor)
                raise _in_use(path.parent, who) from None
            except OSError:
                os.close(self._descriptor)
                raise
            _held.add(self._path)
        os.lseek(self._descriptor, 1, os.SEEK_SET)  # the first byte is what is locked
        os.write(self._descriptor, f"process {os.getpid()} of {platform.node()}".ljust(_SIGNED).encode())

    def release(self) -> None:
        """Let others work in the folder."""
        with _holding:
            if self._path in _held:
                _held.discard(self._path)
                os.close(self._descriptor)


def _who(descriptor: int) -> str:
    try:
        os.lseek(descriptor, 1, os.SEEK_SET)
        told = os.read(descriptor, _SIGNED).decode(errors="replace").strip("\0 ")
    except OSError:
        told = ""
    return tr("another kernel ({who})", who=told) if told else tr("another kernel")


def _in_use(folder: Path, who: str) -> GPError:
    return GPError(
        tr(
            "The batch in {folder} is being worked on by {who}. Nothing was changed; stop it there first, or "
            "look at it there.",
            folder=folder,
            who=who,
        )
    )
