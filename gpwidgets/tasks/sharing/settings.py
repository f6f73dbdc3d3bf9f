"""The settings of a run as a small file that others can read, change and run again.

The file is JSON: the address of the task, the JSON value of each input and of each setting of the
environment, and a fingerprint of the task's description. No secrets are in it. Its schema is
``data/settings.schema.json``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.registry import datatype_named
from gpwidgets.errors import GPError, InputErrors, ParameterError
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.tasks.inputs.environment import ENVIRONMENT, KEYWORD
from gpwidgets.tasks.journal.kept_inputs import (
    KeptInputs,
    rows_of_inputs,
    rows_of_settings,
    values_for_code,
    values_of_rows,
)
from gpwidgets.tasks.sharing._settings_file import (
    FORMAT,
    VERSION,
    Row,
    check_document,
    names_of_files,
    portable,
    read_document,
    with_local_files,
    write_document,
)
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.task_handle import TaskHandle

__all__ = ["Settings", "fingerprint", "load_settings", "settings_of_rows", "settings_of_values"]


@dataclass(frozen=True)
class Settings:
    """What a task is run with: its address, inputs and environment, as a file holds them.

    `GPTask.settings`, `HistoryEntry.to_settings` and the form's *Settings* make them; `load_settings` reads
    them from a file.

    Attributes
    ----------
    task : str
        Address of the task, ``…/GPServer/<task>``.
    inputs : dict of str to dict
        For each input by name its ``dataType`` and its ``value`` as the REST API has it; ``leftOut`` in place
        of a value that is not kept: ``"hidden"`` texts and what was ``"large"``.
    environment : dict of str to dict
        The same for the settings of the run: ``outSR``, ``extent`` and so on.
    fingerprint : str
        Of the description that the task had; see `changes`. ``""`` when it is not known.
    folder : pathlib.Path or None
        Where the files lie that the values name; None for settings that came from no file.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> settings = task.settings(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    >>> settings.inputs["Distance"]
    {'dataType': 'GPLinearUnit', 'value': {'distance': 5, 'units': 'esriKilometers'}}

    Saved, sent to somebody else, and run again:

    >>> import pathlib, tempfile
    >>> path = settings.save(pathlib.Path(tempfile.mkdtemp(), "buffer.json"))
    >>> again = gp.load_settings(path)
    >>> task = gp.GPTask(again.task)
    >>> task(again.values(task))
    Outputs
      Buffers: 1 feature (EPSG:4326)
    """

    task: str
    inputs: Mapping[str, Row]
    environment: Mapping[str, Row] = field(default_factory=dict)
    fingerprint: str = ""
    folder: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """The settings as a JSON object, with all values inside."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "task": self.task,
            "fingerprint": self.fingerprint,
            "inputs": {name: dict(row) for name, row in self.inputs.items()},
            "environment": {name: dict(row) for name, row in self.environment.items()},
        }

    def without_folders(self) -> Settings:
        """The same with the names of local files alone, for pages that are passed on.

        Folders of one computer say nothing on another one, but who uses it.
        """
        inputs = {
            name: {**row, "value": names_of_files(row["value"])} if "value" in row else row
            for name, row in self.inputs.items()
        }
        return replace(self, inputs=inputs)

    def __str__(self) -> str:
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False)

    def save(self, path: str | Path, *, geometry: str = "inline", overwrite: bool = False) -> Path:
        """Write a file; local files that inputs name are copied beside it.

        Parameters
        ----------
        path
            Of the file; its folder is made where it is missing.
        geometry
            ``"inline"`` for features and tables within the file, ``"beside"`` for a file of each, in a folder
            that is named after this one.
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
            It cannot be written, or a file that an input names is not there.
        ValueError
            `geometry` is neither word.
        """
        if geometry not in ("inline", "beside"):
            raise ValueError(f"geometry is 'inline' or 'beside', not {geometry!r}")
        return write_document(self.to_json(), Path(path), beside=geometry == "beside", overwrite=overwrite)

    def read(self, task: TaskHandle) -> KeptInputs:
        """The values as the task of today takes them; one that it does not take hides no other.

        Parameters
        ----------
        task
            The task, read anew.

        Returns
        -------
        KeptInputs
            Checked values by parameter name, and why the others could not be had.
        """
        parameters = {parameter.name: parameter for parameter in task.inputs}
        found = KeptInputs()
        for name, row in self.inputs.items():
            read = self._read_one(name, row, parameters.get(name))
            found.values.update(read.values)
            found.problems.update(read.problems)
        return found

    def _read_one(self, name: str, row: Row, parameter: GPParameter | None) -> KeptInputs:
        if parameter is None:
            return KeptInputs(problems={name: ParameterError(name, tr("the task has no such input."))})
        try:
            local = with_local_files({**row, "paramName": name}, parameter, self.folder)
        except GPError as error:
            return KeptInputs(problems={name: error})
        read = values_of_rows([local], [parameter], _no_file)
        if name in read.values and datatype_named(str(row.get("dataType"))).is_set:
            read.values[name] = values_for_code(local, read.values[name], _no_file)
        return read

    def values(self, task: TaskHandle) -> dict[str, Any]:
        """The values for a run: what `GPTask.start`, a call, `GPTask.check` and `GPTask.code` take.

        Parameters
        ----------
        task
            The task, ``gpwidgets.GPTask(settings.task)``.

        Returns
        -------
        dict
            Checked values by parameter name, settings of the environment under ``env``. What was left out of
            the file is missing; give it as a keyword.

        Raises
        ------
        InputErrors
            The task does not take a value any more, or a file is not there; one `ParameterError` for each.
        """
        found = self.read(task)
        left_out = {name for name, row in self.inputs.items() if "leftOut" in row}
        wrong = [
            error if isinstance(error, ParameterError) else ParameterError(name, str(error))
            for name, error in found.problems.items()
            if name not in left_out
        ]
        rows = [{**row, "paramName": name} for name, row in self.environment.items() if name in ENVIRONMENT]
        environment = values_of_rows(rows, ENVIRONMENT.values(), _no_file)
        wrong += [ParameterError(name, str(error)) for name, error in environment.problems.items()]
        wrong += [
            ParameterError(name, tr("there is no such setting of a run."))
            for name in self.environment
            if name not in ENVIRONMENT
        ]
        if wrong:
            raise InputErrors(wrong)
        return {**found.values, **({KEYWORD: environment.values} if environment.values else {})}

    def changes(self, task: TaskHandle) -> list[str]:
        """What has changed of the task since the settings were made, in words; empty for nothing."""
        if not self.fingerprint or self.fingerprint == fingerprint(task.info):
            return []
        today = {parameter.name: parameter for parameter in task.inputs}
        words = [
            tr("{name}: the task has no such input.", name=name) for name in self.inputs if name not in today
        ]
        words += [
            tr(
                "{name}: it was of type {was} and is {now}.",
                name=name,
                was=row["dataType"],
                now=today[name].data_type,
            )
            for name, row in self.inputs.items()
            if name in today and row.get("dataType") != today[name].data_type
        ]
        words += [
            tr("{name}: the task asks for it, and the settings do not have it.", name=name)
            for name, parameter in today.items()
            if parameter.required and name not in self.inputs
        ]
        return words or [tr("The description of the task is not what it was.")]


def _no_file(_name: str) -> str:
    raise ParameterError("", tr("the file is not there."))


def load_settings(source: str | Path | Mapping[str, Any]) -> Settings:
    """Read settings from a file, from its text, or from a mapping.

    Parameters
    ----------
    source
        The path of a file, its text, or the JSON object.

    Returns
    -------
    Settings
        Nothing is asked of a server. Files that the values name are looked for beside the settings, and
        nowhere else: settings of somebody else cannot have other files of this computer sent.

    Raises
    ------
    OSError
        The file cannot be read.
    GPError
        It holds no settings, or those of a version to come.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> text = str(task.settings(Input_Points="POINT (-84.2 36.4)", Distance="5 km"))
    >>> gp.load_settings(text).values(task)["Distance"]
    LinearUnit(distance=5.0, units='esriKilometers')
    """
    document, folder = read_document(source)
    check_document(document)
    return Settings(
        task=document["task"],
        inputs=document.get("inputs", {}),
        environment=document.get("environment", {}),
        fingerprint=document.get("fingerprint", ""),
        folder=folder,
    )


def settings_of_values(
    task: TaskHandle, checked: Mapping[str, Any], environment: Mapping[str, Any]
) -> Settings:
    """The settings of checked values.

    Parameters
    ----------
    task
        The task.
    checked
        Checked values by parameter name.
    environment
        Checked settings of the run.

    Raises
    ------
    InputErrors
        A value cannot be written.
    """
    fields = Encoder(task.info, lambda path: f"path:{path}", lambda: task.known_version).form(checked)
    texts: list[str] = []

    def keep(text: str) -> str:
        texts.append(text)
        return str(len(texts) - 1)

    rows = rows_of_inputs(task.info, checked, fields, keep)
    made = settings_of_rows(task.url.task, rows, rows_of_settings(environment), lambda name: texts[int(name)])
    return replace(made, fingerprint=fingerprint(task.info))


def settings_of_rows(task: str, rows: Iterable[Row], environment: Iterable[Row], load: Any) -> Settings:
    """The settings of rows as the history keeps them.

    Parameters
    ----------
    task
        Its address.
    rows, environment
        Of ``paramName``, ``dataType`` and ``value``.
    load
        Reads the text of a large value by the name that its row has.
    """

    def by_name(rows: Iterable[Row]) -> dict[str, Row]:
        return {str(row.get("paramName")): portable(row, load) for row in rows}

    return Settings(task, by_name(rows), by_name(environment))


def fingerprint(info: TaskInfo) -> str:
    """A short text that is the same as long as a task takes and gives the same."""
    described = [
        [
            one.name,
            one.data_type,
            one.is_input,
            one.required,
            sorted(str(choice.value) for choice in one.choices),
            [[part.name, part.data_type] for part in one.parameter_infos],
        ]
        for one in info.parameters
    ]
    text = json.dumps([info.name, described], ensure_ascii=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
