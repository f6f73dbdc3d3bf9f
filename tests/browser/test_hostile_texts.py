"""Hostile text of a server in every slot of a form and its results, in a real JupyterLab."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bad_server import BadServer, GPAnswers, Request, Wire, parameter
from lab_notebook import LabNotebook
from playwright.sync_api import expect

HARM = (
    "Harm</textarea></pre></script></style><script>window.owned=1</script>"
    "<img src=x onerror='window.owned=2;alert(1)'>"
    '"><svg onload="window.owned=3"><img src=http://canary.example/a/b.gif>'
    '<iframe src="http://canary.example/frame"></iframe><a href="javascript:window.owned=4">link</a>'
    "<b style=\"background:url('http://canary.example/style')\">bold</b>"
    " costs $5 to $10 $$a^2$$ \\(x\\) \\[y\\]"
)
FIELDS = [
    {"name": "OBJECTID", "type": "esriFieldTypeOID", "alias": HARM},
    {"name": f"said{HARM}", "type": "esriFieldTypeString", "alias": HARM},
]
RENDERER = {
    "type": "uniqueValue",
    "field1": f"said{HARM}",
    "uniqueValueInfos": [
        {
            "value": HARM,
            "label": HARM,
            "description": HARM,
            "symbol": {"type": "esriSMS", "style": "esriSMSCircle", "color": [255, 0, 0, 255], "size": 9},
        }
    ],
}
ROWS = [{"attributes": {"OBJECTID": n, f"said{HARM}": HARM}, "geometry": {"x": n, "y": n}} for n in (1, 2)]
SET = {
    "geometryType": "esriGeometryPoint",
    "spatialReference": {"wkid": 4326},
    "displayFieldName": HARM,
    "fields": FIELDS,
    "features": ROWS,
    "drawingInfo": {"renderer": RENDERER},
}
LOOK = """() => ({owned: window.owned === undefined ? null : window.owned,
  formulas: document.querySelectorAll('.jp-OutputArea mjx-container, .jp-OutputArea .MathJax').length,
  foreign: document.querySelectorAll('.jp-OutputArea iframe, .jp-OutputArea [src*="canary.example"]').length,
  scripts: document.querySelectorAll('.jp-OutputArea [onerror], .jp-OutputArea [onload]').length})"""
NOTHING = {"owned": None, "formulas": 0, "foreign": 0, "scripts": 0}


class Harmful(GPAnswers):
    """A service that puts the same harm into all its texts."""

    def __init__(self) -> None:
        texts = {"displayName": HARM, "description": HARM}
        inputs = [
            parameter("Text", **texts, defaultValue=HARM),
            parameter("Choice", **texts, choiceList=[HARM, "two"], defaultValue=HARM),
            parameter("Folded", **texts, category=HARM, defaultValue=HARM),
            parameter("Points", "GPFeatureRecordSetLayer", **texts, defaultValue=SET),
        ]
        kinds = {"Said": "GPString", "Layer": "GPFeatureRecordSetLayer", "Table": "GPRecordSet"}
        outputs = [parameter(name, kind, "Output", **texts) for name, kind in kinds.items()]
        outputs += [
            parameter("File", "GPDataFile", "Output", **texts),
            parameter("Lost", "GPLong", "Output", **texts),
        ]
        super().__init__([*inputs, *outputs])
        levels = ("Informative", "Warning", "Error", "Abort")
        self.messages = [{"type": f"esriJobMessageType{level}", "description": HARM} for level in levels]
        table = {"fields": FIELDS, "features": [{"attributes": row["attributes"]} for row in ROWS]}
        values = {"Said": HARM, "Layer": SET, "Table": table, "Lost": HARM}
        self.results = {
            name: {"dataType": kinds.get(name, "GPLong"), "value": value} for name, value in values.items()
        }
        self.results["File"] = {"dataType": "GPDataFile", "value": {"url": f"http://127.0.0.1:9/{HARM}.txt"}}

    def usual(self, kind: str, request: Request) -> Any:
        reply = super().usual(kind, request)
        if kind == "task":
            reply |= {
                "displayName": HARM,
                "description": HARM,
                "category": HARM,
                "helpUrl": "javascript:window.owned=5",
            }
        return reply


@pytest.fixture
def harmful() -> Iterator[BadServer]:
    with BadServer(Harmful()) as server:
        yield server


@pytest.fixture
def dialogs(lab_page: Any) -> Iterator[list[str]]:
    """Messages of the dialogs that a page has opened."""
    opened: list[str] = []

    def note(dialog: Any) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    lab_page.on("dialog", note)
    yield opened
    lab_page.remove_listener("dialog", note)


def refuse(_request: Request, wire: Wire) -> None:
    wire.reply({"error": {"code": 400, "message": HARM, "details": [HARM]}})


def test_hostile_text_in_every_slot_is_only_text(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, harmful: BadServer, dialogs: list[str]
) -> None:
    def refused(request: Request, wire: Wire) -> None:
        (refuse if "/Broken/" in request.path else answers)(request, wire)

    answers, harmful.answer = harmful.answer, refused
    good, broken = (f"{harmful.services}/{name}/GPServer/Task" for name in ("S", "Broken"))
    notebook = open_notebook(
        f"import gpwidgets as gp\nform = gp.TaskWidget({good!r})\nform", f"gp.TaskWidget({broken!r})"
    )
    notebook.run_all()
    cell = notebook.cell(0)
    notebook.open_sections(cell)
    notebook.button("This form as Python", within=cell).click()
    notebook.button("Run", within=cell).click()
    expect(cell.get_by_text("Succeeded", exact=True).first).to_be_visible()
    expect(cell.get_by_role("log").first).to_contain_text("costs $5 to $10")
    expect(notebook.cell(1)).to_contain_text("costs $5 to $10")
    for tab in cell.get_by_role("tab").all():
        tab.click()
    cell.get_by_role("tab").filter(has_text=re.compile(r"\(\d+\)")).first.click()
    cell.get_by_role("button", name="Row 1").first.click()
    notebook.page.wait_for_timeout(1000)  # formulas are set, and pictures asked for, a moment later
    notebook.picture(screenshots / "hostile-texts.png")
    assert notebook.page.evaluate(LOOK) == NOTHING
    assert dialogs == []
    assert notebook.page.network.refused == []
    # The same look finds what does run.
    notebook.page.evaluate(
        "document.querySelector('.jp-OutputArea').append(document.createElement('iframe'))"
    )
    assert notebook.page.evaluate(LOOK) != NOTHING
