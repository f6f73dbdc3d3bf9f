"""Jobs found again by their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gpwidgets.client.sign_in.auth import as_auth
from gpwidgets.protocol.urls import GPURL
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.task import GPTask

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth


def attach(url: str, auth: Auth | None = None) -> Run:
    """Follow a job by its URL, after a restart or from another notebook.

    Parameters
    ----------
    url
        The job, ``…/GPServer/<task>/jobs/<id>``; what comes after is ignored.
    auth
        As `GPTask`.

    Returns
    -------
    Run
        The same job again; its results are fetched when it has ended.

    Raises
    ------
    ServerError
        The server does not know the job any more.
    gpwidgets.errors.URLError
        The URL names no job.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> run = gp.GPTask(server.url_of("SlowCount")).start(Seconds=0, Steps=3)
    >>> out = run.wait(30)
    >>> again = gp.attach(run.job_url)  # after a restart, or in another notebook
    >>> again.wait(30).Steps_Done
    3
    """
    parsed = GPURL.parse(url)
    auth = as_auth(auth)
    job_id = parsed.job.rpartition("/")[2]
    return GPTask(parsed, auth).attach(parsed.job_id or job_id)
