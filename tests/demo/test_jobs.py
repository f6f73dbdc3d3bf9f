"""The life of a job."""

import re

import pytest

from gpwidgets import demo
from gpwidgets.protocol.enums import JobStatus


def test_a_job_is_submitted_runs_and_links_its_results(server, post, get):
    url = server.url_of("SlowCount")
    reply = post(f"{url}/submitJob", Seconds=0, Steps=3)
    assert re.fullmatch("j[0-9a-f]{32}", reply["jobId"])
    assert reply["jobStatus"] == "esriJobSubmitted"
    job = f"{url}/jobs/{reply['jobId']}"
    assert server.jobs[reply["jobId"]].wait()
    told = get(job)
    assert told["jobStatus"] == "esriJobSucceeded"
    assert told["results"] == {"Steps_Done": {"paramUrl": "results/Steps_Done"}}
    assert get(f"{job}/results/Steps_Done") == {"paramName": "Steps_Done", "dataType": "GPLong", "value": 3}
    assert get(f"{job}/results") == [get(f"{job}/results/Steps_Done")]
    assert get(f"{job}/inputs/Steps")["value"] == 3
    assert [each["paramName"] for each in get(f"{job}/inputs")] == ["Seconds", "Steps", "Fail"]
    texts = [message["description"] for message in told["messages"]]
    assert texts[0] == "Submitted."
    assert "Counted 3." in texts


def test_messages_can_be_left_out(run_job, get):
    assert get(run_job("SlowCount", Seconds=0), returnMessages="False")["messages"] == []


def test_progress_shows_while_executing_and_only_then(server, post, get):
    url = server.url_of("SlowCount")
    job = server.jobs[post(f"{url}/submitJob", Seconds=600, Steps=2)["jobId"]]
    assert job.wait(until=lambda each: each.progress is not None)
    told = get(f"{url}/jobs/{job.id}")
    assert told["jobStatus"] == "esriJobExecuting"
    assert told["progress"] == {"type": "step", "message": "Step 1 of 2", "percent": 0}
    post(f"{url}/jobs/{job.id}/cancel")
    assert job.wait()
    assert "progress" not in get(f"{url}/jobs/{job.id}")


def test_an_executing_job_is_cancelled_in_the_middle_of_a_step(server, post, get):
    url = server.url_of("SlowCount")
    job = server.jobs[post(f"{url}/submitJob", Seconds=600, Steps=1)["jobId"]]
    assert job.wait(until=lambda each: each.progress is not None)
    assert post(f"{url}/jobs/{job.id}/cancel")["jobStatus"] in ("esriJobCancelling", "esriJobCancelled")
    assert job.wait()
    told = get(f"{url}/jobs/{job.id}")
    assert told["jobStatus"] == "esriJobCancelled"
    assert told["messages"][-1]["description"] == "Cancel complete."
    assert "results" not in told


def test_a_waiting_job_is_cancelled_before_it_starts(post):
    with demo.serve(workers=1) as server:
        url = server.url_of("SlowCount")
        first, second = (server.jobs[post(f"{url}/submitJob", Seconds=600)["jobId"]] for _ in range(2))
        assert second.wait(until=lambda each: each.status is JobStatus.WAITING)
        assert post(f"{url}/jobs/{second.id}/cancel")["jobStatus"] == "esriJobCancelled"
        post(f"{url}/jobs/{first.id}/cancel")
        assert first.wait()
        assert "Counted 1." not in [message["description"] for message in second.messages]


def test_cancelling_a_finished_or_submitted_job_is_refused(own_server, post):
    url = own_server.url_of("SlowCount")
    done = own_server.jobs[post(f"{url}/submitJob", Seconds=0)["jobId"]]
    assert done.wait()
    own_server.faults.add("hold_job")
    held = own_server.jobs[post(f"{url}/submitJob", Seconds=0)["jobId"]]
    assert held.status is JobStatus.SUBMITTED
    for job in (done, held):
        assert (
            post(f"{url}/jobs/{job.id}/cancel")["error"]["message"] == "Invalid or missing input parameters."
        )


def test_a_failed_job_tells_why_and_links_nothing(run_job, get):
    told = get(run_job("SlowCount", Seconds=0, Steps=4, Fail="true"))
    assert told["jobStatus"] == "esriJobFailed"
    assert "results" not in told
    kinds = [message["type"].removeprefix("esriJobMessageType") for message in told["messages"]]
    assert kinds[-3:] == ["Warning", "Error", "Error"]
    assert "failed at step 2" in told["messages"][-2]["description"]


@pytest.mark.parametrize("name", ["undefined", "Other"])
def test_asking_for_a_result_that_is_not_there_is_an_error(run_job, get, name):
    assert get(f"{run_job('SlowCount', Seconds=0)}/results/{name}")["error"]["code"] == 400


def test_a_job_is_only_found_below_its_own_task(server, run_job, get):
    job_id = run_job("SlowCount", Seconds=0).rpartition("/")[2]
    assert get(f"{server.url_of('Viewshed')}/jobs/{job_id}")["error"]["code"] == 400


def test_execute_and_submit_are_refused_on_the_wrong_kind_of_task(server, post):
    assert "asynchronous" in post(server.url_of("SlowCount") + "/execute")["error"]["details"][0]
    assert "synchronous" in post(server.url_of("BufferPoints") + "/submitJob")["error"]["details"][0]


def test_a_browser_that_submits_is_sent_to_the_job(server, raw):
    page = raw(server.url_of("SlowCount") + "/submitJob?Seconds=0")[1].decode()
    assert f"/jobs/{server.jobs.last.id}" in page


def test_jobs_are_not_cached(run_job, raw):
    assert raw(run_job("SlowCount", Seconds=0) + "?f=json")[0]["Cache-Control"] == "no-store"


def test_missing_and_wrong_inputs_are_named(server, post):
    url = server.url_of("SlowCount")
    for field, value, text in [
        ("Steps", "many", "'Steps' is invalid"),
        ("Steps", 0, "outside the range"),
        ("Fail", "perhaps", "is not true or false"),
    ]:
        assert text in post(f"{url}/submitJob", **{field: value})["error"]["details"][0]
    assert (
        "'Input_Points' is invalid: a value is required."
        in post(server.url_of("Viewshed") + "/submitJob")["error"]["details"][0]
    )


def test_stopping_the_server_ends_running_jobs(post):
    server = demo.serve()
    job = server.jobs[post(server.url_of("SlowCount") + "/submitJob", Seconds=600)["jobId"]]
    assert job.wait(until=lambda each: each.status is JobStatus.EXECUTING)
    server.stop()
    assert job.wait()
    assert job.status is JobStatus.CANCELLED
    server.stop()
