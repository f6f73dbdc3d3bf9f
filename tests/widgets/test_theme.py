"""One visual language: every style is written in the theme's words, and comes once."""

import re
from pathlib import Path

import gpwidgets.widgets
from gpwidgets.tasks.runs.run import RunStatus
from gpwidgets.widgets.kit.theme import css, style_sheet
from gpwidgets.widgets.results.results import ResultsView

WIDGETS = Path(gpwidgets.widgets.__file__).parent
STYLES = WIDGETS / "styles"


def test_every_widget_shares_one_style_sheet() -> None:
    first, second = ResultsView({"Number": 1}), ResultsView({"Number": 2})
    assert first.children[0] is second.children[0] is style_sheet()
    first.close()
    assert second.children[0].comm is not None


def test_the_style_sheet_comes_back_after_it_was_closed() -> None:
    gone = style_sheet()
    gone.close()
    assert style_sheet() is not gone
    assert style_sheet().comm is not None


def test_the_words_of_the_theme_are_all_there_and_all_in_use() -> None:
    defined = set(re.findall(r"(--gpw-[\w-]+):", (STYLES / "theme.css").read_text("utf-8")))
    used = set(re.findall(r"var\((--gpw-[\w-]+)", css() + python_sources()))
    assert defined == used


def test_colours_and_the_themes_of_hosts_are_named_in_one_file_only() -> None:
    for name in ("form", "views"):
        text = (STYLES / f"{name}.css").read_text("utf-8")
        assert not re.findall(r"--jp-[\w-]+|--vscode[\w-]+|rgba?\(", text), name
        # Only what lies on the map, which is light in any theme, is white whatever the theme says.
        assert set(re.findall(r"#[0-9a-f]{3,6}\b", text)) <= {"#fff", "#000"}, name


def test_no_style_is_for_a_class_that_nothing_has() -> None:
    source = python_sources()
    stems = {f"gpw-state-{state}" for state in ("incomplete", *(status.value for status in RunStatus))}
    stems |= {"gpw-patch-line", "gpw-patch-point"}  # put together from words
    for name in set(re.findall(r"\.(gpw[\w-]*)", css())) - stems:
        level = name in ("gpw-warning", "gpw-error")
        assert level or re.search(rf"""["' ]{name}["' ]""", source), name


def python_sources() -> str:
    return "\n".join(path.read_text("utf-8") for path in WIDGETS.rglob("*.py"))
