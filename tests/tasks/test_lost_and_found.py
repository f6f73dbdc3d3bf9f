"""Runs on a bad network: what can be survived is survived, and what is not known is told."""

import json
from urllib.parse import urlsplit

import pytest
from bad_server import BadServer, GPAnswers, Request, Wire, parameter

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.errors import (
    BadReply,
    ConnectionFailed,
    RunCancelled,
    RunExpired,
    RunFailed,
    RunLost,
    WaitTimeout,
)


@pytest.fixture
def slow(own_server) -> gp.GPTask:
    return gp.GPTask(own_server.url_of("SlowCount"))


@pytest.mark.parametrize(
    ("kind", "details"),
    [("lost_answer", {}), ("cut_body", {}), ("html", {}), ("error", {"code": 504, "message": "timed out"})],
)
def test_a_job_whose_submission_got_no_answer_is_lost_and_not_sent_again(
    own_server, slow, kind: str, details: dict
) -> None:
    fault = own_server.faults.add(kind, on="submit", **details)
    run = slow.start(Seconds=0)
    with pytest.raises(RunLost, match="Nothing was sent a second time") as caught:
        run.wait(30)
    assert run.status == gp.RunStatus.LOST
    assert caught.value.run is run
    assert fault.hits == 1
    assert own_server.jobs.created <= 1


def test_only_one_job_is_created_when_the_answer_is_lost(own_server, slow) -> None:
    with own_server.faults.add("lost_answer", on="submit"), pytest.raises(RunLost):
        slow(Seconds=0)
    assert own_server.jobs.created == 1


@pytest.mark.parametrize("code", [502, 504])
def test_a_gateway_that_gave_up_leaves_the_job_open(own_server, slow, code: int) -> None:
    own_server.faults.add("status", on="submit", code=code)
    with pytest.raises(RunLost, match="may be under way"):
        slow(Seconds=0)


@pytest.mark.parametrize("code", [429, 503])
def test_a_server_that_refuses_as_busy_has_started_nothing(own_server, slow, code: int) -> None:
    fault = own_server.faults.add("status", on="submit", code=code, retry_after="40")
    run = slow.start(Seconds=0)
    with pytest.raises(ConnectionFailed, match="later"):
        run.wait(30)
    assert "in 40 s" in run.note
    assert run.status == gp.RunStatus.FAILED
    assert (fault.hits, own_server.jobs.created) == (1, 0)


def test_a_synchronous_run_without_an_answer_is_lost(own_server) -> None:
    task = gp.GPTask(own_server.url_of("ParameterGallery"))
    fault = own_server.faults.add("lost_answer", on="execute")
    with pytest.raises(RunLost, match="the task may be under way"):
        task(Input_Long=5)
    assert fault.hits == 1


WHOLE = json.dumps(
    {"results": [{"paramName": "Out", "dataType": "GPString", "value": "done"}], "messages": []}
)


@pytest.mark.parametrize("length", [0, 1, len(WHOLE) // 2, len(WHOLE) - 1])
def test_a_synchronous_run_whose_answer_says_it_is_shorter_is_lost(length: int) -> None:
    answers = GPAnswers([parameter("Out", direction="Output")], mode="Synchronous")

    def short(_request: Request, wire: Wire) -> None:
        wire.head(
            200, {"Content-Type": "application/json", "Content-Length": str(length), "Connection": "close"}
        )
        wire.send(WHOLE.encode())

    answers.replaced["execute"] = short
    with BadServer(answers) as server:
        task = gp.GPTask(f"{server.services}/S/GPServer/Task")
        with pytest.raises(RunLost, match="the task may be under way"):
            task()
        assert sum(request.path.endswith("/execute") for request in server.seen) == 1


def test_a_synchronous_run_that_is_answered_by_a_page_has_failed() -> None:
    answers = GPAnswers([parameter("Out", direction="Output")], mode="Synchronous")
    answers.replaced["execute"] = lambda _request, wire: wire.reply(b"<html><title>Sign in</title></html>")
    with BadServer(answers) as server, pytest.raises(BadReply, match="Sign in"):
        gp.GPTask(f"{server.services}/S/GPServer/Task")()


def test_a_server_that_cannot_be_reached_is_told_as_such(own_server, slow) -> None:
    own_server.stop()
    run = slow.start(Seconds=0)
    with pytest.raises(ConnectionFailed, match="no connection"):
        run.wait(30)
    assert run.status == gp.RunStatus.FAILED


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("status", {"code": 503}),
        ("status", {"code": 500}),
        ("html", {}),
        ("lost_answer", {}),
        ("cut_body", {}),
        ("error", {"code": 500, "message": "Error performing poll operation"}),
        ("error", {"code": 400, "message": "Job does not exist"}),
        ("missing_status", {}),
    ],
)
def test_trouble_while_polling_is_survived(own_server, gate, until, kind: str, details: dict) -> None:
    closed = gate()
    fault = own_server.faults.add(kind, on="poll", times=2, **details)
    run = closed.task.start(Number=4)
    assert closed.entered.wait(30)
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    assert fault.hits == 2
    assert run.note == ""
    closed.opened.set()
    assert run.wait(30).Number == 4
    assert own_server.jobs.created == 1


def test_who_waits_is_told_of_the_trouble(own_server, gate, until) -> None:
    closed = gate()
    run = closed.task.start(Number=4)
    assert closed.entered.wait(30)
    with own_server.faults.add("status", on="poll", code=503):
        until(run, lambda: "reconnecting" in run.note)
        assert "the job goes on" in run.note
        assert not run.done
    closed.opened.set()
    assert run.wait(30).Number == 4


def test_results_that_are_linked_late_are_waited_for(own_server, slow) -> None:
    fault = own_server.faults.add("missing_results", on="poll", times=3)
    assert slow(Seconds=0, Steps=3).Steps_Done == 3
    assert fault.hits >= 1


def test_a_first_answer_without_a_status_is_a_job(own_server, slow) -> None:
    own_server.faults.add("missing_status", on="submit")
    assert slow(Seconds=0, Steps=2).Steps_Done == 2


def test_a_job_that_the_server_forgets_has_expired(own_server, slow, until) -> None:
    run = slow.start(Seconds=3600)
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    own_server.jobs.remove(run.job_id)
    with pytest.raises(RunExpired, match="no longer knows"):
        run.wait(30)
    assert run.status == gp.RunStatus.EXPIRED


@pytest.mark.parametrize(("code", "message"), [(404, "Service not found"), (400, "Invalid URL")])
def test_a_server_that_does_not_know_its_services_for_a_while_loses_no_job(
    own_server, gate, until, set_pace, code: int, message: str
) -> None:
    set_pace(gone_after=1e6)
    closed = gate()
    run = closed.task.start(Number=4)
    assert closed.entered.wait(30)
    starting = own_server.faults.add("error", on="poll", code=code, message=message)
    until(run, lambda: "asking again" in run.note and starting.hits > 8)
    own_server.faults.remove(starting)
    closed.opened.set()
    assert run.wait(30).Number == 4


def test_but_not_for_ever(own_server, gate, set_pace) -> None:
    set_pace(gone_after=0.5)
    closed = gate()
    run = closed.task.start()
    assert closed.entered.wait(30)
    own_server.faults.add("error", on="poll", code=404, message="Service not found")
    with pytest.raises(RunExpired, match="Service not found"):
        run.wait(30)


def test_an_inner_error_that_speaks_of_the_job_counts_as_gone(own_server, gate, set_pace) -> None:
    set_pace(gone_after=1e6)
    closed = gate()
    run = closed.task.start()
    assert closed.entered.wait(30)
    own_server.faults.add("error", on="poll", code=500, message="The job does not exist.")
    with pytest.raises(RunExpired):
        run.wait(30)


@pytest.mark.parametrize(
    ("kind", "details"), [("html", {}), ("cut_body", {}), ("status", {"code": 500}), ("lost_answer", {})]
)
def test_results_survive_trouble_at_the_end(own_server, slow, set_pace, kind: str, details: dict) -> None:
    set_pace()
    fault = own_server.faults.add(kind, on="result", times=2, **details)
    assert slow(Seconds=0, Steps=3).Steps_Done == 3
    assert fault.hits == 2


def test_results_that_never_come_are_errors_in_the_outputs_in_the_end(own_server, slow, set_pace) -> None:
    set_pace()
    fault = own_server.faults.add("html", on="result")
    outputs = slow(Seconds=0, Steps=3)
    assert "Steps_Done" in outputs.errors
    assert fault.hits == 3
    own_server.faults.clear()


def test_a_job_outlives_an_outage_of_its_server(own_server, gate, until, set_pace) -> None:
    set_pace()
    closed = gate()
    run = closed.task.start(Number=6)
    assert closed.entered.wait(30)
    with own_server.away():
        until(run, lambda: "reconnecting" in run.note)
        closed.opened.set()
        with pytest.raises(WaitTimeout):
            run.wait(0.2)
    assert run.wait(30).Number == 6
    assert (run.note, own_server.jobs.created) == ("", 1)


def test_a_job_that_a_restart_has_cost_is_told_as_such(own_server, gate, until, set_pace) -> None:
    set_pace()
    run = gate().task.start(Number=6)
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    with own_server.away():
        own_server.jobs.clear()
        until(run, lambda: "reconnecting" in run.note)
    with pytest.raises(RunExpired, match="no longer knows"):
        run.wait(30)


def test_a_job_of_a_server_that_was_started_anew_has_expired(own_server, slow, until) -> None:
    run = slow.start(Seconds=3600)
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    own_server.stop()
    until(run, lambda: "reconnecting" in run.note)
    key = urlsplit(own_server.url).path.split("/")[1]
    with demo.serve(port=own_server.port, key=key), pytest.raises(RunExpired):
        run.wait(60)


def test_a_run_that_fails_on_purpose_keeps_the_servers_words(own_server, slow) -> None:
    own_server.faults.add("fail_job", message="Out of memory in <b>tool</b>")
    with pytest.raises(RunFailed, match="Out of memory in <b>tool</b>"):
        slow(Seconds=0)


def test_a_cancel_before_the_submission_sends_nothing(own_server, until, tmp_path) -> None:
    path = tmp_path / "data.txt"
    path.write_text("1")
    task = gp.GPTask(own_server.url_of("ParameterGalleryJob"))
    own_server.faults.add("delay", on="upload", seconds=1)
    run = task.start(Input_File=path)
    until(run, lambda: run.status == gp.RunStatus.UPLOADING)
    run.cancel()
    with pytest.raises(RunCancelled):
        run.wait(30)
    assert "not been sent" in run.note
    assert own_server.jobs.created == 0


@pytest.mark.parametrize("name", ["ParameterGalleryJob", "ParameterGallery"])
def test_a_cancel_in_the_middle_of_an_upload_ends_it(own_server, until, tmp_path, name: str) -> None:
    path = tmp_path / "hills.csv"
    path.write_bytes(b"0" * 3_000_000)
    run = gp.GPTask(own_server.url_of(name)).start(Input_File=path)
    said: list[str] = []

    def stop(change) -> None:
        said.append(change.new)
        run.cancel()

    run.observe(stop, names="progress_text")
    with pytest.raises(RunCancelled):
        run.wait(30)
    assert said[0].startswith("Uploading hills.csv: ")
    assert said[0].endswith(" of 3 MB")
    assert run.job_id is None
    assert not any("submitJob" in one.url or "execute" in one.url for one in run.trace)


def test_a_run_tells_how_much_of_a_file_has_gone_and_then_no_more(own_server, tmp_path) -> None:
    path = tmp_path / "hills.csv"
    path.write_bytes(b"0" * 1_234_000)
    run = gp.GPTask(own_server.url_of("ParameterGalleryJob")).start(Input_File=path)
    said: list[tuple[str, float | None]] = []
    run.observe(lambda change: said.append((change.new, run.progress)), names="progress_text")
    run.wait(30)
    assert ("Uploading hills.csv: 1.2 of 1.2 MB", 100.0) in said
    assert ("", None) in said
    assert sum("Uploading" in text for text, _ in said) < 10  # the page is told now and then
