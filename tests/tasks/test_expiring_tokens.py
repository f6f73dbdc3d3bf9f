"""A token ends in the middle of a job, of an upload in parts, of a download: all go on, with one job."""

import html
import re
from pathlib import Path

import pytest
import requests

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.client.services import uploads
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.publish import Service, as_tool


def copy_file(source: Path, *, job: JobContext) -> Path:
    """Copy a file."""
    target = job.output_file("copy.bin")
    target.write_bytes(source.read_bytes())
    return target


@pytest.fixture(scope="module")
def place():
    service = Service("Secured/Files", [as_tool(copy_file, asynchronous=True)], secured=True)
    with demo.serve(portal=True, services=[service]) as running:
        yield running


def by_browser(portal: str) -> gp.OAuth:
    auth = gp.OAuth(demo.CLIENT_ID, portal)
    page = requests.get(auth.sign_in_url, timeout=10).text
    kept = dict(re.findall(r"type='hidden' name='(\w+)' value='([^']*)'", page))
    fields = {name: html.unescape(value) for name, value in kept.items()}
    fields |= {"username": demo.USERNAME, "password": demo.PASSWORD}
    shown = requests.post(auth.sign_in_url.partition("?")[0], fields, timeout=10).text
    auth.enter(re.search(r"id='code'.* value='([^']+)'", shown)[1])
    return auth


WAYS = {
    "login": lambda place: gp.Login(demo.USERNAME, demo.PASSWORD, token_url=place.token_url),
    "portal login": lambda place: gp.PortalLogin(demo.USERNAME, demo.PASSWORD, place.portal_url),
    "application": lambda place: gp.AppLogin(demo.CLIENT_ID, demo.CLIENT_SECRET, place.portal_url),
    "browser": lambda place: by_browser(place.portal_url),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("on", ["part", "commit", "submit", "poll", "result", "file"])
def test_work_goes_on_when_the_token_ends(place, way, on, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "PART_SIZE", 1000)
    source = tmp_path / "source.bin"
    source.write_bytes(bytes(range(256)) * 12)
    task = gp.GPTask(place.url_of("CopyFile"), WAYS[way](place))
    made = place.jobs.created
    with place.faults.add("expire_tokens", on=on, after=1 if on == "part" else 0, times=1) as fault:
        out = task(Source=source)
        path = next(iter(out.values())).download(tmp_path / "results")
        assert fault.hits == 1
    assert path.read_bytes() == source.read_bytes()
    assert place.jobs.created == made + 1
