"""The whole job without a mouse: Tab, Shift+Tab, Enter, arrows and typing, with the focus always seen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_notebook import LabNotebook

pytestmark = pytest.mark.timeout(300)

MAKE = """
import gpwidgets as gp
server = gp.demo.serve()
form = gp.TaskWidget(server.url_of("Viewshed"))
target = form.form.editors["Input_Points"].target
def points():
    value = form.values.get("Input_Points")
    return [] if value is None else [[p.x, p.y] for p in value.geometry]
"""
#: What has the focus: its name, and whether it is seen to have it.
FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const label = one.labels && one.labels.length ? one.labels[0].textContent : '';
  const name = (label || '').trim() || (one.textContent || '').trim() || one.title;
  const titled = one.title || (one.closest('[title]') || {}).title || '';
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  return {tag: one.tagName, name: one.tagName === 'SELECT' ? label.trim() : name, title: titled, seen,
          inside: !!one.closest('.gpw')};
}"""


class Keys:
    """A keyboard, and what it has reached."""

    def __init__(self, notebook: LabNotebook) -> None:
        self.page = notebook.page

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(50)

    def type(self, text: str) -> None:
        """Type a text in the place of what is in the box."""
        self.press("Control+a")
        self.page.keyboard.type(text)

    @property
    def focus(self) -> dict[str, Any]:
        """What has the focus."""
        found: dict[str, Any] = self.page.evaluate(FOCUS)
        return found

    def go_to(self, name: str, key: str = "Tab") -> None:
        """Press Tab until the control with this name or tooltip has the focus; it is seen all the way."""
        passed = []
        for _ in range(40):
            self.press(key)
            focus = self.focus
            passed.append(focus["name"] or focus["title"])
            assert focus["seen"], f"the focus is not seen on {focus}"
            assert focus["inside"], f"{name!r} was not reached by {key}: {passed}"
            if name in (focus["name"], focus["title"]):
                return
        raise AssertionError(f"{name!r} was not reached by {key}: {passed}")


def test_the_viewshed_job_is_done_by_keyboard_alone(
    open_notebook: Callable[..., LabNotebook], screenshots: Path
) -> None:
    notebook = open_notebook(MAKE, "form")
    notebook.run_all(120)
    keys = Keys(notebook)
    notebook.cell(1).get_by_label("Input Points *").focus()

    keys.press("Enter", "ArrowDown", "Enter")  # from drawing to typing
    notebook.wait_for("form.form.editors['Input_Points'].picker.choice.label", "Type or paste coordinates")
    notebook.cell(1).get_by_label("Input Points as text, path, URL or name").wait_for(state="visible")
    keys.go_to("Input Points as text, path, URL or name")
    keys.page.keyboard.type("36°18'N 84°12'W")
    keys.press("Enter")
    keys.page.keyboard.type("-84.3, 36.2")
    keys.go_to("Use")
    keys.press("Enter")
    notebook.wait_for("[[round(x, 6), round(y, 6)] for x, y in points()]", [[-84.2, 36.3], [-84.3, 36.2]])
    notebook.picture(screenshots / "keyboard-form.png")

    notebook.cell(1).get_by_text("Change shapes (2)").wait_for(state="visible")
    keys.go_to("Change shapes (2)")  # the second point is in the wrong place: move it by text, then delete it
    keys.press("Enter")
    notebook.cell(1).get_by_label("Shape of Input Points to change").wait_for(state="visible")
    keys.go_to("Shape of Input Points to change")
    keys.press("Enter", "ArrowDown", "ArrowDown", "Enter")
    notebook.wait_for("target.selected == target.shapes[1].id")
    notebook.cell(1).get_by_label("The chosen shape of Input Points as WKT").wait_for(state="visible")
    keys.go_to("The chosen shape of Input Points as WKT")
    keys.type("POINT (-84.25 36.25)")
    keys.go_to("Apply text")
    keys.press("Enter")
    notebook.wait_for("points()[1]", [-84.25, 36.25])
    keys.go_to("Delete", key="Shift+Tab")
    keys.press("Enter")
    notebook.wait_for("len(points())", 1)

    keys.go_to("Distance")
    keys.type("3")
    keys.go_to("Heights")  # a folded section
    keys.press("Enter")
    notebook.cell(1).get_by_label("observer height", exact=False).first.wait_for(state="visible")
    keys.go_to("Run")
    keys.press("Enter")
    notebook.wait_for("form.outputs is not None", seconds=90)
    assert notebook.ask("str(form.values['Distance'])") == "3 kilometers"
    assert notebook.ask("len(form.outputs.Viewshed_Result)") >= 1
    notebook.cell(1).get_by_text("Succeeded").first.wait_for(state="visible")
    notebook.cell(1).get_by_role("button", name="Row 1").first.wait_for(state="visible")
    keys.go_to("Row 1")  # a row of the result's table
    keys.press("Enter")
    notebook.wait_for("len(form.map.selection[1])", 1)
    notebook.picture(screenshots / "keyboard-result.png")
