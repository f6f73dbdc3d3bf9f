"""Secrets are in nothing that is saved or sent to a page: notebooks with state of widgets, HTML, Voila."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bad_server import BadServer
from closed_network import ClosedNetwork
from lab_notebook import LabNotebook, write_notebook
from lab_server import VoilaServer
from marks import found
from nbconvert import HTMLExporter
from playwright.sync_api import expect
from secretive_server import Marks, Secretive, layer_answers

CANARY = "canary of this form"
#: How one signs in: what is chosen, and which mark is typed where.
WAYS = {
    "password": ("With a user name", {"Password": "password"}),
    "token": ("With a token or an API key", {"Token": "token"}),
    "key": ("With a token or an API key", {"Token": "key"}),
}
_SAVES_STATE = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"
_TOGGLE = """async ([command, on]) => {
  const is = () => jupyterapp.commands.isToggled(command);
  if (is() !== on) await jupyterapp.commands.execute(command);
  while (is() !== on) await new Promise(again => setTimeout(again, 20));
}"""


class Place:
    """A secretive server, another one with a layer, and what is given to both."""

    def __init__(self, way: str, stack: ExitStack) -> None:
        self.way, self.marks = way, Marks.of(way)
        self.layers = stack.enter_context(BadServer(layer_answers(self.marks.layer)))
        self.server = stack.enter_context(BadServer(Secretive(self.marks)))
        self.url = f"{self.server.services}/S/GPServer/Task"
        self.layer_url = f"{self.layers.services}/L/FeatureServer/0"


class Hand:
    """What a user does with one form in a page."""

    def __init__(self, cell: Any, place: Place) -> None:
        self.cell, self.place = cell, place

    def box(self, label: str) -> Any:
        return self.cell.get_by_label(label, exact=True).locator("visible=true").first

    def type(self, label: str, text: str) -> None:
        self.box(label).fill(text)
        self.box(label).press("Tab")

    def type_secret(self, label: str, mark: str) -> None:
        self.type(label, mark)
        expect(self.box(label)).to_have_value("")
        expect(self.box(label)).to_have_attribute("placeholder", re.compile("•"))

    def press(self, text: str) -> None:
        name = re.compile(rf"^\s*{text}\s*$")
        button = self.cell.get_by_role("button").filter(has_text=name).locator("visible=true").first
        button.click()

    def type_sign_in(self) -> None:
        way, typed = WAYS[self.place.way]
        self.box("Sign in").select_option(way)
        if "Password" in typed:
            self.type("User name", "ada")
        for label, name in typed.items():
            self.type_secret(label, getattr(self.place.marks, name))

    def sign_in(self) -> None:
        self.press("Sign in")
        expect(self.box("Text")).to_be_visible()

    def type_inputs(self) -> None:
        self.type("Text", CANARY)
        self.type_secret("Hidden", self.place.marks.hidden)
        self.box("Layer").select_option("A layer on a server (URL)")
        address = "Address of the layer for Layer"
        self.type(address, f"{self.place.layer_url}?token={self.place.marks.layer}")
        expect(self.box(address)).to_have_value(self.place.layer_url)
        self.type_secret("Token for the layer of Layer; wiped as soon as it is used", self.place.marks.layer)

    def run(self) -> None:
        self.press("Let the server read it")
        self.press("This form as Python")
        self.press("Run")
        expect(self.cell.get_by_text("Succeeded", exact=True).first).to_be_visible()
        expect(self.cell.get_by_text(re.compile("canary said")).first).to_be_visible()
        for tab in self.cell.get_by_role("tab").all():
            tab.click()
            expect(tab).to_have_attribute("aria-selected", "true")
        expect(self.cell.get_by_text("canary row").first).to_be_attached()


@pytest.fixture
def places() -> Iterator[list[Place]]:
    with ExitStack() as stack:
        yield [Place(way, stack) for way in WAYS]


@pytest.fixture
def saved_with_state(lab_page: Any) -> Iterator[Callable[[], None]]:
    """`saved_with_state()`: from now on notebooks are saved with the state of all widgets."""
    yield lambda: lab_page.evaluate(_TOGGLE, [_SAVES_STATE, True])
    lab_page.evaluate(_TOGGLE, [_SAVES_STATE, False])


def assert_none(places: list[Place], text: str) -> None:
    for place in places:
        assert found(place.marks.all(), text) == []


def raw(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def saved_texts(notebook: LabNotebook) -> list[str]:
    """The file that JupyterLab writes, and the page that nbconvert makes of it."""
    content = notebook.save()
    page, _resources = HTMLExporter().from_notebook_node(content)
    return [raw(notebook.server.root / notebook.name), page]


def state_in(text: str) -> str:
    """The part of a notebook that is the state of its widgets."""
    content = nbformat.reads(text, as_version=4)
    return str(content.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json"))


def assert_the_servers_saw_what_is_theirs(place: Place) -> None:
    typed = [getattr(place.marks, name) for name in WAYS[place.way][1].values()]
    seen = "\n".join("\n".join([one.text, *one.fields.values()]) for one in place.server.seen)
    for mark in (*typed, place.marks.hidden, place.marks.layer):
        assert found([mark], seen)
    others = [mark for mark in place.marks.all() if mark != place.marks.layer]
    assert found(others, "\n".join(one.text for one in place.layers.seen)) == []


@pytest.mark.timeout(300)
def test_no_saved_notebook_holds_a_secret(
    open_notebook: Callable[..., LabNotebook],
    saved_with_state: Callable[[], None],
    places: list[Place],
    screenshots: Path,
) -> None:
    forms = [
        f"import gpwidgets as gp\n{place.way} = gp.TaskWidget({place.url!r})\n{place.way}" for place in places
    ]
    notebook = open_notebook(*forms, "\n".join(f"{place.way}.close()" for place in places))
    saved_with_state()
    for number in range(len(places)):
        notebook.run_cell(number)
    hands = [Hand(notebook.cell(number), place) for number, place in enumerate(places)]

    def look(*canaries: str, in_state: str = "") -> None:
        for text in saved_texts(notebook):
            assert_none(places, text)
            assert all(canary in text for canary in canaries)
        assert in_state in state_in(raw(notebook.server.root / notebook.name))

    look("Sign in", in_state="paste the token here")
    for hand in hands:
        hand.type_sign_in()
    look("ada", in_state="(set)")
    for hand in hands:
        hand.sign_in()
        hand.type_inputs()
    look("(set)", in_state=CANARY)
    for hand in hands:
        hand.run()
    notebook.wait_text_in_output(len(places) - 1, "canary said")
    notebook.whole_picture(screenshots / "saved-secrets.png", notebook.cell(0))
    look(CANARY, "canary message", "canary said", in_state="canary row")
    notebook.run_cell(len(places))
    look(CANARY, "canary said")
    notebook.restart_kernel()
    look(CANARY, "canary said")
    for place in places:
        assert_the_servers_saw_what_is_theirs(place)
    written = [path for folder in (notebook.server.root, notebook.server.state) for path in folder.rglob("*")]
    everything = "\n".join(raw(path) for path in written if path.is_file())
    assert_none(places, everything)
    assert CANARY in everything.replace(raw(notebook.server.root / notebook.name), "")


@pytest.fixture
def voila(tmp_path: Path, places: list[Place]) -> Iterator[VoilaServer]:
    (tmp_path / "state").mkdir()
    (tmp_path / "root").mkdir()
    cell = f"import gpwidgets as gp\ngp.TaskWidget({places[0].url!r})"
    write_notebook(tmp_path / "root" / "form.ipynb", (cell,))
    with VoilaServer(tmp_path / "root", tmp_path / "state") as server:
        yield server
    shutil.rmtree(tmp_path / "root")


@pytest.mark.timeout(300)
def test_no_secret_is_sent_to_a_page_of_voila(
    lab_page: Any, voila: VoilaServer, places: list[Place], screenshots: Path
) -> None:
    place = places[0]
    got, sent = [], []

    def as_text(payload: str | bytes) -> str:
        return payload if isinstance(payload, str) else payload.decode("utf-8", "replace")

    def listen(socket: Any) -> None:
        socket.on("framereceived", lambda payload: got.append(as_text(payload)))
        socket.on("framesent", lambda payload: sent.append(as_text(payload)))

    context = lab_page.context.browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.network = ClosedNetwork(page)
    page.on("websocket", listen)
    first = page.goto(voila.url("voila/render/form.ipynb"), timeout=120_000)
    assert_none(places, first.text())
    hand = Hand(page.locator("body"), place)
    expect(hand.box("Sign in")).to_be_visible(timeout=120_000)
    hand.type_sign_in()
    hand.sign_in()
    hand.type_inputs()
    hand.run()
    page.screenshot(path=screenshots / "saved-secrets-voila.png", full_page=True)
    shown = page.content()
    context.close()
    for text in (shown, *got):
        assert_none(places, text)
    everything = "\n".join(got)
    assert all(canary in everything for canary in (CANARY, "canary message", "canary row"))
    assert "canary said" in shown
    # The same look finds what is typed on its way to the kernel.
    for mark in (place.marks.password, place.marks.hidden, place.marks.layer):
        assert found([mark], "\n".join(sent))
    assert_the_servers_saw_what_is_theirs(place)
    everything = "\n".join(raw(path) for path in voila.state.rglob("*") if path.is_file())
    assert_none(places, everything)
    assert CANARY in everything
