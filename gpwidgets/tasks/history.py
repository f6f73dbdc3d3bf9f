"""The runs of this user, from every kernel: looked through, run again, found again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, overload

from gpwidgets.protocol.urls import GPURL
from gpwidgets.tasks._history_words import when_text
from gpwidgets.tasks.history_entry import HistoryEntry
from gpwidgets.tasks.journal.recording import HistoryStore, current_store
from gpwidgets.tasks.runs.run_clock import span_text
from gpwidgets.tasks.task import GPTask
from gpwidgets.texts import tr, trn

if TYPE_CHECKING:
    pass

__all__ = ["History", "HistoryEntry", "history"]

_SHOWN = 20


class History(Sequence[HistoryEntry]):
    """Runs of this user, newest first, as they were when `gpwidgets.history` was called.

    Parameters
    ----------
    entries
        The runs.
    store
        Where they are kept; None when the history is off.
    note
        What to know about the list.
    """

    def __init__(
        self, entries: Iterable[HistoryEntry], store: HistoryStore | None = None, note: str = ""
    ) -> None:
        self._entries = list(entries)
        self._store = store
        self.note = note

    @overload
    def __getitem__(self, index: int) -> HistoryEntry: ...

    @overload
    def __getitem__(self, index: slice) -> History: ...

    def __getitem__(self, index: int | slice) -> HistoryEntry | History:
        if isinstance(index, slice):
            return History(self._entries[index], self._store, self.note)
        return self._entries[index]

    def __iter__(self) -> Iterator[HistoryEntry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def where(
        self,
        task: str | GPTask | None = None,
        status: str | Iterable[str] | None = None,
    ) -> History:
        """Return the runs of a task, in a state, or both.

        Parameters
        ----------
        task
            A `GPTask`, its URL, or a part of its name in any case.
        status
            One or several of the words of `RunStatus`.
        """
        tests: list[Callable[[HistoryEntry], bool]] = []
        if task is not None:
            tests.append(_of_task(task))
        if status is not None:
            words = {str(word) for word in ([status] if isinstance(status, str) else status)}
            tests.append(lambda entry: entry.status.value in words)
        return History(
            [entry for entry in self if all(test(entry) for test in tests)], self._store, self.note
        )

    def clear(self) -> None:
        """Remove these runs from the history; their jobs are not touched.

        Raises
        ------
        OSError
            The history cannot be written.
        """
        if self._store is not None and self._entries:
            self._store.forget([entry.key for entry in self._entries])
        self._entries.clear()

    def __repr__(self) -> str:
        lines = [self._caption()]
        for number, entry in enumerate(self._entries[:_SHOWN]):
            cells = [str(number).rjust(3), when_text(entry.started), entry.title[:30].ljust(24)]
            state = [entry.status.value.ljust(9), _took(entry).rjust(11)]
            lines.append("  ".join([*cells, *state, entry.summary[:60]]).rstrip())
        lines += [f"  {tr('… and {left:,} more', left=len(self) - _SHOWN)}"] if len(self) > _SHOWN else []
        return "\n".join([*lines, *([self.note] if self.note else [])])

    def _caption(self) -> str:
        return trn("{n:,} run, newest first", "{n:,} runs, newest first", len(self))

    def _repr_html_(self) -> str:
        rows = []
        for number, entry in enumerate(self._entries[:_SHOWN]):
            state = (entry.status.value, _took(entry))
            cells = (when_text(entry.started), entry.title, *state, entry.summary[:120])
            shown = "".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in cells)
            rows.append(f'<tr><th scope="row">{number}</th>{shown}</tr>')
        heads = "".join(
            f'<th scope="col">{word}</th>'
            for word in ("", tr("Started"), tr("Task"), tr("State"), tr("Took"), tr("Inputs"))
        )
        more = f"<p>{tr('… and {left:,} more', left=len(self) - _SHOWN)}</p>" if len(self) > _SHOWN else ""
        caption = self._caption()
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return (
            f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table>{more}{note}"
        )


def history(task: str | GPTask | None = None, status: str | Iterable[str] | None = None) -> History:
    """The runs of this user from all kernels, newest first.

    Parameters
    ----------
    task
        Only runs of this task: a `GPTask`, its URL, or a part of its name.
    status
        Only runs in this state, or in one of several.

    Returns
    -------
    History
        Of `HistoryEntry`: look through it, `reopen` the form with the same values, `attach` to the job.

    Raises
    ------
    OSError
        The history is there but cannot be read.

    Notes
    -----
    Runs are written below the user's state directory, without tokens, passwords and hidden inputs. The
    variable ``GPWIDGETS_HISTORY`` names another folder, or turns the history off with the word ``off``.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> out = task(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    >>> entry = gp.history(task)[0]
    >>> entry.status.value, entry.inputs["Distance"]
    ('succeeded', LinearUnit(distance=5.0, units='esriKilometers'))
    >>> out = task(entry.inputs, Distance="6 km")  # once more, with one other value
    """
    store = current_store()
    if store is None:
        return History([], None, tr("The history is off: GPWIDGETS_HISTORY says so."))
    entries = [HistoryEntry(record, store) for record in store.runs().values()]
    entries.sort(key=lambda entry: entry.started, reverse=True)
    found = History(entries, store, store.trouble)
    return found.where(task, status)


def _of_task(task: str | GPTask) -> Callable[[HistoryEntry], bool]:
    if isinstance(task, GPTask):
        return lambda entry: entry.task_url == task.url.task
    if "://" in task:
        url = GPURL.parse(task)
        wanted = url.task if url.task_name else url.service
        return lambda entry: entry.task_url == wanted or entry.task_url.startswith(f"{wanted}/")
    word = task.lower()
    return lambda entry: word in entry.title.lower() or word in entry.task_url.rpartition("/")[2].lower()


def _took(entry: HistoryEntry) -> str:
    """How long a run took; empty while it goes on."""
    if entry.elapsed is not None:
        return span_text(entry.elapsed)
    return tr("not known") if entry.status.is_final else ""
