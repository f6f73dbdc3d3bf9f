"""Jobs, messages, results and errors are read in every shape that servers use."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.errors import AccessDenied, AuthenticationError, ResourceNotFound, ServerError
from gpwidgets.protocol.enums import JobStatus, MessageType
from gpwidgets.protocol.responses.replies import (
    ExecuteReply,
    GPMessage,
    JobInfo,
    Progress,
    ResultValue,
    server_error,
)
from gpwidgets.secrets import mask


def test_a_submission_without_status_is_submitted() -> None:
    assert JobInfo.from_json({"jobId": "j1"}).status is JobStatus.SUBMITTED


def test_an_unknown_status_word_does_not_end_a_job() -> None:
    job = JobInfo.from_json({"jobId": "j1", "jobStatus": "esriJobPondering"})
    assert job.status is JobStatus.UNKNOWN
    assert not job.status.is_final
    assert job.status_text == "esriJobPondering"


def test_results_are_param_urls_by_name() -> None:
    job = JobInfo.from_json(
        {
            "jobId": "j1",
            "jobStatus": "esriJobSucceeded",
            "results": {"A": {"paramUrl": "results/a"}, "B": None},
        }
    )
    assert job.results == {"A": "results/a"}
    assert job.has_results
    assert not JobInfo.from_json({"jobId": "j1", "jobStatus": "esriJobSucceeded"}).has_results


@pytest.mark.parametrize("key", ["percent", "percentage"])
def test_progress_in_both_spellings(key: str) -> None:
    assert Progress.from_json({"type": "step", "message": "tile 3", key: "20"}) == Progress("tile 3", 20.0)


def test_progress_may_be_text_only() -> None:
    assert Progress.from_json({"type": "default", "message": "Executing..."}) == Progress(
        "Executing...", None
    )
    assert Progress.from_json(None) is None


def test_unknown_message_types_are_information() -> None:
    messages = GPMessage.list_from_json(
        [{"type": "esriJobMessageTypeNews", "description": "x"}, {"type": "esriJobMessageTypeAbort"}]
    )
    assert [message.level for message in messages] == ["info", "error"]
    assert messages[0].type is MessageType.INFORMATIVE


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (
            {"error": {"code": 400, "message": "Unable to  complete.", "details": ["'x' is invalid"]}},
            ServerError,
            "Unable to complete. 'x' is invalid (code 400)",
        ),
        (
            {"error": {"code": 499, "message": "Token Required", "details": ["Token Required"]}},
            AuthenticationError,
            "Token Required (code 499)",
        ),
        ({"error": {"code": 403, "message": "No."}}, AccessDenied, "No. (code 403)"),
        (
            {"error": {"code": 404, "message": "Service X not found"}},
            ResourceNotFound,
            "Service X not found (code 404)",
        ),
        ({"error": {"message": "no code", "details": []}}, ServerError, "no code"),
        (
            {"error": {"code": 500, "message": None, "details": None}},
            ServerError,
            "without a text. (code 500)",
        ),
        (
            {"error": {"code": 201, "message": "Bad", "details": "one line"}},
            ServerError,
            "Bad one line (code 201)",
        ),
        ({"status": "failure", "code": 200, "message": None}, ServerError, "code 200"),
        ({"status": "error", "messages": ["Unable to cancel"], "code": 500}, ServerError, "Unable to cancel"),
        (
            {"error": "invalid_request", "error_description": "why", "code": 400},
            ServerError,
            "why (code 400)",
        ),
        ({"error": {"message": "Invalid Token"}}, AuthenticationError, "Invalid Token"),
    ],
)
def test_every_error_shape_is_typed_and_keeps_the_text(body: dict, kind: type, text: str) -> None:
    error = server_error(body, "https://host/x?token=abc")
    assert type(error) is kind
    assert text in str(error)
    assert "abc" not in error.url


@pytest.mark.parametrize(
    "body", [{"jobId": "j", "jobStatus": "esriJobFailed"}, {"results": []}, [], None, {"status": "success"}]
)
def test_answers_that_are_no_errors(body: object) -> None:
    assert server_error(body) is None


def test_recorded_errors_become_exceptions_with_the_servers_text(recorded_files) -> None:
    for path in recorded_files("error"):
        if path.suffix != ".json":
            continue
        body = json.loads(path.read_text(encoding="utf-8"))
        error = server_error(body)
        assert isinstance(error, ServerError), path
        inner = body.get("error") or body
        message = inner.get("message") or inner.get("error_description") or ""
        assert " ".join(str(message).split()) in str(error), path


def test_recorded_jobs_and_results_are_read(recorded_files) -> None:
    for path in recorded_files("job", "job-fragment", "job-wrapper"):
        body = json.loads(path.read_text(encoding="utf-8"))
        job = JobInfo.from_json(body if isinstance(body, dict) else {})
        assert isinstance(job.status, JobStatus), path
        if path.parent.name == "job":
            assert job.job_id == body["jobId"], path
            assert job.status is not JobStatus.UNKNOWN, path
    for path in recorded_files("result", "result-fragment"):
        body = json.loads(Path(path).read_text(encoding="utf-8"))
        if isinstance(body, dict) and "results" in body:
            assert len(ExecuteReply.from_json(body).results) == len(body["results"]), path
        else:
            name = body.get("paramName", "") if isinstance(body, dict) else ""
            assert ResultValue.from_json(body).name == name, path


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda i: (
            st.lists(i)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "error",
                        "code",
                        "message",
                        "details",
                        "jobId",
                        "jobStatus",
                        "results",
                        "messages",
                        "progress",
                    ]
                ),
                i,
            )
        ),
        max_leaves=10,
    )
)
def test_no_answer_is_too_strange(body: object) -> None:
    error = server_error(body)
    assert error is None or isinstance(error, ServerError)
    if isinstance(body, dict):
        JobInfo.from_json(body)
        ExecuteReply.from_json(body)
    ResultValue.from_json(body)


@pytest.mark.parametrize(
    "text",
    [
        "token=SECRET",
        "{'token': 'SECRET'}",
        '"password":"SECRET"',
        "Authorization: Bearer SECRET",
        "url?a=1&token=SECRET&f=json",
        "token%3DSECRET",
    ],
)
def test_secrets_are_masked(text: str) -> None:
    assert "SECRET" not in mask(text)
