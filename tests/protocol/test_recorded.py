"""Descriptions, jobs and results that real servers sent: all are read, and nothing of them is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from recorded import recorded

from gpwidgets.errors import ConversionError
from gpwidgets.protocol.description import ServiceInfo, TaskInfo
from gpwidgets.protocol.enums import JobStatus
from gpwidgets.protocol.responses.replies import ExecuteReply, JobInfo, ResultValue
from gpwidgets.tasks.results.decoding import Decoder

pytestmark = pytest.mark.filterwarnings("ignore::gpwidgets.errors.GPWarning")


def parsed(path: Path) -> Any:
    return json.loads(path.read_text("utf-8-sig"))


@pytest.mark.parametrize("path", recorded("service"), ids=lambda path: path.name)
def test_every_service(path: Path) -> None:
    data = parsed(path)
    info = ServiceInfo.from_json(data)
    assert list(info.tasks) == data["tasks"]
    assert info.maximum_records == data["maximumRecords"]
    assert info.execution_type.value == data["executionType"]


@pytest.mark.parametrize("path", recorded("task"), ids=lambda path: path.name)
def test_every_task(path: Path) -> None:
    data = parsed(path)
    info = TaskInfo.from_json(data)
    assert info.name == data["name"]
    assert sorted(one.name for one in info.parameters) == sorted(row["name"] for row in data["parameters"])
    for one, row in zip(info.parameters, data["parameters"], strict=True):
        assert one.data_type == row["dataType"]
        assert one.is_output == row["direction"].endswith("Output")
        assert one.required == (one.is_input and row["parameterType"].endswith("Required"))


@pytest.mark.parametrize("path", recorded("job"), ids=lambda path: path.name)
def test_every_job(path: Path) -> None:
    data = parsed(path)
    job = JobInfo.from_json(data)
    assert job.job_id == data["jobId"]
    assert job.status is JobStatus(data["jobStatus"])
    assert job.status is not JobStatus.UNKNOWN
    assert len(job.messages) == len(data.get("messages") or [])
    assert set(job.results) == set(data.get("results") or {})
    assert set(job.inputs) == set(data.get("inputs") or {})


def values_of(data: dict[str, Any]) -> list[ResultValue]:
    """The results in an answer of ``execute``, or the one that was asked for by name."""
    if "results" in data:
        reply = ExecuteReply.from_json(data)
        assert len(reply.results) == len(data["results"])
        return list(reply.results)
    return [ResultValue.from_json(data)]


@pytest.mark.parametrize("path", recorded("result", "result-fragment"), ids=lambda path: path.name)
def test_every_result(path: Path) -> None:
    for result in values_of(parsed(path)):
        try:
            value = Decoder({}).value(result.name, result.data_type, result.value)
        except ConversionError as error:
            assert result.name in str(error)  # noqa: PT017 - the message is the point
            continue
        assert (value is None) == (result.value is None)
        if isinstance(result.value, dict) and "features" in result.value:
            assert len(value) == len(result.value["features"])


@pytest.mark.parametrize("path", recorded("job-wrapper", "spec", "task-wab"), ids=lambda path: path.name)
def test_forms_of_other_programs_do_no_harm(path: Path) -> None:
    data = parsed(path)
    rows = data if isinstance(data, list) else [data]
    for row in (row for row in rows if isinstance(row, dict)):
        assert isinstance(JobInfo.from_json(row), JobInfo)
        assert isinstance(TaskInfo.from_json(row), TaskInfo)
        assert isinstance(ServiceInfo.from_json(row), ServiceInfo)
        assert isinstance(ExecuteReply.from_json(row), ExecuteReply)
