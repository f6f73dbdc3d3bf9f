"""What a run that is opened again says: its server's times, rows that are missing, values without a place."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lab_notebook import LabNotebook

SETUP = """import warnings
from typing import Literal
import gpwidgets as gp
warnings.simplefilter('ignore')
server = gp.demo.serve()
gp.history().clear()
def before(radius: float = 1.0, way: Literal['plane', 'sphere'] = 'plane') -> str:
    "Do something."
    return 'done'
def after(distance: float = 2.0, way: Literal['plane', 'curve'] = 'plane') -> str:
    "Do something else."
    return 'done'
gp.GPTask(server.publish(before, name='Changing', output='Said'))(Radius=7.5, Way='sphere')
server.publish(after, name='Changing', output='Said')
changed = gp.history()[0]
with (server.faults.add('truncate', on='result'),
      server.faults.add('error', on='map_layer', code=404, times=1)):
    run = gp.GPTask(server.url_of('HotSpots')).start()
    run.wait(60)
for message in server.jobs.last.messages:
    message['description'] = (message['description'].replace(' UTC', '')
        .replace('(Elapsed Time: ', '(Elapsed Time: 4 minutes '))
gp.history().clear()
url = run.job_url"""


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
def test_earlier_runs_tell_what_is_so(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, look: str
) -> None:
    notebook = open_notebook(SETUP, "changed.reopen()", "gp.RunWidget(run)", "gp.RunWidget(gp.attach(url))")
    page = notebook.page
    if look == "dark":
        page.evaluate(
            "() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
        )
    if look == "narrow":
        page.evaluate("() => jupyterapp.shell.collapseLeft()")
        page.set_viewport_size({"width": 480, "height": 900})
    notebook.run_all()
    changed, cut, found = (notebook.cell(number) for number in (1, 2, 3))
    changed.get_by_text("Radius: 7.5").locator("visible=true").first.wait_for(state="visible")
    changed.get_by_role("button", name="Copy the code").first.wait_for(state="visible")
    notebook.whole_picture(screenshots / f"changed-service-{look}.png", changed)
    missing = "Succeeded, but not complete: 290 rows of Hot Spots are missing"
    cut.get_by_role("status").filter(has_text=missing).wait_for(state="visible")
    notebook.whole_picture(screenshots / f"missing-rows-{look}.png", cut)
    cut.get_by_role("button", name="Fetch the missing rows").click()
    for place, text in (
        (cut, "290 features, coordinate system"),
        (found, "by the server's clock"),
        (found, re.compile(r"4 min \d\d s")),
    ):
        place.get_by_text(text).locator("visible=true").first.wait_for(state="visible")
    notebook.whole_picture(screenshots / f"found-job-{look}.png", found)
    page.set_viewport_size({"width": 1280, "height": 900})
    if look == "dark":
        page.evaluate(
            "() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})"
        )
