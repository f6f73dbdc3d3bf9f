"""Writes the runs of this kernel into the history, and never stands in their way.

A record is a part of a run: what it was started with, then the id of its job, then its end. Parts with the
same ``run`` belong together, later ones win.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import json
import logging
import os
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakMethod, WeakValueDictionary

import platformdirs

from gpwidgets.secrets import mask
from gpwidgets.tasks.inputs.environment import clashes
from gpwidgets.tasks.journal._record_file import Record, RecordFile
from gpwidgets.tasks.journal._value_store import ValueStore
from gpwidgets.tasks.journal.kept_inputs import rows_of_inputs, rows_of_settings
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.runs.drivers import Prepare
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import tr
from gpwidgets.version import __version__

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run

__all__ = ["HistoryStore", "current_store", "keeping_along", "record_attached", "recorded", "rows_of"]

_LOG = logging.getLogger("gpwidgets.tasks")

_OFF = frozenset({"off", "0", "no", "false", "none"})
_LONGEST_ERROR = 500
_TOMBSTONE_AGE = 30 * 86400.0

#: Runs looked at for what is usual, and how many make a custom.
_USUAL_OF, _USUAL_FROM = 20, 2

_FILE_NAMES = re.compile(r"\b[0-9a-f]{64}\b")

#: Values without a place in the task that belong to the runs which are started meanwhile.
_ALONG: contextvars.ContextVar[tuple[dict[str, Any], ...]] = contextvars.ContextVar("along", default=())


@contextlib.contextmanager
def keeping_along(rows: Iterable[dict[str, Any]]) -> Iterator[None]:
    """Have rows of an earlier run written into the history with each run that is started meanwhile."""
    before = _ALONG.set(tuple(rows))
    try:
        yield
    finally:
        _ALONG.reset(before)


class HistoryStore:
    """The history below one folder, as this kernel writes and reads it.

    Attributes
    ----------
    trouble : str
        Why something could not be written; empty while all is well.
    live : mapping of str to Run
        Runs of this kernel by their id in the history.
    listeners : list
        Weak references to functions that are called after a record of this kernel was written.
    """

    #: Runs that are kept at most.
    MOST_RUNS = 5000

    def __init__(self, folder: Path, *, largest: int = 8_000_000) -> None:
        self.file: RecordFile = RecordFile(folder, self._condensed, largest=largest)
        self.values: ValueStore = ValueStore(folder / "values")
        self.trouble: str = ""
        self.live: WeakValueDictionary[str, Run] = WeakValueDictionary()
        self.listeners: list[WeakMethod[Callable[[], None]]] = []
        self._largest = largest
        self._usual: dict[str, tuple[float, float | None]] = {}

    def write(self, record: Mapping[str, Any], run: Run | None = None) -> None:
        """Write a record; what goes wrong is told once and raised never."""
        try:
            self.file.append(record)
        except Exception as error:
            self.tell(error, run)
        else:
            self.trouble = ""
        self.tell_listeners()

    def tell_listeners(self) -> None:
        """Tell whoever shows the history that a run of this kernel has changed in it."""
        self.listeners = [one for one in self.listeners if one() is not None]
        for listener in [one() for one in self.listeners]:
            if listener is not None:
                listener()

    def tell(self, error: Exception, run: Run | None) -> None:
        """Say once that something could not be written."""
        text = tr(
            "This run could not be written into the history, but goes on: {error}", error=mask(str(error))
        )
        if not self.trouble:
            _LOG.warning(text)
            if run is not None:
                control.update(run, note=text)
        self.trouble = text

    def runs(self) -> dict[str, Record]:
        """All runs by id, the parts of each put together, in the order of their first parts.

        Raises
        ------
        OSError
            There is a history, but it cannot be read.
        """
        return {key: run for key, run in merged(self.file.records()).items() if is_run(run)}

    def usual_seconds(self, task_url: str) -> float | None:
        """Return how long a task's runs usually took; None when too few are known."""
        until, seconds = self._usual.get(task_url, (0.0, None))
        if time.monotonic() >= until:
            began = time.thread_time()
            seconds = self._usual_seconds(task_url)
            # Good for a hundred times as long as it took, or a thousand runs at once would each pay for it.
            until = time.monotonic() + 100 * (time.thread_time() - began)
            self._usual[task_url] = until, seconds
        return seconds

    def _usual_seconds(self, task_url: str) -> float | None:
        try:
            runs = list(self.runs().values())
        except OSError:
            return None
        took = [
            run["elapsed"]
            for run in runs
            if run.get("task") == task_url
            and run.get("status") == RunStatus.SUCCEEDED
            and isinstance(run.get("elapsed"), int | float)
        ]
        if len(took) < _USUAL_FROM:
            return None
        import statistics  # brings decimals and fractions along, which a form does without

        usual: float = statistics.median(took[-_USUAL_OF:])
        return usual

    def find_job(self, job_url: str) -> Record | None:
        """Return the run whose job this is."""
        try:
            runs = self.runs().values()
        except OSError:
            return None
        return next((run for run in runs if run.get("job") == job_url), None)

    def forget(self, keys: Iterable[str]) -> None:
        """Remove runs and the values that only they had.

        Raises
        ------
        OSError
            It could not be done.
        """
        gone = set(keys)
        now = time.time()
        tombstones = [{"run": key, "deleted": now} for key in gone]

        def without(records: list[Record]) -> list[Record]:
            left = [record for record in records if record.get("run") not in gone]
            return [*self._condensed(left), *tombstones]

        if not self.file.rewrite(without):
            for tombstone in tombstones:
                self.file.append(tombstone)
        left = [record for record in self.file.records() if record.get("run") not in gone]
        # Looked for in the text, since a newer version may name its files in another place.
        self.values.forget_all_but(set(_FILE_NAMES.findall(json.dumps(left, default=str))))

    def _condensed(self, records: list[Record]) -> list[Record]:
        """One record for each run, the newest that fill half of what is allowed.

        What is not understood here stays as it is: a newer version may have written it.
        """
        young = time.time() - _TOMBSTONE_AGE
        kept: list[Record] = []
        room = self._largest // 2
        for run in reversed([*_foreign(records), *merged(records).values()]):
            if "deleted" in run and "run" in run:
                run = {"run": run["run"], "deleted": run["deleted"]}
                if not isinstance(run["deleted"], float) or run["deleted"] < young:
                    continue
            room -= len(str(run))
            if room < 0 or len(kept) >= self.MOST_RUNS:
                break
            kept.append(run)
        return kept[::-1]


def _foreign(records: Iterable[Record]) -> list[Record]:
    """Records that belong to no run as it is written here; not the mark that each file begins with."""
    return [row for row in records if not isinstance(row.get("run"), str) and set(row) != {"file"}]


def merged(records: Iterable[Record]) -> dict[str, Record]:
    """Put the parts of each run together."""
    runs: dict[str, Record] = {}
    for record in records:
        key = record.get("run")
        if isinstance(key, str):
            runs.setdefault(key, {}).update(record)
    return runs


def is_run(run: Mapping[str, Any]) -> bool:
    """Whether a run is whole enough to be shown, and was not deleted."""
    texts = all(isinstance(run.get(key), str) for key in ("run", "task"))
    return texts and isinstance(run.get("started"), int | float) and "deleted" not in run


def rows_of(run: Mapping[str, Any], part: str = "inputs") -> list[dict[str, Any]]:
    """The rows of a run's inputs, or of values that had no place in the task when it was started."""
    rows = run.get(part)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def current_store() -> HistoryStore | None:
    """The history that `GPWIDGETS_HISTORY` names, or that of the user; None when it is off."""
    named = os.environ.get("GPWIDGETS_HISTORY", "").strip()
    return None if named.lower() in _OFF else _store_in(named)


@functools.cache
def _store_in(named: str) -> HistoryStore:
    folder = named or platformdirs.user_state_dir("gpwidgets", appauthor=False)
    return HistoryStore(Path(folder).expanduser())


class _Recorder:
    """Follows one run: its start, its job, its end."""

    def __init__(self, store: HistoryStore, run: Run, key: str | None = None) -> None:
        self._store = store
        self._run = run
        self._key = key or uuid.uuid4().hex
        self._started = False
        self._along = _ALONG.get()
        store.live[self._key] = run

    def write_start(self, fields: Mapping[str, str], **more: Any) -> None:
        """Write what the run is started with."""
        run, task, store = self._run, self._run.task, self._store
        try:
            inputs = rows_of_inputs(task.info, run.inputs, fields, store.values.keep)
        except Exception as error:
            store.tell(error, run)
            inputs = [{"paramName": name, "leftOut": "trouble"} for name in run.inputs]
        record = {
            "run": self._key,
            "started": time.time(),
            "task": task.url.task,
            "title": mask(task.info.display_name or task.name),
            "inputs": inputs,
            "environment": rows_of_settings(run.settings),
            **({"unplaced": list(self._along)} if self._along else {}),
            **({"settings_clash": True} if clashes(task.info, run.settings) else {}),
            "signed_in": task.session.auth is not None,
            "gpwidgets": __version__,
            **more,
        }
        self._started = True
        store.write(record, run)

    def write_job(self, _change: object = None) -> None:
        """Write the job's address as soon as it is known, which is before the first look at it."""
        if self._started and self._run.job_url:
            self._store.write({"run": self._key, "job": self._run.job_url}, self._run)

    def write_end(self, _change: object = None) -> None:
        """Write how the run ended, if it was sent."""
        run = self._run
        if self._started and run.done:
            self._keep_results()
            end = {"ended": time.time(), **_took(run)}
            if run.left_running:  # it has no end yet, and is found again by its job
                end = {}
                self._store.live.pop(self._key, None)
            self._write_end(**end, server=run.task.known_version)

    def _keep_results(self) -> None:
        """Keep the results of a synchronous run, which no server has, while they are small."""
        text = self._run.reply_text
        try:
            name = self._store.values.keep(text) if text else None
        except OSError as error:
            self._store.tell(error, self._run)
            return
        if name is not None:
            self._store.write({"run": self._key, "results": name}, self._run)

    def write_late_end(self, _change: object = None) -> None:
        """Write how a run ended that was not followed all the time; when and after how long, if known."""
        run = self._run
        if run.done:
            ended = {"ended": run.ended.timestamp()} if run.ended is not None else {}
            began = {"began": run.started.timestamp()} if run.started is not None else {}
            self._write_end(error="", **ended, **_took(run), **began)

    def _write_end(self, **more: Any) -> None:
        run = self._run
        told: dict[str, Any] = (
            {"error": mask(str(run.error))[:_LONGEST_ERROR]} if run.error is not None else {}
        )
        if run.outputs is not None and run.outputs.truncated:
            told["incomplete"] = dict(run.outputs.missing)
        self._store.write({"run": self._key, "status": run.status.value, **more, **told})


def _took(run: Run) -> dict[str, float]:
    return {} if run.elapsed is None else {"elapsed": round(run.elapsed, 3)}


def recorded(run: Run, prepare: Prepare) -> Prepare:
    """Have a run written into the history from here on.

    Returns
    -------
    callable
        `prepare`, which writes the first record before anything is sent.
    """
    store = current_store()
    if store is None:
        return prepare
    recorder = _Recorder(store, run)

    def prepare_and_write(run: Run) -> Mapping[str, str]:
        fields = prepare(run)
        recorder.write_start(fields)
        recorder.write_end()  # of a run that was cancelled meanwhile
        control.update(run, expected=store.usual_seconds(run.task.url.task))
        return fields

    run.observe(recorder.write_job, names="job_id")
    # Not by `call_when_done`: a script may end, and this thread with it, as soon as its wait does.
    run.observe(recorder.write_end, names="status")
    return prepare_and_write


def record_attached(run: Run) -> None:
    """Have the end of a job that was found written into the history, and the job itself if it is new."""
    store = current_store()
    if store is None or run.job_url is None:
        return
    known = store.find_job(run.job_url)
    recorder = _Recorder(store, run, str(known["run"]) if known else None)
    if known is None:
        told = run.clock.told
        words = {"began_text": mask(told.start_text)} if told.start_text else {}
        began = {"began": told.started.timestamp()} if told.started is not None else {}
        recorder.write_start({}, job=run.job_url, attached=True, **words, **began)
    else:
        _take_known_times(run, known)
        if known.get("status") and known.get("elapsed") is not None:
            store.tell_listeners()
            return
    control.update(run, expected=None if run.clock.had_ended else store.usual_seconds(run.task.url.task))
    run.observe(recorder.write_late_end, names="status")
    store.tell_listeners()


def _take_known_times(run: Run, known: Record) -> None:
    """Have a run take over what the history knows of its start, its end and its duration."""
    started = known.get("began") if known.get("attached") else known.get("started")
    if isinstance(started, int | float):
        run.clock.began_at(datetime.fromtimestamp(started, UTC))
    took, ended = known.get("elapsed"), known.get("ended")
    run.clock.lasted(
        float(took) if isinstance(took, int | float) else None,
        datetime.fromtimestamp(ended, UTC) if isinstance(ended, int | float) else None,
    )
