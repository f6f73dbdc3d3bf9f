"""Answers of real servers, changed in one or two places: understood, or refused in words."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest
from mutations import mutated
from recorded import recorded_root

from gpwidgets.client.http.bodies import json_object
from gpwidgets.convert.featuresets.frames import read_features
from gpwidgets.datatypes.datatype import datatype_of
from gpwidgets.errors import GPError
from gpwidgets.protocol.description import ServiceInfo, TaskInfo
from gpwidgets.protocol.responses.replies import ExecuteReply, JobInfo, ResultValue
from gpwidgets.tasks.inputs.checking import check_value
from gpwidgets.tasks.results.outputs import Decoder

GATE = 2_000
BATCHES = 20
LARGEST = 60_000
KINDS = {
    "parameters": "task",
    "tasks": "service",
    "jobId": "job",
    "paramName": "result",
    "results": "execute",
}
KINDS |= {"error": "error", "features": "features"}

#: Enough of each kind for a run without the recorded answers.
SMALL: list[dict[str, Any]] = [
    {
        "name": "T",
        "parameters": [{"name": "A", "dataType": "GPLong", "defaultValue": 1, "choiceList": ["1"]}],
    },
    {
        "jobId": "j",
        "jobStatus": "esriJobExecuting",
        "messages": [{"type": "x", "description": "y"}],
        "progress": {"percent": 5},
    },
    {"paramName": "A", "dataType": "GPLinearUnit", "value": {"distance": 1, "units": "esriMeters"}},
    {"features": [{"attributes": {"a": 1}, "geometry": {"rings": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}}]},
]


def documents() -> list[tuple[str, dict[str, Any]]]:
    root = recorded_root()
    paths = sorted(root.rglob("*.json")) if root else []
    found = list(SMALL)
    for path in paths:
        if path.stat().st_size < LARGEST:
            try:
                found.append(json.loads(path.read_text(encoding="utf-8-sig")))
            except ValueError:
                continue
    kinds = [
        (next((kind for key, kind in KINDS.items() if key in one), ""), one)
        for one in found
        if isinstance(one, dict)
    ]
    return [(kind, one) for kind, one in kinds if kind]


DOCUMENTS = documents()


def use(kind: str, document: Any) -> None:
    """All that is done with an answer of this kind before it is shown."""
    body = json.dumps(document).encode()
    data = json_object(body, "http://127.0.0.1/x")
    if kind == "task":
        for parameter in TaskInfo.from_json(data).parameters:
            datatype_of(parameter).default(parameter)
            try:
                check_value(parameter, parameter.default_value)
            except GPError:
                continue
    elif kind == "service":
        ServiceInfo.from_json(data)
    elif kind == "job":
        job = JobInfo.from_json(data)
        assert job.progress is None or job.progress.percent is None or 0 <= job.progress.percent <= 100
        str(job).encode()
    elif kind in ("result", "execute"):
        rows = ExecuteReply.from_json(data).results if kind == "execute" else [ResultValue.from_json(data)]
        for row in rows:
            repr(Decoder({}).value(row.name, row.data_type, row.value)).encode()
    elif kind == "features":
        read_features(body)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_changed_answer_is_understood_or_refused_in_words(batch: int) -> None:
    refusals: list[str] = []
    for seed in range(batch, GATE, BATCHES):
        kind, document = DOCUMENTS[seed % len(DOCUMENTS)]
        changed = mutated(document, seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                use(kind, changed)
            except GPError as error:
                refusals.append(str(error))
            except Exception as error:
                raise AssertionError(f"seed {seed}, {kind}: {error!r}") from error
    assert all(text.strip() for text in refusals)
