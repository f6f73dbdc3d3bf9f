"""Servers that are late with results, end jobs in words of their own, or name layers in other ways."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gpwidgets import GPTask, LayerReference, RunStatus, Token
from gpwidgets.errors import GPError, RunFailed

OUT = {"name": "N", "dataType": "GPLong", "direction": "esriGPParameterDirectionOutput"}
LAYER = {"name": "L", "dataType": "GPFeatureRecordSetLayer", "direction": "esriGPParameterDirectionInput"}
Answering = Callable[[Any], str]


def job(*, status: str = "esriJobSucceeded", refusals: int = 0, code: int = 400, value: Any = 7) -> Any:
    """Answers of a task whose job has ended; its result is refused so many times first."""
    refused = [{"error": {"code": code, "message": "Unable to complete operation."}}] * refusals

    def answer(path: str, fields: dict[str, str]) -> Any:
        if path.endswith("/results/N"):
            return refused.pop() if refused else {"paramName": "N", "dataType": "GPLong", "value": value}
        if "/jobs/" in path or path.endswith("/submitJob"):
            told = {"jobId": "j1", "jobStatus": status, "messages": []}
            return {**told, "results": {"N": {"paramUrl": "results/N"}}}
        if path.endswith("/T"):
            return {"name": "T", "executionType": "esriExecutionTypeAsynchronous", "parameters": [OUT]}
        return {"currentVersion": 11.1, "tasks": ["T"]}

    return answer


@pytest.mark.parametrize("code", [400, 404, 500])
def test_results_that_come_late_are_asked_for_again(
    code: int, answering: Answering, set_pace: Callable[..., None]
) -> None:
    set_pace()
    assert GPTask(f"{answering(job(refusals=2, code=code))}/S/GPServer/T")().N == 7


def test_a_result_that_never_comes_is_an_error_of_its_own(
    answering: Answering, set_pace: Callable[..., None]
) -> None:
    set_pace()
    outputs = GPTask(f"{answering(job(refusals=99))}/S/GPServer/T")()
    with pytest.raises(GPError, match="Unable to complete"):
        outputs["N"]


def test_a_job_that_fails_in_a_word_of_its_own_is_over(
    answering: Answering, set_pace: Callable[..., None]
) -> None:
    set_pace()
    run = GPTask(f"{answering(job(status='expectedFailure'))}/S/GPServer/T").start()
    with pytest.raises(RunFailed, match="expectedFailure"):
        run.wait(30)
    assert run.status is RunStatus.FAILED


def test_a_job_that_succeeds_in_a_word_of_its_own_says_so(
    answering: Answering, set_pace: Callable[..., None]
) -> None:
    set_pace()
    run = GPTask(f"{answering(job(status='PartialSucceeded'))}/S/GPServer/T").start()
    assert run.wait(30).N == 7
    assert "PartialSucceeded" in run.note


def test_a_value_that_is_not_set_is_none(answering: Answering, set_pace: Callable[..., None]) -> None:
    set_pace()
    assert GPTask(f"{answering(job(value=''))}/S/GPServer/T")().N is None


@pytest.mark.parametrize(
    ("layer", "key"),
    [
        ({"url": "https://h/arcgis/rest/services/A/FeatureServer/0", "serviceToken": "abc"}, "serviceToken"),
        ({"url": "https://h/arcgis/rest/services/A/FeatureServer/0", "token": "abc"}, "token"),
        ("https://h/arcgis/rest/services/A/FeatureServer/0?token=abc", "token"),
        (
            LayerReference(
                "https://h/arcgis/rest/services/A/FeatureServer/0",
                auth=Token("abc"),
                token_key="serviceToken",
            ),
            "serviceToken",
        ),
    ],
    ids=["serviceToken", "token", "address", "reference"],
)
def test_the_token_of_a_layer_keeps_its_name(layer: Any, key: str, answering: Answering) -> None:
    sent: list[dict[str, str]] = []

    def answer(path: str, fields: dict[str, str]) -> Any:
        if path.endswith("/execute"):
            sent.append(fields)
            return {"results": []}
        if path.endswith("/T"):
            return {"name": "T", "executionType": "esriExecutionTypeSynchronous", "parameters": [LAYER]}
        return {"currentVersion": 11.1, "tasks": ["T"]}

    task = GPTask(f"{answering(answer)}/S/GPServer/T")
    run = task.start(L=layer)
    run.wait(30)
    told = json.loads(sent[0]["L"])
    assert told[key] == "abc"
    assert {"token", "serviceToken"} & told.keys() == {key}
    assert "abc" not in repr(run.inputs)


@pytest.mark.parametrize("form", ["text", "object", "reference"])
def test_a_service_without_the_number_of_a_layer_is_refused(form: str, answering: Answering) -> None:
    url = "https://h/arcgis/rest/services/A/FeatureServer"
    value = {"text": url, "object": {"url": url}, "reference": LayerReference(url)}[form]
    task = {"name": "T", "executionType": "esriExecutionTypeSynchronous", "parameters": [LAYER]}
    with pytest.raises(GPError, match=r"add the number of one, as in https://h/.*/FeatureServer/0"):
        GPTask(f"{answering(lambda path, fields: task)}/S/GPServer/T").check({"L": value})


def test_a_reference_made_by_hand_reads_its_rows(answering: Answering) -> None:
    asked: list[dict[str, str]] = []

    def answer(path: str, fields: dict[str, str]) -> Any:
        if not path.endswith("/query"):
            return {"objectIdField": "ID", "advancedQueryCapabilities": {"supportsPagination": True}}
        asked.append(fields)
        rows = [{"attributes": {"ID": 1}, "geometry": {"x": 1, "y": 2}}]
        return {"geometryType": "esriGeometryPoint", "features": rows, "fields": []}

    url = f"{answering(answer)}/A/FeatureServer/0"
    layer = LayerReference(url, filter="ID > 0", time="1,2", auth=Token("abc"))
    assert layer.read(out_sr=3857).ID.tolist() == [1]
    wanted = {"where": "ID > 0", "time": "1,2", "outSR": "3857", "token": "abc"}
    assert asked[0].items() >= wanted.items()
    assert layer.read("ID = 1", limit=1).ID.tolist() == [1]
    assert asked[1]["where"] == "ID = 1"
