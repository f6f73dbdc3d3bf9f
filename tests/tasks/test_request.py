"""A request is shown as it would be sent, and nothing is sent."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hard_values import HARD, many

import gpwidgets as gp
from gpwidgets.client.services import resources


@pytest.fixture(scope="module")
def gallery(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("ParameterGallery"))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """The address and fields of each run that is started."""
    seen: list[tuple[str, dict[str, str]]] = []
    for name in ("execute", "submit_job"):
        real = getattr(resources, name)

        def kept(session: Any, url: Any, fields: Any, real: Any = real, name: str = name) -> Any:
            address = url.execute if name == "execute" else url.submit_job
            seen.append((address, {"f": "json", **fields}))
            return real(session, url, fields)

        monkeypatch.setattr(resources, name, kept)
    return seen


def told(request: gp.RequestPreview) -> dict[str, str]:
    return {field.name: field.text for field in request.fields}


@pytest.mark.parametrize("name", HARD)
def test_it_is_what_a_run_sends(gallery, sent, name: str) -> None:
    request = gallery.request(HARD[name])
    assert sent == []
    gallery(HARD[name])
    assert sent == [(request.url, told(request))]


def test_it_is_what_a_job_sends(server, sent) -> None:
    task = gp.GPTask(server.url_of("Viewshed"))
    given = {"Input_Points": "POINT (-84.2 36.4)", "Distance": "2 km", "outSR": 3857}
    request = task.request(given)
    assert request.url.endswith("/Viewshed/submitJob")
    task.start(given).wait(60, show_progress=False)
    assert sent == [(request.url, told(request))]


def test_each_field_says_what_it_is_for_and_how_large_it_is(gallery) -> None:
    request = gallery.request(Input_String="Åse", Input_Points="POINT (1 2)", outSR=25832)
    assert all(field.meaning for field in request.fields)
    assert request["Input_String"].size == 4
    assert request.size == sum(field.size for field in request.fields)
    assert "(Text)" in request["Input_String"].meaning
    with pytest.raises(KeyError):
        request["Other"]


def test_a_size_of_one_byte_is_not_in_the_plural(gallery) -> None:
    assert "  Input_Long = 3  (1 byte: " in str(gallery.request(Input_Long=3))


def test_secrets_are_in_none_of_its_forms(server) -> None:
    task = gp.GPTask(server.url_of("ParameterGallery"), gp.Token("SECRETMARK"))
    layer = gp.LayerReference("https://gis.example.com/a/FeatureServer/0", auth=gp.Token("SECRETMARK"))
    given = {"Input_Hidden": "SECRETMARK", "Input_String": "x?token=SECRETMARK&b=1", "Input_Points": layer}
    request = task.request(given)
    forms = (str(request), repr(request), request._repr_html_(), request.curl(), request.address())
    assert all("SECRETMARK" not in form for form in forms)
    assert request["Input_Hidden"].is_secret
    assert request["token"].is_secret
    assert '--data-urlencode "Input_Hidden=$INPUT_HIDDEN"' in request.curl()
    assert request["Input_String"].text == "x?token=***&b=1"
    assert len(request.notes) == 2


def test_a_hidden_text_is_hidden_as_a_whole_even_where_a_part_looks_secret(gallery) -> None:
    request = gallery.request(Input_Hidden="SECRETMARK?token=abcdef")
    assert request["Input_Hidden"].is_secret
    assert "SECRETMARK" not in str(request) + request.curl() + request.address() + request._repr_html_()


@pytest.mark.parametrize("secret", [True, False])
def test_the_name_of_a_field_is_no_line_of_a_command(secret: bool) -> None:
    text = "***" if secret else "x" * 100_000
    field = gp.RequestField("a\nrm -r x\r\u2028y", text, 3, is_secret=secret)
    lines = gp.RequestPreview("POST", "https://h/x", (field,)).curl().splitlines()
    assert [line[:1] for line in lines] == ["#", "c", " "]


def test_a_file_is_named_and_not_uploaded(server, tmp_path) -> None:
    task = gp.GPTask(server.url_of("ParameterGallery"))
    path = tmp_path / "places.csv"
    path.write_text("a,b\n1,2\n")
    request = task.request(Input_File=path)
    assert request.uploads == (str(path),)
    assert f"upload:{path}" in request["Input_File"].text
    assert f"# Upload {path} first" in request.curl()
    assert str(path) in str(request)
    assert str(path) in request._repr_html_()
    with pytest.raises(gp.GPError, match="uploads a file"):
        request.address()


def test_curl_takes_it_as_it_stands(gallery) -> None:
    awkward = 'it\'s "$HOME" `x` & 50 %\n@file =+é'
    request = gallery.request(Input_String=awkward, Input_Strings=["a;b", "'"], Input_Points="POINT (1 2)")
    words = shlex.split(request.curl().replace("\\\n", " "))
    assert words[:2] == ["curl", request.url]
    pairs = [word.partition("=") for word in words[3::2]]
    assert {name: value for name, _, value in pairs} == told(request)


def test_a_shell_and_curl_send_it(gallery) -> None:
    command = gallery.request(Input_String='it\'s "$HOME" & 50 %=+é').curl()
    done = subprocess.run(["sh", "-c", f"{command} --silent"], capture_output=True, text=True, check=True)
    values = {row["paramName"]: row["value"] for row in json.loads(done.stdout)["results"]}
    assert values["Output_String"] == 'it\'s "$HOME" & 50 %=+é'


def test_a_long_value_comes_from_a_file(gallery) -> None:
    text = gallery.request(Input_Points=pd.concat([many] * 4)).curl()
    assert "--data-urlencode Input_Points@Input_Points.txt" in text
    assert "# Input_Points.txt holds the value of Input_Points." in text
    assert len(text) < 2_000


def test_an_address_holds_the_fields(gallery) -> None:
    request = gallery.request(Input_String="a&b=c", Input_Long=7)
    address = urlsplit(request.address())
    assert address.path == urlsplit(request.url).path
    assert dict(parse_qsl(address.query)) == told(request)


def test_an_address_that_is_too_long_is_refused(gallery) -> None:
    with pytest.raises(gp.GPError, match="characters as an address"):
        gallery.request(Input_Points=many).address()


def test_what_a_server_says_is_text_in_its_table(server) -> None:
    request = gp.RequestPreview("POST", "https://h/<b>", (gp.RequestField("<i>", "<u>", 3, "<s>"),))
    page = BeautifulSoup(request._repr_html_(), "html.parser")
    assert not page.find_all(["b", "i", "u", "s"])
    assert "<u>" in page.get_text()


def test_wrong_inputs_are_said_as_for_a_run(gallery) -> None:
    with pytest.raises(gp.InputErrors):
        gallery.request(Input_Long="seven")
    with pytest.raises(TypeError):
        gallery.request(Other=1)
