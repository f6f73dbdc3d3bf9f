"""A lock between processes that never holds anybody up for long."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from gpwidgets.forks import in_forked_process

__all__ = ["file_lock"]

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _give_back(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    # POSIX locks and not flock: they hold between machines that share a home over NFS, and taking one makes
    # an NFS client forget what it believed of the file's length.
    def _take(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _give_back(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN)


#: POSIX locks belong to the process, so its threads need one of their own.
_among_threads = threading.Lock()


@in_forked_process
def _after_fork() -> None:
    global _among_threads
    _among_threads = threading.Lock()  # the thread that held it is not in the child


@contextlib.contextmanager
def file_lock(path: Path, patience: float = 5.0) -> Iterator[bool]:
    """Keep other processes and threads that use the same lock file out, if that is possible.

    Parameters
    ----------
    path
        The lock file; made when missing, never removed, since others may be waiting for it.
    patience
        Seconds to wait for the lock.

    Yields
    ------
    bool
        Whether the lock is held: False when another process keeps it, as one that was stopped, or the file
        system knows no locks.

    Raises
    ------
    OSError
        The lock file cannot be made.
    """
    end = time.monotonic() + patience
    if not _among_threads.acquire(timeout=patience):
        yield False
        return
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            held = _wait_for(descriptor, end)
            try:
                yield held
            finally:
                if held:
                    _give_back(descriptor)
        finally:
            os.close(descriptor)
    finally:
        _among_threads.release()


def _wait_for(descriptor: int, end: float) -> bool:
    while True:
        try:
            _take(descriptor)
        except (PermissionError, BlockingIOError):  # another process has it
            if time.monotonic() >= end:
                return False
            time.sleep(random.uniform(0.001, 0.01))
        except OSError:
            return False
        else:
            return True
