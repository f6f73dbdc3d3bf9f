"""A task as a Python object: describe it, check values for it, run it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.caller_warnings import warn_reserved
from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services import resources
from gpwidgets.client.sign_in.auth import as_auth
from gpwidgets.datatypes.kinds.file import needs_upload
from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.errors import GPError, ResourceNotFound, TaskChoice
from gpwidgets.protocol.description import GPParameter, ServiceInfo, TaskInfo
from gpwidgets.protocol.enums import ExecutionType
from gpwidgets.protocol.urls import GPURL
from gpwidgets.protocol.values import UNSET, FieldRef, LayerReference
from gpwidgets.tasks._task_html import task_html
from gpwidgets.tasks._task_requests import TaskRequests, settings_for_vertices
from gpwidgets.tasks.code import call_code
from gpwidgets.tasks.inputs.checking import as_sent, check_given, merged
from gpwidgets.tasks.inputs.encoding import RESERVED
from gpwidgets.tasks.inputs.environment import (
    KEYWORD,
    check_call,
    check_environment,
    environment_code,
    split,
)
from gpwidgets.tasks.journal.recording import record_attached, recorded
from gpwidgets.tasks.results.layer_rows import layer_columns
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.runs.drivers import ExecuteDriver, JobDriver
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.runs.transport import Transport
from gpwidgets.tasks.signature import call_signature, keywords, takes_inputs, task_docstring

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth
    from gpwidgets.protocol.responses.validation import Validation


class GPTask:
    """A task of a geoprocessing service.

    Call it with its inputs as keywords to run it and wait; `start` returns at once.

    Parameters
    ----------
    url
        The task, or a service that has one task only; whatever comes after the task is ignored.
    auth
        `Token`, `Login` or an authentication object of requests, for a secured service.
    session
        A session to share; made here otherwise.

    Attributes
    ----------
    url : gpwidgets.protocol.urls.GPURL
        Address, split into its parts.
    info : gpwidgets.protocol.description.TaskInfo
        The description the server gave.

    Raises
    ------
    ServerError
        The server refused; `AuthenticationError` when it wants a sign-in.
    ConnectionFailed, BadReply
        The server gave no usable answer.
    TaskChoice
        The URL is that of a service with several tasks.
    GPError
        The URL is that of a folder, or of a service without tasks.

    Notes
    -----
    Reads ``…/GPServer/<task>`` at once and ``…/GPServer`` when something of the service is needed.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> out = task(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    >>> out.Buffers.geom_type.tolist()
    ['Polygon']

    ``task?``, ``help(task)`` and the Tab key show the inputs of this very task. They are checked before
    anything is sent:

    >>> try:
    ...     task.check(Input_Points="POINT (-84.2 36.4)", Distance=[5])
    ... except gp.InputErrors as wrong:
    ...     print([error.parameter for error in wrong.errors])
    ['Distance']
    """

    def __init__(
        self, url: str | GPURL, auth: Auth | None = None, *, session: GPSession | None = None
    ) -> None:
        parsed = url = url if isinstance(url, GPURL) else GPURL.parse(url)
        auth = as_auth(auth)  # shows no password, in a traceback with variables neither
        self.session: GPSession = session if session is not None else GPSession(auth)
        self._service: ServiceInfo | None = None
        self.url: GPURL = parsed if parsed.task_name else parsed.for_task(self._only_task(parsed))
        self.info: TaskInfo = self._read()
        self.__signature__: inspect.Signature = call_signature(self.info)
        self.__doc__ = task_docstring(self.info, self.url.task, asynchronous=self._told_asynchronous)

    def _only_task(self, url: GPURL) -> str:
        if not url.service_name:
            raise GPError(f"{url} is a folder of services; name a service and a task.")
        self._service = resources.read_service(self.session, url)
        if len(self._service.tasks) != 1:
            names = ", ".join(self._service.tasks) or "none"
            text = f"{url.service} has {len(self._service.tasks)} tasks; name one of: {names}"
            raise TaskChoice(text) if self._service.tasks else GPError(text)
        return self._service.tasks[0]

    def _read(self) -> TaskInfo:
        info = resources.read_task(self.session, self.url)
        return (
            info
            if info.name
            else replace(info, name=self.url.task_name or "", display_name=self.url.task_name or "")
        )

    @property
    def _requests(self) -> TaskRequests:
        return TaskRequests(self, self.columns_of)

    @property
    def name(self) -> str:
        """The task's name."""
        return self.info.name

    @property
    def inputs(self) -> tuple[GPParameter, ...]:
        """What the task takes."""
        return self.info.inputs

    @property
    def outputs(self) -> tuple[GPParameter, ...]:
        """What the task gives back."""
        return self.info.outputs

    @property
    def service(self) -> ServiceInfo:
        """Description of the service, read on first use."""
        if self._service is None:
            self._service = resources.read_service(self.session, self.url)
        return self._service

    @property
    def is_asynchronous(self) -> bool:
        """Whether runs are jobs. The task says it; on old servers only the service does."""
        told = self._told_asynchronous
        return self.service.execution_type is not ExecutionType.SYNCHRONOUS if told is None else told

    @cached_property
    def _signature_of_some(self) -> inspect.Signature:
        return call_signature(self.info, needed=False)

    @property
    def _told_asynchronous(self) -> bool | None:
        kind = self.info.execution_type
        return None if kind is ExecutionType.UNKNOWN else kind is not ExecutionType.SYNCHRONOUS

    @property
    def maximum_records(self) -> int | None:
        """Rows per output above which the server holds rows back; None when it is not known."""
        return self._service.maximum_records if self._service is not None else None

    @property
    def known_version(self) -> float | None:
        """The server's version as far as it has been asked for."""
        return self._service.current_version if self._service is not None else None

    def defaults(self) -> dict[str, Any]:
        """The values a form starts with, by name; inputs without a default are left out."""
        values = {parameter.name: datatype_of(parameter).default(parameter) for parameter in self.inputs}
        return {name: value for name, value in values.items() if value is not UNSET}

    @takes_inputs(needed=True)
    def check(self, values: Mapping[str, Any] | None = None, /, **inputs: Any) -> dict[str, Any]:
        """Check and normalise values without running anything.

        Parameters
        ----------
        values, **inputs
            As `start`.

        Returns
        -------
        dict
            What a run would be started with, by parameter name in the task's order; settings of the
            environment under ``env``. `start` takes it as it is.

        Raises
        ------
        InputErrors
            Values are missing or wrong, with one `ParameterError` for each.
        TypeError
            A name is none of the task's inputs; the nearest one is named.
        """
        values, inputs = None, merged(self.info, values, inputs)
        checked, settings = check_call(self.info, inputs)
        return {**checked, **({KEYWORD: settings} if settings else {})}

    @takes_inputs(needed=False)
    def code(
        self,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        folder: str | Path | None = None,
        **inputs: Any,
    ) -> str:
        """The Python that runs this task with these values.

        Parameters
        ----------
        values, **inputs
            As `start`, but none is needed; what cannot be checked yet is written as it is.
        folder
            Where features and tables go that are too large to be written out, each in a file that is named
            after its content; nothing there is written over. The working directory when left out. Where the
            task has an input of this name, the keyword is that input, unless the inputs come as a mapping.

        Returns
        -------
        str
            Lines that run as they stand, and send the same request. Tokens, passwords and hidden texts are
            not in them: they are asked for.

        Raises
        ------
        ConversionError
            A value is of a type that no task takes.
        TypeError
            A name is none of the task's inputs.
        """
        if values is None and "folder" in keywords(self.info):
            inputs, folder = {**inputs, "folder": folder}, None
        values, inputs = None, merged(self.info, values, inputs)
        given, settings = split(self.info, inputs)
        arguments = {**as_sent(self.info, given), **environment_code(self.info, settings)}
        given = {name: value for name, value in arguments.items() if value is not UNSET and value is not None}
        signed_in = self.session.auth is not None
        return call_code(self.url.task, given, self.inputs, signed_in=signed_in, folder=folder)

    @takes_inputs(needed=False)
    def validate(self, values: Mapping[str, Any] | None = None, /, **inputs: Any) -> Validation:
        """Let the server check values without a run; inputs that are not given count with their defaults.

        Parameters
        ----------
        values, **inputs
            As `start`, but none is needed. Local files are left out, so that nothing is uploaded.

        Returns
        -------
        gpwidgets.protocol.responses.validation.Validation
            What is wrong, left to choose from or offered, by parameter.

        Raises
        ------
        InputErrors, TypeError
            Values that cannot be written; nothing was sent.
        GPError
            The service does not check inputs. Servers can from 12.0, where their owner lets them.

        Notes
        -----
        Speaks to ``…/<task>/validate``.
        """
        values, inputs = None, merged(self.info, values, inputs)
        if not self.service.can_validate:
            raise GPError(f"{self.url.service} does not check inputs before a run.")
        given, settings = split(self.info, inputs)
        checked = check_given(self.info, given)
        kept = {name: value for name, value in checked.items() if not needs_upload([value])}
        return self._requests.validate(kept, check_environment(settings))

    @takes_inputs(needed=True)
    def start(self, values: Mapping[str, Any] | None = None, /, **inputs: Any) -> Run:
        """Start a run and return at once.

        Parameters
        ----------
        values
            Inputs and settings by name, as keywords; for names that Python does not take, and for inputs from
            a form, a history or `check`. A keyword counts more than an entry of the same name.
        **inputs
            Values by parameter name; characters that Python does not allow are written as underscores.
            None leaves an input to the server's default.
        outSR : int, str, pyproj.CRS or SpatialReference, optional
            Coordinate system of the results: an EPSG or Esri code, ``"EPSG:25832"``, WKT, or an object. That
            of the inputs when left out.
        processSR : int, str, pyproj.CRS or SpatialReference, optional
            Coordinate system in which the tool works; the server's choice when left out.
        extent : tuple of float, Extent, or anything with bounds, optional
            Only features that overlap it are processed: ``(xmin, ymin, xmax, ymax)``, x being longitude or
            easting. A frame or `Extent` brings its coordinate system along; bare numbers are in that of the
            server's process. No limit when left out.
        returnZ, returnM : bool, optional
            Whether results keep heights and measures. True where the inputs have them, else the server's
            default, which is False.
        returnTrueCurves : bool, optional
            Whether arcs and Béziers arrive as such, to be linearised here; the server does that otherwise.
        returnColumnName : bool, optional
            Whether rows of value tables in results carry the names of their columns (servers from 11.0).
        esri_out_feature_service_name : str, optional
            Keep the results as a hosted feature layer of this name, and return references to it.
        env : dict, optional
            Settings by name, also those that have the name of an input.

        Returns
        -------
        Run
            Goes on in the background; `Run.wait`, ``await run`` or its traits tell how.

        Raises
        ------
        InputErrors, TypeError
            As `check`; nothing was sent.

        Notes
        -----
        Speaks to ``…/execute`` or ``…/submitJob``, which are sent once.
        """
        values, inputs = None, merged(self.info, values, inputs)
        checked, settings = check_call(self.info, inputs)
        unsent = sorted(RESERVED & checked.keys())
        if unsent:
            warn_reserved(unsent)
        run = Run(self, checked, settings)
        transport = Transport(self, settings={**settings_for_vertices(checked), **settings})
        driver = JobDriver if self.is_asynchronous else ExecuteDriver
        return control.begin(run, driver(run, transport, recorded(run, self._requests.fields_of)))

    @takes_inputs(needed=True)
    def __call__(self, values: Mapping[str, Any] | None = None, /, **inputs: Any) -> Outputs:
        """Run the task and wait for its outputs.

        Parameters
        ----------
        values, **inputs
            Inputs and settings of the environment, as `start` takes them.

        Returns
        -------
        Outputs
            Frames, numbers, texts and files by output name. `TruncatedResult` is warned where the server
            held rows back.

        Raises
        ------
        InputErrors, TypeError
            Inputs are missing or wrong, each named; or a name is none of the task's. Nothing was sent.
        RunFailed, RunCancelled, RunTimedOut, RunExpired, RunLost
            The run ended without results; all are `RunError`.
        AuthenticationError, ServerError, ConnectionFailed, BadReply
            The server refused the run or could not be reached.

        Notes
        -----
        An interrupt ends the waiting only; the run goes on, and a notebook shows it with a way to cancel it.
        """
        values, inputs = None, merged(self.info, values, inputs)
        return self.start(inputs).wait()

    def columns_of(self, layer: LayerReference) -> tuple[FieldRef, ...]:
        """The columns of a layer that is an input, as its server describes them.

        Raises
        ------
        GPError
            The layer cannot be read from here, even if the task's server can.

        Notes
        -----
        Reads ``…/FeatureServer/<n>`` or ``…/MapServer/<n>``.
        """
        return layer_columns(layer, self.session)

    def attach(self, job_id: str) -> Run:
        """Follow a job of this task that exists on the server.

        Raises
        ------
        ServerError
            The server does not know the job; `ResourceNotFound` where it says so.
        """
        transport = Transport(self, job_id)
        job = transport.job()
        if not job.job_id and not job.status_text:
            raise ResourceNotFound(f"The server knows no job {job_id}.", code=404)
        run = Run(self, {})
        control.update(run, job_id=job_id)
        status = RunStatus.from_job(job.status)
        run.clock.found(job.messages, ended=status is not None and status.is_final)
        record_attached(run)
        return control.begin(run, JobDriver(run, transport, None))

    @property
    def server_version(self) -> float | None:
        """The server's version; None when it does not say, or cannot be asked now."""
        try:
            return self.service.current_version
        except GPError:
            return None

    def _repr_html_(self) -> str:
        return task_html(self)

    def __repr__(self) -> str:
        inputs = ", ".join(p.name + ("" if p.required else "=…") for p in self.inputs)
        return f"<GPTask {self.name}({inputs}) at {self.url.task}>"
