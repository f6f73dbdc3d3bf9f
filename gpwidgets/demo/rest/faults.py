"""Switch faults on: what servers and networks do to clients, one at a time and on purpose.

::

    server.faults.add("status", on="poll", times=3, code=503)
    with server.faults.add("delay", on="result", seconds=2):
        ...
    server.faults.rain(0.02)  # two in a hundred requests fail, each in a way of its own
    server.faults.clear()
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from gpwidgets.demo.rest.routes import Route

KINDS = {
    "delay": "wait `seconds` before the answer",
    "lost_request": "close the connection before anything is done",
    "lost_answer": "do the work, then close the connection without an answer",
    "status": "answer HTTP `code` with a small HTML page",
    "html": "answer a login page with HTTP 200",
    "error": "answer the error envelope with `code` and `message`",
    "expire_tokens": "make all tokens invalid before the request is looked at",
    "fail_job": "let the job, or the synchronous run, fail with `message`",
    "hold_job": "leave a new job in the state Submitted",
    "vanish_job": "forget the job before the request is looked at",
    "missing_status": "leave jobStatus out of the answer",
    "missing_results": "leave results out of the job",
    "truncate": "empty the rows of results and flag them",
    "slow_body": "send the body in small pieces over `seconds`",
    "cut_body": "announce the whole body, send half of it and close",
}
"""Kinds of fault and what they do."""

#: The ways of a bad network to fail; the delay, which is no failure, is one more.
_WEATHER: tuple[tuple[str, dict[str, object]], ...] = (
    ("lost_request", {}),
    ("lost_answer", {}),
    ("cut_body", {}),
    ("status", {"code": 503}),
    ("status", {"code": 502}),
    ("status", {"code": 500}),
    ("html", {}),
    ("delay", {}),
)


@dataclass(eq=False)
class Fault:
    """One fault that is switched on; a context manager which switches it off.

    Attributes
    ----------
    kind
        One of :data:`KINDS`.
    on
        Operation (see :data:`routes.OPERATIONS`), or several separated by spaces; "" is all.
    service, task, name
        Only requests to these, `name` being that of a result, an input or a file; "" is all.
    times
        Number of requests hit; None is all.
    after
        Matching requests let through first.
    probability
        Chance that a matching request is hit.
    seconds, code, message
        Details of the kind.
    retry_after
        ``Retry-After`` header of a ``status``; "" sends none.
    hits
        Requests hit so far.
    """

    kind: str
    on: str = ""
    service: str = ""
    task: str = ""
    name: str = ""
    times: int | None = None
    after: int = 0
    probability: float = 1.0
    seconds: float = 1.0
    code: int = 503
    message: str = "The tool failed on purpose."
    retry_after: str = ""
    hits: int = 0
    _board: FaultBoard | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._board is not None:
            self._board.remove(self)

    def fits(self, route: Route) -> bool:
        """Whether the fault is addressed to this request."""
        return (
            (not self.on or route.operation in self.on.split())
            and (not self.service or (route.service is not None and route.service.name == self.service))
            and (not self.task or (route.tool is not None and route.tool.name == self.task))
            and (not self.name or route.name == self.name)
        )


class FaultBoard:
    """The faults of a server; may be used from any thread.

    Parameters
    ----------
    seed
        Seed of the dice thrown for `probability`.
    """

    def __init__(self, seed: int = 0) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._dice = random.Random(seed)

    def add(self, kind: str, on: str = "", **details: object) -> Fault:
        """Switch a fault on.

        Parameters
        ----------
        kind
            One of :data:`KINDS`.
        on
            Operation, or several separated by spaces; all where empty.
        **details
            The other attributes of :class:`Fault`.
        """
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; known are {', '.join(KINDS)}")
        fault = Fault(kind, on, _board=self, **details)  # type: ignore[arg-type]
        with self._lock:
            self._faults.append(fault)
        return fault

    def rain(self, share: float, on: str = "") -> list[Fault]:
        """Let some of all requests fail, in turn in the ways of a bad network.

        Parameters
        ----------
        share
            Part of the requests that fail, 0 to 1; some more are only late.
        on
            Operations, separated by spaces; all where empty.

        Returns
        -------
        list of Fault
            One for each way; their `hits` count the requests that failed.
        """
        chance = share / (len(_WEATHER) - 1)
        return [self.add(kind, on, probability=chance, seconds=0.5, **details) for kind, details in _WEATHER]

    def remove(self, fault: Fault) -> None:
        """Switch one fault off."""
        with self._lock:
            self._faults = [each for each in self._faults if each is not fault]

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults = []

    def __repr__(self) -> str:
        lines = [f"{each.kind} on {each.on or 'everything'}, {each.hits} hits" for each in self._faults]
        return f"<FaultBoard: {'; '.join(lines) or 'no faults'}>"

    def hit(self, route: Route) -> dict[str, Fault]:
        """The faults that this request meets, by kind; counts them."""
        met: dict[str, Fault] = {}
        with self._lock:
            for fault in self._faults:
                if fault.kind in met or not fault.fits(route) or fault.times == 0:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                elif fault.probability >= 1 or self._dice.random() < fault.probability:
                    fault.hits += 1
                    fault.times = None if fault.times is None else fault.times - 1
                    met[fault.kind] = fault
        return met
