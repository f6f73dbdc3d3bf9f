"""Tools by which tests of widgets find and use controls as a user does, without a browser.

A test says what is written on a control and what is done with it; names of attributes are not needed:

    press(widget, "Run")                                a button, a toggle, the title of a fold
    fill(widget, "Distance", "5")                       type into a text, number, password or date box
    choose(widget, "Sign in", "With a user name")       one of a list; several labels where it takes several
    tick(widget, "Show Buffers", False)                 a check box or a toggle
    upload(widget, "Upload", "points.csv", b"x,y")      a file
    text_of(widget)                                     all text that is shown, without HTML, one part a line
    html_of(widget)                                     its HTML, for tests of escaping
    error_at(widget, "Distance")                        what is said to be wrong at a field; "" when nothing
    alerts(widget), said(widget)                        texts with the role alert, and with the role status
    field(widget, "Input Points")                       the box of one input: press(field(form, "A"), "Undo")
    around(widget, "Task 17", "Attach")                 the smallest box with this text and this control
    find(widget, "Run", role="button")                  the control itself, to look at `.value`, `.tooltip`, …
    find_all(widget, role="button")                     every control that can be seen
    open_tab(widget, "Report (text)")                   a tab; tab_titles(widget) are the titles there are
    press_heading(widget, "Name")                       the heading of a column of the one table
    can_find(widget, "Compare")                         whether there is one to be seen
    can_press(widget, "Cancel")                         … and it is neither disabled nor looks so
    options(widget, "Unit"), chosen(widget, "Unit")     what a list offers, and what is chosen in it
    seen(lambda: …)                                     wait for a condition
    see(widget, "Succeeded")                            wait for a text to be shown; fails with what is shown
    finish(run)                                         wait for the end of a run, whatever it is
    join_workers("gpwidgets-browse")                    wait for threads, to see that nothing comes of them
    restart_kernel()                                    as in a new kernel, no run is known any more
    deliver(layer, {"event": "click", …})               what the page tells a widget, such as a click on a map

A control's name is its description (without the star of what is needed), its tooltip or its placeholder:
the whole of it, or else a part that no other control has; a compiled pattern is searched for. Roles are
ARIA's: button, checkbox, textbox, spinbutton, combobox, listbox, radiogroup, slider.

Only what can be seen counts: nothing in a hidden or closed box (`layout.display`, `layout.visibility`), in
a tab or fold that is not open, or in a map's control that is not on the map. A control that is hidden,
disabled, missing, or one of several of the name makes the helper fail, and say which controls there are.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as w
from bs4 import BeautifulSoup, Tag

from gpwidgets.errors import GPError
from gpwidgets.tasks.journal import recording
from gpwidgets.tasks.runs.run import Run

Name = str | re.Pattern[str]

_ROLES: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("button", (w.Button, w.ToggleButton, w.FileUpload)),
    ("checkbox", (w.Checkbox,)),
    ("combobox", (w.Dropdown, w.Combobox)),
    ("listbox", (w.Select, w.SelectMultiple)),
    ("radiogroup", (w.RadioButtons, w.ToggleButtons)),
    ("spinbutton", (w.IntText, w.FloatText, w.BoundedIntText, w.BoundedFloatText)),
    ("textbox", (w.Text, w.Textarea, w.DatePicker, w.NaiveDatetimePicker, w.TimePicker, w.ColorPicker)),
    ("slider", (w.IntSlider, w.FloatSlider, w.SelectionSlider, w.IntRangeSlider, w.FloatRangeSlider)),
)
_PRESSED = ("button", "checkbox")
_TYPED = ("textbox", "spinbutton", "combobox", "slider")
_CHOSEN = ("combobox", "listbox", "radiogroup", "slider")
_BLOCKS = (
    "br, div, p, pre, ul, ol, li, dl, dt, dd, table, caption, tr, th, td, details, summary,"
    "h1, h2, h3, h4, h5, h6"
)
_NOT_SEEN = "style, script, template, [hidden], .gpw-unseen, details:not([open]) > :not(summary)"


# What is seen


def shown(widget: w.Widget) -> Iterator[w.Widget]:
    """A widget and all below it that can be seen, in their order."""
    has_layout = widget.has_trait("layout") and widget.trait_has_value("layout")  # a look would make one
    layout = widget.layout if has_layout else None
    if widget.comm is None or (layout is not None and _hides(layout)):
        return
    yield widget
    for child in _parts(widget):
        yield from shown(child)


def _hides(layout: w.Layout) -> bool:
    return layout.display == "none" or layout.visibility == "hidden"


def _parts(widget: w.Widget) -> Iterator[w.Widget]:
    children = getattr(widget, "children", ())
    if isinstance(widget, w.Accordion | w.Tab | w.Stack):
        children = () if widget.selected_index is None else children[widget.selected_index :][:1]
    yield from children
    yield from getattr(widget, "controls", ())  # of a map
    yield from filter(None, [getattr(widget, "widget", None)])  # of such a control


def html_of(widget: w.Widget) -> str:
    """Return all HTML that is shown."""
    return " ".join(one.value for one in shown(widget) if isinstance(one, w.HTML | w.HTMLMath))


def text_of(widget: w.Widget) -> str:
    """Return all text that is shown, as the eye reads it: one part a line, icons' names left out."""
    return "\n".join(filter(None, (_text(one) for one in shown(widget))))


def _text(widget: w.Widget) -> str:
    if isinstance(widget, w.HTML | w.HTMLMath):
        return plain(widget.value)
    if isinstance(widget, w.Label):
        return str(widget.value)
    if isinstance(widget, w.Tab):
        return "\n".join(widget.titles)
    classes = _classes(widget)
    is_silent = "gpw-quiet" in classes or "gpw-icon" in classes
    return "" if is_silent else _described(widget)


def plain(html: str) -> str:
    """Return the text of HTML that can be seen, blanks run together."""
    return _words(_soup(html))


def _words(part: Tag) -> str:
    for block in part.select(_BLOCKS):
        block.insert_before(" ")
        block.insert_after(" ")
    return " ".join(part.get_text().split())


def _soup(html: str) -> BeautifulSoup:
    soup = BeautifulSoup(f"<div>{html}</div>", "html.parser")  # text alone would be taken for an address
    hidden = [one for one in soup.find_all(style=True) if re.search(r"display:\s*none", str(one["style"]))]
    for one in [*soup.select(_NOT_SEEN), *hidden]:
        one.decompose()
    return soup


def _with_role(widget: w.Widget, role: str) -> list[str]:
    found = _soup(html_of(widget)).find_all(attrs={"role": role})
    texts = (_words(one) for one in found if isinstance(one, Tag))
    return [text for text in texts if text]


def alerts(widget: w.Widget) -> list[str]:
    """Return the texts with the role alert."""
    return _with_role(widget, "alert")


def said(widget: w.Widget) -> list[str]:
    """Return the texts with the role status."""
    return _with_role(widget, "status")


# Finding


def role_of(widget: w.Widget) -> str:
    """Return a control's role; empty when a user can do nothing with it."""
    return next((role for role, kinds in _ROLES if isinstance(widget, kinds)), "")


def _classes(widget: w.Widget) -> tuple[str, ...]:
    return tuple(widget.get_state("_dom_classes")["_dom_classes"]) if widget.has_trait("layout") else ()


def _described(widget: w.Widget) -> str:
    words = str(getattr(widget, "description", "") or "")
    return plain(words) if getattr(widget, "description_allow_html", False) else words.strip()


def names_of(widget: w.Widget) -> list[str]:
    """Return what a control is called: description, tooltip, placeholder."""
    words = [_described(widget), *(getattr(widget, name, None) for name in ("tooltip", "placeholder"))]
    return list(dict.fromkeys(str(one).removesuffix(" *") for one in words if one and one != "\u200b"))


def find_all(widget: w.Widget, name: Name | None = None, role: str | tuple[str, ...] = "") -> list[Any]:
    """Return the controls that can be seen, of this name and role."""
    roles = (role,) if isinstance(role, str) else role
    there = [one for one in shown(widget) if role_of(one) and (roles == ("",) or role_of(one) in roles)]
    if name is None:
        return there
    if isinstance(name, re.Pattern):
        return [one for one in there if any(name.search(words) for words in names_of(one))]
    by_description = [one for one in there if _described(one).removesuffix(" *") == name]
    whole = by_description or [one for one in there if name in names_of(one)]
    return whole or [one for one in there if any(name in words for words in names_of(one))]


def find(widget: w.Widget, name: Name, role: str | tuple[str, ...] = "") -> Any:
    """Return the one control of this name that can be seen."""
    found = find_all(widget, name, role)
    if len(found) == 1:
        return found[0]
    there = "; ".join(f"{role_of(one)} {' / '.join(names_of(one))!r}" for one in find_all(widget))
    raise AssertionError(
        f"{len(found)} controls {role or ''} are called {name!r}; to be seen are: {there}; "
        f"written is: {text_of(widget)[-600:]!r}"
    )


def can_find(widget: w.Widget, name: Name, role: str | tuple[str, ...] = "") -> bool:
    """Whether a control of this name can be seen."""
    return bool(find_all(widget, name, role))


def field(widget: w.Widget, label: str) -> Any:
    """Return the innermost box of an input that has this label."""
    boxes = [one for one in shown(widget) if "gpw-field" in _classes(one) and _has_label(one, label)]
    assert boxes, f"no input is called {label!r}; shown is:\n{text_of(widget)}"
    return boxes[-1]


def _has_label(box: w.Widget, label: str) -> bool:
    lines = [line.removesuffix(" *") for line in text_of(box).splitlines()]
    return label in lines or any(label in names_of(one) for one in find_all(box))


def error_at(widget: w.Widget, label: str) -> str:
    """Return what is said to be wrong at an input; empty when nothing is."""
    return " ".join(text.removeprefix("✖ ") for text in alerts(field(widget, label)))


def around(widget: w.Widget, text: str, name: Name | None = None) -> Any:
    """Return the smallest box in which this text can be seen and a control (of this name) used."""
    boxes = [one for one in shown(widget) if getattr(one, "children", ())]
    fitting = [one for one in boxes if text in text_of(one) and find_all(one, name)]
    assert fitting, f"{text!r} stands beside no control {name or ''}; shown is:\n{text_of(widget)}"
    return fitting[-1]


# Using


def _usable(widget: w.Widget, name: Name, roles: tuple[str, ...]) -> Any:
    control = find(widget, name, roles)
    assert not getattr(control, "disabled", False), f"{name!r} is disabled"
    return control


def press(widget: w.Widget, name: Name) -> None:
    """Press a button as soon as it does not rest any more; one that can be pressed in goes in or out."""
    control = _usable(widget, name, _PRESSED)
    assert seen(lambda: "gpw-resting" not in _classes(control)), f"{name!r} rests"
    if isinstance(control, w.Button):
        control.click()
    else:
        control.set_state({"value": not control.value})


def press_resting(widget: w.Widget, name: Name) -> None:
    """Press a button that rests, as one who does not look."""
    control = _usable(widget, name, _PRESSED)
    assert "gpw-resting" in _classes(control), f"{name!r} does not rest"
    control.click()


def tab_titles(widget: w.Widget) -> list[str]:
    """Return the titles of the tabs that can be seen."""
    return [title for one in shown(widget) if isinstance(one, w.Tab) for title in one.titles]


def open_tab(widget: w.Widget, title: str) -> None:
    """Open the one tab with this title."""
    bars = [one for one in shown(widget) if isinstance(one, w.Tab) and title in one.titles]
    assert len(bars) == 1, f"{len(bars)} tabs are called {title!r}; there are {tab_titles(widget)}"
    bars[0].set_state({"selected_index": bars[0].titles.index(title)})


def press_heading(widget: w.Widget, column: str) -> None:
    """Do what the page does at a click on the heading of a column."""
    heads = [one for one in _soup(html_of(widget)).select("[onclick] th > button") if _text_of(one) == column]
    assert len(heads) == 1, f"{len(heads)} headings are called {column!r}"
    (box,) = [one for one in _below(widget) if isinstance(one, w.Text) and "gpw-sort-box" in _classes(one)]
    box.set_state({"value": f"{heads[0]['data-place']} {len(box.value)}{box.value[:40]}"})


def _text_of(part: Tag) -> str:
    return " ".join(part.get_text().split()).rstrip(" ▲▼")


def _below(widget: w.Widget) -> Iterator[w.Widget]:
    yield widget
    for child in _parts(widget):
        yield from _below(child)


def can_press(widget: w.Widget, name: Name) -> bool:
    """Whether a button is neither disabled nor looks so."""
    control = find(widget, name, _PRESSED)
    return not control.disabled and "gpw-resting" not in _classes(control)


def tick(widget: w.Widget, name: Name, on: bool = True) -> None:
    """Set a check box or a toggle."""
    _usable(widget, name, _PRESSED).set_state({"value": on})


def fill(widget: w.Widget, name: Name, value: Any, *, enter: bool = False) -> None:
    """Type into a box; with `enter`, and press the Enter key."""
    control = _usable(widget, name, _TYPED)
    to_json = control.trait_metadata("value", "to_json", lambda given, _control: given)
    control.set_state({"value": to_json(value, control)})
    if enter:
        deliver(control, {"event": "submit"})


def options(widget: w.Widget, name: Name) -> list[str]:
    """Return what a list offers."""
    return _labels(find(widget, name, _CHOSEN))


def _labels(control: Any) -> list[str]:
    return list(
        control.options if isinstance(control, w.Combobox) else control.get_state()["_options_labels"]
    )


def choose(widget: w.Widget, name: Name, *labels: str) -> None:
    """Choose in a list, which must offer it."""
    control = _usable(widget, name, _CHOSEN)
    offered = _labels(control)
    assert set(labels) <= set(offered), f"{name!r} offers {offered}"
    places = [offered.index(label) for label in labels]
    control.set_state({"index": places if isinstance(control, w.SelectMultiple) else places[0]})


def chosen(widget: w.Widget, name: Name) -> Any:
    """Return the label that is chosen in a list; a list of labels where there may be several."""
    control = find(widget, name, _CHOSEN)
    label = control.label
    return list(label) if isinstance(control, w.SelectMultiple) else label


def upload(widget: w.Widget, name: Name, filename: str, content: bytes, kind: str = "") -> None:
    """Choose a file for an upload."""
    told = {"name": filename, "type": kind, "size": len(content), "last_modified": 0}
    control = _usable(widget, name, ("button",))
    control.set_state({"value": [{**told, "content": memoryview(content)}], "error": ""})


def deliver(widget: w.Widget, content: dict[str, Any]) -> None:
    """Tell a widget what the page tells it: an event of a map's layer, the Enter key."""
    widget.comm.handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


# Waiting


def join_workers(name: str) -> None:
    """Wait for the threads of this name, and for those of it that they start."""
    while busy := [one for one in threading.enumerate() if one.name == name]:
        for worker in busy:
            worker.join(30)


def restart_kernel() -> None:
    """Forget the runs of this kernel, as a new one does."""
    recording._store_in.cache_clear()


def seen(condition: Callable[[], bool]) -> bool:
    """Whether it comes to be, while threads of a widget work."""
    waiting = threading.Event()
    return any(condition() or waiting.wait(0.02) for _ in range(1500))


def see(widget: w.Widget, text: str) -> None:
    """Wait until a text is shown."""
    assert seen(lambda: text in text_of(widget)), f"{text!r} never came to be shown, but:\n{text_of(widget)}"


def finish(run: Run) -> None:
    """Wait for the end of a run, be it a good one or not."""
    try:
        run.wait(60, show_progress=False)
    except GPError:
        assert run.done, "it goes on"
