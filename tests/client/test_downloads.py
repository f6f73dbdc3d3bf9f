"""Files reach the disk whole or not at all, within their limit."""

from pathlib import Path

import pytest

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services import downloads
from gpwidgets.client.sign_in.auth import Token
from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed
from gpwidgets.protocol.urls import GPURL

FILE = "/arcgis/rest/directories/out.bin"
CONTENT = bytes(range(256)) * 4000


def _service(scripted) -> GPURL:
    return GPURL.parse(scripted.root + "/S/GPServer")


def test_a_large_file_arrives_whole(scripted, answer, tmp_path: Path) -> None:
    url = scripted.at(FILE, answer(CONTENT))
    path = downloads.download(GPSession(), url, tmp_path / "new", service=_service(scripted))
    assert path.read_bytes() == CONTENT
    assert [each.name for each in path.parent.iterdir()] == ["out.bin"]


def test_a_file_over_the_limit_leaves_nothing(scripted, answer, tmp_path: Path) -> None:
    session = GPSession()
    url = scripted.at(FILE, answer(CONTENT))
    with pytest.raises(BadReply, match="larger"):
        downloads.download(session, url, tmp_path, service=_service(scripted), max_bytes=1000)
    assert list(tmp_path.iterdir()) == []
    assert len(downloads.read(session, url, service=_service(scripted))) == len(CONTENT)


def test_a_cut_file_is_read_again_from_its_beginning(scripted, answer, tmp_path: Path) -> None:
    url = scripted.at(FILE, answer(CONTENT, cut=True), answer(CONTENT))
    session = GPSession(sleep=lambda _: None)
    path = downloads.download(session, url, tmp_path, service=_service(scripted))
    assert path.read_bytes() == CONTENT


def test_a_file_that_stays_cut_leaves_nothing(scripted, answer, tmp_path: Path) -> None:
    url = scripted.at(FILE, answer(CONTENT, cut=True))
    with pytest.raises(ConnectionFailed):
        downloads.download(GPSession(sleep=lambda _: None), url, tmp_path, service=_service(scripted))
    assert list(tmp_path.iterdir()) == []


def test_a_secured_file_is_tried_without_the_token_first(scripted, answer, tmp_path: Path) -> None:
    wanted = answer(
        b'{"error": {"code": 499, "message": "Token Required"}}', 200, {"Content-Type": "application/json"}
    )
    url = scripted.at(FILE, wanted, answer(CONTENT))
    session = GPSession(Token("SECRET"), home=scripted.root)
    path = downloads.download(session, url, tmp_path, service=_service(scripted))
    assert path.read_bytes() == CONTENT
    assert ["SECRET" in str(asked.headers) for asked in scripted.asked] == [False, True]
    assert not any("SECRET" in asked.body for asked in scripted.asked)
    assert all("SECRET" not in asked.path for asked in scripted.asked)


@pytest.mark.parametrize(
    ("code", "expected"), [(498, AuthenticationError), (499, AuthenticationError), (500, BadReply)]
)
def test_a_page_instead_of_a_file_is_the_end_of_a_token_where_the_service_says_so(
    scripted, answer, tmp_path: Path, code: int, expected: type[Exception]
) -> None:
    url = scripted.at(FILE, answer(b"<title>Sign in</title>", 200, {"Content-Type": "text/html"}))
    said = f'{{"error": {{"code": {code}, "message": "Told by the service"}}}}'.encode()
    scripted.at("/arcgis/rest/services/S/GPServer", answer(said, 200, {"Content-Type": "application/json"}))
    session = GPSession(Token("SECRET"), home=scripted.root)
    with pytest.raises(expected) as refused:
        downloads.download(session, url, tmp_path, service=_service(scripted))
    assert type(refused.value) is expected
    assert list(tmp_path.iterdir()) == []
    assert all("SECRET" not in asked.path for asked in scripted.asked)


def test_a_file_on_a_foreign_host_gets_no_token(scripted, other_host, answer, tmp_path: Path) -> None:
    url = other_host.at(FILE, answer(b"", 403))
    scripted.at(FILE, answer(b"", 404))
    session = GPSession(Token("SECRET"), home=scripted.root)
    with pytest.raises(Exception, match="403"):
        downloads.download(session, url, tmp_path, service=_service(scripted))
    assert "SECRET" not in str(other_host.asked)


@pytest.mark.parametrize("name", ["mine.tif", "../../mine.tif", "a b?.tif"])
def test_a_chosen_name_is_cleaned_too(scripted, answer, tmp_path: Path, name: str) -> None:
    url = scripted.at(FILE, answer(CONTENT))
    path = downloads.download(GPSession(), url, tmp_path, service=_service(scripted), name=name)
    assert path.parent == tmp_path
    assert path.name in ("mine.tif", "a b_.tif")
