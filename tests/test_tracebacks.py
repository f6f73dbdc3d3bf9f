"""IPython's verbose tracebacks, with the variables of every frame, show nothing that is secret."""

from __future__ import annotations

from pathlib import Path

import nbformat
from bad_server import BadServer, GPAnswers, Request, Wire, parameter
from nbclient import NotebookClient

MARKS = {"token": "m4rk-token", "password": "m4rk-pa55", "hidden": "m4rk-hidden", "layer": "m4rk-layer"}
SETUP = """
import time
sleep, time.sleep = time.sleep, lambda seconds: None
import gpwidgets.client.http.session  # which pauses between its tries
time.sleep = sleep
import gpwidgets as gp
%xmode Verbose
def auth(): return gp.Token(read("token"))
def login(): return gp.Login("me", read("password"), token_url=SERVER + "/arcgis/tokens/generateToken")
def layer(): return gp.LayerReference(URL[:-11] + "/L/FeatureServer/0", auth=gp.Token(read("layer")))
def read(name): return open(FOLDER + "/" + name).read()
URL = SERVER + "/arcgis/rest/services/S/GPServer/"
"""
CELLS = {
    "a reset connection": 'gp.GPTask(URL + "Reset", auth())',
    "a page": 'gp.GPTask(URL + "Page", auth())',
    "a token in the header": 'gp.GPTask(URL + "Reset", gp.Token(read("token"), header=True))',
    "a login that fails": 'gp.GPTask(URL + "Task", login())',
    "a basic sign-in": 'gp.GPTask(URL + "Reset", ("me", read("password")))',
    "a refused submission": 'gp.GPTask(URL + "Task", auth())(Text="x", Hidden=read("hidden"), Layer=layer())',
    "a wrong input beside it": 'gp.GPTask(URL + "Task", auth())(Number="x", Hidden=read("hidden"))',
    "inputs in a mapping": 'gp.GPTask(URL + "Task", auth()).start({"Number": "x", "Hidden": read("hidden")})',
    "a call in a mapping": 'gp.GPTask(URL + "Task", auth())({"Number": "x", "Hidden": read("hidden")})',
    "a check by the server": 'gp.GPTask(URL + "Task", auth()).validate(Hidden=read("hidden"))',
    "the canary": 'def fail(value): return value.nothing\nfail(read("hidden"))',
}


def answer(answers: GPAnswers, request: Request, wire: Wire) -> None:
    if request.path.endswith("Reset"):
        wire.hang_up()
    elif request.path.endswith("Page"):
        wire.reply(b"<html><title>x</title></html>", 500)
    elif request.path.endswith(("submitJob", "generateToken")):
        wire.reply({"error": {"code": 500, "message": "no"}})
    else:
        answers(request, wire)


def shown_by_cells(folder: Path) -> dict[str, str]:
    """What each cell shows; the files of a folder hold the marks."""
    for name, mark in MARKS.items():
        (folder / name).write_text(mark)
    features = parameter("Layer", "GPFeatureRecordSetLayer", defaultValue={"features": []})
    answers = GPAnswers(
        [parameter("Text"), parameter("Number", "GPLong"), parameter("Hidden", "GPStringHidden"), features]
    )
    with BadServer(lambda request, wire: answer(answers, request, wire)) as server:
        given = f"SERVER, FOLDER = {server.origin!r}, {str(folder)!r}\n"
        notebook = nbformat.v4.new_notebook()
        notebook.cells = [nbformat.v4.new_code_cell(code) for code in (given + SETUP, *CELLS.values())]
        client = NotebookClient(notebook, timeout=100, allow_errors=True, kernel_name="python3")
        client.execute()
    return {name: str(cell.outputs) for name, cell in zip(CELLS, notebook.cells[1:], strict=True)}


def test_verbose_tracebacks_show_no_secret(tmp_path: Path) -> None:
    outputs = shown_by_cells(tmp_path)
    canary = outputs.pop("the canary")
    assert [name for name, output in outputs.items() if "Traceback" not in output] == []
    shown = [(name, mark) for name, output in outputs.items() for mark in MARKS.values() if mark in output]
    assert shown == []
    assert MARKS["hidden"] in canary, "a plain variable would be seen"
