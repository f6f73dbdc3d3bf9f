"""Uploads in one go and in parts, and files as inputs and outputs."""

import json

import pytest


def test_an_uploaded_file_comes_back_as_an_output_file(server, post, post_file, raw):
    service = server.url_of("Gallery")
    reply = post_file(f"{service}/uploads/upload", "notes.txt", b"hello\x00world", description="")
    item = reply["item"]
    assert reply["success"] is True
    assert item["committed"] is True
    assert item["itemID"].startswith("i")
    results = post(server.url_of("ParameterGallery") + "/execute", Input_File={"itemID": item["itemID"]})[
        "results"
    ]
    value = next(each["value"] for each in results if each["paramName"] == "Output_File")
    headers, body = raw(value["url"])
    assert body == b"hello\x00world"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_an_uploaded_feature_set_serves_as_features(server, post, post_file):
    told = {"features": [{"geometry": {"x": 1, "y": 2}, "attributes": {}}]}
    url = server.url_of("Gallery") + "/uploads/upload"
    item = post_file(url, "points.json", json.dumps(told).encode())["item"]["itemID"]
    results = post(server.url_of("ParameterGallery") + "/execute", Input_Points={"itemID": item})["results"]
    value = next(each["value"] for each in results if each["paramName"] == "Output_Points")
    assert value["features"] == told["features"]


def test_parts_are_joined_in_order(server, post, post_file, get):
    base = server.url_of("Gallery") + "/uploads"
    item = post(f"{base}/register", itemName="big.zip")["item"]
    assert item["committed"] is False
    url = f"{base}/{item['itemID']}"
    assert post_file(f"{url}/uploadPart", "blob", b"second", partId="2")["success"]
    assert post_file(f"{url}/uploadPart", "blob", b"first ", partNumber="1")["success"]
    assert get(f"{url}/parts") == {"parts": ["1", "2"]}
    assert post(f"{url}/commit")["item"]["committed"] is True
    assert server._operations.uploads.find(item["itemID"]).read_bytes() == b"first second"


def test_committing_with_a_part_missing_is_refused(server, post, post_file):
    base = server.url_of("Gallery") + "/uploads"
    url = f"{base}/{post(f'{base}/register', itemName='big.zip')['item']['itemID']}"
    post_file(f"{url}/uploadPart", "blob", b"first", partId="1")
    assert "error" in post(f"{url}/commit", parts="1,2")


def test_names_without_extension_and_folders_in_names_are_dealt_with(server, post, post_file):
    base = server.url_of("Gallery") + "/uploads"
    assert "extension" in post(f"{base}/register", itemName="nothing")["error"]["details"][0]
    assert post_file(f"{base}/upload", "../../etc/x.txt", b"")["item"]["itemName"] == "x.txt"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("x" * 3000 + ".zip", "x" * 100 + ".zip"),
        ("a." + "b" * 3000, "a." + "b" * 98),
        ("line\nbreak\x07.txt", "line_break_.txt"),
    ],
)
def test_names_are_cut_to_what_any_file_system_takes(server, post, given, kept):
    base = server.url_of("Gallery") + "/uploads"
    assert post(f"{base}/register", itemName=given)["item"]["itemName"] == kept


def test_an_item_is_no_larger_than_the_service_says(server, post, post_file, monkeypatch):
    monkeypatch.setattr("gpwidgets.demo.rest._upload_items.MAX_MEGABYTES", 1)
    base = server.url_of("Gallery") + "/uploads"
    url = f"{base}/{post(f'{base}/register', itemName='big.zip')['item']['itemID']}"
    part = b"x" * 700_000
    assert post_file(f"{url}/uploadPart", "blob", part, partId="1")["success"]
    assert "1 MB" in post_file(f"{url}/uploadPart", "blob", part, partId="2")["error"]["details"][0]


def test_items_can_be_looked_at_and_deleted(server, post, post_file, get):
    base = server.url_of("Gallery") + "/uploads"
    item = post_file(f"{base}/upload", "a.csv", b"1")["item"]
    assert get(f"{base}/{item['itemID']}") == item
    assert post(f"{base}/{item['itemID']}/delete") == {"success": True}
    assert "error" in get(f"{base}/{item['itemID']}")
    assert get(f"{base}/info") == {"maxUploadFileSize": 500}


def test_uploading_needs_post_and_a_file(server, get, post):
    base = server.url_of("Gallery") + "/uploads"
    assert get(f"{base}/upload")["error"]["code"] == 405
    assert "file is missing" in post(f"{base}/upload")["error"]["details"][0]


def test_files_outside_the_output_folders_cannot_be_had(server, get):
    directories = server.url.replace("services", "directories")
    for path in (
        "arcgisoutput/Gallery_GPServer/..%2F..%2Fsecret",
        "arcgisjobs/x/j0/scratch/passwd",
        "other/x",
    ):
        assert "error" in get(f"{directories}/{path}")
