"""Signing in at a portal with the browser: from the form to the portal's page and back with a code."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lab_notebook import LabNotebook
from playwright.sync_api import expect

from gpwidgets import demo


@pytest.fixture
def federated() -> Iterator[demo.DemoServer]:
    with demo.serve(portal=True) as server:
        yield server


def test_a_code_from_the_portals_page_opens_the_form(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, federated: demo.DemoServer
) -> None:
    url = federated.url_of("SecuredCount")
    notebook = open_notebook(f"import gpwidgets as gp\nform = gp.TaskWidget({url!r})\nform")
    notebook.run_cell(0)
    cell = notebook.cell(0)
    cell.get_by_label("Sign in").select_option("In the browser (OAuth)")
    expect(cell.get_by_text("Give the portal and the client ID")).to_be_visible()
    for label, text in (("Portal", federated.portal_url), ("Client ID", demo.CLIENT_ID)):
        box = cell.get_by_label(label, exact=True)
        box.fill(text)
        box.press("Tab")
    link = cell.get_by_role("link", name="Open the sign-in page")
    expect(link).to_be_visible()
    notebook.whole_picture(screenshots / "sign-in-browser.png", cell)
    with notebook.page.context.expect_page() as opened:
        link.click()
    page = opened.value
    page.get_by_label("Username").fill(demo.USERNAME)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Invalid username or password.")
    page.get_by_label("Username").fill(demo.USERNAME)
    page.get_by_label("Password").fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    code = page.get_by_label("Code").input_value()
    page.screenshot(path=screenshots / "portal-code.png")
    page.close()

    cell.get_by_label("Code", exact=True).fill(code)
    notebook.button("Sign in", within=cell).click()
    expect(notebook.button("Run", within=cell)).to_be_visible()
    notebook.button("Run", within=cell).click()
    expect(cell.get_by_text("Succeeded").first).to_be_visible(timeout=60_000)
    notebook.whole_picture(screenshots / "sign-in-done.png", cell)
