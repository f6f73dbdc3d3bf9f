"""The recorder: what it passes on, what it refuses, and what it leaves out of the file."""

import http.client
import json
import socket
import threading
import zipfile
from urllib.parse import quote, urlsplit

import pytest
import requests
from bad_server import BadServer, GPAnswers, parameter
from marks import found
from secretive_server import Marks, Secretive, layer_answers

import gpwidgets as gp
from gpwidgets.recording.place import Swap

MARKS = Marks.of("lesson")


def all_of(path):
    """Everything in a zip file as text, with the names."""
    with zipfile.ZipFile(path) as lesson:
        return "\n".join(
            f"{name}\n{lesson.read(name).decode('utf-8', 'replace')}" for name in lesson.namelist()
        )


def exchanges(path):
    with zipfile.ZipFile(path) as lesson:
        names = sorted(name for name in lesson.namelist() if name.startswith("exchanges/"))
        return [json.loads(lesson.read(name)) for name in names]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def raw(url, method="GET", body=None, headers=None):
    """A request whose path is sent as it is."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.putrequest(method, url[len(f"http://{parts.netloc}") :], skip_host="Host" in (headers or {}))
    for name, text in (headers or {}).items():
        connection.putheader(name, text)
    connection.endheaders()
    answer = connection.getresponse()
    answer.text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer


@pytest.mark.parametrize("way", ["token", "header", "login", "key"])
def test_no_secret_is_in_the_file_or_in_what_it_answers(way, tmp_path):
    auth = {
        "token": lambda: gp.Token(MARKS.token),
        "header": lambda: gp.Token(MARKS.token, header=True),
        "login": lambda: gp.Login("me", MARKS.password),
        "key": lambda: gp.APIKey(MARKS.key),
    }[way]()
    path = tmp_path / "lesson.zip"
    with BadServer(Secretive(MARKS)) as server, BadServer(layer_answers(MARKS.layer)) as other:
        with gp.record(server.services, path) as recorder:
            task = gp.GPTask(f"{recorder.url}/Folder/Service/GPServer/Task", auth)
            place = f"{other.origin}/arcgis/rest/services/L/FeatureServer/0"
            layer = {"url": place, "serviceToken": MARKS.layer}
            run = task.start(Text="open", Hidden=MARKS.hidden, Layer=layer)
            out = run.wait(30)
            assert out.Secret == MARKS.result  # who is at the recorder gets what the server says
        # The canaries did sing: the server repeated them to the recorder.
        assert any(found([MARKS.hidden], request.text + str(request.fields)) for request in server.seen)
    assert found(MARKS.all(), all_of(path)) == []
    assert "Text" in all_of(path)
    with gp.replay(path) as replay:
        heard = []
        again = gp.GPTask(replay.url_of("Task"), auth).start(Text="open", Hidden="another", Layer=layer)
        again.wait(30)
        for one in exchanges(path):
            url = replay.url.removesuffix("/rest/services") + one["path"]
            answer = requests.post(url, data={"f": "json"}, timeout=30)
            heard += [answer.text, str(answer.headers)]
        heard += [one.description for one in again.messages]
    assert found(MARKS.all(), "\n".join(heard)) == []
    assert "This is a recording" not in "\n".join(heard)  # a hidden input is not compared


def test_a_hidden_input_is_left_out_although_its_task_was_never_described(tmp_path):
    path = tmp_path / "lesson.zip"
    with BadServer(Secretive(MARKS)) as server, gp.record(server.services, path) as recorder:
        url = f"{recorder.url}/Folder/Service/GPServer/Task/submitJob"
        sent = {"f": "json", "token": MARKS.token, "Text": "plain", "Hidden": MARKS.hidden}
        requests.post(url, data=sent, timeout=30)
        requests.get(url, params=sent, timeout=30)
    assert found(MARKS.all(), all_of(path)) == []
    assert [one["fields"]["Text"] for one in exchanges(path)] == ["plain", "plain"]
    assert [one["fields"]["Hidden"] for one in exchanges(path)] == ["***", "***"]


def test_the_password_of_basic_authentication_is_left_out_where_the_server_repeats_it(tmp_path):
    path = tmp_path / "lesson.zip"

    def answer(request, wire):
        wire.reply({"error": {"code": 401, "message": f"not {MARKS.password} of me"}})

    with BadServer(answer) as server, gp.record(server.services, path) as recorder:
        said = requests.get(recorder.url, auth=("me", MARKS.password.encode()), timeout=30).text
        assert found([MARKS.password], said)
    assert found([MARKS.password], all_of(path)) == []


def test_a_task_that_cannot_be_described_keeps_no_texts(tmp_path):
    path = tmp_path / "lesson.zip"

    def answer(request, wire):
        wire.reply({"error": {"code": 500}} if request.path.endswith("/Task") else {"results": []})

    with BadServer(answer) as server, gp.record(server.services, path) as recorder:
        fields = {"f": "json", "Password_of_mine": MARKS.hidden, "Number": "5", "Shape": '{"x": 1}'}
        requests.post(f"{recorder.url}/S/GPServer/Task/execute", data=fields, timeout=30)
    assert found([MARKS.hidden], all_of(path)) == []
    assert exchanges(path)[0]["fields"]["Shape"] == {"x": 1}


@pytest.mark.parametrize(
    "path",
    [
        "/arcgis/admin/services",
        "/arcgis/rest/admin",
        "/arcgis/manager",
        "/arcgis/rest/services/../../admin",
        "/arcgis/rest/services/%2e%2e/%2e%2e/admin",
        "/arcgis/rest/services/..%2f..%2fadmin",
        "/arcgis/rest/services/..;/..;/admin",
        "/arcgis/rest/services\\..\\..\\admin",
        "/arcgis@evil.example/rest/services",
        "//evil.example/rest/services",
        "/http://evil.example/rest/services",
        "/other/rest/services",
        "",
    ],
)
def test_nothing_but_the_services_of_the_one_server_is_asked(path, tmp_path):
    with BadServer(GPAnswers([])) as server, gp.record(server.services, tmp_path / "a.zip") as recorder:
        base = recorder.url.removesuffix("/arcgis/rest/services")
        assert raw(f"{base}{path}").status == 404
        without_key = base.rpartition("/")[0]
        assert raw(f"{without_key}/arcgis/rest/services").status == 404
        assert raw(f"{recorder.url}", headers={"Host": "evil.example"}).status == 403
        assert raw(f"{recorder.url}", headers={"Origin": "http://evil.example"}).status == 403
        assert server.seen == []
        assert raw(f"{recorder.url}?f=json").status == 200
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("target", "is_passed"),
    [
        ("/arcgis/rest/services/Other", True),
        ("{origin}/arcgis/rest/services/Other?a=1", True),
        ("{origin}/arcgis/admin", False),
        ("{origin}/portal", False),
        ("http://evil.example/arcgis/rest/services", False),
        ("//evil.example/x", False),
        ("http://[", False),
    ],
)
def test_a_redirect_leads_through_the_recorder_or_nowhere(target, is_passed, tmp_path):
    path = tmp_path / "lesson.zip"
    with BadServer(lambda request, wire: wire.reply({}, 302, {"Location": to})) as server:
        to = target.format(origin=server.origin)
        with gp.record(server.services, path) as recorder:
            answer = requests.get(recorder.url, allow_redirects=False, timeout=30)
            if is_passed:
                assert answer.status_code == 302
                assert answer.headers["Location"].startswith(f"{recorder.url}/Other")
            else:
                assert answer.json()["error"]["code"] == answer.status_code == 502
                assert "Location" not in answer.headers
    assert "evil" not in all_of(path)


@pytest.mark.parametrize("spell", [str, lambda url: url.replace("/", "\\/"), lambda url: quote(url, safe="")])
def test_addresses_lead_through_the_recorder_however_they_are_written(spell, tmp_path):
    path = tmp_path / "lesson.zip"

    def answer(request, wire):
        url = spell(f"{server.origin}/arcgis/rest/directories/a.tif")
        other = spell(f"{server.origin}/arcgis2/a.tif")
        wire.reply(f'{{"url": "{url}", "other": "{other}", "spaces":  1}}'.encode())

    with BadServer(answer) as server:
        with gp.record(server.services, path) as recorder:
            said = requests.get(recorder.url, timeout=30).text
            own = recorder.url.removesuffix("/services")
            here, other = spell(f"{own}/directories/a.tif"), spell(f"{server.origin}/arcgis2/a.tif")
            assert said == f'{{"url": "{here}", "other": "{other}", "spaces":  1}}'
            layer = json.dumps({"url": f"{recorder.url}/L/FeatureServer/0"})
            requests.post(f"{recorder.url}/S/GPServer/T/execute", data={"In": layer}, timeout=30)
        sent = json.loads(next(one.fields["In"] for one in server.seen if "In" in one.fields))
        assert sent == {"url": f"{server.services}/L/FeatureServer/0"}
    assert exchanges(path)[-1]["fields"]["In"] == {"url": "{{server}}/rest/services/L/FeatureServer/0"}
    with gp.replay(path) as replay:
        own = replay.url.removesuffix("/services")
        assert requests.get(replay.url, timeout=30).json()["url"] == (
            spell(f"{own}/directories/a.tif").replace("\\/", "/")
        )


def test_the_address_of_a_server_ends_where_its_path_does():
    swap = Swap("https://host.example/arcgis", "http://127.0.0.1:1/k/arcgis")
    same = [
        "https://host.example/arcgis2/",
        "https://host.example.org/arcgis/",
        "https://a.host.example/arcgis",
    ]
    same += ["https://host.example:6443/arcgis/", "https://host.example/arcgis-b"]
    assert [swap.text(url) for url in same] == same
    other = [
        "HTTPS://Host.Example/arcgis/rest",
        "http://host.example/arcgis/rest",
        "https://host.example:443/arcgis/rest",
    ]
    assert {swap.text(url) for url in other} == {"http://127.0.0.1:1/k/arcgis/rest"}


def test_files_are_found_where_a_server_calls_itself_by_an_inner_name(tmp_path):
    path = tmp_path / "lesson.zip"
    files = "/arcgis/rest/directories/arcgisjobs/s/out.txt"
    answers = GPAnswers([parameter("Out", "GPDataFile", "Output")])
    answers.results = {
        "Out": {"dataType": "GPDataFile", "value": {"url": f"https://gis01.inner:6443{files}"}}
    }

    def answer(request, wire):
        if request.path == files:
            wire.reply(b"content", headers={"Content-Type": "text/plain"})
        else:
            answers(request, wire)

    with BadServer(answer) as server, gp.record(server.services, path) as recorder:
        assert gp.GPTask(f"{recorder.url}/S/GPServer/Task")().Out.read() == b"content"
    with gp.replay(path) as replay:
        assert gp.GPTask(replay.url_of("Task"))().Out.read() == b"content"


def test_a_full_lesson_says_so_and_the_conversation_goes_on(tmp_path):
    path = tmp_path / "lesson.zip"
    with gp.demo.serve() as server:
        recorder = gp.record(server.url, path, max_bytes=30_000)
        task = gp.GPTask(recorder.address_of(server.url_of("BufferPoints")))
        for km in range(1, 9):
            assert len(task(Input_Points="POINT (-84.2 36.4)", Distance=f"{km} km").Buffers) == 1
        with pytest.warns(gp.GPWarning, match=r"The lesson is full: it holds \d+ exchanges"):
            recorder.close()
        assert not recorder.is_complete
    with gp.replay(path) as replay:
        assert not replay.is_complete
        assert len(gp.GPTask(replay.url_of("BufferPoints"))(Input_Points="POINT (-84.2 36.4)").Buffers) == 1
    assert sum(len(json.dumps(one)) for one in exchanges(path)) < 30_000


def test_a_file_that_is_there_is_kept_and_other_addresses_are_refused(tmp_path):
    path = tmp_path / "lesson.zip"
    path.write_bytes(b"mine")
    root = "http://127.0.0.1:1/arcgis/rest/services"
    with pytest.raises(FileExistsError):
        gp.record(root, path)
    assert path.read_bytes() == b"mine"
    with pytest.raises(gp.URLError):
        gp.record("https://example.com/", tmp_path / "b.zip")
    with pytest.raises(OSError, match=r"lesson\.zip"):
        gp.record(root, path / "inside.zip", port=(port := free_port()))
    socket.create_server(("127.0.0.1", port)).close()  # it was given back
    with gp.record(root, path, overwrite=True) as recorder:
        with pytest.raises(gp.URLError, match="no address of the server"):
            recorder.address_of("http://127.0.0.1:2/arcgis/rest/services/S/GPServer")
        answer = requests.get(recorder.url, timeout=30)
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, 502)
    assert exchanges(path) == []
    assert [each.name for each in tmp_path.iterdir()] == ["lesson.zip"]


def test_requests_wait_for_a_slow_answer_without_holding_up_others(tmp_path):
    let_go = threading.Event()

    def answer(request, wire):
        if "Slow" in request.path:
            let_go.wait(30)
        wire.reply({"path": request.path})

    with BadServer(answer) as server, gp.record(server.services, tmp_path / "a.zip") as recorder:
        slow = threading.Thread(target=requests.get, args=(f"{recorder.url}/Slow",), kwargs={"timeout": 60})
        slow.start()
        assert requests.get(f"{recorder.url}/Fast", timeout=30).json()["path"].endswith("/Fast")
        let_go.set()
        slow.join()
        assert recorder.exchanges == 2


def test_cookies_come_back_and_are_not_kept(tmp_path):
    path = tmp_path / "lesson.zip"

    def answer(request, wire):
        cookie = "route=c00kie-7; Domain=example.com; Path=/arcgis; Secure; HttpOnly"
        wire.reply({"said": f"{request.text} for c00kie-7"}, headers={"Set-Cookie": cookie})

    with BadServer(answer) as server, gp.record(server.services, path) as recorder:
        client = requests.Session()
        for _ in range(2):
            client.get(recorder.url, timeout=30)
        assert "cookie" not in server.seen[0].headers
        assert server.seen[1].headers["cookie"] == "route=c00kie-7"
        requests.get(recorder.url, timeout=30)
        assert "cookie" not in server.seen[2].headers
    assert found(["c00kie-7"], all_of(path)) == []


def test_states_of_a_job_that_say_the_same_are_kept_once(tmp_path):
    path = tmp_path / "lesson.zip"
    answers = GPAnswers([parameter("Text")])
    with BadServer(answers) as server, gp.record(server.services, path) as recorder:
        task = f"{recorder.url}/S/GPServer/Task"
        job = requests.post(f"{task}/submitJob", data={"f": "json"}, timeout=30).json()["jobId"]
        for _ in range(5):
            requests.get(f"{task}/jobs/{job}?f=json", timeout=30)
    assert sum(one["path"].endswith(f"/jobs/{job}") for one in exchanges(path)) == 1
