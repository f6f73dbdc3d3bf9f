"""A report for the administrator of a server, on an address or a run that makes trouble."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.sign_in.auth import as_auth
from gpwidgets.file_names import name_from_title
from gpwidgets.html_blocks import block, paragraph, table, title
from gpwidgets.protocol.urls import GPURL
from gpwidgets.secrets import hiding
from gpwidgets.tasks.diagnosis._archive import cut_texts, write_archive
from gpwidgets.tasks.diagnosis._asking import Asked, ask
from gpwidgets.tasks.diagnosis._computer import environment
from gpwidgets.tasks.diagnosis._of_run import as_text, journal_text, readable, run_text, secrets_of_run
from gpwidgets.tasks.diagnosis._scrubbing import Scrubber
from gpwidgets.tasks.diagnosis._summary import CONTENTS, summary_text
from gpwidgets.tasks.history_entry import HistoryEntry
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.task import GPTask
from gpwidgets.tasks.tracing.request_log import RequestLog
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth

__all__ = ["Diagnosis", "diagnose"]


@dataclass(frozen=True)
class Diagnosis:
    """A report that was saved; wherever a path is taken, it stands for that of its file.

    Attributes
    ----------
    path : pathlib.Path
        The zip.
    summary : str
        The page of it that is read first, as Markdown.
    contents : dict of str to str
        Its files, and what each is.

    Examples
    --------
    >>> import os, tempfile
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> made = gp.diagnose(server.url_of("BufferPoints"), os.path.join(tempfile.mkdtemp(), "report.zip"))
    >>> made.path.name, next(iter(made.contents))
    ('report.zip', 'summary.md')
    """

    path: Path
    summary: str
    contents: dict[str, str]

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def __str__(self) -> str:
        lines = [f"  {name}: {what}" for name, what in self.contents.items()]
        return "\n".join([tr("Saved as {path}.", path=str(self.path)), *lines])

    def _repr_html_(self) -> str:
        said = tr("Saved as {path}.", path=str(self.path))
        words = tr("Look through it before you send it.")
        shown = table(list(self.contents.items()), (tr("File"), tr("What it is")))
        return block(title("Diagnosis", self.path.name), paragraph(said), shown, paragraph(words))


def diagnose(
    about: str | GPURL | GPTask | Run | HistoryEntry | Any,
    path: str | Path | None = None,
    *,
    auth: Auth | None = None,
    session: GPSession | None = None,
    overwrite: bool = False,
) -> Diagnosis:
    """Save what a server's administrator needs to know when something does not work, without secrets.

    Parameters
    ----------
    about
        The address of a service, task or job, a `GPTask`, a `Run`, or an entry of the history. A widget of a
        task stands for its latest run, or its task.
    path
        Of the zip; a free name in the working directory when left out.
    auth
        As `GPTask`, for an address.
    session
        A session to use, for its certificates and proxies.
    overwrite
        Whether to replace a file at `path`.

    Returns
    -------
    Diagnosis
        Where it was saved, and what is in it. An address that does not answer raises nothing: it is in the
        report.

    Raises
    ------
    gpwidgets.errors.URLError
        The address is none of an ArcGIS service.
    FileExistsError
        There is a file at `path`.
    OSError
        It cannot be written.

    Notes
    -----
    Reads ``…/rest/info``, the service, the task and the job, and makes a connection of its own to see the
    certificate. In the report are the answers, times, versions, proxies without credentials, and of a run its
    requests, messages and what the history has of it. Secrets, hidden values, accounts, home folders and
    e-mail addresses are taken out. No text in it is longer than 1 MB, and all together 4 MB at the most.

    Examples
    --------
    >>> import os, tempfile
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> run = gp.GPTask(server.url_of("SlowCount")).start(Seconds=0, Steps=1)
    >>> out = run.wait(30)
    >>> made = gp.diagnose(run, os.path.join(tempfile.mkdtemp(), "report.zip"))
    >>> [name for name in made.contents if name.startswith("run")]
    ['run.json', 'run-requests.har']
    """
    target = None if path is None else Path(path).expanduser()
    if target is not None and not overwrite and target.exists():
        raise FileExistsError(17, os.strerror(17), str(target))
    run, url, own = _what(about)
    session = session or own or GPSession(as_auth(auth))
    asked = ask(session, url)
    scrubber = _scrubber(session, url, run)
    texts = _texts(asked, url, run, scrubber)
    contents = {name: tr(CONTENTS.get(name.partition(".")[0], "")) for name in texts}
    free = f"{name_from_title(url.task_name or url.service_name or 'server', 'service')}_diagnosis.zip"
    saved = write_archive(target, free, texts, overwrite=overwrite)
    return Diagnosis(saved, texts["summary.md"], contents)


def _what(about: Any) -> tuple[Run | None, GPURL, GPSession | None]:
    """The run, the address and the session of what is looked at."""
    if isinstance(about, HistoryEntry):
        about = about.run or about.job_url or about.task_url
    elif not isinstance(about, str | GPURL | GPTask | Run):  # a widget
        about = getattr(about, "run", None) or getattr(about, "task", None) or about
    if isinstance(about, Run):
        url = about.task.url
        return about, url.for_job(about.job_id) if about.job_id else url, about.task.session
    if isinstance(about, GPTask):
        return None, about.url, about.session
    return None, about if isinstance(about, GPURL) else GPURL.parse(str(about)), None


def _scrubber(session: GPSession, url: GPURL, run: Run | None) -> Scrubber:
    secrets = secrets_of_run(run) if run is not None else []
    with hiding(secrets):
        masker = session.masker()
    account = session.auth.account if session.auth is not None else ""
    return Scrubber(masker, str(url), [account])


def _texts(asked: Asked, url: GPURL, run: Run | None, scrubber: Scrubber) -> dict[str, str]:
    """All files of the report by name, the summary first."""
    here = environment()
    log = RequestLog(asked.trace, run.task.inputs if run is not None else ())
    texts = {
        "environment.json": as_text(here),
        "connection.json": as_text({**asked.settings, **asked.connection, "pem": None}),
        "certificate.pem": asked.connection.get("pem", ""),
        **{f"{name}.json": readable(text) for name, text in asked.answers.items()},
        "requests.har": _har(log),
    }
    if run is not None:
        texts |= {
            "run.json": run_text(run),
            "run-requests.har": _har(run.trace) if len(run.trace) else "",
            "messages.txt": "\n".join(f"{one.level}: {one.words}" for one in run.messages),
        }
    with contextlib.suppress(Exception):  # a history that cannot be read must not keep the report back
        texts["journal.json"] = journal_text(run, url.job if url.job_id else None)
    texts = cut_texts({name: text for name, text in texts.items() if text}, scrubber.text)
    summary = summary_text(str(url), asked, log, run, here, texts)
    return {"summary.md": scrubber.text(summary), **texts}


def _har(log: RequestLog) -> str:
    return json.dumps(log.to_har(), ensure_ascii=False, indent=1)
