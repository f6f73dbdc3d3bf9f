"""How an author wants the form of a task to be: a small file that hides, fixes, names and arranges inputs.

The file is JSON. A preset changes what a form shows and starts with, never what the task takes: each value of
it is checked as any other, and the form shows all that it sends. Its schema is ``data/preset.schema.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.tasks.sharing._preset_file import (
    FORMAT,
    VERSION,
    Fault,
    check_preset,
    read_preset,
    whole_rows,
)
from gpwidgets.tasks.sharing.arrangement import arrange
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.task_handle import TaskHandle

__all__ = ["Preset", "load_preset", "preset_of"]


@dataclass(frozen=True)
class Preset:
    """How the form of a task is shown, for `TaskWidget`; `load_preset` reads one from a file.

    Attributes
    ----------
    inputs : dict of str to dict
        By the name of an input any of ``label``, ``help`` (may hold simple HTML), ``group`` (a heading),
        ``value``, ``fixed`` and ``hidden`` (true or false), and ``choices`` (those that are offered, by value
        or label). A value is what a call takes, or the JSON of the REST API. A fixed value is shown and
        cannot be changed; that of a hidden input neither, and it is folded away. Without ``value`` both have
        the task's default.
    order : tuple of str
        Names of inputs, first to last; those that are not named come after them.
    environment : dict
        First values of settings of the run, such as ``outSR``.
    extent : tuple of float or None
        What the map shows first: west, south, east, north in degrees, EPSG:4326.
    outputs : tuple of str or None
        Names of the outputs that are shown, in this order; the others are folded away. None for all.
    messages : str
        Lowest level of the messages that are shown first: ``"info"``, ``"warning"`` or ``"error"``.
    title : str
        Stands above the form in place of the task's name.
    deadline : float or None
        Seconds after which a run of the form is given up at first; None for as long as it takes.
    task, fingerprint : str
        Address and description of the task that it was made for; empty when not known.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> preset = gp.Preset(
    ...     inputs={"Distance": {"value": "5 km", "fixed": True}, "Input_Points": {"label": "Wells"}}
    ... )
    >>> form = gp.TaskWidget(server.url_of("BufferPoints"), preset=preset)
    >>> form.values["Distance"]
    LinearUnit(distance=5.0, units='esriKilometers')
    >>> form.close()

    Saved for others, and what is wrong with one in words:

    >>> import pathlib, tempfile
    >>> path = preset.save(pathlib.Path(tempfile.mkdtemp(), "wells.json"))
    >>> gp.load_preset(path).problems(gp.GPTask(server.url_of("BufferPoints")))
    []
    >>> gp.Preset(inputs={"Distanze": {"hidden": True}}).problems(gp.GPTask(server.url_of("BufferPoints")))
    ["inputs.Distanze: the task has no such input; did you mean 'Distance'?"]
    """

    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    order: Sequence[str] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    extent: Sequence[float] | None = None
    outputs: Sequence[str] | None = None
    messages: str = "info"
    title: str = ""
    deadline: float | None = None
    task: str = ""
    fingerprint: str = ""
    faults: tuple[Fault, ...] = field(default=(), repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """The preset as a JSON object, as its file has it."""
        made: dict[str, Any] = {"format": FORMAT, "version": VERSION}
        for key in ("task", "fingerprint", "title"):
            if getattr(self, key):
                made[key] = getattr(self, key)
        made["inputs"] = {name: dict(row) for name, row in self.inputs.items()}
        if self.order:
            made["order"] = list(self.order)
        if self.environment:
            made["environment"] = dict(self.environment)
        if self.extent is not None:
            made["extent"] = list(self.extent)
        if self.outputs is not None:
            made["outputs"] = list(self.outputs)
        if self.deadline is not None:
            made["deadline"] = self.deadline
        return {**made, "messages": self.messages}

    def __str__(self) -> str:
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False)

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write a file.

        Parameters
        ----------
        path
            Of the file; its folder is made where it is missing.
        overwrite
            Whether to replace a file of this name.

        Returns
        -------
        pathlib.Path
            Of the file.

        Raises
        ------
        FileExistsError
            There is one of this name.
        OSError
            It cannot be written.
        TypeError
            A value is none that JSON has, such as a frame.
        """
        text = str(self)
        path = Path(path).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        if not overwrite and path.exists():
            raise FileExistsError(tr("{name} is there already; overwrite=True replaces it.", name=path.name))
        with path.open("w" if overwrite else "x", encoding="utf-8") as file:
            file.write(f"{text}\n")
        return path

    def problems(self, task: TaskHandle) -> list[str]:
        """What is wrong with the preset for a task, in words; empty for nothing.

        Parameters
        ----------
        task
            The task, read anew.
        """
        return [str(fault) for fault in arrange(preset_of(self), task.info).faults]


def load_preset(source: str | Path | Mapping[str, Any]) -> Preset:
    """Read a preset from a file, from its text, or from a mapping.

    Parameters
    ----------
    source
        The path of a file, its text, or the JSON object; ``format`` and ``version`` may be left out.

    Returns
    -------
    Preset
        Without the parts that cannot be used; `Preset.problems` and the form say which, and why.

    Raises
    ------
    OSError
        The file cannot be read.
    GPError
        It holds no preset, or one of a version to come.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> gp.load_preset({"inputs": {"Distance": {"label": "How far?"}}}).inputs["Distance"]["label"]
    'How far?'
    """
    document = read_preset(source)
    check_preset(document)
    return _whole(document)


def _whole(document: Mapping[str, Any]) -> Preset:
    kept, faults = whole_rows(document)
    for key in ("order", "extent", "outputs"):
        if key in kept:
            kept[key] = tuple(kept[key])
    return Preset(**kept, faults=tuple(faults))


def preset_of(given: Preset | str | Path | Mapping[str, Any]) -> Preset:
    """A preset that can be used, from all that `TaskWidget` takes for one.

    Raises
    ------
    OSError, GPError
        As `load_preset`.
    """
    if not isinstance(given, Preset):
        return load_preset(given)
    # What was written in Python is looked at as what comes from a file.
    return given if given.faults else _whole(given.to_json())
