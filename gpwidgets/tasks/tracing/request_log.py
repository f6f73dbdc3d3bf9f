"""The requests of a run as something to read: times, fields, answers, and what each is for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from gpwidgets.client.http.tracing import Exchange, Trace
from gpwidgets.html_blocks import block, paragraph, table, title
from gpwidgets.protocol.description import GPParameter
from gpwidgets.tasks.inputs.field_meanings import field_meaning
from gpwidgets.tasks.tracing._har import har_of
from gpwidgets.tasks.tracing._outcomes import cause_of, is_good, outcome_of
from gpwidgets.tasks.tracing._purposes import purpose_of, starts_a_run
from gpwidgets.texts import tr, trn, written

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LoggedField", "LoggedRequest", "RequestLog"]

#: Rows that a notebook shows, and how many of them are from the beginning.
_MOST_ROWS = 100
_FIRST_ROWS = 40


@dataclass(frozen=True)
class LoggedField:
    """A field that was sent.

    Attributes
    ----------
    name, text : str
        The beginning of what was sent, before it is URL-encoded; ``***`` in place of secrets.
    size : int or None
        Bytes of all of it, or characters of a long one; None of a secret or a file.
    meaning : str
        What the field is for, in half a line.
    """

    name: str
    text: str
    size: int | None
    meaning: str = ""


@dataclass(frozen=True)
class LoggedRequest:
    """One request and its answer, without secrets.

    Attributes
    ----------
    number : int
        Place among all requests, from 1.
    time, duration : float
        Seconds from the start of the run to the request, and from there to the end of the answer.
    method, url : str
        The address has no query, as its fields are in `fields`.
    fields : tuple of LoggedField
        Of query or form.
    sent, received : int
        About how many bytes were sent, and bytes of the answer after unpacking; without headers.
    status : int or None
        HTTP status; None when no answer came.
    headers : mapping of str to str
        Those of the answer that say what it is.
    answer : str
        What matters of the answer, mostly as JSON; long texts and lists are cut.
    purpose : str
        What it is for and what came of it, in a sentence.
    is_good : bool
        Whether a usable answer came.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> run = gp.GPTask(server.url_of("BufferPoints")).start(
    ...     Input_Points="POINT (-84.2 36.4)", Distance="5 km"
    ... )
    >>> out = run.wait(30)
    >>> request = run.trace[-1]
    >>> request.method, request.status, request.url.rpartition("/")[2]
    ('POST', 200, 'execute')
    >>> [field.meaning for field in request.fields if field.name == "Distance"]
    ['Distance (Distance)']
    """

    number: int
    time: float
    duration: float
    method: str
    url: str
    fields: tuple[LoggedField, ...]
    sent: int
    received: int
    status: int | None
    headers: Mapping[str, str]
    answer: str
    purpose: str
    is_good: bool

    def __str__(self) -> str:
        status = tr("no answer") if self.status is None else str(self.status)
        took = f"{1000 * self.duration:,.0f} ms"
        return f"{self.time:8.2f} s {took:>9} {self.method:4} {status:3} {self.purpose}"


class RequestLog(Sequence[LoggedRequest]):
    """The requests that were made for a run, or by a task outside of its runs.

    A sequence of `LoggedRequest` in the order in which the answers came. Of very many, those in the middle
    fall out; `left_out` counts them. It stays as it was when it was asked for.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> run = gp.GPTask(server.url_of("BufferPoints")).start(
    ...     Input_Points="POINT (-84.2 36.4)", Distance="5 km"
    ... )
    >>> out = run.wait(30)
    >>> run.trace[-1].purpose.partition(";")[0]
    'Sends the inputs of BufferPoints and waits for results'
    >>> run.trace.to_frame()[["method", "status"]].tail(1).to_dict("list")
    {'method': ['POST'], 'status': [200]}
    """

    def __init__(self, trace: Trace, inputs: Iterable[GPParameter] = (), *, of_run: bool = False) -> None:
        self._trace = trace
        self._exchanges = trace.exchanges()
        self._count = self._exchanges[-1].number if self._exchanges else 0
        self._inputs = tuple(inputs)
        self._of_run = of_run

    @property
    def left_out(self) -> int:
        """How many requests fell out, since there were too many."""
        return self._count - len(self._exchanges)

    def after(self, number: int) -> list[LoggedRequest]:
        """Those that came after the one of this `LoggedRequest.number`."""
        return [self._told(place) for place, one in enumerate(self._exchanges) if one.number > number]

    def follow(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call `callback` after each further request, in the thread that made it.

        Returns
        -------
        callable
            Ends that.
        """
        return self._trace.watch(callback)

    @overload
    def __getitem__(self, place: int) -> LoggedRequest: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[LoggedRequest]: ...
    def __getitem__(self, place: int | slice) -> LoggedRequest | Sequence[LoggedRequest]:
        if isinstance(place, slice):
            return [self._told(one) for one in range(len(self))[place]]
        return self._told(range(len(self))[place])

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[LoggedRequest]:
        return map(self._told, range(len(self)))

    def _told(self, place: int) -> LoggedRequest:
        one = self._exchanges[place]
        cause = cause_of(self._exchanges, place)
        purpose = purpose_of(one, of_run=self._of_run)
        sentence = f"{cause}: {purpose}" if cause else purpose
        return LoggedRequest(
            number=one.number,
            time=one.offset,
            duration=one.duration,
            method=one.method,
            url=one.url,
            fields=tuple(self._fields(one)),
            sent=one.sent,
            received=one.received,
            status=one.status,
            headers=dict(one.headers),
            answer=one.answer,
            purpose=f"{sentence}; {outcome_of(one)}.",
            is_good=is_good(one),
        )

    def _fields(self, one: Exchange) -> Iterator[LoggedField]:
        starts = starts_a_run(one)
        for field in one.fields:
            meaning = field_meaning(self._inputs, field.name, starts=starts)
            yield LoggedField(field.name, field.text, field.size, meaning)

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each request.

        Returns
        -------
        pandas.DataFrame
            Columns ``number``, ``time`` and ``duration`` (seconds), ``method``, ``url``, ``status`` (NA
            without an answer), ``sent`` and ``received`` (bytes), ``purpose``.
        """
        import pandas as pd

        names = ("number", "time", "duration", "method", "url", "status", "sent", "received", "purpose")
        frame = pd.DataFrame([[getattr(one, name) for name in names] for one in self], columns=list(names))
        return frame.astype({"status": "Int64"})

    def to_har(self) -> dict[str, Any]:
        """Return the requests as an HTTP Archive (HAR 1.2), which browsers' network tools open."""
        return har_of(self._exchanges, [one.purpose for one in self])

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write a HAR file; see `to_har`.

        Raises
        ------
        FileExistsError
            There is a file of this name.
        """
        path = Path(path).expanduser()
        with path.open("w" if overwrite else "x", encoding="utf-8") as file:
            json.dump(self.to_har(), file, ensure_ascii=False, indent=1)
        return path

    def _gap(self) -> str:
        n = self.left_out
        return trn("{n:,} request is not kept.", "{n:,} requests are not kept.", n) if n else ""

    def _repr_html_(self) -> str:
        rows = [_row(one) for one in self]
        if len(rows) > _MOST_ROWS:
            rows = [*rows[:_FIRST_ROWS], ("…",) * len(rows[0]), *rows[_FIRST_ROWS + 1 - _MOST_ROWS :]]
        heads = (tr("Time"), tr("Took"), tr("Method"), tr("Status"), tr("What it is for"), tr("Address"))
        count = trn("{n:,} request", "{n:,} requests", self._count)
        shown = table(rows, (*heads, tr("Bytes")))
        return block(title("RequestLog", count), shown, paragraph(self._gap()))

    def __repr__(self) -> str:
        lines = [str(one) for one in self]
        if self.left_out:
            at = next(i for i, one in enumerate(self._exchanges) if one.number != i + 1)
            lines.insert(at, f"         … {self._gap()}")
        return "\n".join([f"<RequestLog, {self._count:,}>", *lines])


def _row(one: LoggedRequest) -> tuple[str, ...]:
    status = tr("no answer") if one.status is None else str(one.status)
    took = f"{1000 * one.duration:,.0f} ms"
    return (f"{one.time:.2f} s", took, one.method, status, one.purpose, one.url, written(one.received))
