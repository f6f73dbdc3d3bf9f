"""The task with every data type, filled in by keyboard and mouse: each value comes back as it was entered."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_notebook import LabNotebook

FORM = """
import gpwidgets as gp
server = gp.demo.serve()
form = gp.TaskWidget(server.url_of("ParameterGallery"))
form
"""

SAME = """
import shapely

def same(frame, wkt):
    return len(frame) == 1 and frame.geometry[0].normalize() == shapely.from_wkt(wkt).normalize()

def lost(tests):
    out = form.outputs
    wrong = [name for name, test in tests.items() if not eval(test, globals(), {"out": out})]
    return [f"{name}: {out['Output_' + name]!r}" for name in wrong]
"""

#: What is typed into the field of this label.
TYPED = {
    "Input Long": "123456789012",
    "Input Double": "-2.5e-3",
    "Input String": "ä “text” <b>& more</b>",
    "Input Hidden": "hush",
    "Input SQL": "NAME = 'A' AND VALUE > 3",
    "Input Linear Unit": "2.5 km",
    "Input Areal Unit": "3 ha",
    "Input Time Unit": "2 weeks",
    "Input Field": "NAME",
    "Input Raster Layer": "https://example.org/dem.tif",
    "Input Extent": "7, 49, 9, 51",
    "Input Envelope": "-1, -2, 3, 4",
    "Input Spatial Reference": "EPSG:25832",
    "Input Coordinate System": "102100",
}

#: What is typed as features, and the geometry that comes back.
SHAPES = {
    "Multipoints": "MULTIPOINT ((7 50), (8 51))",
    "Lines": "LINESTRING (7 50, 8 51, 9 50)",
    "Polygons": "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 1 2, 2 2, 2 1, 1 1))",
}

#: Python in the kernel, with the outputs as ``out``, that is true when a value came back as entered.
CAME_BACK = {
    "Boolean": "out.Output_Boolean is True",
    "Long": "out.Output_Long == 123456789012",
    "Double": "out.Output_Double == -2.5e-3",
    "String": "out.Output_String == 'ä “text” <b>& more</b>'",
    "Choice": "out.Output_Choice == 'GEODESIC'",
    "Coded": "out.Output_Coded == 'ALL'",
    "Hidden": "out.Output_Hidden == 'hush'",
    "SQL": """out.Output_SQL == "NAME = 'A' AND VALUE > 3\"""",
    "Date": "out.Output_Date.isoformat() == '2025-01-31T14:05:00+00:00'",
    "Linear_Unit": "out.Output_Linear_Unit == gp.LinearUnit(2.5, 'esriKilometers')",
    "Areal_Unit": "out.Output_Areal_Unit == gp.ArealUnit(3, 'esriHectares')",
    "Time_Unit": "out.Output_Time_Unit == gp.TimeUnit(2, 'esriTimeUnitsWeeks')",
    "Points": "out.Output_Points.geometry.iloc[0].equals(form.values['Input_Points'].geometry.iloc[0])",
    **{name: f"same(out.Output_{name}, {wkt!r})" for name, wkt in SHAPES.items()},
    "Layer": "out.Output_Layer == 'Street Lights'",
    "Records": "out.Output_Records.values.tolist() == [['a', 1.5], ['b', 2.5]]",
    "Field": "out.Output_Field.name == 'NAME'",
    "File": "out.Output_File.read() == b'some text'",
    "Raster_Layer": "out.Output_Raster_Layer.url == 'https://example.org/dem.tif'",
    "Raster": "out.Output_Raster.read() == b'II*'",
    "Strings": "out.Output_Strings == ['one', 'two, with a comma', 'three']",
    "Choices": "out.Output_Choices == ['Green', 'Blue, dark']",
    "Doubles": "out.Output_Doubles == [1.5, -2.0]",
    "Linear_Units": "out.Output_Linear_Units == [gp.LinearUnit(1, 'mi'), gp.LinearUnit(20, 'ft')]",
    "Value_Table": "out.Output_Value_Table == [[7, 'small', gp.LinearUnit(3, 'esriYards'), True]]",
    "Composite": "out.Output_Composite.name == 'VALUE'",
    "Extent": "out.Output_Extent.bounds == (7, 49, 9, 51)",
    "Envelope": "out.Output_Envelope.bounds == (-1, -2, 3, 4)",
    "Spatial_Reference": "out.Output_Spatial_Reference.wkid == 25832",
    "Coordinate_System": "out.Output_Coordinate_System.wkid == 102100",
}


class Filler:
    """Fills the form as a user does: a click into a field, then the keyboard."""

    def __init__(self, notebook: LabNotebook) -> None:
        self.notebook, self.page = notebook, notebook.page
        self.cell = notebook.cell(0)

    def editor(self, title: str) -> Any:
        """All that belongs to one parameter."""
        fields = self.cell.locator(".gpw-form .gpw-field")
        return fields.filter(
            has=self.page.locator("label, .gpw-label", has_text=re.compile(rf"^\s*{re.escape(title)}\s*$"))
        ).first

    def type(self, place: Any, text: str) -> None:
        place.scroll_into_view_if_needed()
        place.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Tab")

    def choose(self, place: Any, label: str) -> None:
        """Open a list with the mouse and choose an entry by typing its text."""
        place.scroll_into_view_if_needed()
        place.click()
        self.page.keyboard.type(label)
        self.page.keyboard.press("Enter")

    def use_text(self, title: str, text: str) -> None:
        """Give features as text."""
        editor = self.editor(title)
        self.choose(self.notebook.field(title, within=self.cell), "Type or paste")
        self.type(editor.get_by_label(f"{title} as text"), text)
        editor.get_by_title(f"Use the text for {title}").click()

    def row(self, title: str, *cells: str) -> None:
        """Add a row and fill its cells from the keyboard alone, walking with the tabulator."""
        editor = self.editor(title)
        rows = editor.locator(".gpw-row")
        number = rows.count()
        editor.get_by_title(f"Add a row to {title}").click()
        rows.nth(number).locator("input, select").first.focus()
        for text in cells:
            if self.page.evaluate("document.activeElement.tagName") == "SELECT" and text:
                self.page.keyboard.press("Space")  # opens the list; Lab takes the keys of a closed one
                self.page.keyboard.type(text)
                self.page.keyboard.press("Enter")
            else:
                self.page.keyboard.type(text)
            self.page.keyboard.press("Tab")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    text, raster = tmp_path / "places.txt", tmp_path / "tiny.tif"
    text.write_bytes(b"some text")
    raster.write_bytes(b"II*")
    return text, raster


@pytest.mark.timeout(300)
def test_every_value_that_is_entered_comes_back(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, files: tuple[Path, Path]
) -> None:
    notebook = open_notebook(FORM, SAME)
    notebook.run_all()
    fill = Filler(notebook)
    notebook.open_sections(fill.cell)
    fill_simple(fill)
    fill_features(fill)
    fill_files(fill, *files)
    fill_lists(fill)
    notebook.picture(screenshots / "gallery.png")
    notebook.wait_for("sorted(set([p.name for p in form.task.info.inputs]) - set(form.values))", [])
    notebook.button("Run").click()
    notebook.wait_for("form.run is not None and form.run.done", True)
    assert notebook.ask("form.run.status.value") == "succeeded", notebook.ask("str(form.run.error)")
    assert notebook.ask(f"lost({CAME_BACK})") == []
    assert set(CAME_BACK) == {
        name.removeprefix("Input_") for name in notebook.ask("[p.name for p in form.task.info.inputs]")
    }
    assert "hush" not in str(notebook.save())


def fill_simple(fill: Filler) -> None:
    notebook = fill.notebook
    for label, text in TYPED.items():
        fill.type(notebook.field(label, within=fill.cell), text)
    notebook.field("Input Boolean", within=fill.cell).check()
    fill.choose(notebook.field("Input Choice", within=fill.cell), "GEODESIC")
    fill.choose(notebook.field("Input Coded", within=fill.cell), "Join all")
    moment = notebook.field("Input Date (UTC)", within=fill.cell)
    moment.fill("2025-01-31T14:05")


def fill_features(fill: Filler) -> None:
    notebook = fill.notebook
    fill.editor("Input Points").get_by_title("Draw a point for Input Points on the map").click()
    notebook.click_map(notebook.map_in(fill.cell), (0.5, 0.4))
    notebook.wait_for("'Input_Points' in form.values", True)
    for name, wkt in SHAPES.items():
        fill.use_text(f"Input {name}", wkt)
    fill.choose(fill.editor("Input Layer").get_by_label("Layer for Input Layer"), "Street Lights")
    fill.type(notebook.field("Input Records", within=fill.cell), "NAME\tVALUE\na\t1.5\nb\t2.5")


def fill_files(fill: Filler, text: Path, raster: Path) -> None:
    notebook = fill.notebook
    fill.type(notebook.field("Input File", within=fill.cell), str(text))
    with notebook.page.expect_file_chooser() as chooser:
        fill.editor("Input Raster").get_by_title(
            "Take a file from this computer for Input Raster"
        ).last.click()
    chooser.value.set_files(str(raster))


def fill_lists(fill: Filler) -> None:
    strings = fill.editor("Input Strings")
    strings.get_by_text("Paste rows").click()
    fill.type(strings.get_by_label("Rows for Input Strings"), "one\ntwo, with a comma")
    strings.get_by_title("Add them to Input Strings").click()
    strings.locator(".gpw-row").nth(1).wait_for()
    fill.row("Input Strings", "three")
    for label in ("Green", "Blue, dark"):
        fill.editor("Input Choices").get_by_label(label).check()
    fill.row("Input Doubles", "1.5")
    fill.row("Input Doubles", "-2")
    fill.row("Input Linear Units", "1 miles")
    fill.row("Input Linear Units", "20 feet")
    fill.row("Input Value Table", "7", "small", "3 yards", "", "Yes")
    composite = fill.editor("Input Composite")
    fill.choose(composite.locator("select").first, "Field")
    fill.type(composite.get_by_placeholder("a column's name"), "VALUE")
