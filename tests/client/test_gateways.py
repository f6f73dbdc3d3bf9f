"""A gateway answers in the place of its server: with pages, and with statuses that differ in meaning."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.sign_in.login import Login
from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed, ServerError

PAGE = b"<html><head><title>Gateway says no</title></head><body>nginx</body></html>"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again_and_then_told_as_busy(
    scripted, answer, no_waiting, status: int
) -> None:
    url = scripted.on("/x", answer(PAGE, status))
    with pytest.raises(ConnectionFailed, match=f"HTTP {status}, 'Gateway says no'") as caught:
        GPSession(sleep=no_waiting.append).get_json(url)
    assert len(scripted.asked) == 4
    assert "<" not in str(caught.value)


@pytest.mark.parametrize(("status", "maybe"), [(429, False), (502, True), (503, False), (504, True)])
@pytest.mark.parametrize("body", [PAGE, b""])
def test_a_submission_is_sent_once_and_its_fate_is_told(
    scripted, answer, no_waiting, body: bytes, status: int, maybe: bool
) -> None:
    url = scripted.on("/S/GPServer/T/submitJob", answer(body, status))
    with pytest.raises(ConnectionFailed) as caught:
        GPSession(sleep=no_waiting.append).post_json(url, {"a": "1"})
    assert caught.value.maybe_sent is maybe
    assert len(scripted.asked) == 1
    assert not no_waiting


def test_the_servers_own_error_counts_more_than_the_status(scripted, answer) -> None:
    url = scripted.on(
        "/x", answer(b'{"error": {"code": 504, "message": "Your request has timed out."}}', 504)
    )
    with pytest.raises(ServerError, match="timed out"):
        GPSession().post_json(url, {})


@pytest.mark.parametrize("status", [400, 405, 413, 415])
def test_a_page_that_refuses_the_request_is_a_refusal(scripted, answer, status: int) -> None:
    with pytest.raises(ServerError, match="Gateway says no") as caught:
        GPSession().post_json(scripted.on("/x", answer(PAGE, status)), {})
    assert caught.value.code == status


def test_a_page_about_a_fault_leaves_open_what_happened(scripted, answer) -> None:
    with pytest.raises(BadReply, match="HTTP 500"):
        GPSession().post_json(scripted.on("/x", answer(PAGE, 500)), {})


@pytest.mark.parametrize("name", ["Retry-After", "retry-after"])
def test_a_wait_until_a_date_is_kept_but_not_for_ever(scripted, answer, no_waiting, name: str) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    GPSession(sleep=no_waiting.append).get_json(
        scripted.on("/x", answer(PAGE, 503, {name: later}), answer(b"{}"))
    )
    assert no_waiting == [30.0]


@pytest.mark.parametrize("asked", ["Wed, 21 Oct 2015 07:28:00 GMT", "soon", "-5", "", "9" * 400, "²"])
def test_a_wait_that_makes_no_sense_costs_no_try(scripted, answer, no_waiting, asked: str) -> None:
    headers = {"Retry-After": asked.encode().decode("latin-1")}
    url = scripted.on("/x", answer(PAGE, 503, headers), answer(b"{}"))
    assert GPSession(sleep=no_waiting.append).get_json(url) == {}
    assert 0 < no_waiting[0] <= 30


def test_redirects_are_followed_whatever_the_case_of_the_header(scripted, answer) -> None:
    target = scripted.on("/b", answer(b'{"a": 1}'))
    url = scripted.on("/a", answer(b"", 302, {"location": target}))
    assert GPSession().get_json(url) == {"a": 1}


@pytest.mark.parametrize("trouble", [{"drop": True}, {"body": PAGE, "status": 504}])
def test_a_submission_that_waits_for_a_token_in_vain_was_not_sent(scripted, answer, trouble: dict) -> None:
    tokens = scripted.at("/tokens", answer(**trouble))
    submit = scripted.on("/S/GPServer/T/submitJob", answer(b'{"jobId": "j1"}'))
    with pytest.raises(ConnectionFailed) as caught:
        GPSession(Login("ann", "pw", tokens)).post_json(submit, {})
    assert not caught.value.maybe_sent
    assert [asked.path for asked in scripted.asked] == ["/tokens"]


def test_a_page_from_the_token_service_is_a_matter_of_signing_in(scripted, answer) -> None:
    tokens = scripted.at("/tokens", answer(PAGE))
    with pytest.raises(AuthenticationError, match="Gateway says no"):
        GPSession(Login("ann", "pw", tokens)).post_json(scripted.on("/x", answer(b"{}")), {})


def test_no_trace_of_the_form_is_left_in_a_failure(scripted, answer) -> None:
    url = scripted.on("/x", answer(drop=True))
    with pytest.raises(ConnectionFailed) as caught:
        GPSession().post_json(url, {"Input_Secret": "hidden text"})
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
