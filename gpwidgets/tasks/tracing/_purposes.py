"""What a request is for, told from its address and its fields."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from gpwidgets.client.http.tracing import Exchange
from gpwidgets.texts import later, tr

__all__ = ["purpose_of", "starts_a_run"]

#: By the end of the path; the first that fits is taken. ``{name}`` is the group of that name.
_JOB = r"/GPServer/[^/]+/jobs/[^/]+"
_TASK = r"/GPServer/(?P<name>[^/]+)"
_PATHS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(f"(?i){pattern}$"), words)
    for pattern, words in (
        (r"/generateToken", later("Signs in to get a token")),
        (r"/oauth2/token", later("Signs in at the portal to get a token")),
        (r"/portals/self", later("Asks the portal who has signed in")),
        (r"/rest/info", later("Asks the server for its version, and where one signs in")),
        (r"/sharing/rest", later("Asks for the portal's version")),
        (r"/GPServer/uploads/info", later("Asks how large an upload may be")),
        (r"/GPServer/uploads/upload", later("Uploads a file for an input")),
        (r"/GPServer/uploads/register", later("Announces a file that will come in parts")),
        (r"/uploads/[^/]+/uploadPart", later("Uploads a part of a file")),
        (r"/uploads/[^/]+/commit", later("Says that all parts of the file have been sent")),
        (_JOB + r"/results/(?P<name>[^/]+)", later("Fetches the result {name}")),
        (_JOB + r"/inputs/(?P<name>[^/]+)", later("Reads the input {name} as the server keeps it")),
        (_JOB + r"/cancel", later("Asks the server to cancel the job")),
        (_JOB, later("Asks for the state of the job")),
        (_JOB + r"/scratch/(?:[^/]+/)*(?P<name>[^/]+)", later("Fetches the file {name}")),
        (_TASK + r"/submitJob", later("Sends the inputs of {name}, which creates a job")),
        (_TASK + r"/execute", later("Sends the inputs of {name} and waits for results")),
        (_TASK + r"/validate", later("Lets the server check the inputs of {name}")),
        (r"/GPServer/(?P<name>[^/]+)", later("Reads what the task {name} takes and gives")),
        (r"/(?P<name>[^/]+)/GPServer", later("Reads which tasks and limits the service {name} has")),
        (r"/(?:Map|Feature|Image)Server/(?:[^/]+/)*export(?:Image)?", later("Fetches a picture of the map")),
        (r"/MapServer/jobs/[^/]+/export", later("Fetches a picture of the results")),
        (r"/MapServer/jobs/[^/]+", later("Reads the map in which the server shows the results")),
        (r"/MapServer/jobs/[^/]+/[0-9]+", later("Reads how the server draws a result, and its columns")),
        (r"/(?:Map|Feature|Image)Server/[0-9]+", later("Reads the description of a layer: its columns")),
        (
            r"/(?P<name>[^/]+)/(?:Map|Feature|Image)Server",
            later("Reads the description of the service {name}"),
        ),
        (r"/rest/services(?:/[^/]+)?", later("Reads which services there are")),
        (r"/rest/directories/(?:[^/]+/)*(?P<name>[^/]+)", later("Fetches the file {name}")),
    )
)
_QUERIES: tuple[tuple[str, str], ...] = (
    ("returnCountOnly", later("Asks a layer how many rows it has")),
    ("returnIdsOnly", later("Asks a layer for the ids of its rows")),
    ("returnExtentOnly", later("Asks a layer where its rows lie")),
    ("objectIds", later("Fetches rows of a layer by their ids")),
)
_STARTS = re.compile(r"(?i)/GPServer/[^/]+/(?:execute|submitJob|validate)$")
_DESCRIPTION = re.compile(r"(?i)/GPServer/[^/]+$")


def starts_a_run(exchange: Exchange) -> bool:
    """Whether a request starts a run, or has the server check the inputs of one."""
    return _STARTS.search(_path(exchange.url)) is not None


def purpose_of(exchange: Exchange, *, of_run: bool) -> str:
    """Say what a request is for, without a full stop.

    Parameters
    ----------
    exchange
        The request.
    of_run
        Whether it was made for a run, which knows its task already.
    """
    path = _path(exchange.url)
    if path.lower().endswith("/query"):
        return _query(exchange)
    if of_run and _DESCRIPTION.search(path):
        return tr("Makes sure that the connection works, before something is sent that is sent only once")
    for pattern, words in _PATHS:
        found = pattern.search(path)
        if found is not None:
            return tr(words, **{key: unquote(text) for key, text in found.groupdict().items()})
    return tr("Asks {host} for {path}", host=urlsplit(exchange.url).netloc, path=unquote(path) or "/")


def _query(exchange: Exchange) -> str:
    fields = {one.name: one.text for one in exchange.fields}
    for name, words in _QUERIES:
        if fields.get(name, "false") != "false":
            return tr(words)
    start = fields.get("resultOffset", "0")
    if start.isdecimal() and int(start) > 0:
        return tr("Fetches rows of a layer, from row {start:,} on", start=int(start) + 1)
    return tr("Fetches rows of a layer")


def _path(url: str) -> str:
    return urlsplit(url).path.rstrip("/")
