"""Catalog, services and tasks as clients find them."""

import asyncio
import json
import signal
import subprocess
import sys
import urllib.request
from urllib.parse import urlsplit

import pytest

from gpwidgets import demo
from gpwidgets.protocol.description import ServiceInfo, TaskInfo

_NEEDED = {"name", "dataType", "displayName", "direction", "defaultValue", "parameterType"}


def test_starting_a_server_loads_no_heavy_library():
    code = (
        "import sys; from gpwidgets import demo; demo.serve().stop()\n"
        "print({'geopandas', 'pandas', 'numpy', 'shapely', 'pyproj', 'requests'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_server_answers_while_the_loop_of_a_notebook_is_busy(get):
    async def cell():
        with demo.serve() as server:
            return get(server.url)

    assert asyncio.run(cell())["services"]


def test_the_module_prints_the_services_root_first_and_runs_until_stopped():
    command = [sys.executable, "-m", "gpwidgets.demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        assert url.endswith("/arcgis/rest/services")
        with urllib.request.urlopen(url + "?f=json", timeout=10) as answer:
            assert json.load(answer)["services"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stderr.read() == ""


def test_catalog_lists_folders_and_services(server, get):
    catalog = get(server.url)
    assert catalog["folders"] == ["Secured"]
    assert {"name": "Elevation", "type": "GPServer"} in catalog["services"]
    assert get(f"{server.url}/Secured")["services"][0]["name"] == "Secured/Analysis"


def test_server_info_names_the_token_service(server, get):
    info = get(server.url.replace("/services", "/info"))
    assert info["authInfo"]["tokenServicesUrl"] == server.token_url


def test_every_service_and_task_can_be_described(server, get):
    seen = 0
    for service in server.services:
        url = server.url_of(service.name)
        info = ServiceInfo.from_json(get(url, token=server.token_for()))
        assert info.tasks == tuple(service.tasks)
        for task in service.tasks:
            told = get(server.url_of(f"{service.name}/{task}"), token=server.token_for())
            assert TaskInfo.from_json(told).name == task
            for parameter in told["parameters"]:
                assert set(parameter) >= _NEEDED
                assert isinstance(parameter["description"], str)
            seen += 1
    assert seen >= 9


def test_get_and_post_and_a_trailing_slash_give_the_same(server, get, post):
    url = server.url_of("Viewshed")
    assert get(url) == post(url) == get(url + "/")


def test_names_with_spaces_and_umlauts_are_reached_by_encoded_paths(server, get, post):
    url = server.url_of("Count words - quickly")
    assert "%20" in url
    assert get(url)["name"] == "Count words - quickly"
    sent = {"Text to count": "one two", "class": "c", "context": "not JSON"}
    results = {each["paramName"]: each["value"] for each in post(f"{url}/execute", **sent)["results"]}
    assert results == {"Number of words": 2, "text-out": "c | not JSON"}
    reply = post(server.url_of("Größe in Ångström") + "/execute", **{"Länge in Metern": 2})
    assert reply["results"][0] == {"paramName": "Länge", "dataType": "GPDouble", "value": 2e10}


def test_html_is_the_default_and_escapes_what_services_say(server, raw):
    headers, body = raw(server.url_of("Count words - quickly"))
    assert headers["Content-Type"].startswith("text/html")
    assert b"<script>" not in body
    assert b"&lt;script&gt;" in body


def test_html_pages_link_to_what_lies_below(server, raw):
    body = raw(server.url)[1].decode()
    path = urlsplit(server.url).path
    assert f'href="{path}/Awkward%20names/GPServer"' in body
    assert "Viewshed" in raw(server.url_of("Elevation"))[1].decode()


def test_pjson_is_indented_json(server, raw):
    body = raw(server.url + "?f=pjson")[1]
    assert b"\n" in body
    assert json.loads(body)["folders"]


def test_a_callback_wraps_the_answer(server, raw):
    assert raw(server.url + "?f=json&callback=dojo.io._1")[1].startswith(b"dojo.io._1({")
    assert raw(server.url + "?f=json&callback=alert(1)//")[1].startswith(b"{")


@pytest.mark.parametrize(
    ("path", "code", "text"),
    [
        ("Nowhere/GPServer", 404, "Service Nowhere/GPServer not found"),
        ("Nowhere", 404, "Folder Nowhere not found"),
        ("Elevation/GPServer/Nothing", 400, "Invalid URL"),
        ("Elevation/GPServer/Viewshed/nothing", 400, "Invalid URL"),
        ("elevation/GPServer", 404, "Service elevation/GPServer not found"),
        ("Waiting/GPServer/SlowCount/jobs/j0", 400, "Job with id: j0 does not exist or is inaccessible."),
    ],
)
def test_wrong_paths_get_the_error_envelope_with_http_200(server, get, path, code, text):
    error = get(f"{server.url}/{path}")["error"]
    assert (error["code"], error["message"]) == (code, text)


def test_an_unknown_format_is_refused(server, raw):
    assert json.loads(raw(server.url + "?f=amf")[1])["error"]["code"] == 400


def test_a_look_alike_type_in_other_case_is_answered(server, get):
    assert get(server.url_of("Elevation").replace("GPServer", "gpServer"))["tasks"] == ["Viewshed"]


def test_url_of_names_what_there_is_when_asked_for_something_else(server):
    with pytest.raises(LookupError, match="Viewshed"):
        server.url_of("Nothing")
