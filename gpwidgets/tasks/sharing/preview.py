"""Writes the request of a run from checked values, and sends nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.kinds.file import needs_upload
from gpwidgets.secrets import MASKED, mask, secrets_in
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.tasks.inputs.field_meanings import field_meaning
from gpwidgets.tasks.inputs.fields import settle_fields
from gpwidgets.tasks.runs.transport import Transport
from gpwidgets.tasks.sharing.request import UPLOAD, RequestField, RequestPreview
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.task_handle import TaskHandle

__all__ = ["preview_request"]


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
        rows.append(RequestField("token", MASKED, 0, field_meaning((), "token"), is_secret=True))
    return RequestPreview("POST", url, tuple(rows), tuple(files), tuple(_notes(task, checked)))


def _field(task: TaskHandle, name: str, text: str, *, secret: bool) -> RequestField:
    size = len(text.encode("utf-8", "replace"))
    shown = mask(str(text)) if secret else str(text)
    is_hidden = any(one.is_hidden for one in task.inputs if one.name == name)
    hidden = is_hidden or (secret and shown == str(text))
    return RequestField(
        name, MASKED if hidden else shown, size, field_meaning(task.inputs, name), is_secret=hidden
    )


def _notes(task: TaskHandle, checked: Mapping[str, Any]) -> list[str]:
    notes = []
    if any(hasattr(value, "auth") and hasattr(value, "url") for value in checked.values()):
        notes.append(tr("The address of a layer may get a token when the run is started."))
    if task.session.auth is not None:
        notes.append(tr("The sign-in may go into a header in place of a field."))
    return notes
