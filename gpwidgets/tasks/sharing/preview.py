"""Writes the request of a run from checked values, and sends nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.kinds.file import needs_upload
from gpwidgets.datatypes.registry import kind_words
from gpwidgets.protocol.plain_text import plain_words
from gpwidgets.secrets import MASKED, mask, secrets_in
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.tasks.inputs.environment import ENVIRONMENT
from gpwidgets.tasks.inputs.fields import settle_fields
from gpwidgets.tasks.runs.transport import Transport
from gpwidgets.tasks.sharing.request import UPLOAD, RequestField, RequestPreview
from gpwidgets.texts import later, tr

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.task_handle import TaskHandle

__all__ = ["preview_request"]

_PROTOCOL = {
    "f": later("The answer comes as JSON."),
    "token": later("The sign-in; it is hidden here."),
    "context": later("Settings of the run: coordinate systems and extent."),
    "returnFeatureCollection": later("Features come with the symbols the server draws them in."),
}


def preview_request(
    task: TaskHandle, checked: Mapping[str, Any], settings: Mapping[str, Any]
) -> RequestPreview:
    """Write the request of a run.

    Parameters
    ----------
    task
        The task.
    checked
        Checked values by parameter name.
    settings
        Checked settings of the environment.

    Raises
    ------
    InputErrors
        A value cannot be written.
    """
    files: list[str] = []

    def upload(path: Path) -> str:
        files.append(str(path))
        return f"{UPLOAD}{path}"

    can_upload = needs_upload(checked.values()) and task.service.can_upload
    encoder = Encoder(
        task.info,
        upload if can_upload else None,
        lambda: task.server_version,
        lambda: upload if task.service.can_upload else None,
    )
    # Columns of layers are not read: a request is shown as far as it is known.
    form = encoder.form(settle_fields(task.info, checked, lambda layer: ()))
    url, fields = Transport(task, settings=settings).start_of(form)
    secrets = {name for name in fields if list(secrets_in({name: fields[name]}))}
    rows = [_field(task, name, text, secret=name in secrets) for name, text in fields.items()]
    if task.session.auth is not None:
        rows.append(RequestField("token", MASKED, 0, tr(_PROTOCOL["token"]), is_secret=True))
    return RequestPreview("POST", url, tuple(rows), tuple(files), tuple(_notes(task, checked)))


def _field(task: TaskHandle, name: str, text: str, *, secret: bool) -> RequestField:
    size = len(text.encode("utf-8", "replace"))
    shown = mask(str(text)) if secret else str(text)
    is_hidden = any(one.is_hidden for one in task.inputs if one.name == name)
    hidden = is_hidden or (secret and shown == str(text))
    return RequestField(name, MASKED if hidden else shown, size, _meaning(task, name), is_secret=hidden)


def _meaning(task: TaskHandle, name: str) -> str:
    for parameter in task.inputs:
        if parameter.name == name:
            return f"{plain_words(parameter.display_name or name, 80)} ({kind_words(parameter)})"
    if name in _PROTOCOL:
        return tr(_PROTOCOL[name])
    setting = ENVIRONMENT.get(name.removeprefix("env:"))
    return tr(setting.description) if setting is not None else ""


def _notes(task: TaskHandle, checked: Mapping[str, Any]) -> list[str]:
    notes = []
    if any(hasattr(value, "auth") and hasattr(value, "url") for value in checked.values()):
        notes.append(tr("The address of a layer may get a token when the run is started."))
    if task.session.auth is not None:
        notes.append(tr("The sign-in may go into a header in place of a field."))
    return notes
