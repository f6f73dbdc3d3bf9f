"""The requests of a run are told in sentences, whatever happened on the way, and without secrets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bad_server import BadServer
from hypothesis import given
from hypothesis import strategies as st
from marks import found
from secretive_server import Marks, Secretive

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.client.http.session import GPSession
from gpwidgets.errors import GPError
from gpwidgets.secrets import Masker
from gpwidgets.tasks.batch._sending import LiveRow
from gpwidgets.tasks.results.layer_rows import read_rows

pytestmark = pytest.mark.once

POINT = "POINT (-84.2 36.4)"


def session(auth: object = None) -> GPSession:
    return GPSession(auth, sleep=lambda _seconds: None)


def everything(log: gp.RequestLog) -> str:
    """All that a log shows, in all its forms."""
    parts = [repr(log), log._repr_html_(), log.to_frame().to_csv(), json.dumps(log.to_har())]
    return "\n".join([*parts, *(f"{one!r} {one}" for one in log)])


def purposes(log: gp.RequestLog) -> list[str]:
    return [one.purpose for one in log]


def one_with(log: gp.RequestLog, words: str) -> gp.LoggedRequest:
    """The only request of which this is said."""
    (only,) = [one for one in log if words in one.purpose]
    return only


def test_a_job_is_told_from_its_submission_to_its_results(own_server: demo.DemoServer, set_pace) -> None:
    set_pace()
    own_server.faults.add("status", on="poll", times=1, code=503, retry_after="1")
    run = gp.GPTask(own_server.url_of("Viewshed"), session=session()).start(
        Input_Points=POINT, Distance="2 km"
    )
    run.wait(60, show_progress=False)
    log = run.trace
    sent = one_with(log, "Sends the inputs of Viewshed, which creates a job; the server gives it the id")
    assert (sent.method, sent.status, sent.is_good) == ("POST", 200, True)
    assert run.job_id in sent.purpose
    told = {field.name: field for field in sent.fields}
    assert told["Distance"].text == '{"distance":2,"units":"esriKilometers"}'
    assert (told["Distance"].size, told["Distance"].meaning) == (39, "Distance (Distance)")
    busy = one_with(log, "Asks for the state of the job; 503: the server is busy")
    assert (busy.status, busy.is_good, busy.headers["Retry-After"]) == (503, False, "1")
    again = one_with(
        log, "Tried again after 503, Retry-After 1 s: Asks for the state of the job; the server says that"
    )
    assert again.time >= busy.time + busy.duration
    assert '"jobStatus":' in again.answer
    fetched = one_with(log, "Fetches the result Viewshed_Result;")
    assert fetched.received > 1000
    assert len(fetched.answer) < 2000
    assert [one.number for one in log] == list(range(1, len(log) + 1))
    assert log.left_out == 0


def test_an_attached_run_and_a_replayed_one_have_theirs(server: demo.DemoServer, tmp_path: Path) -> None:
    with gp.record(server.url_of("SlowCount"), tmp_path / "lesson.zip") as recorder:
        run = gp.GPTask(recorder.url, session=session()).start(Seconds=0, Steps=2)
        run.wait(30, show_progress=False)
        again = gp.attach(run.job_url)
        again.wait(30, show_progress=False)
    assert "Asks for the state of the job" in purposes(again.trace)[0]
    assert "Fetches the result" in purposes(again.trace)[-1]
    with gp.replay(tmp_path / "lesson.zip") as replay:
        task = gp.GPTask(replay.url_of("SlowCount"), session=session())
        run = task.start(Seconds=0, Steps=2)
        run.wait(30, show_progress=False)
    one_with(run.trace, "Sends the inputs of SlowCount, which creates a job")


def test_uploads_checks_and_layers_are_told(server: demo.DemoServer, tmp_path: Path) -> None:
    (tmp_path / "points.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    task = gp.GPTask(server.url_of("HotSpots"), session=session())
    task.validate(Cell_Size="500 km")
    checked = one_with(task.trace, "Lets the server check the inputs of HotSpots")
    assert next(one for one in checked.fields if one.name == "Cell_Size").meaning.startswith("Cell")
    read_rows(task.session, server.url + "/Hosted/Earthquakes/FeatureServer/0")
    told = "\n".join(purposes(task.trace))
    assert "Reads what the task HotSpots takes and gives" in told
    assert "Reads the description of a layer" in told
    assert "Fetches rows of a layer, from row 1,001 on" in told


def test_an_upload_is_told_with_its_name_and_not_its_folder(own_server: demo.DemoServer, tmp_path) -> None:
    def read(table: Path) -> int:
        """Count what is in a file."""
        return len(table.read_bytes())

    own_server.publish(read, service="Files")
    path = tmp_path / "canary-folder" / "numbers.csv"
    path.parent.mkdir()
    path.write_text("a,b\n1,2\n")
    run = gp.GPTask(own_server.url_of("Read"), session=session()).start(Table=path)
    run.wait(30, show_progress=False)
    sent = one_with(run.trace, "Uploads a file for an input; the server keeps it as item i")
    assert [field.text for field in sent.fields if field.meaning == "The file itself."] == ["numbers.csv"]
    assert "canary-folder" not in everything(run.trace)


def test_no_answer_and_an_answer_that_is_a_page_are_said(own_server: demo.DemoServer, set_pace) -> None:
    set_pace()
    own_server.faults.add("lost_answer", on="poll", times=1)
    own_server.faults.add("html", on="poll", after=1, times=1)
    run = gp.GPTask(own_server.url_of("SlowCount"), session=session()).start(Seconds=0, Steps=2)
    run.wait(30, show_progress=False)
    told = "\n".join(purposes(run.trace))
    assert "Asks for the state of the job; no usable answer came: 127.0.0.1" in told
    assert "Tried again after no answer: Asks for the state of the job; a web page came" in told
    assert run.trace.to_frame()["status"].isna().sum() == 1


def test_the_run_of_a_row_of_a_batch_keeps_none(server: demo.DemoServer) -> None:
    task = gp.GPTask(server.url_of("SlowCount"))
    first = task.start(Seconds=0, Steps=1)
    first.wait(30, show_progress=False)
    row = LiveRow(task, 0, first.job_id, {})
    row.begin(lambda _run: {}, *[lambda _row: None] * 3)
    row.run.wait(30, show_progress=False)
    assert len(row.run.trace) == 0
    assert repr(row.run.trace) == "<RequestLog, 0>"


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_server_that_repeats_all_secrets_gets_none_into_it(signed_in: bool, set_pace) -> None:
    set_pace()
    marks = Marks.of("trace")
    with BadServer(Secretive(marks)) as bad:
        url = f"{bad.services}/S/GPServer/Task"
        auth = gp.Login("user-canary", marks.password if signed_in else f"{marks.password}wrong")
        where = session(auth)
        layer = gp.LayerReference(f"{bad.services}/L/FeatureServer/0?token={marks.layer}")
        if not signed_in:
            with pytest.raises(GPError):
                gp.GPTask(url, session=where)
            log = gp.RequestLog(where.trace)
        else:
            task = gp.GPTask(url, session=where)
            run = task.start(Text="x", Hidden=marks.hidden, Layer=layer)
            run.wait(30, show_progress=False)
            assert "Fetches the result Secret" in "\n".join(purposes(run.trace))
            log = run.trace
            assert found(marks.all(), everything(task.trace)) == []
            one_with(task.trace, "Signs in to get a token; the server gives one")
        shown = everything(log)
    assert found(marks.all(), shown) == []
    assert "user-canary" not in shown
    assert "***" in shown


def test_of_very_many_the_first_and_the_latest_are_kept(server: demo.DemoServer) -> None:
    task = gp.GPTask(server.url_of("SlowCount"), session=session())
    for _ in range(200):
        task.session.get_json(task.url.info)
    log = task.trace
    assert (len(log), log.left_out, log[0].number, log[-1].number) == (160, 41, 1, 201)
    assert "41 requests are not kept." in repr(log)
    assert "41 requests are not kept." in log._repr_html_()


def test_a_file_of_them_is_written_and_none_is_replaced(server: demo.DemoServer, tmp_path: Path) -> None:
    run = gp.GPTask(server.url_of("BufferPoints")).start(Input_Points=POINT, Distance="5 km")
    run.wait(30, show_progress=False)
    path = run.trace.save(tmp_path / "run.har")
    *_, entry = json.loads(path.read_text("utf-8"))["log"]["entries"]
    assert entry["request"]["method"] == "POST"
    assert {"name": "f", "value": "json"} in entry["request"]["postData"]["params"]
    assert entry["comment"] == run.trace[-1].purpose
    with pytest.raises(FileExistsError):
        run.trace.save(path)


@given(
    before=st.integers(0, 2200),
    secret=st.text("abcdefXYZ0123456789+/=%~", min_size=12, max_size=80).map("c4n-ary9{}".format),
    times=st.integers(1, 60),
    after=st.integers(0, 9000),
)
def test_no_part_of_a_secret_is_left_where_a_text_is_cut(before, secret, times, after) -> None:
    from gpwidgets.client.http._answer_digest import cut_safely

    text = "x" * before + (secret + "-") * times + "y" * after
    assert "c4n-ary9" not in cut_safely(text, Masker([secret]).text, 1600)


def test_a_refusal_ends_with_one_full_stop(server) -> None:
    task = gp.GPTask(server.url_of("SecuredBuffer"), auth=gp.Token(server.token_for()))
    with server.faults.add("error", on="execute", code=400, message="No points."):
        run = task.start(Input_Points="POINT (-84.2 36.4)")
        with pytest.raises(gp.GPError):
            run.wait(30)
    assert "error 400: No points.\n" in f"{run.trace}\n"
