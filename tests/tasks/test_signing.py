"""Signing in, being refused, and going on when a token expires while a job runs."""

import threading

import pytest

import gpwidgets as gp
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.publish import Service, as_tool
from gpwidgets.demo.rest.security import PASSWORD, USERNAME
from gpwidgets.errors import AuthenticationError, WaitTimeout
from gpwidgets.tasks.inputs.signing import login_auth, token_auth

SECURED = "SecuredCount"


def test_a_secured_task_asks_for_a_sign_in(server) -> None:
    with pytest.raises(AuthenticationError, match="Token Required") as caught:
        gp.GPTask(server.url_of(SECURED))
    assert caught.value.code == 499


def test_a_token_opens_a_secured_task(server) -> None:
    task = gp.GPTask(server.url_of(SECURED), gp.Token(server.token_for()))
    assert task(Seconds=0, Steps=2).Steps_Done == 2


def test_a_token_in_a_header_does_too(server) -> None:
    task = gp.GPTask(server.url_of(SECURED), gp.Token(server.token_for(), header=True))
    assert task(Seconds=0, Steps=2).Steps_Done == 2


@pytest.mark.parametrize("header", [True, False])
def test_a_wrong_token_is_refused(server, header: bool) -> None:
    with pytest.raises(AuthenticationError, match="Invalid token") as caught:
        gp.GPTask(server.url_of(SECURED), gp.Token("wrong", header=header))
    assert caught.value.code == 498


def test_a_login_opens_a_secured_service_and_its_tasks(server) -> None:
    service = gp.GPService(server.url + "/Secured/Waiting/GPServer", gp.Login(USERNAME, PASSWORD))
    assert service.tasks == [SECURED]
    assert service.task(SECURED)(Seconds=0, Steps=3).Steps_Done == 3


def test_a_wrong_password_is_told(server) -> None:
    with pytest.raises(AuthenticationError, match="Invalid username or password"):
        gp.GPTask(server.url_of(SECURED), gp.Login(USERNAME, "wrong"))


def test_the_ways_to_sign_in_that_widgets_use(server) -> None:
    for auth in (token_auth(f" {server.token_for()}\n"), login_auth(f" {USERNAME} ", PASSWORD)):
        assert gp.GPTask(server.url_of(SECURED), auth).name == SECURED
    with pytest.raises(ValueError, match="empty"):
        token_auth("  ")


def test_an_attached_job_is_signed_in_for_as_well(server) -> None:
    auth = gp.Token(server.token_for())
    run = gp.GPTask(server.url_of(SECURED), auth).start(Seconds=0, Steps=2)
    run.wait(30)
    assert gp.attach(run.job_url, auth).wait(30).Steps_Done == 2
    with pytest.raises(AuthenticationError):
        gp.attach(run.job_url)


@pytest.fixture
def secured(own_server):
    """A secured task that waits for the test in its middle."""
    entered, opened = threading.Event(), threading.Event()

    def gated(number: int = 1, *, job: JobContext) -> int:
        """Wait for the test, then hand the number back."""
        entered.set()
        assert opened.wait(30)
        return number

    tool = as_tool(gated, name="Gated", output="Number", asynchronous=True)
    own_server.publish(Service("Closed", [tool], secured=True))
    yield own_server.url_of("Gated"), entered, opened
    opened.set()


def test_a_login_renews_an_expired_token_in_the_middle_of_a_run(own_server, secured) -> None:
    url, entered, opened = secured
    run = gp.GPTask(url, gp.Login(USERNAME, PASSWORD)).start(Number=8)
    assert entered.wait(30)
    own_server.expire_tokens()
    opened.set()
    assert run.wait(30).Number == 8
    assert own_server.jobs.created == 1


def test_a_login_renews_a_token_that_expired_before_the_submission(own_server, secured) -> None:
    url, _, opened = secured
    task = gp.GPTask(url, gp.Login(USERNAME, PASSWORD))
    own_server.expire_tokens()
    opened.set()
    assert task(Number=8).Number == 8
    assert own_server.jobs.created == 1


def test_a_run_outlives_a_token_that_cannot_be_renewed(own_server, secured, until) -> None:
    url, entered, opened = secured
    auth = gp.Token(own_server.token_for())
    run = gp.GPTask(url, auth).start(Number=9)
    assert entered.wait(30)
    own_server.expire_tokens()
    until(run, lambda: "sign-in" in run.note)
    assert not run.done
    opened.set()
    again = gp.attach(run.job_url, gp.Login(USERNAME, PASSWORD))
    assert again.wait(30).Number == 9


def test_a_run_whose_token_expired_goes_on_after_a_sign_in_in_place(own_server, secured, until) -> None:
    url, entered, opened = secured
    run = gp.GPTask(url, gp.Token(own_server.token_for())).start(Number=9)
    assert entered.wait(30)
    own_server.expire_tokens()
    until(run, lambda: run.wants_sign_in)
    polls = own_server.faults.add("delay", on="poll", seconds=0)
    opened.set()
    with pytest.raises(WaitTimeout, match=r"The server wants a new sign-in first: call sign_in\("):
        run.wait(0.3)
    assert polls.hits == 0
    run.sign_in(gp.Token(own_server.token_for()))
    assert run.wait(30).Number == 9
    assert not run.wants_sign_in
    assert own_server.jobs.created == 1


def test_a_token_that_expires_before_the_results_are_read_is_asked_for(own_server, secured, until) -> None:
    url, _, opened = secured
    run = gp.GPTask(url, gp.Token(own_server.token_for())).start(Number=9)
    own_server.faults.add("expire_tokens", on="result", times=1)
    opened.set()
    until(run, lambda: run.wants_sign_in)
    run.sign_in(gp.Token(own_server.token_for()))
    assert run.wait(30).Number == 9


def test_many_threads_sign_in_once(own_server) -> None:
    task = gp.GPTask(own_server.url_of(SECURED), gp.Login(USERNAME, PASSWORD))
    runs = [task.start(Seconds=0, Steps=1) for _ in range(6)]
    for run in runs:
        run.wait(30)
    assert own_server._operations.tokens.issued == 1


PAGE_THEN_TOKEN = [
    {"kind": "html", "times": 1},
    {"kind": "error", "code": 500, "message": "starting", "times": 2},
]


@pytest.mark.parametrize("trouble", PAGE_THEN_TOKEN, ids=["page", "error"])
def test_a_token_service_that_fails_for_a_moment_is_asked_again(own_server, secured, until, trouble) -> None:
    url, entered, opened = secured
    run = gp.GPTask(url, gp.Login(USERNAME, PASSWORD)).start(Number=8)
    assert entered.wait(30)
    own_server.faults.add(on="token", **trouble)
    own_server.expire_tokens()
    until(run, lambda: "signing in again" in run.note)
    assert not run.wants_sign_in
    opened.set()
    assert run.wait(30).Number == 8
    assert own_server.jobs.created == 1


def test_tokens_that_are_refused_as_soon_as_they_are_issued_are_asked_for_again(
    own_server, secured, until
) -> None:
    url, entered, opened = secured
    run = gp.GPTask(url, gp.Login(USERNAME, PASSWORD)).start(Number=8)
    assert entered.wait(30)
    own_server.faults.add("expire_tokens", on="poll", times=4)
    until(run, lambda: "signing in again" in run.note)
    opened.set()
    assert run.wait(30).Number == 8


def test_an_account_that_is_refused_is_asked_for_at_once(own_server, secured, until) -> None:
    url, entered, _opened = secured
    run = gp.GPTask(url, gp.Login(USERNAME, PASSWORD)).start(Number=8)
    assert entered.wait(30)
    own_server.faults.add("error", on="token", code=400, message="Unable to generate token.")
    own_server.expire_tokens()
    until(run, lambda: run.wants_sign_in)
    assert not run.done
