"""The resources of a geoprocessing server as functions: read, execute, submit, watch, cancel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gpwidgets.client.http.consumers import FeatureTaker
from gpwidgets.client.http.session import GPSession
from gpwidgets.errors import BadReply
from gpwidgets.protocol.description import ServiceInfo, TaskInfo
from gpwidgets.protocol.enums import DataTypeName
from gpwidgets.protocol.responses.replies import ExecuteReply, JobInfo, ResultValue
from gpwidgets.protocol.responses.validation import Validation
from gpwidgets.protocol.urls import GPURL
from gpwidgets.texts import tr

EXECUTE_TIMEOUT = 720.0
"""Seconds after which a synchronous run is given up: the server's own limits are 600 + 60."""

SUBMIT_TIMEOUT = 180.0

POLL_TIMEOUT = 30.0
"""Seconds after which a look at a job is given up; it is repeated anyway."""


@dataclass(frozen=True)
class Catalog:
    """A folder of services.

    Attributes
    ----------
    folders : tuple of str
        Folders below, only at the root.
    services : tuple of str
        Geoprocessing services, with the folder before a slash.
    current_version : float or None
    """

    folders: tuple[str, ...]
    services: tuple[str, ...]
    current_version: float | None = None


def read_catalog(session: GPSession, url: GPURL) -> Catalog:
    """Read ``…/rest/services`` or a folder below it."""
    data = session.get_json(url.catalog)
    folders = data.get("folders")
    rows = data.get("services")
    named = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    services = [str(row.get("name")) for row in named if str(row.get("type")).lower() == "gpserver"]
    if url.folder:
        services = [name if "/" in name else f"{url.folder}/{name}" for name in services]
    return Catalog(
        tuple(str(name) for name in folders) if isinstance(folders, list) else (),
        tuple(services),
        ServiceInfo.from_json(data).current_version,
    )


def read_service(session: GPSession, url: GPURL) -> ServiceInfo:
    """Read ``…/GPServer``."""
    return ServiceInfo.from_json(session.get_json(url.service))


def read_task(session: GPSession, url: GPURL) -> TaskInfo:
    """Read ``…/GPServer/<task>``.

    Raises
    ------
    BadReply
        The answer describes no task.
    """
    data = session.get_json(url.task)
    if not isinstance(data.get("parameters"), list) and "executionType" not in data:
        raise BadReply(tr("{task} does not describe a geoprocessing task.", task=url.task), url=url.task)
    return TaskInfo.from_json(data)


def validate(session: GPSession, url: GPURL, fields: Mapping[str, str]) -> Validation:
    """Let the server check inputs without a run: ``…/<task>/validate``, from 12.0."""
    return Validation.from_json(session.post_json(url.validate, fields))


def execute(session: GPSession, url: GPURL, fields: Mapping[str, str]) -> ExecuteReply:
    """Run a synchronous task: ``…/<task>/execute``, sent once.

    Parameters
    ----------
    fields
        The text of each request field by name.
    """
    session.prove(url.task)
    return ExecuteReply.from_json(session.post_json(url.execute, fields, read_timeout=EXECUTE_TIMEOUT))


def submit_job(session: GPSession, url: GPURL, fields: Mapping[str, str]) -> JobInfo:
    """Create a job: ``…/<task>/submitJob``, sent once."""
    session.prove(url.task)
    return JobInfo.from_json(session.post_json(url.submit_job, fields, read_timeout=SUBMIT_TIMEOUT))


def read_job(session: GPSession, url: GPURL, *, messages: bool = True) -> JobInfo:
    """Read ``…/jobs/<id>`` once; who watches a job decides when to ask again."""
    params = {} if messages else {"returnMessages": "false"}
    return JobInfo.from_json(session.get_json(url.job, params, retry=False, read_timeout=POLL_TIMEOUT))


def cancel_job(session: GPSession, url: GPURL) -> JobInfo:
    """Ask to cancel a job: ``…/jobs/<id>/cancel``, refused while it is only submitted, and at its end."""
    return JobInfo.from_json(session.post_json(url.cancel, {}, read_timeout=POLL_TIMEOUT))


@dataclass(frozen=True)
class ResultReply:
    """One result, parsed when it is small.

    Attributes
    ----------
    name, data_type : str
    value : object
        JSON as sent.
    features : object
        What was made of a large feature set while it arrived; None for any other value.
    """

    name: str
    data_type: str
    value: Any = None
    features: Any = None


def read_result(
    session: GPSession,
    url: GPURL,
    param_url: str,
    params: Mapping[str, str] | None = None,
    *,
    read_features: Callable[[Iterator[bytes]], Any],
) -> ResultReply:
    """Read ``…/jobs/<id>/<param_url>`` once; who fetches results decides when to ask again.

    Parameters
    ----------
    param_url
        As the job gives it, relative to the job.
    params
        ``returnType``, ``returnZ``, ``outSR`` and the like.
    read_features
        Reads the text of a large feature set in chunks.
    """
    address = url.below_job(param_url)
    reply = session.read(
        address, {"f": "json", **(params or {})}, retry=False, taker=FeatureTaker(read_features)
    )
    if reply.made is not None:
        return ResultReply("", DataTypeName.FEATURES.value, features=reply.made)
    row = ResultValue.from_json(reply.json(address))
    return ResultReply(row.name, row.data_type, row.value)


def read_input(session: GPSession, url: GPURL, name: str) -> ResultValue:
    """Read ``…/jobs/<id>/inputs/<name>``: an input as the server keeps it."""
    return ResultValue.from_json(session.get_json(url.input(name)))
