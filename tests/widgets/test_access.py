"""Names and errors for readers of screens."""

from __future__ import annotations

import ipywidgets as w
import pytest

from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.widgets.editors.editor_table import editor_for
from gpwidgets.widgets.kit.accessibility import LabelNote
from gpwidgets.widgets.kit.controls import icon_button, lean


def classes(control: w.DOMWidget) -> list[str]:
    """The CSS classes that a control has in the page."""
    return list(control.get_state()["_dom_classes"])


def test_a_control_without_a_description_gets_its_tooltip_as_a_hidden_label() -> None:
    box = lean(w.Text, tooltip="Unit of A", _dom_classes=("mine",))
    assert (box.description, classes(box)) == ("Unit of A", ["mine", "gpw-quiet"])
    button = icon_button("undo", "Put it back")
    assert (button.description, button.tooltip) == ("Put it back", "Put it back")
    assert "gpw-icon" in classes(button)


@pytest.mark.parametrize(
    ("kind", "traits"),
    [
        (w.Text, {"description": "A", "tooltip": "B"}),
        (w.Text, {}),
        (w.VBox, {}),
        (w.Button, {"tooltip": "B"}),
        (w.Checkbox, {"tooltip": "B"}),
    ],
)
def test_other_controls_stay_as_they_are(kind: type[w.DOMWidget], traits: dict[str, str]) -> None:
    control = lean(kind, **traits)
    assert getattr(control, "description", "") in ("", "A")
    assert not classes(control)


def test_an_error_is_in_the_label_while_it_lasts() -> None:
    editor = editor_for(GPParameter("N", "GPLong", display_name="<b>Size & co"))
    plain = editor.control.description
    assert plain == "<b>Size & co"
    editor.control.value = "<i>five</i>"
    assert editor.error
    assert editor.control.description_allow_html
    assert editor.control.description.startswith('&lt;b&gt;Size &amp; co<span class="gpw-unseen"> (error: ')
    assert "<i>" not in editor.control.description
    editor.control.value = "5"
    assert (editor.control.description, editor.control.description_allow_html) == (plain, False)


def test_a_note_moves_with_the_control_and_leaves_that_of_another_editor() -> None:
    first, second = w.Text(description="One"), w.Text(description="Two")
    note, other = LabelNote(), LabelNote()
    note.show(first, "wrong")
    other.show(first, "also wrong")
    assert first.description == 'One<span class="gpw-unseen"> (error: wrong)</span>'
    note.show(second, "wrong")
    assert first.description == "One"
    assert second.description.startswith("Two<span")
    note.show(second, "")
    assert second.description == "Two"
    note.show(w.Button(description="Three"), "wrong")  # it has no label


def test_a_name_is_no_formula() -> None:
    assert lean(w.Text, tooltip="$1 to $2").description == plain_label("$1 to $2") != "$1 to $2"
