"""Split a pasted URL into server, service, task, job and result, and build the URLs below it.

Users paste whatever their browser shows: a service, a task, a job, a result, with ``/execute``, a query or
a slash at the end. Path segments are decoded once on the way in and encoded once on the way out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from gpwidgets.errors import URLError
from gpwidgets.secrets import mask
from gpwidgets.texts import tr

_SERVICE_TYPES = ("GPServer", "MapServer", "FeatureServer", "ImageServer", "GeometryServer")


def _segment(text: str) -> str:
    return quote(text, safe="")


@dataclass(frozen=True)
class GPURL:
    """An address of a geoprocessing service, or of something below it.

    Attributes
    ----------
    server : str
        The services root, ``https://host/context/rest/services``.
    folder : str
        Folder of the service, ``""`` at the root.
    service_name : str
        Name of the service; ``""`` when the URL is that of a folder or of the root.
    service_type : str
        ``GPServer`` in the spelling of the URL.
    task_name, job_id, result_name : str or None
        What the URL goes on to name.
    """

    server: str
    folder: str = ""
    service_name: str = ""
    service_type: str = "GPServer"
    task_name: str | None = None
    job_id: str | None = None
    result_name: str | None = None

    @classmethod
    def parse(cls, text: str) -> GPURL:
        """Read any URL at or below a services root.

        Parameters
        ----------
        text
            The URL as pasted; query, fragment, trailing slashes and operations are cut off.

        Returns
        -------
        GPURL

        Raises
        ------
        URLError
            It is no http(s) URL, or has no ``/rest/services`` or ``/GPServer`` in its path.
        """
        cleaned = str(text).strip().strip("<>\"'")
        parts = split_address(cleaned if "://" in cleaned else f"https://{cleaned}")
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            raise URLError(
                f"{mask(cleaned)[:80]!r} is not a web address; one looks like https://host/arcgis/rest/services/…"
            )
        segments = [unquote(part) for part in parts.path.split("/") if part]
        _refuse_neighbours(parts, segments)
        root, rest = _split_root(segments, cleaned)
        server = urlunsplit(
            (parts.scheme.lower(), _host(parts.netloc), "/" + "/".join(map(_segment, root)), "", "")
        )
        return cls._below(server, rest)

    @classmethod
    def _below(cls, server: str, rest: list[str]) -> GPURL:
        lowered = [part.lower() for part in rest]
        kinds = {kind.lower() for kind in _SERVICE_TYPES}
        at = next((i for i, part in enumerate(lowered) if i > 0 and part in kinds), None)
        if at is None:
            return cls(server, folder="/".join(rest))
        base = cls(server, "/".join(rest[: at - 1]), rest[at - 1], rest[at])
        below = rest[at + 1 :]
        if not below or (below[0].lower() in ("uploads", "info", "jobs") and len(below) < 3):
            return base
        task = replace(base, task_name=below[0])
        if len(below) >= 3 and below[1].lower() == "jobs":
            job = replace(task, job_id=below[2])
            if len(below) >= 5 and below[3].lower() in ("results", "inputs"):
                return replace(job, result_name=below[4])
            return job
        return task

    @property
    def service(self) -> str:
        """URL of the service, or of the folder when there is none."""
        parts = [*filter(None, self.folder.split("/"))]
        if self.service_name:
            parts += [self.service_name, self.service_type]
        return "/".join([self.server, *map(_segment, parts)])

    @property
    def catalog(self) -> str:
        """URL of the folder that holds the service."""
        return "/".join([self.server, *map(_segment, filter(None, self.folder.split("/")))])

    @property
    def task(self) -> str:
        """URL of the task; raises `URLError` when the URL names none."""
        if not self.task_name:
            raise URLError(f"{self.service} names no task; add its name at the end")
        return f"{self.service}/{_segment(self.task_name)}"

    @property
    def job(self) -> str:
        """URL of the job; raises `URLError` when the URL names none."""
        if not self.job_id:
            raise URLError(f"{self.service} names no job; a job URL ends in /jobs/j…")
        return f"{self.task}/jobs/{_segment(self.job_id)}"

    @property
    def info(self) -> str:
        """URL that tells the server's version and where it issues tokens."""
        return self.server.removesuffix("/services") + "/info"

    @property
    def execute(self) -> str:
        """URL that runs a synchronous task."""
        return f"{self.task}/execute"

    @property
    def submit_job(self) -> str:
        """URL that starts a job of an asynchronous task."""
        return f"{self.task}/submitJob"

    @property
    def validate(self) -> str:
        """URL that checks inputs on the server (from version 12.0)."""
        return f"{self.task}/validate"

    @property
    def cancel(self) -> str:
        """URL that cancels the job."""
        return f"{self.job}/cancel"

    @property
    def uploads(self) -> str:
        """URL below which files are uploaded."""
        return f"{self.service}/uploads"

    @property
    def map_service_job(self) -> str:
        """URL of the result map service of the job, if one was published."""
        parts = [
            *filter(None, self.folder.split("/")),
            self.service_name,
            "MapServer",
            "jobs",
            self.job_id or "",
        ]
        return "/".join([self.server, *map(_segment, parts)])

    def for_task(self, name: str) -> GPURL:
        """The same service with another task."""
        return replace(self, task_name=name, job_id=None, result_name=None)

    def for_job(self, job_id: str) -> GPURL:
        """The same task with a job."""
        return replace(self, job_id=job_id, result_name=None)

    def result(self, name: str) -> str:
        """URL of one result of the job."""
        return f"{self.job}/results/{_segment(name)}"

    def input(self, name: str) -> str:
        """URL of one input of the job as the server keeps it."""
        return f"{self.job}/inputs/{_segment(name)}"

    def below_job(self, param_url: str) -> str:
        """URL of a ``paramUrl``, which servers give relative to the job.

        Raises
        ------
        URLError
            The reference leads away from the job.
        """
        segments = [unquote(part) for part in param_url.split("/") if part]
        if "://" in param_url or ".." in segments or not segments:
            raise URLError(f"the server names a result outside the job: {param_url[:80]!r}")
        return "/".join([self.job, *map(_segment, segments)])

    def __str__(self) -> str:
        if self.result_name:
            return self.result(self.result_name)
        if self.job_id:
            return self.job
        return self.task if self.task_name else self.service


def split_address(text: str) -> SplitResult:
    """Split a text of a server or a user as an address; one that is none is a path and nothing else."""
    try:
        return urlsplit(text)
    except ValueError:  # such as http://[
        return SplitResult("", "", text, "", "")


def is_service_url(text: str) -> bool:
    """Whether a text is the address of a map or feature service without the number of a layer."""
    last = split_address(text).path.rstrip("/").rpartition("/")[2].lower()
    return last in ("featureserver", "mapserver")


_ITEM_PAGES = ("item.html", "items")
_ITEM_ID = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)


def _refuse_neighbours(parts: SplitResult, segments: list[str]) -> None:
    """Say what to give instead of addresses that belong to the same server and are often pasted."""
    lowered = [part.lower() for part in segments]
    if "rest" in lowered and "services" in lowered[lowered.index("rest") :]:
        return
    host = f"{parts.scheme}://{_host(parts.netloc)}"
    is_item = bool({*lowered} & {*_ITEM_PAGES}) or "id=" in parts.query.lower()
    if is_item or _ITEM_ID.fullmatch(parts.netloc):
        raise URLError(
            tr(
                "This is an item of a portal, not a service. Open the item, and give the URL that its page "
                "shows at the lower right; it ends in /GPServer."
            )
        )
    if "manager" in lowered or "admin" in lowered or "portaladmin" in lowered:
        raise URLError(
            tr(
                "This is a page for administrators. Give the REST address of the service, such as "
                "{host}/arcgis/rest/services/Folder/Service/GPServer.",
                host=host,
            )
        )
    at = lowered.index("services") if "services" in lowered else -1
    if at > 0 and ("gpserver" in lowered or "wsdl" in parts.query.lower()):
        rest = "/".join(map(_segment, [*segments[:at], "rest", *segments[at:]]))
        raise URLError(
            tr(
                "This is the SOAP address of a service. Give the REST address: {host}/{rest}",
                host=host,
                rest=rest,
            )
        )


def _split_root(segments: list[str], text: str) -> tuple[list[str], list[str]]:
    lowered = [part.lower() for part in segments]
    for i in range(len(lowered) - 1):
        if lowered[i] == "rest" and lowered[i + 1] == "services":
            return segments[: i + 2], segments[i + 2 :]
    if "gpserver" in lowered and lowered.index("gpserver") > 0:
        # A gateway may publish a service at a path of its own.
        at = lowered.index("gpserver") - 1
        return segments[:at], segments[at:]
    raise URLError(
        f"{mask(text)[:120]!r} is not the address of an ArcGIS service; one looks like "
        "https://host/arcgis/rest/services/Folder/Service/GPServer/Task"
    )


def _host(netloc: str) -> str:
    # User names and passwords in a URL would be shown with it, so they are cut off.
    return netloc.rpartition("@")[2].lower()
