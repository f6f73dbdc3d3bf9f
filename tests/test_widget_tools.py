"""The tools of widget tests find what a user can see, and use only what a user can use."""

from __future__ import annotations

import ast
import datetime
import re
from pathlib import Path

import ipywidgets as w
import pytest
from widget_tools import (
    alerts,
    around,
    can_find,
    choose,
    chosen,
    fill,
    find,
    find_all,
    html_of,
    options,
    press,
    shown,
    text_of,
    tick,
    upload,
)


def test_a_control_is_found_by_each_of_its_names_and_else_by_a_part() -> None:
    box = w.VBox([w.Button(description="Save", tooltip="Save all"), w.Text(placeholder="a number")])
    for name in ("Save", "Save all", "ave a", re.compile("^Save a")):
        assert find(box, name) is box.children[0]
    assert find(box, "a number", "textbox") is box.children[1]
    assert not can_find(box, "Save", "textbox")


def test_of_two_with_a_name_none_is_taken() -> None:
    box = w.HBox([w.Button(description="Go"), w.Button(description="Go"), w.Button(description="Go on")])
    with pytest.raises(AssertionError, match="2 controls"):
        press(box, "Go")
    press(box, "Go on")


@pytest.mark.parametrize("layout", [{"display": "none"}, {"visibility": "hidden"}])
def test_what_is_hidden_can_be_neither_found_nor_read(layout: dict[str, str]) -> None:
    button = w.Button(description="Run")
    box = w.VBox([w.VBox([button, w.HTML("words")], layout=w.Layout(**layout))])
    assert find_all(box) == []
    assert (text_of(box), html_of(box)) == ("", "")
    with pytest.raises(AssertionError, match="0 controls"):
        press(box, "Run")


def test_one_layout_that_two_have_hides_both() -> None:
    same = w.Layout()
    box = w.VBox([w.Text(description="User", layout=same), w.Button(description="Sign in", layout=same)])
    box.children[0].layout.display = "none"
    with pytest.raises(AssertionError, match="0 controls"):
        press(box, "Sign in")


def test_what_is_closed_or_behind_a_tab_is_not_there() -> None:
    first, second = w.Button(description="First"), w.Button(description="Second")
    tabs = w.Tab([first, second], selected_index=1)
    assert find_all(tabs) == [second]
    second.close()
    assert find_all(tabs) == []


def test_what_is_disabled_cannot_be_used() -> None:
    box = w.VBox([w.Button(description="Run", disabled=True), w.Text(description="Name", disabled=True)])
    for use in (lambda: press(box, "Run"), lambda: fill(box, "Name", "x")):
        with pytest.raises(AssertionError, match="is disabled"):
            use()


def test_typing_choosing_ticking_and_uploading_do_what_the_page_does() -> None:
    date, number = w.DatePicker(description="Day"), w.FloatText(description="Size")
    lists = (
        w.Dropdown(options=["a", "b"], description="One"),
        w.SelectMultiple(options="xyz", description="Some"),
    )
    files, check = w.FileUpload(description="Upload"), w.Checkbox(description="All")
    box = w.VBox([date, number, *lists, files, check])
    fill(box, "Size", 2.5)
    fill(box, "Day", datetime.date(2026, 5, 4))
    choose(box, "One", "b")
    choose(box, "Some", "x", "z")
    tick(box, "All")
    upload(box, "Upload", "a.csv", b"x,y")
    assert (number.value, str(date.value), check.value) == (2.5, "2026-05-04", True)
    assert (options(box, "One"), chosen(box, "One"), chosen(box, "Some")) == (["a", "b"], "b", ["x", "z"])
    assert (files.value[0].name, bytes(files.value[0].content)) == ("a.csv", b"x,y")
    with pytest.raises(AssertionError, match="offers"):
        choose(box, "One", "c")


def test_text_is_read_as_it_is_seen() -> None:
    html = (
        '<style>a{}</style><div role="alert"><b>No</b>  good</div><i class="gpw-unseen">?</i><p hidden>!</p>'
    )
    inner = w.HBox([w.Label("here"), w.Button(description="Go")])
    box = w.VBox([w.HTML(html), w.Text(description="Name"), inner, w.Button(description="Go")])
    assert text_of(box) == "No good\nName\nhere\nGo\nGo"
    assert alerts(box) == ["No good"]
    assert around(box, "here", "Go") is inner
    assert len(list(shown(box))) == 7


#: Tests of widgets use what can be seen. What is left is the state of modules, of ipywidgets and of threads.
MOST_PRIVATE_READS = 20
_PRIVATE = re.compile(r"\b(?!self\b|cls\b)[A-Za-z]\w*\._(?!_)\w*[a-z0-9]\b(?!_)")


def private_reads(source: str) -> list[str]:
    """Each `x._y` in a test, also in the code of its notebooks; names such as `_repr_html_` are IPython's."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("_"):
            text = ast.unparse(node)
            found += [] if text.startswith(("self._", "cls._")) else [text]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += _PRIVATE.findall(node.value)
    return found


def test_private_attributes_are_seen_in_code_and_in_notebooks() -> None:
    source = "a._b\nself._c\nd.e._f.g\nwidget._repr_html_()\nCELL = 'form._run_button.click()'\nx.__class__"
    assert sorted(private_reads(source)) == ["a._b", "d.e._f", "form._run_button"]


def test_tests_of_widgets_use_what_a_user_can_see() -> None:
    here = Path(__file__).parent
    paths = [here / "widget_tools.py", *(here / "widgets").rglob("*.py"), *(here / "browser").rglob("*.py")]
    read = [f"{path.name}: {one}" for path in paths for one in private_reads(path.read_text("utf-8"))]
    assert len(paths) > 40
    assert len(read) < MOST_PRIVATE_READS, read
