"""What a task sends: the fields of a run, with files uploaded on the way, and of a check before it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.client.services import resources, uploads
from gpwidgets.datatypes.contexts import Upload
from gpwidgets.datatypes.kinds.file import needs_upload
from gpwidgets.errors import GPError, ServerError
from gpwidgets.protocol.values import FieldRef, LayerReference
from gpwidgets.secrets import hiding, secrets_in
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.tasks.inputs.environment import Environment
from gpwidgets.tasks.inputs.fields import settle_fields
from gpwidgets.tasks.inputs.layer_tokens import token_for
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.runs.task_handle import TaskHandle
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.protocol.responses.validation import Validation


class TaskRequests:
    """Writes checked values of a task into form fields.

    Parameters
    ----------
    task
        The task.
    columns_of
        Reads the columns of a layer that is an input.
    """

    def __init__(
        self, task: TaskHandle, columns_of: Callable[[LayerReference], tuple[FieldRef, ...]]
    ) -> None:
        self._task = task
        self._columns_of = columns_of

    def fields_of(self, run: Run) -> dict[str, str]:
        """The form fields of a run; local files are uploaded, and large inputs where a service lets them."""
        task = self._task

        def upload(path: Path) -> str:
            control.update(run, status=RunStatus.UPLOADING)
            try:
                return uploads.upload_file(task.session, task.url, path, progress=_Uploading(run, path.name))
            finally:
                control.update(run, progress=None, progress_text="")

        files = upload if needs_upload(run.inputs.values()) and task.service.can_upload else None
        inputs = settle_fields(task.info, run.inputs, self._columns_of)
        return self.encoder(files, lambda: upload if task.service.can_upload else None).form(inputs)

    def validate(self, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Validation:
        """Let the server check values, which name no local files.

        Raises
        ------
        ServerError
            The server does not take them, neither as its check wants them nor as a run does.
        """
        task, encoder = self._task, self.encoder()
        places = Environment(dict(settings), task.service.current_version).for_execute({})

        def ask(fields: Mapping[str, str]) -> Validation:
            with hiding(secrets_in(fields)):
                return resources.validate(task.session, task.url, {**places, **fields})

        try:
            return ask(encoder.validation_form(values))
        except ServerError as error:
            # The first servers that check inputs may want them as a run does.
            if not values or type(error) is not ServerError:
                raise
            try:
                return ask(encoder.form(values))
            except ServerError:
                raise error from None

    def encoder(
        self, upload: Upload | None = None, large: Callable[[], Upload | None] = lambda: None
    ) -> Encoder:
        """What encodes checked values; without a way to upload, local files are refused."""
        task = self._task
        return Encoder(
            task.info,
            upload,
            lambda: task.server_version,
            large,
            lambda layer: token_for(layer, task.session),
        )


class _Uploading:
    """Tells in a run how much of a file has been sent; ends the upload once nobody wants the run any more."""

    #: Seconds between two times of telling: each is a message to the page.
    _PAUSE = 0.4

    def __init__(self, run: Run, name: str) -> None:
        self._run, self._name = run, name
        self._told = 0.0

    def __call__(self, sent: int, size: int) -> None:
        if self._run.cancel_requested or self._run.done:
            raise GPError(tr("The upload of {name} was cancelled.", name=self._name))
        now = time.monotonic()
        if now - self._told < self._PAUSE and sent < size:
            return
        self._told = now
        control.update(
            self._run, progress=100.0 * sent / size, progress_text=_words_on_upload(self._name, sent, size)
        )


def _words_on_upload(name: str, sent: int, size: int) -> str:
    if size < 1_000_000:
        return tr(
            "Uploading {name}: {sent} of {size} kB", name=name, sent=_short(sent, 1e3), size=_short(size, 1e3)
        )
    return tr(
        "Uploading {name}: {sent} of {size} MB", name=name, sent=_short(sent, 1e6), size=_short(size, 1e6)
    )


def _short(amount: int, unit: float) -> str:
    return f"{amount / unit:.1f}".removesuffix(".0")


def settings_for_vertices(inputs: Mapping[str, Any]) -> dict[str, bool]:
    """The settings that let results keep heights and measures, where the inputs have them."""
    found = {"returnZ": _any_has_z(inputs), "returnM": _any_has_m(inputs)}
    return {name: True for name, there in found.items() if there}


def _any_has_z(inputs: Mapping[str, Any]) -> bool:
    told = [getattr(value, "has_z", False) for value in inputs.values()]
    return any(bool(one.any()) if hasattr(one, "any") else bool(one) for one in told)


def _any_has_m(inputs: Mapping[str, Any]) -> bool:
    return any(_measured(value) for value in inputs.values())


def _measured(value: Any) -> bool:
    if not hasattr(type(value), "geom_type"):  # asking a frame itself would work it out
        return getattr(value, "has_m", False) is True
    from gpwidgets.convert.geometry.vertices import has_m

    return bool(has_m(value.geometry.array).any())
