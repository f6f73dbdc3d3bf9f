"""Signing in by typing, wherever it is asked for: in a form, in the middle of a job, in the list of runs."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_notebook import LabNotebook
from playwright.sync_api import expect

from gpwidgets import demo
from gpwidgets.demo.jobs.tool_context import JobContext

ACCOUNT, TOKEN = "With a user name", "With a token or an API key"


@pytest.fixture
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


@pytest.fixture
def other_server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


def form_of(url: str, name: str = "form") -> str:
    """A cell that shows a form."""
    return f"import gpwidgets as gp\n{name} = gp.TaskWidget({url!r})\n{name}"


def sign_in(notebook: LabNotebook, cell: Any, way: str, **fields: str) -> None:
    """Choose a way, type into the fields that belong to it, and press the button."""
    cell.get_by_label("Sign in").select_option(way)
    shown = [label.replace("_", " ") for label in fields]
    for label, text in zip(shown, fields.values(), strict=True):
        cell.get_by_label(label, exact=True).fill(text)
    for label in {"Token", "User name", "Password"} - set(shown):
        expect(cell.get_by_label(label, exact=True)).to_be_hidden()
    answered = cell.get_by_label("Sign in").element_handle()
    notebook.button("Sign in", within=cell).click()
    answered.wait_for_element_state("hidden")  # another box asks again


def test_a_wrong_password_is_said_and_the_right_one_opens_the_form(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, server: demo.DemoServer
) -> None:
    notebook = open_notebook(form_of(server.url_of("SecuredCount")))
    notebook.run_cell(0)
    cell = notebook.cell(0)
    expect(cell.get_by_label("Token", exact=True)).to_be_visible()
    expect(notebook.button("Run", within=cell)).to_be_hidden()
    notebook.whole_picture(screenshots / "sign-in-first.png", cell)
    sign_in(notebook, cell, ACCOUNT, User_name=demo.USERNAME, Password="not it")
    expect(cell.get_by_text("Invalid username or password").first).to_be_visible()
    expect(cell.get_by_label("User name", exact=True)).to_have_value(demo.USERNAME)
    expect(cell.get_by_label("Password", exact=True)).to_have_value("")
    notebook.whole_picture(screenshots / "sign-in-refused.png", cell)
    sign_in(notebook, cell, ACCOUNT, User_name=demo.USERNAME, Password=demo.PASSWORD)
    notebook.button("Run", within=cell).click()
    expect(cell.get_by_text("Succeeded", exact=True).first).to_be_visible(timeout=60_000)
    expect(cell.get_by_label("Password", exact=True)).to_have_count(0)
    assert demo.PASSWORD not in str(notebook.save())


def test_a_token_that_ends_in_the_middle_of_a_job_is_asked_for_and_the_job_goes_on(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, server: demo.DemoServer
) -> None:
    entered, opened = threading.Event(), threading.Event()

    def gated(number: int = 7, *, job: JobContext) -> int:
        """Wait for the test, then hand the number back."""
        entered.set()
        assert opened.wait(120)
        return number

    gate = demo.tool("Gated", output="Number", asynchronous=True)(gated)
    server.publish(demo.Service("Secured/Gates", [gate], secured=True))
    notebook = open_notebook(form_of(server.url_of("Gated")))
    notebook.run_cell(0)
    cell = notebook.cell(0)
    sign_in(notebook, cell, TOKEN, Token=server.token_for())
    notebook.button("Run", within=cell).click()
    assert entered.wait(60)
    server.expire_tokens()
    expect(cell.get_by_label("Token", exact=True)).to_be_visible(timeout=60_000)
    notebook.whole_picture(screenshots / "sign-in-token-ended.png", cell)
    sign_in(notebook, cell, TOKEN, Token="nonsense")
    expect(cell.get_by_label("Token", exact=True)).to_be_visible(timeout=60_000)
    expect(cell.get_by_text("Invalid token").first).to_be_visible()
    opened.set()
    sign_in(notebook, cell, TOKEN, Token=server.token_for())
    expect(cell.get_by_text("Succeeded", exact=True).first).to_be_visible(timeout=60_000)
    expect(cell.get_by_text("7", exact=True).first).to_be_visible()
    expect(cell.get_by_label("Token", exact=True)).to_have_count(0)


def test_a_second_host_asks_for_itself(
    open_notebook: Callable[..., LabNotebook], server: demo.DemoServer, other_server: demo.DemoServer
) -> None:
    notebook = open_notebook(
        form_of(server.url_of("SecuredCount"), "one"), form_of(other_server.url_of("SecuredCount"), "two")
    )
    notebook.run_all()
    one, two = notebook.cell(0), notebook.cell(1)
    sign_in(notebook, one, TOKEN, Token=server.token_for())
    expect(notebook.button("Run", within=one)).to_be_visible()
    expect(notebook.button("Run", within=two)).to_be_hidden()
    sign_in(notebook, two, TOKEN, Token=server.token_for())  # the other host's
    expect(two.get_by_label("Token", exact=True)).to_be_visible()
    expect(notebook.button("Run", within=two)).to_be_hidden()
    sign_in(notebook, two, ACCOUNT, User_name=demo.USERNAME, Password=demo.PASSWORD)
    for cell in (one, two):
        notebook.button("Run", within=cell).click()
        expect(cell.get_by_text("Succeeded", exact=True).first).to_be_visible(timeout=60_000)


def test_the_list_of_runs_and_the_browser_of_services_ask_where_it_is_needed(
    open_notebook: Callable[..., LabNotebook],
    screenshots: Path,
    server: demo.DemoServer,
    other_server: demo.DemoServer,
) -> None:
    run = "import gpwidgets as gp\ngp.GPTask({!r}, gp.Token({!r}))(Seconds=0, Steps=1).Steps_Done"
    notebook = open_notebook(
        *(run.format(one.url_of("SecuredCount"), one.token_for()) for one in (server, other_server)),
        "import gpwidgets as gp\nruns = gp.HistoryWidget()\nruns",
        f"import gpwidgets as gp\ngp.ServiceWidget({server.url!r})",
    )
    notebook.run_cell(0)
    notebook.run_cell(1)
    notebook.restart_kernel()  # what was signed in is forgotten
    notebook.run_cell(2)
    cell = notebook.cell(2)
    for number, host in enumerate((other_server, server)):
        cell.get_by_title(re.compile("^Open the form with the same values")).nth(number).click()
        expect(cell.get_by_label("Token", exact=True)).to_be_visible()
        sign_in(notebook, cell, TOKEN, Token=host.token_for())
        expect(notebook.button("Run", within=cell)).to_be_visible()
        expect(cell.get_by_label("Steps", exact=True)).to_have_value("1")
    notebook.whole_picture(screenshots / "sign-in-history.png", cell)

    notebook.run_cell(3)
    cell = notebook.cell(3)
    cell.get_by_label("Folder", exact=True).select_option("Secured")
    cell.get_by_label("Service", exact=True).select_option("Secured/Waiting")
    expect(cell.get_by_label("Token", exact=True)).to_be_visible()
    sign_in(notebook, cell, TOKEN, Token=server.token_for())
    expect(notebook.button("Run", within=cell)).to_be_visible()
    expect(cell.get_by_label("Folder", exact=True)).to_have_value("Secured")
    expect(cell.get_by_label("Service", exact=True)).to_have_value("Secured/Waiting")
    notebook.whole_picture(screenshots / "sign-in-services.png", cell)
