"""What a task tells of a call without making it: the checked values, the code, the request, the settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.kinds.file import needs_upload
from gpwidgets.errors import GPError
from gpwidgets.protocol.values import UNSET
from gpwidgets.tasks._described_task import DescribedTask
from gpwidgets.tasks.code import call_code
from gpwidgets.tasks.inputs.checking import as_sent, check_given, merged
from gpwidgets.tasks.inputs.environment import (
    KEYWORD,
    check_call,
    check_environment,
    environment_code,
    split,
)
from gpwidgets.tasks.sharing.preview import preview_request
from gpwidgets.tasks.sharing.settings import Settings, settings_of_values
from gpwidgets.tasks.signature import keywords, takes_inputs
from gpwidgets.tasks.task_requests import settings_for_vertices

if TYPE_CHECKING:
    from gpwidgets.protocol.responses.validation import Validation
    from gpwidgets.tasks.sharing.request import RequestPreview

__all__ = ["TaskPreviews"]


class TaskPreviews(DescribedTask):
    """The part of `gpwidgets.GPTask` that runs nothing."""

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
        deadline: float | None = None,
        **inputs: Any,
    ) -> str:
        """The Python that runs this task with these values.

        Parameters
        ----------
        values, **inputs
            As `start`, but none is needed; what cannot be checked yet is written as it is.
        folder
            Where features and tables go that are too large to be written out, each in a file that is named
            after its content; nothing there is written over. The working directory when left out.
        deadline
            Seconds after which the run is given up, by `Run.give_up_after`; None for as long as it takes.
            Where the task has an input of the name ``folder`` or ``deadline``, the keyword is that input,
            unless the inputs come as a mapping.

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
        own = keywords(self.info) if values is None else {}
        if "folder" in own:
            inputs, folder = {**inputs, "folder": folder}, None
        if "deadline" in own:
            inputs, deadline = {**inputs, "deadline": deadline}, None
        values, inputs = None, merged(self.info, values, inputs)
        given, settings = split(self.info, inputs)
        arguments = {**as_sent(self.info, given), **environment_code(self.info, settings)}
        given = {name: value for name, value in arguments.items() if value is not UNSET and value is not None}
        signed_in = self.session.auth is not None
        return call_code(
            self.url.task, given, self.inputs, signed_in=signed_in, folder=folder, deadline=deadline
        )

    @takes_inputs(needed=True)
    def request(self, values: Mapping[str, Any] | None = None, /, **inputs: Any) -> RequestPreview:
        """Show the request that a run would send, without running or uploading anything.

        Parameters
        ----------
        values, **inputs
            As `start`.

        Returns
        -------
        RequestPreview
            Method, address, and each field with its size and meaning; also as a command of curl and as an
            address. Secrets are not in it.

        Raises
        ------
        InputErrors, TypeError
            As `check`.

        Notes
        -----
        Reads ``…/GPServer`` where a run would, for the version of the server; no value is sent.
        """
        values, inputs = None, merged(self.info, values, inputs)
        checked, settings = check_call(self.info, inputs)
        return preview_request(self, checked, {**settings_for_vertices(checked), **settings})

    @takes_inputs(needed=False)
    def settings(self, values: Mapping[str, Any] | None = None, /, **inputs: Any) -> Settings:
        """The settings of a run as an object that is saved, sent to others and loaded again; asks no server.

        Parameters
        ----------
        values, **inputs
            As `start`, but none is needed.

        Returns
        -------
        Settings
            Without secrets: hidden texts are left out.

        Raises
        ------
        InputErrors, TypeError
            Values that are wrong; a name that is none of the task's inputs.
        """
        values, inputs = None, merged(self.info, values, inputs)
        given, settings = split(self.info, inputs)
        return settings_of_values(self, check_given(self.info, given), check_environment(settings))

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
