"""What is known of a task before anything is run."""

from __future__ import annotations

import inspect
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services import resources
from gpwidgets.client.sign_in.auth import as_auth
from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.errors import GPError, TaskChoice
from gpwidgets.protocol.description import GPParameter, ServiceInfo, TaskInfo
from gpwidgets.protocol.enums import ExecutionType
from gpwidgets.protocol.urls import GPURL
from gpwidgets.protocol.values import UNSET, FieldRef, LayerReference
from gpwidgets.tasks._task_html import task_html
from gpwidgets.tasks.results.layer_rows import layer_columns
from gpwidgets.tasks.signature import call_signature
from gpwidgets.tasks.task_requests import TaskRequests
from gpwidgets.tasks.tracing.request_log import RequestLog

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth

__all__ = ["DescribedTask"]


class DescribedTask:
    """A task's address, session and description; its parameters are those of `gpwidgets.GPTask`."""

    __signature__: inspect.Signature

    def __init__(
        self, url: str | GPURL, auth: Auth | None = None, *, session: GPSession | None = None
    ) -> None:
        parsed = url = url if isinstance(url, GPURL) else GPURL.parse(url)
        auth = as_auth(auth)  # shows no password, in a traceback with variables neither
        self.session: GPSession = session if session is not None else GPSession(auth)
        self._service: ServiceInfo | None = None
        self.url: GPURL = parsed if parsed.task_name else parsed.for_task(self._only_task(parsed))
        self.info: TaskInfo = self._read()

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

    @property
    def server_version(self) -> float | None:
        """The server's version; None when it does not say, or cannot be asked now."""
        try:
            return self.service.current_version
        except GPError:
            return None

    @property
    def trace(self) -> RequestLog:
        """The requests that its session has made outside of runs: descriptions, sign-ins, checks, layers.

        Those of a run are in `Run.trace`.
        """
        return RequestLog(self.session.trace, self.inputs)

    def _repr_html_(self) -> str:
        return task_html(self)

    def __repr__(self) -> str:
        inputs = ", ".join(p.name + ("" if p.required else "=…") for p in self.inputs)
        return f"<GPTask {self.name}({inputs}) at {self.url.task}>"
