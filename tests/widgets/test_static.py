"""What a reader sees without a kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import geopandas
import pytest
from widget_tools import fill, press, see, seen

from gpwidgets import RunWidget, ServiceWidget, TaskWidget, demo
from gpwidgets.widgets.page import twin
from gpwidgets.widgets.results.results import ResultsView

OBSERVER = geopandas.GeoSeries.from_wkt(["POINT (-84.25 36.32)"], crs=4326)


@pytest.fixture(scope="module")
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


class Safe(HTMLParser):
    """Fails on anything that runs or loads."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "iframe", "object", "link", "style")
        for name, value in attrs:
            assert not name.startswith("on")
            if name == "src":
                assert str(value).startswith("data:image/")


def done(widget: TaskWidget) -> TaskWidget:
    widget.start().wait(60, show_progress=False)  # a button waits for the page, and there is none here
    return widget


def test_a_reader_sees_task_values_status_messages_rows_and_a_picture(server: demo.DemoServer) -> None:
    widget = done(TaskWidget(server.url_of("BufferPoints"), values={"Input_Points": OBSERVER}))
    page = widget.snapshot()
    Safe().feed(page)
    for text in ("Buffer Points", "10 kilometers", "1 feature", "Succeeded", "Buffered 1 points", "AREA_KM2"):
        assert text in page
    assert '<img alt="Map of inputs and results" src="data:image/svg+xml;base64,' in page


def test_before_a_run_there_are_the_values(server: demo.DemoServer) -> None:
    page = TaskWidget(server.url_of("SlowCount"), values={"Steps": 7}).snapshot()
    assert "<td>7</td>" in page
    assert "Succeeded" not in page


def test_a_failed_run_says_why(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SlowCount"), values={"Seconds": 0.1, "Fail": True})
    press(widget, "Run")
    assert widget.run is not None
    with pytest.raises(Exception, match="SlowCount"):
        widget.run.wait(60, show_progress=False)
    assert "Failed" in widget.snapshot()


def test_hidden_texts_stay_hidden(server: demo.DemoServer) -> None:
    url = server.url_of("ParameterGallery")
    hidden = next(one.name for one in TaskWidget(url).task.inputs if "StringHidden" in one.data_type)
    page = TaskWidget(url, values={hidden: "top-secret"}).snapshot()
    assert "top-secret" not in page
    assert "•••" in page


def test_a_hidden_text_that_comes_back_is_not_shown(server: demo.DemoServer) -> None:
    widget = done(TaskWidget(server.url_of("ParameterGallery"), values={"Input_Hidden": "top-secret"}))
    assert widget.run is not None
    outputs = widget.run.wait()
    assert outputs.Output_Hidden == "top-secret"
    section = ResultsView(outputs).sections["Output_Hidden"]
    shown = "".join([repr(outputs), widget.snapshot(), *(child.value for child in section.children)])
    assert "Output_Hidden: (hidden)" in shown
    assert "top-secret" not in shown


def test_the_address_that_does_not_answer_is_said() -> None:
    widget = TaskWidget("http://127.0.0.1:9/arcgis/rest/services/A/GPServer/B")
    assert seen(lambda: "No connection" in widget.snapshot())


class Shown:
    """Stands for the notebook that takes what is published."""

    kernel = object()

    def __init__(self) -> None:
        self.display_pub = self
        self.published: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def publish(self, data: dict[str, Any], **more: Any) -> None:
        self.published.append((data, more))


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Shown:
    shown = Shown()
    monkeypatch.setattr("IPython.get_ipython", lambda: shown)
    return shown


def test_the_twin_lies_beside_the_widget_and_follows_the_run(
    server: demo.DemoServer, notebook: Shown
) -> None:
    widget = TaskWidget(server.url_of("SlowCount"), values={"Seconds": 0.1})
    widget._ipython_display_()
    (live, _), (twin, about) = notebook.published
    assert "application/vnd.jupyter.widget-view+json" in live
    assert "application/vnd.jupyter.widget-view+json" not in twin
    assert about["update"] is False
    done(widget)
    last, then = notebook.published[-1]
    assert then == {"transient": about["transient"], "update": True}
    assert "Succeeded" in last["text/html"]


def test_the_twin_follows_what_is_typed_before_any_run(
    server: demo.DemoServer, notebook: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    later: list[Callable[[], None]] = []

    class Waits:
        def add(self, callback: Callable[[], None], _seconds: float) -> None:
            later.append(callback)

    widget = TaskWidget(server.url_of("SlowCount"))
    widget._ipython_display_()
    monkeypatch.setattr(twin, "shared_watcher", Waits)
    for text in ("7", "73", "731"):
        fill(widget, "Steps", text)
    (refresh,) = later  # once for all that is typed until then
    before = len(notebook.published)
    refresh()
    ((told, _about),) = notebook.published[before:]
    assert "<td>731</td>" in told["text/html"]


def test_the_living_widget_hides_its_own_twin_only(server: demo.DemoServer, notebook: Shown) -> None:
    first, second = (TaskWidget(server.url_of("SlowCount")) for _ in range(2))
    first._ipython_display_()
    name = notebook.published[-1][0]["text/html"].split('"')[1]
    assert f".{name} {{ display: none; }}" in first.twin.hider.value
    assert name not in second.twin.hider.value


def test_a_form_within_a_service_refreshes_the_service(server: demo.DemoServer, notebook: Shown) -> None:
    widget = ServiceWidget(server.url_of("SlowCount"))
    see(widget, "Run")
    widget._ipython_display_()
    assert widget.task_widget is not None
    widget.task_widget.values = {**widget.task_widget.values, "Seconds": 0.1}
    done(widget.task_widget)
    assert "Succeeded" in notebook.published[-1][0]["text/html"]


def test_a_run_has_a_twin_too(server: demo.DemoServer, notebook: Shown) -> None:
    run = done(TaskWidget(server.url_of("SlowCount"), values={"Seconds": 0.1})).run
    RunWidget(run)._ipython_display_()
    assert "Succeeded" in notebook.published[-1][0]["text/html"]


def test_outside_of_a_notebook_there_is_the_text(
    server: demo.DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    TaskWidget(server.url_of("SlowCount"))._ipython_display_()
    assert capsys.readouterr().out == "<TaskWidget SlowCount>\n"
