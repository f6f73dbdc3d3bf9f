"""Quirks of answers, errors, jobs and secured services, each by its number in the protocol's list."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from client.conftest import Answer, Scripted
from quirks.conftest import described, gained, given

from gpwidgets import GPService, GPTask, LayerReference, Run, RunStatus, Token, demo
from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services import downloads
from gpwidgets.errors import (
    AuthenticationError,
    BadReply,
    RunExpired,
    RunFailed,
    ServerError,
    TruncatedResult,
)
from gpwidgets.protocol.description import GPParameter, ServiceInfo
from gpwidgets.protocol.enums import JobStatus
from gpwidgets.protocol.responses.replies import GPMessage, JobInfo
from gpwidgets.protocol.urls import GPURL
from gpwidgets.widgets.runs.run_status import messages_html

POINT = shapely.Point(8, 50)
Make = Callable[..., GPTask]
Until = Callable[[Run, Callable[[], bool]], None]


def test_quirk_01_errors_come_with_http_200(script: Callable[..., Scripted]) -> None:
    server = script({"/S/GPServer": {"error": {"code": 400, "message": "No.", "details": ["Why not"]}}})
    with pytest.raises(ServerError, match=r"No\..*Why not"):
        GPSession().get_json(f"{server.root}/S/GPServer")


def test_quirk_02_over_the_limit_the_list_is_empty(server: demo.DemoServer) -> None:
    task = GPTask(server.url_of("BufferPoints"))
    assert task.service.maximum_records == 1000
    with (
        server.faults.add("truncate", on="execute"),
        pytest.warns(TruncatedResult, match="holds more rows than 1000"),
    ):
        out = task(Input_Points=POINT)
    assert out.truncated == ("Buffers",)


def test_quirk_03_a_full_page_without_the_flag_is_suspicious(sync_task: Make) -> None:
    rows = [{"attributes": {"A": number}, "geometry": {"x": 1, "y": 2}} for number in range(3)]
    value = {"geometryType": "esriGeometryPoint", "spatialReference": {"wkid": 4326}, "features": rows}
    task = sync_task(
        [{"paramName": "O", "dataType": "GPFeatureRecordSetLayer", "value": value}],
        gained("O", "GPFeatureRecordSetLayer"),
    )
    task._service = ServiceInfo(maximum_records=3)
    with pytest.warns(TruncatedResult, match="as many rows as the service sends at most"):
        assert len(task().O) == 3


def test_quirk_04_results_may_be_missing_for_a_moment_after_success(job_task: Make) -> None:
    done = {"jobId": "j1", "jobStatus": "esriJobSucceeded"}
    linked = {**done, "results": {"O": {"paramUrl": "results/O"}}}
    value = {"paramName": "O", "dataType": "GPString", "value": "here"}
    assert job_task(done, (done, done, linked), {"results/O": value}, gained("O"))().O == "here"


def test_quirk_05_a_task_may_have_no_outputs(job_task: Make) -> None:
    done = {"jobId": "j1", "jobStatus": "esriJobSucceeded"}
    assert len(job_task(done, (done,), {})()) == 0


def test_quirk_06_all_outputs_are_shown_not_the_first_alone(sync_task: Make) -> None:
    rows = [{"paramName": name, "dataType": "GPLong", "value": number} for number, name in enumerate("ABC")]
    assert dict(sync_task(rows, *(gained(name, "GPLong") for name in "ABC"))()) == {"A": 0, "B": 1, "C": 2}


def test_quirk_07_success_may_tell_of_failure_in_messages(sync_task: Make) -> None:
    told = [{"type": "esriJobMessageTypeWarning", "description": "No route was found."}]
    row = {"paramName": "solve_succeeded", "dataType": "GPBoolean", "value": "false"}
    out = sync_task([row], gained("solve_succeeded", "GPBoolean"), messages=told)()
    assert out.solve_succeeded is False
    assert [one.description for one in out.messages] == ["No route was found."]


def test_quirk_08_the_first_reply_may_lack_a_status(server: demo.DemoServer) -> None:
    with server.faults.add("missing_status", on="submit"):
        assert GPTask(server.url_of("SlowCount"))(Seconds=0.05, Steps=1)
    assert JobInfo.from_json({"jobId": "j1"}).status is JobStatus.SUBMITTED


def test_quirk_32_messages_are_text_in_any_language() -> None:
    lines = [
        {"type": "esriJobMessageTypeError", "description": '<b onclick="x()">Превышено\nчисло</b> C:\\arc'}
    ]
    (message,) = GPMessage.list_from_json(lines)
    shown = messages_html([message])
    assert 'onclick="' not in shown
    assert "&lt;b" in shown
    assert "Превышено<br>число" in shown


def test_quirk_33_a_page_instead_of_json_is_no_answer(script: Callable[..., Scripted]) -> None:
    page = Answer(b"<!doctype html><title>Sign in</title>", 200, {"Content-Type": "text/html"})
    with pytest.raises((BadReply, AuthenticationError), match="Sign in"):
        GPTask(f"{script({'/S/GPServer/T': page}).root}/S/GPServer/T")


def test_quirk_34_a_stopped_service_is_told_in_its_words(script: Callable[..., Scripted]) -> None:
    stopped = {"error": {"code": 500, "message": "Service S/GPServer not started ", "details": []}}
    with pytest.raises(ServerError, match="not started"):
        GPTask(f"{script({'/S/GPServer/T': stopped}).root}/S/GPServer/T")


def test_quirk_35_the_referer_is_the_same_everywhere(scripted: Scripted) -> None:
    scripted.on("/S/GPServer", Answer(b'{"tasks": []}'))
    session = GPSession(Token("secret", referer="https://mine"))
    session.get_json(f"{scripted.root}/S/GPServer")
    session.post_json(f"{scripted.root}/S/GPServer", {})
    assert {asked.headers.get("Referer") for asked in scripted.asked} == {"https://mine"}


def test_quirk_36_an_empty_token_is_never_sent(scripted: Scripted) -> None:
    scripted.on("/S/GPServer", Answer(b'{"tasks": []}'))
    GPSession().get_json(f"{scripted.root}/S/GPServer")
    GPSession().post_json(f"{scripted.root}/S/GPServer", {"A": "1"})
    assert not any("token" in asked.path + asked.body for asked in scripted.asked)


def test_quirk_37_a_secured_input_layer_is_named_with_the_trouble(server: demo.DemoServer) -> None:
    layer = LayerReference(f"{server.url}/Secured/Earthquakes/FeatureServer/0")
    with pytest.raises(ServerError, match=r"Input_Points.*Token Required"):
        GPTask(server.url_of("BufferPoints"))(Input_Points=layer)


def test_quirk_39_a_submitted_job_refuses_to_be_cancelled(server: demo.DemoServer) -> None:
    task = GPTask(server.url_of("SlowCount"))
    refused = server.faults.add("error", on="cancel", code=400, message="Invalid or missing input parameters")
    run = task.start(Seconds=30)
    told: list[str] = []
    run.observe(lambda change: (told.append(change["new"]), server.faults.remove(refused)), names="note")
    run.cancel()
    with pytest.raises(Exception, match="was cancelled"):
        run.wait(30, show_progress=False)
    assert any("asking again" in note for note in told) or run.status is RunStatus.CANCELLED


def test_quirk_40_a_script_may_ignore_the_cancel(job_task: Make, until: Until) -> None:
    running = {"jobId": "j1", "jobStatus": "esriJobExecuting"}
    done = {"jobId": "j1", "jobStatus": "esriJobSucceeded", "results": {}}
    task = job_task(
        running, (running, running, done), {"cancel": {"jobId": "j1", "jobStatus": "esriJobCancelling"}}
    )
    run = task.start()
    until(run, lambda: run.job_id is not None)
    run.cancel()
    run.wait(30, show_progress=False)
    assert run.status is RunStatus.SUCCEEDED
    assert run.note == "It had finished before the cancel arrived."


def test_quirk_41_a_job_is_gone_after_some_hours(server: demo.DemoServer) -> None:
    task = GPTask(server.url_of("SlowCount"))
    run = task.start(Seconds=0.05, Steps=1)
    run.wait(30, show_progress=False)
    server.jobs.remove(run.job_id)
    with pytest.raises(ServerError):
        task.attach(run.job_id)
    with server.faults.add("vanish_job", on="poll"), pytest.raises(RunExpired, match="no longer knows job"):
        task.start(Seconds=30).wait(30, show_progress=False)


def test_quirk_42_a_file_on_an_internal_host_is_sought_on_the_services_own(scripted: Scripted) -> None:
    scripted.at("/arcgis/rest/directories/arcgisoutput/a.txt", Answer(b"found"))
    service = GPURL.parse(f"{scripted.root}/S/GPServer")
    internal = "http://127.0.0.1:9/arcgis/rest/directories/arcgisoutput/a.txt"
    assert downloads.read(GPSession(sleep=lambda _seconds: None), internal, service=service) == b"found"


def test_quirk_48_versions_are_decimal_numbers() -> None:
    assert ServiceInfo.from_json({"currentVersion": 10.91}).current_version == 10.91
    assert ServiceInfo.from_json({"currentVersion": 11}).current_version == 11.0
    assert ServiceInfo.from_json({"currentVersion": "10.81"}).current_version == 10.81


def test_quirk_49_the_type_may_be_written_in_any_case(script: Callable[..., Scripted]) -> None:
    server = script({"/S/gpServer": {"tasks": ["T"]}, "/S/gpServer/T": described()})
    service = GPService(f"{server.root}/S/gpServer")
    assert list(service.tasks) == ["T"]
    assert GPTask(f"{server.root}/S/gpServer/T").url.task.endswith("/S/gpServer/T")


def test_quirk_50_a_redirect_does_not_drop_the_body(scripted: Scripted) -> None:
    target = scripted.on("/there", Answer(b'{"ok": 1}'))
    scripted.on("/here", Answer(b"", 302, {"Location": target}))
    GPSession().post_json(f"{scripted.root}/here", {"A": "1"})
    assert (scripted.asked[-1].method, "A=1" in scripted.asked[-1].body) == ("POST", True)


def test_quirk_51_a_param_url_is_used_as_given(job_task: Make) -> None:
    done = {"jobId": "j1", "jobStatus": "esriJobSucceeded", "results": {"out": {"paramUrl": "results/Out"}}}
    value = {"paramName": "Out", "dataType": "GPLong", "value": 7}
    assert job_task(done, (done,), {"results/Out": value}, gained("out", "GPLong"))().out == 7


def test_quirk_53_unknown_words_keep_a_job_going(job_task: Make) -> None:
    odd = {"jobId": "j1", "jobStatus": "Etatus"}
    done = {"jobId": "j1", "jobStatus": "esriJobSucceeded", "results": {}}
    assert job_task(odd, (odd, odd, done), {})() is not None


def test_quirk_54_the_name_of_a_file_comes_from_its_url_and_is_cleaned(
    sync_task: Make, tmp_path: Any
) -> None:
    url = "https://host/arcgis/rest/directories/arcgisoutput/x/_ags_report_1.zip"
    row = {"paramName": "O", "dataType": "GPDataFile", "value": {"url": url}}
    assert sync_task([row], gained("O", "GPDataFile"))().O.name == "_ags_report_1.zip"


def test_quirk_14_keys_of_the_service_may_be_missing() -> None:
    info = ServiceInfo.from_json({})
    assert (info.result_map_server_name, info.maximum_records, info.tasks) == ("", None, ())
    assert (
        ServiceInfo.from_json({"maximumRecords": 0, "resultMapServerName": None}).result_map_server_name == ""
    )


def test_quirk_09_capabilities_may_be_the_text_null() -> None:
    assert ServiceInfo.from_json({"capabilities": "null"}).capabilities == frozenset()
    assert ServiceInfo.from_json({"capabilities": None}).capabilities == frozenset()
    assert ServiceInfo.from_json({"capabilities": "Uploads, Validate"}).can_upload


def test_a_failed_job_is_no_success_whatever_it_links(job_task: Make) -> None:
    failed = {"jobId": "j1", "jobStatus": "esriJobFailed", "results": {"O": {"paramUrl": "results/O"}}}
    with pytest.raises(RunFailed):
        job_task(failed, (failed,), {}, gained("O"))()


def test_quirk_31_misspelt_names_are_refused_before_sending(sync_task: Make, scripted: Scripted) -> None:
    task = sync_task([], given("Distance"))
    asked = len(scripted.asked)
    with pytest.raises(TypeError, match="did you mean 'Distance'"):
        task(Distanc="5")
    assert len(scripted.asked) == asked
    assert json.loads("{}") == {}
    assert GPParameter.from_json(given("A")).name == "A"
