"""Whatever widgets show comes from the catalogue of texts, unless the server or the data say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from weakref import WeakSet

import geopandas
import ipywidgets as w
import pytest
import xyzservices
from ipywidgets.widgets import widget as registry
from widget_tools import can_press, finish, press, text_of

from gpwidgets import demo, set_language, texts
from gpwidgets.errors import InputErrors
from gpwidgets.protocol.values.units import ArealUnit
from gpwidgets.tasks.task import GPTask
from gpwidgets.widgets.history_widget import HistoryWidget
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.map.layers.ground_layer import GROUND_ATTRIBUTION
from gpwidgets.widgets.page import open_forms, open_maps
from gpwidgets.widgets.results.results import ResultsView
from gpwidgets.widgets.service_widget import ServiceWidget
from gpwidgets.widgets.task_widget import TaskWidget

OPEN, CLOSED = "⟦⟧"
#: Proper names and what people type, the same in all languages.
NAMES = (
    "EPSG",
    "CSV",
    "Parquet",
    "GeoParquet",
    "GeoJSON",
    "GeoPackage",
    "Viridis",
    "Cividis",
    "xmin, ymin, xmax, ymax",
    "POP > 1000",
    " ms",
    " kB",
    GROUND_ATTRIBUTION,
    *(
        re.sub(r"<[^>]*>", "", unescape(tiles.html_attribution))
        for tiles in xyzservices.providers.flatten().values()
    ),
)
_BRACKETED = re.compile(rf"{OPEN}[^{OPEN}{CLOSED}]*{CLOSED}")
_WORD = re.compile(r"[^\W\d_]{2,}")


class Bracketing:
    """A catalogue that puts every text into brackets."""

    def gettext(self, text: str) -> str:
        return f"{OPEN}{text}{CLOSED}"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


@pytest.fixture(scope="module")
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts._Speech, "catalogue", Bracketing())


@pytest.fixture
def german() -> Iterator[None]:
    set_language("de")
    yield
    set_language("en")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The widgets that are there before the test, which sees no forms and maps of other tests."""
    monkeypatch.setattr(open_forms, "_FORMS", WeakSet())
    monkeypatch.setattr(open_maps, "_MAPS", WeakSet())
    return dict(registry._instances)


def texts_of_html(html: str) -> Iterator[str]:
    html = re.sub(r"<(style|pre|code)\b.*?</\1>", " ", html, flags=re.S)  # code is no text
    for tag in re.findall(r"<[^>]*>", html):
        yield from re.findall(r'(?:aria-label|alt|title)="([^"]*)"', tag)
    yield unescape(re.sub(r"<[^>]*>", " ", html))


def shown_by(widget: Any) -> Iterator[str]:
    """Everything a user can read in a widget."""
    for name in ("description", "tooltip", "placeholder", "name", "attribution"):
        if widget.has_trait(name):
            yield from texts_of_html(str(getattr(widget, name) or ""))
    if widget.has_trait("_options_labels"):
        yield from map(str, widget.get_state()["_options_labels"])
    if isinstance(widget, w.HTML | w.Label):
        yield from texts_of_html(widget.value)


def untranslated(before: dict[str, Any], theirs: list[str]) -> list[str]:
    """What is shown by widgets made since, but neither from the catalogue nor the server's."""
    found: set[str] = set()
    known = sorted({one.strip() for one in [*theirs, *NAMES] if one.strip()}, key=len, reverse=True)
    for key, widget in list(registry._instances.items()):
        if key in before:
            continue
        for text in shown_by(widget):
            rest, last = re.sub(r"https?://[^\s…]+", " ", text), ""
            while rest != last:
                rest, last = _BRACKETED.sub(" ", rest), rest
            for one in known:
                rest = rest.replace(one, " ")
            if _WORD.search(rest):
                found.add(f"{type(widget).__name__}: {rest.strip()!r} in {text!r}")
    return sorted(found)


def open_all(before: dict[str, Any]) -> None:
    """Open what is folded since, so that all parts are made; what is inside may be folded, too."""
    for _ in range(3):
        for key, one in list(registry._instances.items()):
            if isinstance(one, Fold) and key not in before:
                one.opened = True


def said_by_server(widget: TaskWidget) -> list[str]:
    """Names, titles, descriptions, choices and messages: the server says them in its own language."""
    assert widget.task is not None
    info = widget.task.info
    said = [info.name, info.display_name, *texts_of_html(info.description)]
    for one in [*info.parameters, *(deep for top in info.parameters for deep in top.parameter_infos)]:
        said += [one.name, one.display_name, one.category, one.data_type, *texts_of_html(one.description)]
        said += [text for choice in one.choices for text in (choice.label, str(choice.value))]
        said += _strings(one.default_value)
    if widget.run is not None:
        said += [message.description for message in widget.run.messages]
        frames = [value for value in (widget.outputs or {}).values() if hasattr(value, "columns")]
        said += [str(name) for frame in frames for name in frame.columns]
    return said


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, str):
        yield value


@pytest.mark.usefixtures("bracketed")
def test_a_form_its_run_and_its_results_show_no_text_but_from_the_catalogue(
    server: demo.DemoServer, made: dict[str, Any]
) -> None:
    widget = TaskWidget(server.url_of("BufferPoints"))
    assert widget.form is not None
    assert widget.map is not None
    picker = widget.form.editors["Input_Points"].picker
    for _, kind in picker.choice.options:
        picker.show(kind)
    press(widget, "Run")  # without points: an error at the field and above the form
    assert isinstance(widget.error, InputErrors)
    assert untranslated(made, said_by_server(widget)) == []
    points = geopandas.GeoSeries.from_wkt(["POINT (-84.2 36.3)"], crs=4326)
    widget.values = {**widget.values, "Input_Points": points}
    press(widget, "Run")
    assert widget.run is not None, widget.error
    finish(widget.run)
    open_all(made)
    widget.map.select("Buffers", (0,))
    kept = w.HTML(widget.snapshot())  # what a saved notebook shows
    assert untranslated(made, said_by_server(widget)) == []
    kept.close()
    widget.close()


@pytest.mark.parametrize("wrong", [None, "nothing of the kind"])
@pytest.mark.usefixtures("bracketed")
def test_editors_of_all_types_show_no_text_but_from_the_catalogue(
    server: demo.DemoServer, made: dict[str, Any], wrong: str | None
) -> None:
    widget = TaskWidget(server.url_of("ParameterGallery"))
    assert widget.form is not None
    open_all(made)
    for editor in widget.form.editors.values():
        editor.set_value(wrong)
        editor.check()
    results = ResultsView({"Yes": True, "Area": ArealUnit(1, "esriHectares"), "Nothing": None, "Text": ""})
    kinds = ["(date)", "(double)", "(string)"]  # of columns, as the server calls them
    assert untranslated(made, [*said_by_server(widget), *kinds, *results.outputs, wrong or ""]) == []
    results.close()
    widget.close()


@pytest.mark.usefixtures("bracketed")
def test_history_and_services_show_no_text_but_from_the_catalogue(
    server: demo.DemoServer, made: dict[str, Any], own_history: Path
) -> None:
    run = GPTask(server.url_of("BufferPoints")).start(
        Input_Points=geopandas.GeoSeries.from_wkt(["POINT (-84.2 36.3)"], crs=4326)
    )
    finish(run)
    browser, past = ServiceWidget(server.url), HistoryWidget()
    assert browser.error is None
    assert len([row for row in past.rows if row.layout.display != "none"]) == 1
    names = [*browser.services.list.options, *browser.folders.list.options]
    theirs = ["Buffer Points", "Input_Points", *(name for name, _ in names if OPEN not in name)]
    assert untranslated(made, theirs) == []
    for widget in (browser, past):
        widget.close()


@pytest.mark.usefixtures("bracketed")
def test_a_text_that_is_not_from_the_catalogue_is_found(made: dict[str, Any]) -> None:
    box = w.VBox([w.Button(description="Run"), w.HTML(f"<b>{texts.tr('Run')}</b>"), w.HTML("<p>1 of 2</p>")])
    assert untranslated(made, []) == ["Button: 'Run' in 'Run'", "HTML: '1 of 2' in ' 1 of 2 '"]
    box.close()


@pytest.mark.usefixtures("german")
def test_a_form_in_german_is_german_and_one_that_was_there_stays_as_it_is(server: demo.DemoServer) -> None:
    set_language("en")
    before = TaskWidget(server.url_of("BufferPoints"))
    set_language("de")
    after = TaskWidget(server.url_of("BufferPoints"))
    assert can_press(before, "Run")
    press(after, "Ausführen")
    assert "Nicht gestartet" in text_of(after)
    assert "hier ist ein Wert erforderlich" in text_of(after)
    for widget in (before, after):
        widget.close()
