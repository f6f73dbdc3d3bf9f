"""A notebook that is open in JupyterLab, used with the mouse and looked into through its kernel."""

import ast
import json
import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import nbformat
from lab_server import LabServer

#: Tiles that did not load, and the map of a closed notebook that tells its place to a kernel that is gone.
_HARMLESS = ("Failed to load resource", "Could not send widget sync message Error: Cannot send")
_PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden) "
_IS_READY = """name => {
  const panel = window.jupyterapp && jupyterapp.shell.currentWidget;
  if (!panel || !panel.context || panel.context.path !== name || !panel.context.isReady) return false;
  const kernel = panel.sessionContext.session && panel.sessionContext.session.kernel;
  return !!kernel && kernel.status === 'idle';
}"""
_LATE = "(_, no) => setTimeout(() => no(new Error('no answer after ' + ms + ' ms')), ms)"
_RUN_STATE = f"ms => Promise.race([window.__cells, new Promise({_LATE})]).then(ok => ok !== false)"
_ASK = f"""async ([x, ms]) => {{
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute(
    {{code: '', silent: true, store_history: false, user_expressions: {{x}}}});
  const reply = await Promise.race([future.done, new Promise({_LATE})]);
  return reply.content.user_expressions.x;
}}"""
_ERRORS = """() => jupyterapp.shell.currentWidget.content.widgets.flatMap((cell, number) =>
  cell.model.type !== 'code' ? [] : cell.model.outputs.toJSON()
    .filter(output => output.output_type === 'error')
    .map(output => [number, output.ename, output.evalue]))"""
_RESTART = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart().then(() => null)"
_RECONNECT = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.reconnect().then(() => null)"
_CLOSE = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  const session = panel.sessionContext.session.id;
  panel.context.model.dirty = false;
  panel.close();
  await jupyterapp.serviceManager.sessions.shutdown(session);
}"""


def write_notebook(path: Path, cells: tuple[str, ...]) -> None:
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


class LabNotebook:
    """One notebook with its own kernel, in a page that shows JupyterLab."""

    def __init__(self, server: LabServer, page: Any, name: str) -> None:
        self.server, self.page, self.name = server, page, name
        self._said: list[tuple[str, str]] = []
        self._listeners = {
            "console": lambda message: self._said.append((message.type, message.text)),
            "pageerror": lambda error: self._said.append(("pageerror", str(error))),
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)
        if page.url.startswith("http://127.0.0.1"):
            command = "'docmanager:open', {path, factory: 'Notebook'}"
            page.evaluate(f"path => jupyterapp.commands.execute({command}).then(() => null)", name)
        else:
            page.goto(server.url(f"lab/tree/{name}?reset"))
        page.wait_for_function(_IS_READY, arg=name, timeout=60_000)
        page.wait_for_selector(_PANEL + ".jp-Cell")

    def close(self) -> None:
        """End the kernel and close the tab; the page serves the next notebook."""
        self.page.evaluate(_CLOSE)
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)

    def reload_page(self) -> None:
        """Save, and load the page anew, as the browser's button does; the kernel goes on.

        The address in the browser is still that of the notebook which the page was opened with.
        """
        self._reloaded = True
        self.save()
        self.page.goto(self.server.url(f"lab/tree/{self.name}"))
        self.page.wait_for_function(_IS_READY, arg=self.name, timeout=60_000)

    def reconnect_kernel(self) -> None:
        """Lose the connection to the kernel and make it anew, as its menu does."""
        self.page.evaluate(_RECONNECT)
        self.page.wait_for_function(_IS_READY, arg=self.name, timeout=60_000)

    _restarted = False
    _reloaded = False

    def restart_kernel(self) -> None:
        """Restart the kernel, as its menu does; outputs stay where they are."""
        self._restarted = True
        self.page.evaluate(_RESTART)
        self.page.wait_for_function(_IS_READY, arg=self.name, timeout=60_000)

    def kill_kernel(self) -> None:
        """Kill the kernel, as a system that has run out of memory does; its server starts another."""
        self._restarted = True
        os.kill(self.ask("__import__('os').getpid()"), signal.SIGKILL)
        self.page.get_by_role("dialog").get_by_role("button").last.click(timeout=30_000)  # it says so
        self.page.wait_for_function(_IS_READY, arg=self.name, timeout=60_000)

    # Cells

    def start_all(self) -> None:
        """Begin to run all cells."""
        self.page.evaluate(
            "() => { window.__cells = jupyterapp.commands.execute('notebook:run-all-cells'); }"
        )

    def wait_done(self, seconds: float = 90) -> None:
        """Wait until the cells that were started are done."""
        self.page.evaluate(_RUN_STATE, seconds * 1000)

    def run_all(self, seconds: float = 90) -> None:
        """Run all cells; none may fail."""
        self.start_all()
        self.wait_done(seconds)
        assert not self.errors(), self.errors()

    def start_cell(self, number: int) -> None:
        """Begin to run one cell."""
        self.page.evaluate(
            """number => {
              jupyterapp.shell.currentWidget.content.activeCellIndex = number;
              jupyterapp.shell.currentWidget.content.deselectAll();
              window.__cells = jupyterapp.commands.execute('notebook:run-cell');
            }""",
            number,
        )

    def run_cell(self, number: int, seconds: float = 60) -> list[dict[str, Any]]:
        """Run one cell and return its outputs."""
        self.start_cell(number)
        self.wait_done(seconds)
        assert not self.errors(), self.errors()
        return self.outputs(number)

    def outputs(self, number: int) -> list[dict[str, Any]]:
        """The outputs of a cell, as the notebook saves them."""
        script = "number => jupyterapp.shell.currentWidget.content.widgets[number].model.outputs.toJSON()"
        found: list[dict[str, Any]] = self.page.evaluate(script, number)
        return found

    def wait_text_in_output(self, number: int, text: str) -> None:
        """Wait until a saved output of a cell holds a text."""
        script = (
            "([number, text]) => JSON.stringify(jupyterapp.shell.currentWidget.content"
            ".widgets[number].model.outputs.toJSON()).includes(text)"
        )
        self.page.wait_for_function(script, arg=[number, text], timeout=30_000)

    def cell(self, number: int) -> Any:
        """A cell in the page."""
        return self.page.locator(_PANEL + ".jp-Cell").nth(number)

    def cell_with(self, text: str) -> int:
        """Number of the first code cell with this text in its source."""
        widgets = "jupyterapp.shell.currentWidget.content.widgets"
        script = f"() => {widgets}.map(cell => [cell.model.type, cell.model.sharedModel.source])"
        sources: list[list[str]] = self.page.evaluate(script)
        return next(at for at, (kind, source) in enumerate(sources) if kind == "code" and text in source)

    def errors(self) -> list[Any]:
        """(cell, exception, message) of all cells that failed."""
        found: list[Any] = self.page.evaluate(_ERRORS)
        return found

    def problems(self) -> list[str]:
        """JavaScript errors, those of widgets included."""
        said = [
            text
            for kind, text in self._said
            if kind == "pageerror" or (kind == "error" and not any(known in text for known in _HARMLESS))
        ]
        # Outputs of a kernel that is gone name models that nobody has, as those of any widget do; and a
        # kernel at work speaks of widgets before the page that was loaded anew has asked for them.
        known = [
            *(["widget model not found"] if self._restarted else []),
            *(["Comm not found for comm id"] if self._reloaded else []),
        ]
        return [text for text in said if not any(one in text for one in known)]

    def save(self) -> nbformat.NotebookNode:
        """Save the notebook and read the file."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.context.save().then(() => null)")
        return nbformat.read(self.server.root / self.name, as_version=4)

    # The kernel

    def ask(self, expression: str, seconds: float = 30) -> Any:
        """The value of a Python expression in the kernel, by way of JSON."""
        code = f"__import__('json').dumps({expression}, default=str)"
        reply = self.page.evaluate(_ASK, [code, seconds * 1000])
        assert reply["status"] == "ok", f"{expression}: {reply.get('ename')}: {reply.get('evalue')}"
        return json.loads(ast.literal_eval(reply["data"]["text/plain"]))

    def wait_for(self, expression: str, wanted: Any = True, seconds: float = 30) -> None:
        """Ask the kernel until the expression has the wanted value; until then it may also raise."""
        end = time.monotonic() + seconds
        while (found := self._ask_or_error(expression)) != wanted:
            assert time.monotonic() < end, f"{expression} is {found!r}, not {wanted!r}, after {seconds} s"
            self.page.wait_for_timeout(100)

    def _ask_or_error(self, expression: str) -> Any:
        try:
            return self.ask(expression)
        except AssertionError as error:
            return error

    # The page

    def button(self, text: str, *, within: Any = None) -> Any:
        """A button of a widget, by its whole text; the glyph of an icon is part of the button's name."""
        place = (within or self.page.locator(_PANEL)).locator(".jp-OutputArea")
        return place.get_by_role("button").filter(has_text=re.compile(rf"^\s*{text}\s*$")).first

    def field(self, label: str, *, within: Any = None) -> Any:
        """An input of a widget, by its label."""
        return (within or self.page.locator(_PANEL)).get_by_label(label, exact=True).first

    def open_sections(self, within: Any) -> None:
        """Open the sections of a form that are folded."""
        for fold in within.get_by_title(re.compile("^Inputs of ")).all():
            if "mod-active" not in fold.get_attribute("class"):
                fold.click()

    def titled(self, tooltip: str, *, within: Any = None) -> Any:
        """The buttons that can be seen and say this when the mouse is over them."""
        place = within or self.page.locator(_PANEL)
        return place.get_by_role("button").and_(place.get_by_title(tooltip, exact=True))

    def map_in(self, cell: Any) -> Any:
        """The map in a cell, scrolled into view."""
        found = cell.locator(".leaflet-container").first
        found.wait_for(state="visible", timeout=30_000)
        found.scroll_into_view_if_needed()
        self.page.wait_for_timeout(400)  # controls come one tick after the map itself
        return found

    def click_map(self, map_: Any, *places: tuple[float, float]) -> None:
        """Click a map at fractions of its width and height, as a hand does."""
        box = map_.bounding_box()
        for across, down in places:
            x, y = box["x"] + box["width"] * across, box["y"] + box["height"] * down
            self.page.mouse.move(x, y, steps=4)
            self.page.mouse.down()
            self.page.mouse.up()
            self.page.wait_for_timeout(150)

    def whole_picture(self, path: Path, cell: Any) -> None:
        """Save a screenshot of all that a cell has put out, in a window tall enough for it."""
        before, output = self.page.viewport_size, cell.locator(".jp-OutputArea-output").first
        self.page.mouse.move(5, 5)
        height = max(2400, round(output.bounding_box()["height"]) + 400)
        self.page.set_viewport_size({"width": before["width"], "height": height})
        self.page.wait_for_timeout(600)  # maps follow their new place
        self.picture(path, output)
        self.page.set_viewport_size(before)

    def picture(self, path: Path, what: Any = None) -> None:
        """Save a screenshot of the page or of a part of it."""
        (what or self.page).screenshot(path=str(path))
