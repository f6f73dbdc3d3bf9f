"""The report of a run: one page that needs nothing else, to be read, printed and passed on."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from gpwidgets.errors import GPError
from gpwidgets.protocol.plain_text import plain_words
from gpwidgets.tasks.inputs.environment import KEYWORD
from gpwidgets.tasks.sharing.settings import settings_of_values
from gpwidgets.texts import language, later, tr
from gpwidgets.version import __version__
from gpwidgets.widgets.runs.snapshot import snapshot

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run

__all__ = ["report_html"]

#: Nothing is run, and nothing is fetched, whatever a server has put into its texts.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_LOOK = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; overflow-wrap: anywhere; }
.gpw-title { font-size: 1.6rem; margin: 0 0 .3rem; } h2, h4 { font-size: 1.15rem; margin: 1.6rem 0 .3rem; }
table { border-collapse: collapse; margin: .5rem 0; } caption { text-align: left; font-weight: bold; }
th, td { border: 1px solid #ccc; padding: 2px 8px; text-align: left; vertical-align: top; }
img { max-width: 100%; height: auto; border: 1px solid #ccc; } ul { padding-left: 1.2rem; }
pre { background: #f5f5f5; padding: .6rem; white-space: pre-wrap; } footer { color: #555; margin-top: 2rem; }
@media print { body { margin: 0; max-width: none; } tr, img { break-inside: avoid; } }
"""
#: Characters of settings that a page holds; those of larger features are said to be left out.
_MOST_SETTINGS = 500_000
_STARTED, _ENDED = later("Started on {when}."), later("Ended on {when}.")


def report_html(run: Run) -> str:
    """Return the report of a run as a whole page of HTML, without scripts and outside resources.

    Parameters
    ----------
    run
        One that has ended, or goes on; then the report says how far it is.
    """
    name = plain_words(run.task.info.display_name or run.task.name, 200)
    foot = tr(
        "Written on {when} by gpwidgets {version}.", when=_moment(datetime.now(UTC)), version=__version__
    )
    times = [
        tr(words, when=_moment(moment))
        for words, moment in ((_STARTED, run.started), (_ENDED, run.ended))
        if moment is not None
    ]
    inputs = {**run.inputs, **({KEYWORD: run.settings} if run.settings else {})}
    job = f"<p>{escape(tr('Job: {address}', address=run.job_url))}</p>" if run.job_url else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(name)}</title><style>{_LOOK}</style></head><body>"
        f"{snapshot(run.task, inputs, run)}<p>{escape(' '.join(times))}</p>{job}{_repeat(run)}"
        f"<footer>{escape(foot)}</footer></body></html>\n"
    )


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _repeat(run: Run) -> str:
    """How to run it again: the settings, and the Python that loads them."""
    if not run.inputs:
        return ""
    try:
        text = str(settings_of_values(run.task, run.inputs, run.settings).without_folders())
    except GPError:
        return ""
    head = f"<h2>{escape(tr('Run it again'))}</h2>"
    if len(text) > _MOST_SETTINGS:
        return f"{head}<p>{escape(tr('The inputs are too large to be kept in this page.'))}</p>"
    code = "\n".join(
        (
            "import gpwidgets as gp",
            "",
            'settings = gp.load_settings("settings.json")',
            "task = gp.GPTask(settings.task)",
            "out = task(settings.values(task))",
        )
    )
    data = base64.b64encode(text.encode()).decode()
    link = f'<a download="settings.json" href="data:application/json;base64,{data}">settings.json</a>'
    return (
        f"{head}<pre>{escape(code)}</pre><p>{link}</p>"
        f"<details><summary>{escape(tr('Settings'))}</summary><pre>{escape(text)}</pre></details>"
    )
