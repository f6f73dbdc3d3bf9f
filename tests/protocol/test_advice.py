"""Errors of servers get advice in words beside their own text, each with its source."""

from urllib.parse import urlsplit

import pytest

from gpwidgets.client.http.bodies import json_object
from gpwidgets.errors import BadReply, GPError, ServerError
from gpwidgets.protocol.responses.advice import CODES, advice_for, advise, page_of
from gpwidgets.protocol.responses.replies import GPMessage
from gpwidgets.protocol.responses.validation import Validation
from gpwidgets.widgets.kit.errors_shown import error_html

LOGIN = b"<html><head><title>Sign In - Portal for ArcGIS</title></head><body></body></html>"


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("ERROR 000732: Input Features: Dataset C:\\x does not exist or is not supported", 400, "data set"),
        ("Failed. Error: ERROR 000824: The tool is not licensed.", None, "licence"),
        ("ERROR 999999: Something unexpected caused the tool to fail.", None, "without saying why"),
        ("The Spatial Analyst extension is not licensed.", 500, "licence"),
        ("Unable to complete operation.", 400, "did not take a value"),
        ("Error performing execute operation", 500, "smaller area"),
        ("", 413, "too large"),
        ("", 414, "address is too long"),
        ("Token Required", 499, "not public"),
        ("Token obligatorio", 499, "not public"),
        ("Invalid token.", 498, "expired"),
        ("You do not have permissions to access this resource.", 403, "this account"),
        ("401 Unauthorized", 401, "web server wants"),
        ("Unable to generate token. Invalid username or password.", 400, "upper and lower case"),
        ("Invalid URL", 400, "nothing at this address"),
        ("Service Roads/GPServer not started ", 500, "only its owner can start it"),
        ("Service Roads/GPServer not found", 404, "No service of this name"),
        ("Service 'Roads' of type 'GPServer' does not exist or is inaccessible.", 400, "No service of this"),
        ("Could not find a service with the name 'GPServer/Roads' in the clusters.", 500, "No service of"),
        ("Job with id: j1 does not exist or is inaccessible.", 400, "does not know the job"),
        ("No instances for 'Roads/GPServer' were available for 60 seconds.", None, "were taken"),
        ("Could not access any server machines.", None, "GIS server behind it"),
        ("(Roads) aborted by User.", None, "over the time"),
        ("IIS: Maximum request length exceeded.", None, "too large"),
        ("https://h/x answered with a web page titled 'Sign In' (HTTP 200) instead of JSON.", None, "Token"),
    ],
)
def test_what_is_known_is_said(text: str, code: int | None, word: str) -> None:
    first = advice_for(text, code)[0]
    assert word in first.text
    assert urlsplit(first.source).scheme == "https"


@pytest.mark.parametrize(("text", "code"), [("All went well", None), ("ERROR 123456: ?", 404), ("000732", 0)])
def test_nothing_is_said_of_what_is_not_known(text: str, code: int | None) -> None:
    assert advice_for(text, code) == ()


def test_a_code_tells_more_than_the_status_and_is_told_once() -> None:
    found = advice_for("ERROR 000735: A. ERROR 000735: B.", 400)
    assert len(found) == 1
    assert "00726-00750-000735" in found[0].source


@pytest.mark.parametrize(
    ("digits", "place"),
    [
        ("000301", "001001-010000/tool-errors-and-warnings-00301-00325-000301"),
        ("003811", "001001-010000/tool-errors-and-warnings-03801-03825-003811"),
        ("010096", "010001-020000/tool-errors-and-warnings-10076-10100-010096"),
        ("160250", "160001-170000/tool-errors-and-warnings-160226-160250-160250"),
    ],
)
def test_the_page_of_a_code_is_where_the_help_has_it(digits: str, place: str) -> None:
    assert f"/tool-reference/tool-errors-and-warnings/{place}.htm" in page_of(digits)


def test_every_known_code_has_words_and_a_page() -> None:
    for digits in CODES:
        (one,) = advice_for(f"ERROR {digits}: x")
        assert len(one.text) > 20
        assert one.source.endswith(".htm")


@pytest.mark.parametrize(
    ("body", "status", "kind", "word"),
    [
        (LOGIN, 200, BadReply, "gp.Token"),
        (b'{"error": {"code": 400, "message": "ERROR 000735"}}', 200, ServerError, "value is missing"),
        (b"too large", 413, ServerError, "Send fewer features"),
    ],
)
def test_a_call_shows_the_advice_as_notes(body: bytes, status: int, kind: type[GPError], word: str) -> None:
    with pytest.raises(kind) as caught:
        json_object(body, "https://h/x", status)
    advise(caught.value)
    assert [word in note for note in caught.value.__notes__] == [True]
    assert "https://" in caught.value.__notes__[0]


def test_a_form_shows_the_servers_words_and_the_advice_with_its_source() -> None:
    shown = error_html(ServerError("ERROR 000735: <b>Rows</b>", code=400))
    assert "&lt;b&gt;Rows" in shown
    assert "A value is missing" in shown
    assert 'href="https://pro.arcgis.com/' in shown


@pytest.mark.parametrize(
    ("description", "words", "code"),
    [
        (
            '{"messageCode":"BUFFERS_1","message":"No {what} here.","params":{"what":"lines","n":2}}',
            "No lines here. (n: 2) [BUFFERS_1]",
            "BUFFERS_1",
        ),
        ({"messageCode": "AB_2", "message": "Started"}, "Started [AB_2]", "AB_2"),
        ('{"cost": 1.5}', "cost: 1.5", ""),
        ('{"messageCode":"AB_3"}', "AB_3", "AB_3"),
        ('{"x": 1}', '{"x": 1}', ""),
        ("{not JSON", "{not JSON", ""),
        (None, "", ""),
    ],
)
def test_messages_that_are_json_are_made_readable(description: object, words: str, code: str) -> None:
    (message,) = GPMessage.list_from_json(
        [{"type": "esriJobMessageTypeInformative", "description": description}]
    )
    assert (message.words, message.code) == (words, code)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"code": 735, "description": "ERROR 000735: Value is required"}, "ERROR 000735: Value is required"),
        ({"code": 110, "description": "Too many features."}, "Too many features. [110]"),
        ({"code": 0, "description": "Slow."}, "Slow."),
    ],
)
def test_codes_of_a_check_come_back_at_their_field(said: dict[str, object], words: str) -> None:
    told = {"validationResults": [{"name": "A", "message": {"type": "warning", **said}}]}
    message = Validation.from_json(told).inputs["A"].message
    assert message is not None
    assert message.words == words
