"""Uploads and downloads: safe names, nothing overwritten, large files in parts."""

from pathlib import Path

import pytest

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services import downloads, uploads
from gpwidgets.client.sign_in.auth import Token
from gpwidgets.errors import BadReply, ServerError, UploadError
from gpwidgets.protocol.urls import GPURL


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://h/a/out.zip", "out.zip"),
        ("https://h/a/out.zip?token=x", "out.zip"),
        ("https://h/a/..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("https://h/a/..%5C..%5Cboot.ini", "boot.ini"),
        ("https://h/a/.bashrc", "bashrc"),
        ("https://h/", "result"),
        ("https://h/a/con.txt", "result_con.txt"),
        ("https://h/a/a%00b%3Cc%3E.tif", "a_b_c_.tif"),
    ],
)
def test_a_servers_file_name_never_chooses_a_path(url: str, name: str) -> None:
    assert downloads.name_in_address(url) == name


def test_long_names_keep_their_ending() -> None:
    name = downloads.name_in_address("https://h/" + "a" * 400 + ".tif")
    assert len(name) <= 121
    assert name.endswith(".tif")


PAGE = b"<html><title>Sign in, please</title></html>"


def test_a_page_that_comes_instead_of_a_file_is_not_saved_as_one(scripted, answer, tmp_path: Path) -> None:
    page = answer(PAGE, headers={"Content-Type": "text/html; charset=utf-8"})
    url = scripted.at("/arcgis/rest/directories/out.zip", page)
    service = GPURL.parse(scripted.root + "/S/GPServer")
    with pytest.raises(BadReply, match="Sign in, please"):
        downloads.download(GPSession(), url, tmp_path, service=service)
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_asks_to_sign_in_is_answered_by_signing_in(scripted, answer, tmp_path: Path) -> None:
    page = answer(PAGE, headers={"Content-Type": "text/html"})
    url = scripted.at("/arcgis/rest/directories/out.zip", page, answer(b"the file"))
    service = GPURL.parse(scripted.root + "/S/GPServer")
    session = GPSession(Token("SECRET"), home=scripted.root)
    assert downloads.download(session, url, tmp_path, service=service).read_bytes() == b"the file"
    assert ["SECRET" in str(asked.headers) for asked in scripted.asked] == [False, True]
    assert not any("SECRET" in asked.body for asked in scripted.asked)


@pytest.mark.parametrize("name", ["report.html", "report"])
def test_a_file_that_is_a_page_is_saved(scripted, answer, tmp_path: Path, name: str) -> None:
    page = answer(PAGE, headers={"Content-Type": "text/html"})
    url = scripted.at(f"/arcgis/rest/directories/{name}", page)
    service = GPURL.parse(scripted.root + "/S/GPServer")
    assert downloads.download(GPSession(), url, tmp_path, service=service).read_bytes() == PAGE


def test_nothing_is_overwritten(scripted, answer, tmp_path: Path) -> None:
    url = scripted.at("/arcgis/rest/directories/out.txt", answer(b"one"), answer(b"two"))
    service = GPURL.parse(scripted.root + "/S/GPServer")
    paths = [downloads.download(GPSession(), url, tmp_path, service=service) for _ in range(2)]
    assert [path.name for path in paths] == ["out.txt", "out_1.txt"]
    assert [path.read_bytes() for path in paths] == [b"one", b"two"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.txt", "out_1.txt"]


def test_a_file_on_an_unreachable_internal_host_is_sought_on_the_services_host(
    scripted, other_host, answer
) -> None:
    scripted.at("/arcgis/rest/directories/out.txt", answer(b"found"))
    internal = other_host.at("/arcgis/rest/directories/out.txt")
    other_host.close()
    session = GPSession(sleep=lambda _: None)
    assert downloads.read(session, internal, service=GPURL.parse(scripted.root + "/S/GPServer")) == b"found"


def test_an_error_instead_of_a_file_is_raised(scripted, answer) -> None:
    url = scripted.at(
        "/f/out.txt",
        answer(b'{"error": {"code": 404, "message": "gone"}}', 200, {"Content-Type": "application/json"}),
    )
    with pytest.raises(ServerError, match="gone"):
        downloads.read(GPSession(), url, service=GPURL.parse(scripted.root + "/S/GPServer"))


def test_a_small_file_goes_up_in_one_go(server, tmp_path: Path) -> None:
    path = tmp_path / "räume 1.csv"
    path.write_text("a,b\n1,2\n")
    url = GPURL.parse(server.url_of("BufferPoints"))
    item = uploads.upload_file(GPSession(), url, path)
    assert GPSession().get_json(f"{url.uploads}/{item}")["itemName"].endswith(".csv")


def test_a_large_file_goes_up_in_parts(server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_SIZE", 1000)
    path = tmp_path / "big.txt"
    path.write_bytes(b"x" * 2500)
    seen: list[tuple[int, int]] = []
    url = GPURL.parse(server.url_of("BufferPoints"))
    item = uploads.upload_file(GPSession(), url, path, progress=lambda *sent: seen.append(sent))
    assert GPSession().get_json(f"{url.uploads}/{item}")["committed"] is True
    assert seen == sorted(seen)
    assert {(1000, 2500), (2000, 2500)} <= set(seen)
    assert seen[-1] == (2500, 2500)


def test_it_is_told_how_much_of_a_file_has_gone(server, tmp_path: Path) -> None:
    path = tmp_path / "hills.tif"
    path.write_bytes(b"x" * 1_000_000)
    seen: list[int] = []
    url = GPURL.parse(server.url_of("BufferPoints"))
    uploads.upload_file(GPSession(), url, path, progress=lambda sent, size: seen.append(sent))
    assert seen == sorted(seen)
    assert len(set(seen)) > 10
    assert seen[-1] == 1_000_000


def test_an_upload_ends_when_whoever_is_told_raises(server, tmp_path: Path) -> None:
    path = tmp_path / "hills.tif"
    path.write_bytes(b"x" * 1_000_000)
    seen: list[int] = []

    def stop(sent: int, _size: int) -> None:
        seen.append(sent)
        if sent > 200_000:
            raise KeyError("enough")

    url, session = GPURL.parse(server.url_of("BufferPoints")), GPSession()
    with pytest.raises(KeyError):
        uploads.upload_file(session, url, path, progress=stop)
    assert seen[-1] < 400_000
    assert uploads.upload_file(session, url, path)  # the session is as good as before


@pytest.mark.parametrize(
    ("name", "content", "words"), [("noending", b"x", "extension"), ("a.txt", b"", "empty")]
)
def test_files_that_servers_refuse_are_told_before(
    tmp_path: Path, server, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UploadError, match=words):
        uploads.upload_file(GPSession(), GPURL.parse(server.url_of("BufferPoints")), path)


def test_an_item_id_that_could_lead_elsewhere_is_refused(scripted, answer, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    scripted.on("/S/GPServer/uploads/upload", answer(b'{"success": true, "item": {"itemID": "../../x"}}'))
    with pytest.raises(BadReply):
        uploads.upload_file(GPSession(), GPURL.parse(scripted.root + "/S/GPServer"), path)
