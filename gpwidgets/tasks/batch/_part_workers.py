"""Who does the work on parts: this kernel, or the workers of an executor, whatever becomes of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from concurrent.futures import TimeoutError as TooLong
from typing import Any

from gpwidgets.errors import GPError
from gpwidgets.secrets import mask
from gpwidgets.tasks.batch.part_work import Each, PartDone, PartWork, do_part
from gpwidgets.tasks.scheduling.workers import submit_work
from gpwidgets.texts import tr
from gpwidgets.version import __version__

__all__ = ["Workers", "check_workers"]

_LOG = logging.getLogger("gpwidgets.tasks")

#: Seconds for a first answer; a cluster that is just starting gets its work all the same.
_FIRST_ANSWER = 20.0
_TRIES = 2
#: Parts that are given to an executor at once, however many workers it has.
_AT_ONCE = 64

Taker = Callable[[PartWork, PartDone], None]


def check_workers(executor: Executor, each: Each | None) -> None:
    """Refuse workers that cannot do the work, before anything is sent.

    Raises
    ------
    TypeError
        It is no executor.
    GPError
        They have another gpwidgets or no pyarrow, cannot be given `each`, or are gone.
    """
    if not hasattr(executor, "submit"):
        raise TypeError(
            "executor takes an executor of concurrent.futures, such as ThreadPoolExecutor(4) or "
            f"client.get_executor() of dask.distributed, not {type(executor).__name__}."
        )
    try:
        told = executor.submit(what_is_here, each).result(_FIRST_ANSWER)
    except TooLong:
        return
    except Exception as error:
        raise GPError(
            tr(
                "The workers cannot do the work: {kind}: {error}. They need gpwidgets[batch], and `each` has "
                "to be a function that can be sent to them. Nothing was sent to the server.",
                kind=type(error).__name__,
                error=mask(str(error)),
            )
        ) from error
    if told != __version__:
        raise GPError(
            tr(
                "The workers have gpwidgets {theirs} and this kernel has {ours}; they have to be the same. "
                "Nothing was sent to the server.",
                theirs=told,
                ours=__version__,
            )
        )


def what_is_here(each: Each | None) -> str:
    """The version of gpwidgets where this runs; raises where something is missing."""
    import pyarrow  # noqa: F401

    from gpwidgets.convert.storage import part_files  # noqa: F401

    return __version__


class Workers:
    """Has parts made; what a worker took along when it ended is made again.

    Parameters
    ----------
    executor
        None for this kernel.

    Attributes
    ----------
    notes : list of str
        What went wrong, in words.
    """

    def __init__(self, executor: Executor | None) -> None:
        self.notes: list[str] = []
        self._executor = executor

    def make(self, work: PartWork, take: Taker) -> None:
        """Have a part made; `take` is called with it, from another thread."""
        if self._executor is None:
            submit_work(lambda: take(work, do_part(work)))
        else:
            self._submit(work, take, 1)

    @property
    def at_once(self) -> int:
        """How many parts may be in the making at once; here they would only hold each other up."""
        return 1 if self._executor is None else _AT_ONCE

    def _submit(self, work: PartWork, take: Taker, tries: int) -> None:
        executor = self._executor
        try:
            if executor is None:
                raise BrokenExecutor
            future = executor.submit(do_part, work)
        except Exception as error:
            self._do_here(work, take, error)
            return
        # The threads that tell of it belong to the executor, which they must not hold up.
        future.add_done_callback(lambda done: submit_work(lambda: self._take(done, work, take, tries)))

    def _take(self, future: Future[PartDone], work: PartWork, take: Taker, tries: int) -> None:
        try:
            done = future.result()
        except (BrokenExecutor, CancelledError) as error:
            self._do_here(work, take, error)
        except Exception as error:
            _LOG.warning("a worker has failed: %s", mask(repr(error)))
            if tries < _TRIES:
                self._submit(work, take, tries + 1)
            else:
                take(work, _failed(work, error))
        else:
            take(work, done)

    def _do_here(self, work: PartWork, take: Taker, error: Exception) -> None:
        """Go on in this kernel, as there are no workers any more."""
        if self._executor is not None:
            self._executor = None
            told = mask(str(error)) or type(error).__name__
            self.notes.append(
                tr("The workers are gone, and this kernel does their work: {error}", error=told)
            )
        submit_work(lambda: take(work, do_part(work)))


def _failed(work: PartWork, error: Exception) -> PartDone:
    """What is told of rows that no worker could read."""
    told = tr("no worker could read it: {kind}: {error}", kind=type(error).__name__, error=mask(str(error)))
    errors: dict[int, dict[str, Any]] = {
        place: dict.fromkeys(sets, told) for place, (_, sets) in work.rows.items() if sets
    }
    return PartDone(errors=errors)
