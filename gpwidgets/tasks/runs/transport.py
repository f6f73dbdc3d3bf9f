"""The requests of one run, with what its task adds to them: how results are asked for and decoded."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.client.http.tracing import Trace, tracing
from gpwidgets.client.services import downloads, resources
from gpwidgets.client.services.layers import count_rows, read_layer
from gpwidgets.convert.files.raster_opening import raster_opener
from gpwidgets.convert.storage.provenance import add_to_file
from gpwidgets.datatypes.frame_checks import is_table
from gpwidgets.datatypes.layer_addresses import holds_token
from gpwidgets.errors import AuthenticationError, ConversionError, GPError, ServerError
from gpwidgets.protocol.enums import DataTypeName
from gpwidgets.protocol.frame_info import frame_info, is_truncated, keep_frame_info
from gpwidgets.protocol.responses.renderers import renderer_json
from gpwidgets.protocol.responses.replies import ExecuteReply, JobInfo
from gpwidgets.protocol.values import Fetch
from gpwidgets.secrets import MASKED, hiding, mask, secrets_in
from gpwidgets.tasks.inputs.environment import Environment
from gpwidgets.tasks.results.decoding import Decoder, is_doubtful
from gpwidgets.tasks.results.layer_rows import read_rows, reader_of
from gpwidgets.tasks.results.outputs import Outputs, summary
from gpwidgets.tasks.results.result_map import ResultMap
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.scheduling.workers import work_together
from gpwidgets.texts import tr
from gpwidgets.version import __version__

if TYPE_CHECKING:
    from gpwidgets.client.http.session import GPSession
    from gpwidgets.protocol.urls import GPURL
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.runs.task_handle import TaskHandle


_RESULTS_AT_ONCE = 4
#: Files that get a note of where they came from beside them; they have no place for it that all readers know.
_RASTERS = frozenset({".tif", ".tiff", ".img", ".jp2", ".asc", ".nc"})

_LOG = logging.getLogger("gpwidgets.tasks")


@dataclass
class Gathered:
    """Outputs of a run while they come in, by name: values, errors, and which are not whole."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, Exception] = field(default_factory=dict)
    truncated: list[str] = field(default_factory=list)

    def keep(self, name: str, value: Any) -> None:
        """Take a value, in place of an error that came before."""
        self.errors.pop(name, None)
        self.values[name] = value
        if is_truncated(value):
            self.truncated.append(name)

    def fail(self, name: str, error: Exception) -> None:
        """Take the error of an output, as one of ours."""
        if not isinstance(error, GPError):
            # A fault of ours or of a library, or a warning that is set to raise: the other outputs are good.
            told = ConversionError(f"{name} cannot be read: {type(error).__name__}: {error}")
            told.__cause__ = error
            error = told
        self.errors[name] = error

    def sort(self, names: Iterable[str]) -> None:
        """Put all in the order of these names; they come in as they are answered."""
        place = {name: number for number, name in enumerate(names)}
        self.values = {name: self.values[name] for name in sorted(self.values, key=place.__getitem__)}
        self.errors = {name: self.errors[name] for name in sorted(self.errors, key=place.__getitem__)}
        self.truncated.sort(key=place.__getitem__)


class Transport:
    """What a driver asks of the server.

    Parameters
    ----------
    task
        The task that runs.
    job_id
        The job, when it exists already.
    settings
        Checked settings of the run's environment by name. Where they do not say so, z and m are asked for
        when the task's outputs have them, as servers leave them out otherwise.

    Attributes
    ----------
    trace : gpwidgets.client.http.tracing.Trace
        What was asked for the run, without secrets.

    Notes
    -----
    Features are asked for with the symbols that the server draws them in: as layer objects where it knows
    them, from the layers of a job's map service where it has one.
    """

    #: What turns results into values.
    _DECODER: type[Decoder] = Decoder

    def __init__(
        self, task: TaskHandle, job_id: str | None = None, *, settings: Mapping[str, Any] | None = None
    ) -> None:
        self._task = task
        self._session: GPSession = task.session
        self._url: GPURL = task.url.for_job(job_id) if job_id else task.url
        self._settings = {**_kept_by_schema(task), **(settings or {})}
        self._fetched: set[str] = set()
        self._digests: dict[str, str] = {}
        self._collections = any(one.data_type == DataTypeName.FEATURES for one in task.outputs)
        #: What was sent as secret: the server may repeat it in any later answer.
        self._secrets: tuple[str, ...] = ()
        self._told: dict[str, Any] = {}
        self.trace: Trace = self._new_trace()

    def _new_trace(self) -> Trace:
        return Trace()

    @contextlib.contextmanager
    def of_the_run(self) -> Iterator[None]:
        """Keep what is asked in this ``with`` block in the trace, and hide what was sent as secret."""
        with tracing(self.trace), hiding(self._secrets):
            yield

    def execute(self, fields: Mapping[str, str]) -> ExecuteReply:
        """Run the task inside one request."""
        self._digests = self._digests_of(fields)
        self._secrets = tuple(secrets_in(fields))
        with self.of_the_run():
            return resources.execute(self._session, self._url, self._environment().for_execute(fields))

    def submit(self, fields: Mapping[str, str]) -> JobInfo:
        """Create a job, once."""
        self._digests = self._digests_of(fields)
        self._secrets = tuple(secrets_in(fields))
        with self.of_the_run():
            job = resources.submit_job(self._session, self._url, self._environment().for_submit(fields))
        if job.job_id:
            self._url = self._url.for_job(job.job_id)
        return job

    def start_of(self, fields: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """The address and the whole form that `execute` or `submit` would send; nothing is sent."""
        environment = self._environment()
        if self._task.is_asynchronous:
            return self._url.submit_job, {"f": "json", **environment.for_submit(fields)}
        return self._url.execute, {"f": "json", **environment.for_execute(fields)}

    def job(self, *, messages: bool = True) -> JobInfo:
        """Read the job, without its messages where they are not needed."""
        with self.of_the_run():
            return resources.read_job(self._session, self._url, messages=messages)

    def cancel(self) -> JobInfo:
        """Ask the server to cancel the job."""
        with self.of_the_run():
            return resources.cancel_job(self._session, self._url)

    @cached_property
    def _server_version(self) -> float | None:
        """The server's version, asked for once: a service that is silent must not hold up each result."""
        return self._task.server_version

    def _environment(self) -> Environment:
        """The settings as this server's version understands them."""
        version = None
        if self._collections or self._settings.keys() & {"outSR", "processSR", "extent"}:
            version = self._server_version  # None: the way that every version understands
        return Environment(self._settings, version, collections=self._collections)

    def outputs_of_reply(self, run: Run, reply: ExecuteReply) -> Outputs:
        """Decode what a synchronous task answered; a bad output hides no other."""
        decoder, found = self._decoder(), Gathered()
        for row in reply.results:
            try:
                with self.of_the_run():
                    found.keep(row.name, decoder.value(row.name, row.data_type, row.value))
            except Exception as error:
                found.fail(row.name, error)
        return self.outputs_of_job(run, found)

    def fetch_results(self, job: JobInfo, found: Gathered) -> None:
        """Fetch and decode each result of a job that has not been found yet; a bad one hides no other."""
        decoder = self._decoder()
        described = [parameter.name for parameter in self._task.outputs]
        known = set(described)
        there = [name for name in described if name in job.results]
        there += [name for name in job.results if name not in known]
        for name in described:
            if name not in job.results:
                found.keep(name, None)
        most = limit("outputs")
        for name in there[most:]:
            found.fail(name, _one_too_many(most, len(there)))

        def fetch(name: str) -> None:
            try:
                with self.of_the_run():
                    found.keep(name, self._result(decoder, name, job.results[name]))
            except Exception as error:
                found.fail(name, error)

        open_ones = [name for name in there[:most] if name not in found.values or name in found.errors]
        # The first one alone: it finds out what holds for all, such as the server's version or a sign-in.
        for names in (open_ones[:1], open_ones[1:]):
            work_together([partial(fetch, name) for name in names], _RESULTS_AT_ONCE)
        found.sort(dict.fromkeys([*described, *there]))

    def outputs_of_job(self, run: Run, found: Gathered) -> Outputs:
        """The outputs of a job whose results have been fetched, in the order of the task."""
        with self.of_the_run():
            return self._outputs(run, found)

    def _result(self, decoder: Decoder, name: str, param_url: str) -> Any:
        try:
            value = self._decoded(decoder, name, param_url)
        except ServerError as error:
            if not self._collections or isinstance(error, AuthenticationError):
                raise
            # Perhaps it stumbles over the request for symbols; it gets a plain one.
            value = self._decoded(decoder, name, param_url, plain=True)
            self._collections = False
        return self._completed(name, value) if is_truncated(value) else self._with_symbols(name, value)

    def _decoded(self, decoder: Decoder, name: str, param_url: str, *, plain: bool = False) -> Any:
        environment = Environment(self._settings) if plain else self._environment()
        params = {"returnType": "data", **environment.for_result()}
        reply = resources.read_result(
            self._session, self._url, param_url, params, read_features=self._read_large
        )
        if reply.features is not None:
            return reply.features
        return decoder.value(name, reply.data_type, reply.value)

    def _read_large(self, chunks: Iterator[bytes]) -> Any:
        """What becomes of the text of a large result."""
        from gpwidgets.convert.featuresets.frames import read_features

        return read_features(chunks)

    def _with_symbols(self, name: str, value: Any) -> Any:
        """Features with the renderer of their layer in the job's map service, where they came without one."""
        about = frame_info(value)
        if not about or "renderer" in about or not hasattr(value, "geometry") or not len(value):
            return value
        place = self._map_layer(name)
        try:
            renderer = renderer_json(read_layer(self._session, place, patient=False)) if place else None
        except GPError as error:
            _LOG.info("the symbols of a result cannot be read: %s", mask(str(error)))
            return value
        if renderer:
            about["renderer"] = dict(renderer)
        return value

    def _completed(self, name: str, value: Any) -> Any:
        """A result with the rows that the server held back, where the job's map service has them."""
        if self._map_layer(name) is None:
            return value
        try:
            return self._whole(name, value)
        except GPError as error:
            _LOG.info("the rows held back cannot be read: %s", mask(str(error)))
            return value

    def _whole(self, name: str, value: Any) -> Any:
        """All rows of a result, from the job's map service."""
        place = self._map_layer(name)
        if place is None:
            raise GPError(
                tr("The service keeps no map of its results, so there is no way to the other rows.")
            )
        with self.of_the_run():
            whole = read_rows(self._session, place, self._like_the_result())
        keep_frame_info(whole, {**frame_info(value), **frame_info(whole), "completed_from": place})
        return whole

    def _missing(self, name: str, value: Any) -> int | None:
        """How many rows the server has held back; None where it does not tell."""
        place = self._map_layer(name)
        if place is None:
            return None
        try:
            total = count_rows(self._session, place, {"where": "1=1"}, patient=False)
        except GPError:
            return None
        return max(0, total - len(value)) or None

    def _is_doubtful(self, value: Any) -> bool:
        if (
            not hasattr(value, "columns")
            or not len(value)
            or (len(value) % 100 and self._task.maximum_records is None)
        ):
            return False  # limits are round numbers: the service need not be asked for theirs
        try:
            return is_doubtful(value, self._task.service.maximum_records)
        except GPError:
            return False

    def _map_layer(self, name: str) -> str | None:
        """The layer of the job's map service that holds an output, which follow the order of the outputs."""
        spatial = [one.name for one in self._task.outputs if one.data_type == DataTypeName.FEATURES]
        try:
            shown = self._result_map()
        except GPError:
            return None
        return f"{shown.url}/{spatial.index(name)}" if shown and name in spatial else None

    def _result_map(self) -> ResultMap | None:
        has_map = bool(self._task.service.result_map_server_name)
        return ResultMap(self._session, self._url.map_service_job) if has_map else None

    def _like_the_result(self) -> dict[str, str]:
        kept = Environment(self._settings).for_result()
        return {key: text for key, text in kept.items() if key in ("outSR", "returnZ", "returnM")}

    def _decoder(self) -> Decoder:
        session, base = self._session, self._url

        def save(url: str, folder: Path) -> Path:
            with self.of_the_run():
                path = downloads.download(session, url, folder, service=base)
            self._fetched.add(url)
            if path.suffix.lower() in _RASTERS:
                add_to_file(path, self._told)
            return path

        def read(url: str) -> bytes:
            with self.of_the_run():
                content = downloads.read(session, url, service=base)
            self._fetched.add(url)
            return content

        named = {parameter.name: parameter for parameter in self._task.outputs}
        return self._DECODER(named, Fetch(save, read, raster_opener), reader_of(session))

    def _outputs(self, run: Run, found: Gathered) -> Outputs:
        provenance = self._told = self._provenance(run)
        for value in found.values.values():
            if is_table(value):
                keep_frame_info(value, {**frame_info(value), "provenance": provenance})
        outputs = Outputs(
            found.values,
            parameters={parameter.name: parameter for parameter in self._task.outputs},
            messages=run.messages,
            errors=found.errors,
            truncated=found.truncated,
            doubtful=[name for name, value in found.values.items() if self._is_doubtful(value)],
            provenance=provenance,
        )
        if run.job_id:
            outputs.missing = {name: self._missing(name, found.values[name]) for name in found.truncated}
        fetchable = {name for name in found.truncated if run.job_id and self._map_layer(name) is not None}
        control.keep_track(
            outputs,
            fetched=self._fetched,
            kept_until=run.results_kept_until(),
            find_map=self._result_map if run.job_id else None,
            complete=self._whole,
            fetchable=fetchable,
        )
        return outputs

    def _digests_of(self, fields: Mapping[str, str]) -> dict[str, str]:
        """What tells whether two runs had the same inputs; uploads get another name each time."""
        hidden = {parameter.name for parameter in self._task.inputs if parameter.is_hidden}
        return {
            name: hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
            for name, text in fields.items()
            if name not in hidden and '"itemID"' not in text[:20] and not holds_token(text)
        }

    def _provenance(self, run: Run) -> dict[str, Any]:
        hidden = {parameter.name for parameter in self._task.inputs if parameter.is_hidden}
        return {
            "task": self._task.url.task,
            "job_id": run.job_id,
            "digests": self._digests,
            "inputs": {
                name: MASKED if name in hidden else mask(summary(value)) for name, value in run.inputs.items()
            },
            **(
                {"environment": {name: str(value) for name, value in run.settings.items()}}
                if run.settings
                else {}
            ),
            "started": run.started.isoformat(timespec="seconds") if run.started else None,
            "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "gpwidgets": __version__,
        }


def _one_too_many(most: int, count: int) -> GPError:
    words = tr(
        "Not fetched: the job has {count:,} results, and {most:,} are taken at most; {hint}, and "
        "gpwidgets.attach with the address of the job fetches them.",
        count=count,
        most=most,
        hint=how_to_raise("outputs"),
    )
    return GPError(words)


def _kept_by_schema(task: TaskHandle) -> dict[str, Any]:
    schemas = [one.default_value for one in task.outputs if isinstance(one.default_value, Mapping)]
    pairs = (("returnZ", "hasZ"), ("returnM", "hasM"))
    return {flag: True for flag, key in pairs if any(schema.get(key) is True for schema in schemas)}
