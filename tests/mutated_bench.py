"""A server that answers anything, and widgets that are looked at: nothing that goes wrong is unseen."""

from __future__ import annotations

import json
import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import comm
from bad_server import Answer, BadServer, GPAnswers, Request, Wire
from comm.base_comm import BaseComm
from widget_tools import html_of, join_workers

import gpwidgets as gp
from gpwidgets.errors import GPError, GPWarning
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.scheduling.watcher import Pace, shared_watcher

#: Words by which a widget tells of an exception that is none of ours.
UNTYPED = ("Unexpected trouble", "the usual field could not be made")
PATIENCE = 60.0


class Answers(GPAnswers):
    """A service whose results, inputs and jobs may be of any name."""

    mode = "Asynchronous"

    @staticmethod
    def kind_of(path: str) -> str:
        """What a path asks for; an input of a job as well."""
        parts = path.split("/")
        return "inputs" if "inputs" in parts else GPAnswers.kind_of(path)

    def usual(self, kind: str, request: Request) -> Any:
        """What a good server answers; for results that nobody named, too."""
        if kind == "execute":
            rows = [{"paramName": name, **value} for name, value in self.results.items()]
            return {"results": rows, "messages": []}
        name = request.path.rpartition("/")[2]
        if kind == "inputs" or (kind == "results" and name not in self.results):
            return {"paramName": name, "dataType": "GPString", "value": "x"}
        return super().usual(kind, request)


class _Page(BaseComm):
    """Packs what a widget sends to its page as Jupyter does; keeps what cannot be sent."""

    unsendable: list[str]

    def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, **_: Any) -> None:
        """Pack it."""
        try:
            json.dumps([data, metadata], default=str, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            self.unsendable.append(f"{msg_type}: {error!r}")


class Bench:
    """A server, and all that goes wrong beside the thread that looks."""

    def __init__(self, server: BadServer) -> None:
        self.server = server
        self.troubles: list[str] = []
        self.answers = Answers([])

    @property
    def url(self) -> str:
        """The task."""
        return f"{self.server.services}/S/GPServer/Task"

    def serve(self, parameters: list[Any], *, mode: str = "Asynchronous", **replaced: Any) -> Answers:
        """Let the server have this task; `replaced` are documents or answers by kind of request."""
        self.server.answer = self.answers = answers = Answers(parameters, mode=mode)
        self.server.seen.clear()
        for kind, one in replaced.items():
            answers.replaced[kind] = one if callable(one) else always(one)
        return answers

    @contextmanager
    def form(self, address: str = "") -> Iterator[gp.TaskWidget]:
        """The form of the task, or of this address."""
        widget = gp.TaskWidget(address or self.url)
        join_workers("gpwidgets-connect")  # making a widget waits for slow servers only so long
        try:
            yield widget
        finally:
            widget.close()

    def look(self, widget: Any) -> str:
        """Look at a widget, and at what is left of it without a kernel."""
        shown = html_of(widget)
        if isinstance(widget, gp.TaskWidget):
            shown += repr(widget) + widget.snapshot()
            said = widget.form.problems if widget.form is not None else {}
            shown += "".join(said.values()) + str(widget.error or "")
            assert widget.error is None or isinstance(widget.error, GPError), repr(widget.error)
        for words in UNTYPED:
            assert words not in shown, shown[max(0, shown.find(words) - 200) :][:600]
        return shown

    def run(self, widget: gp.TaskWidget) -> Run | None:
        """Start the form and wait for the end of the run; None when the form or the server refuses."""
        try:
            run = widget.start()
        except GPError:
            self.look(widget)
            return None
        return self.end(run, widget)

    def end(self, run: Run, widget: Any) -> Run:
        """Wait for the end of a run, and look at what the widget shows of it."""
        ended = threading.Event()
        run.observe(lambda _change: ended.set() if run.done or run.wants_sign_in else None)
        if not run.done and not run.wants_sign_in:
            assert ended.wait(PATIENCE), f"it goes on: {run!r} {run.note!r}"
        if run.wants_sign_in:
            self.look(widget)
            run.sign_in(gp.Token("t"))
        with suppress(GPError):
            run.wait(PATIENCE, show_progress=False)
        assert run.done, f"it goes on: {run!r} {run.note!r}"
        assert run.error is None or isinstance(run.error, GPError), repr(run.error)
        self.look(widget)
        if run.outputs is not None:
            repr(run.outputs).encode()
            wrong = [error for error in run.outputs.errors.values() if not isinstance(error, GPError)]
            assert not wrong, repr(wrong)
            self.look_at_frames(widget, run.outputs)
        return run

    @staticmethod
    def look_at_frames(widget: Any, outputs: Any) -> None:
        """What has a place is on the map, and what is on the map can be coloured."""
        for name in outputs if widget.map is not None else ():
            frame = None if name in outputs.errors else outputs[name]
            if type(frame).__name__ == "GeoDataFrame" and frame.geometry.notna().any():
                assert widget.map.map.layers


def always(document: Any) -> Answer:
    """Answer this, whatever is asked."""
    return lambda _request, wire: wire.reply(document)


def first(document: Any, answers: Callable[[], Answers], kind: str, times: int = 1) -> Answer:
    """Answer this so many times, then as a good server does."""
    left = [document] * times

    def answer(request: Request, wire: Wire) -> None:
        wire.reply(left.pop() if left else answers().usual(kind, request))

    return answer


@contextmanager
def a_bench(monkeypatch: Any) -> Iterator[Bench]:
    """A bench on which nothing goes wrong unseen."""
    watcher = shared_watcher()
    monkeypatch.setattr(watcher, "pace", Pace(shortest=0.001, longest=0.002, longest_trouble=0.002))
    monkeypatch.setattr("gpwidgets.tasks.runs._fetching.ResultFetcher._ROUNDS_OF_BAD_ANSWERS", 2)
    with BadServer(always({})) as server:
        bench = Bench(server)
        page = type("Page", (_Page,), {"unsendable": bench.troubles})
        monkeypatch.setattr(comm, "create_comm", page)
        monkeypatch.setattr(threading, "excepthook", lambda told: bench.troubles.append(repr(told.exc_value)))
        log = logging.Handler(logging.ERROR)
        monkeypatch.setattr(log, "emit", lambda record: bench.troubles.append(record.getMessage()))
        logging.getLogger().addHandler(log)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                warnings.simplefilter("ignore", GPWarning)
                yield bench
        finally:
            logging.getLogger().removeHandler(log)
