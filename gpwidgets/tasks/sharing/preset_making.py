"""A preset made from a form as it stands: everything that its author can change is in it by name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gpwidgets.protocol.plain_text import plain_words
from gpwidgets.secrets import MASKED
from gpwidgets.tasks.sharing.presets import Preset
from gpwidgets.tasks.sharing.settings import Settings

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter
    from gpwidgets.tasks.runs.task_handle import TaskHandle
    from gpwidgets.tasks.sharing._preset_file import PresetParts

__all__ = ["preset_of_form"]

#: Choices that are written out for the author to cross out; longer lists are the task's own.
_FEW = 30


def preset_of_form(
    task: TaskHandle,
    settings: Settings,
    before: PresetParts | None = None,
    extent: Sequence[float] | None = None,
    deadline: float | None = None,
) -> Preset:
    """Write a form as a preset.

    Parameters
    ----------
    task
        The task.
    settings
        Its values. Hidden texts, local files and what holds a secret are not in a preset.
    before
        The preset that the form was made with; its words and what it hides or fixes stay.
    extent
        What the map shows: west, south, east, north in degrees, EPSG:4326.
    deadline
        Seconds after which a run is given up; None for as long as it takes.
    """
    known = before.inputs if before is not None else {}
    order = [*(before.order if before is not None else ())]
    order += [one.name for one in task.inputs if one.name not in order]
    parameters = {one.name: one for one in task.inputs}
    inputs = {
        name: {**_row(parameters[name], settings.inputs.get(name, {})), **_kept(known.get(name, {}))}
        for name in order
        if name in parameters
    }
    outputs = before.outputs if before is not None else None
    return Preset(
        inputs=inputs,
        order=tuple(inputs),
        environment={name: row["value"] for name, row in settings.environment.items() if _may_be_kept(row)},
        extent=extent,
        outputs=outputs if outputs is not None else tuple(one.name for one in task.outputs),
        messages=before.messages if before is not None else "info",
        title=before.title if before is not None and before.title else task.info.display_name or task.name,
        deadline=deadline,
        task=settings.task,
        fingerprint=settings.fingerprint,
    )


def _row(parameter: GPParameter, row: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "label": parameter.display_name or parameter.name,
        "help": plain_words(parameter.description),
        "group": parameter.category,
    }
    choices = parameter.member.choices if parameter.is_multi else parameter.choices
    if 0 < len(choices) <= _FEW:
        made["choices"] = [choice.label for choice in choices]
    if _may_be_kept(row):
        made["value"] = row["value"]
    return {**made, "fixed": False, "hidden": False}


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a preset said of an input before; the value is that of the form."""
    return {key: part for key, part in row.items() if key != "value"}


def _may_be_kept(row: Mapping[str, Any]) -> bool:
    if "value" not in row:
        return False
    text = json.dumps(row["value"])
    return MASKED not in text and '{"path": ' not in text
