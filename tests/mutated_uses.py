"""What a user does with a service that answers one document: form, run, results, map, picture.

Each use speaks to a server over a real socket and looks at the widget as a user does. What it raises, or
shows as trouble of ours, is a fault of the product.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

from bad_server import Request, Wire, parameter
from mutated_bench import Bench, always, first
from mutated_documents import Document, feature_set
from widget_tools import can_find, join_workers, press

import gpwidgets as gp
from gpwidgets.errors import GPError
from gpwidgets.tasks.runs.status import RunStatus

Use = Callable[[Bench, Document, Document], None]

_ENDS = ("failed", "timedout", "cancelled", "deleted", "deleting")


def use_form(bench: Bench, document: Document, original: Document) -> None:
    """A description: the form, its code, and a run with the defaults."""
    bench.serve([], task=document)
    with bench.form() as widget:
        bench.look(widget)
        if widget.form is None:
            assert not isinstance(document.get("parameters"), list), repr(widget.error)
            return
        whole = original["parameters"]
        rows = [row for row in whole if row in _rows(document) and row["direction"].endswith("Input")]
        missing = {row["name"] for row in rows} - widget.form.editors.keys()
        assert not missing, f"no fields of {missing}"
        if can_find(widget, "This form as Python"):
            press(widget, "This form as Python")
        bench.run(widget)


def _rows(document: Document) -> list[Any]:
    rows = document.get("parameters")
    return rows if isinstance(rows, list) else []


def use_default(bench: Bench, document: Document, _original: Document) -> None:
    """A value as a default, and given in a call."""
    kind = document.get("dataType")
    data_type = kind if isinstance(kind, str) else "GPFeatureRecordSetLayer"
    value = document.get("value", document)
    bench.serve([parameter("A", data_type, defaultValue=value), parameter("B")])
    with bench.form() as widget:
        assert widget.form is not None
        assert set(widget.form.editors) == {"A", "B"}
        bench.look(widget)
        bench.run(widget)
        assert widget.task is not None
        with suppress(GPError):
            widget.task.check({"A": value})
        widget.values = {"A": value}
        bench.look(widget)


def use_job(bench: Bench, document: Document, _original: Document) -> None:
    """The state of a job, seen once; then the job goes on as it should."""
    answers = bench.serve(_TEXT_TO_TEXT)
    answers.results = {"Out": {"dataType": "GPString", "value": "x"}}
    answers.replaced["job"] = first(document, lambda: answers, "job")
    _goes_on(bench, document)


def use_submission(bench: Bench, document: Document, _original: Document) -> None:
    """The answer to a submission."""
    answers = bench.serve(_TEXT_TO_TEXT, submitJob=document)
    answers.jobs["j1"] = {}
    _goes_on(bench, document, lost=True)


_TEXT_TO_TEXT = [parameter("A"), parameter("Out", direction="Output")]


def _goes_on(bench: Bench, document: Document, *, lost: bool = False) -> None:
    with bench.form() as widget:
        run = bench.run(widget)
        assert run is not None
        status = document.get("jobStatus")
        over = isinstance(status, str) and status.lower().endswith(_ENDS)
        allowed = {RunStatus.SUCCEEDED, *([RunStatus.LOST] if lost else [])}
        assert over or run.status in allowed, f"{run!r} {run.error!r}"


def use_cancel(bench: Bench, document: Document, _original: Document) -> None:
    """The answer to a cancellation; the server does stop the job."""
    asked = threading.Event()

    def cancel(_request: Request, wire: Wire) -> None:
        asked.set()
        wire.reply(document)

    def job(_request: Request, wire: Wire) -> None:
        word = "esriJobCancelled" if asked.is_set() else "esriJobExecuting"
        wire.reply({"jobId": "j1", "jobStatus": word, "messages": []})

    bench.serve(_TEXT_TO_TEXT, job=job, cancel=cancel)
    with bench.form() as widget:
        run = widget.start()
        run.cancel()
        bench.end(run, widget)
        assert run.status is RunStatus.CANCELLED, f"{run!r} {run.error!r}"


def use_result(bench: Bench, document: Document, original: Document) -> None:
    """One result of a job."""
    name, kind = str(original.get("paramName") or "Out"), str(original.get("dataType") or "GPString")
    _show_results(bench, [parameter(name, kind, "Output")], {name: document})


def use_reply(bench: Bench, document: Document, original: Document) -> None:
    """The answer of a synchronous task."""
    rows = [row for row in original["results"] if isinstance(row, dict)]
    outputs = [parameter(str(row["paramName"]), str(row.get("dataType")), "Output") for row in rows]
    bench.serve([parameter("A"), *outputs], mode="Synchronous", execute=document)
    _ends_well(bench)


def use_features(bench: Bench, document: Document, _original: Document) -> None:
    """Features: as a result with layer and picture."""
    row = {"paramName": "Out", "dataType": "GPFeatureRecordSetLayer", "value": document}
    _show_results(bench, [parameter("Out", "GPFeatureRecordSetLayer", "Output")], {"Out": row})


def use_records(bench: Bench, document: Document, _original: Document) -> None:
    """A table as a result."""
    row = {"paramName": "Out", "dataType": "GPRecordSet", "value": document}
    _show_results(bench, [parameter("Out", "GPRecordSet", "Output")], {"Out": row})


def _show_results(bench: Bench, outputs: list[Any], results: dict[str, Any]) -> None:
    answers = bench.serve([parameter("A"), *outputs])
    answers.results = results

    def result(request: Request, wire: Wire) -> None:
        wire.reply(next(iter(results.values())))

    answers.replaced["results"] = result
    _ends_well(bench)


def _ends_well(bench: Bench) -> None:
    with bench.form() as widget:
        run = bench.run(widget)
        assert run is not None
        assert run.status is RunStatus.SUCCEEDED, f"{run!r} {run.error!r}"


def use_layer(bench: Bench, document: Document, _original: Document) -> None:
    """A result that is a layer on the server: its description, or its rows, are read at a click."""
    rows = feature_set("esriGeometryPoint")
    is_page = "features" in document

    def layer(request: Request, wire: Wire) -> None:
        if request.path.endswith("/query"):
            wire.reply(document if is_page else rows)
        elif request.path.endswith("FeatureServer/0"):
            wire.reply({"objectIdField": "OBJECTID", "fields": rows["fields"]} if is_page else document)
        else:
            wire.reply({})

    answers = bench.serve(
        [parameter("A"), parameter("Out", "GPFeatureRecordSetLayer", "Output")], other=layer
    )
    url = f"{bench.server.services}/L/FeatureServer/0"
    answers.results = {"Out": {"dataType": "GPFeatureRecordSetLayer", "value": {"url": url}}}
    with bench.form() as widget:
        bench.run(widget)
        press(widget, "Read rows")
        join_workers("gpwidgets-layer")
        assert "Reading rows" not in bench.look(widget)


def use_kept_input(bench: Bench, document: Document, original: Document) -> None:
    """An input of an earlier job, as the server keeps it."""
    kind = str(original.get("dataType") or "GPString")
    answers = bench.serve([parameter("A", kind), parameter("B")], inputs=document)
    told = {"A": {"paramUrl": "inputs/A"}}
    state = {"jobId": "j1", "jobStatus": "esriJobSucceeded", "inputs": told, "results": {}, "messages": []}
    answers.replaced["job"] = always(state)
    with bench.form(f"{bench.url}/jobs/j1") as widget:
        assert widget.form is not None
        assert set(widget.form.editors) == {"A", "B"}
        bench.look(widget)
        if widget.run is not None:
            bench.end(widget.run, widget)


def use_service(bench: Bench, document: Document, _original: Document) -> None:
    """A service: its tasks to choose from, and the form of one of them."""
    bench.serve([parameter("A")], service=document)
    _browse(bench, bench.url.rpartition("/")[0])
    with bench.form() as widget:
        bench.look(widget)
        assert widget.form is not None


def use_catalog(bench: Bench, document: Document, _original: Document) -> None:
    """Folders and services of a server."""
    bench.serve([parameter("A")], other=document)
    _browse(bench, bench.server.services)


def _browse(bench: Bench, address: str) -> None:
    with closing(gp.ServiceWidget(address)) as widget:
        join_workers("gpwidgets-browse")
        bench.look(widget)
        assert widget.error is None or isinstance(widget.error, GPError), repr(widget.error)


def use_validation(bench: Bench, document: Document, original: Document) -> None:
    """What a server says of a form before a run."""
    named = [str(row["name"]) for row in original["validationResults"]]
    rows = [parameter(name, name if name.startswith("GP") else "GPString") for name in named]
    bench.serve([*rows, parameter("Kept", defaultValue="kept")], validate=document, service=_VALIDATING)
    with bench.form() as widget:
        press(widget, "Check with the server")
        join_workers("gpwidgets-validate")
        assert "Asking the server" not in bench.look(widget)
        assert widget.form is not None
        assert {*named, "Kept"} == set(widget.form.editors)
        assert widget.values["Kept"] == "kept"


_VALIDATING = {"tasks": ["Task"], "currentVersion": 12.0, "capabilities": "Validate"}


def use_error(bench: Bench, document: Document, original: Document) -> None:
    """An error in the place of each answer: shown in words, and no job ends for one of them."""
    place = _PLACES[len(json.dumps(document)) % len(_PLACES)]
    answers = bench.serve(_TEXT_TO_TEXT, mode="Synchronous" if place == "execute" else "Asynchronous")
    answers.replaced[place] = always(document)
    if place == "job":
        answers.replaced[place] = first(document, lambda: answers, place)
    with bench.form() as widget:
        bench.look(widget)
        if widget.task is not None:
            run = bench.run(widget)
            ended_well = run is not None and run.status is RunStatus.SUCCEEDED
            assert ended_well or place not in ("job", "results", "service"), f"{run!r} {run.error!r}"


_PLACES = ("task", "service", "submitJob", "job", "results", "execute")
