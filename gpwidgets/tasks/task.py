"""A task as a Python object: describe it, check values for it, run it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gpwidgets.caller_warnings import warn_reserved
from gpwidgets.errors import ResourceNotFound
from gpwidgets.tasks._task_previews import TaskPreviews
from gpwidgets.tasks.inputs.checking import merged
from gpwidgets.tasks.inputs.encoding import RESERVED
from gpwidgets.tasks.inputs.environment import (
    check_call,
)
from gpwidgets.tasks.journal.recording import record_attached, recorded
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.runs.drivers import ExecuteDriver, JobDriver
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.runs.transport import Transport
from gpwidgets.tasks.scheduling.places import gate_of
from gpwidgets.tasks.signature import shows_its_inputs, takes_inputs
from gpwidgets.tasks.task_requests import settings_for_vertices

if TYPE_CHECKING:
    pass


@shows_its_inputs
class GPTask(TaskPreviews):
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
        run.call_when_done(gate_of(self.url.task).begin_single())
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
        run.call_when_done(gate_of(self.url.task).begin_single())
        return control.begin(run, JobDriver(run, transport, None))
