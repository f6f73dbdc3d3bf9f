"""A run as an RO-Crate: a folder or zip with its settings, inputs, results, messages and report.

The metadata follow the `Process Run Crate`_ profile, version 0.5, on `RO-Crate`_ 1.1: the run is a
``CreateAction``, the task its instrument, what it was given its objects and what it gave back its results.

.. _Process Run Crate: https://w3id.org/ro/wfrun/process/0.5
.. _RO-Crate: https://w3id.org/ro/crate/1.1
"""

from __future__ import annotations

import json
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from gpwidgets.convert.storage.crates import METADATA
from gpwidgets.errors import ParameterError, WaitTimeout
from gpwidgets.file_names import last_part
from gpwidgets.protocol.plain_text import plain_words
from gpwidgets.secrets import is_secret_name, mask
from gpwidgets.tasks.inputs.environment import ENVIRONMENT
from gpwidgets.tasks.results.folder_or_zip import is_free, new_folder_or_zip
from gpwidgets.tasks.results.outputs import summary
from gpwidgets.tasks.results.saving import IN_CRATE, write_outputs
from gpwidgets.tasks.sharing._crate_graph import CrateGraph, Reference
from gpwidgets.tasks.sharing.settings import Settings, settings_of_values
from gpwidgets.texts import later, tr
from gpwidgets.version import __version__
from gpwidgets.views import report_page

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run

__all__ = ["check_crate", "write_crate"]

FORMATS = ("gpkg", "parquet")
SETTINGS, REPORT, MESSAGES = "settings.json", "report.html", "messages.json"

_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_WRITER = "#gpwidgets"
_STATUS = "http://schema.org/{}ActionStatus"


def write_crate(
    run: Run,
    path: str | Path,
    *,
    agent: str | Mapping[str, str] | None = None,
    license: str = "",  # noqa: A002 - the word of schema.org
    frames: str = "gpkg",
    overwrite: bool = False,
) -> Path:
    """Write the crate of a run; see `gpwidgets.Run.to_crate`."""
    if not run.done:
        raise WaitTimeout(tr("{task} is still {status}.", task=run.task.name, status=run.status), run=run)
    if frames not in FORMATS:
        raise ValueError(f"frames is 'gpkg' or 'parquet', not {frames!r}")
    person = _person(agent)
    target = Path(path).expanduser()
    with new_folder_or_zip(target, _is_ours if overwrite else None) as folder:
        _Crate(run, folder).write(person, license, frames)
    return target


def check_crate(path: Path, *, overwrite: bool) -> None:
    """Refuse a name that a crate cannot have, before the run that it is of.

    Raises
    ------
    FileExistsError
        Something else has it.
    """
    is_free(path.expanduser(), _is_ours if overwrite else None)


def _person(agent: str | Mapping[str, str] | None) -> dict[str, str] | None:
    """The entity of whoever has run the task."""
    if not agent:
        return None
    given = {"name": agent} if isinstance(agent, str) else dict(agent)
    if not given.get("name") or not all(isinstance(one, str) for one in given.values()):
        raise ValueError("agent is a name, or a mapping of texts with 'name' and perhaps '@id' and 'url'")
    made = {"@id": "#agent", "@type": "Person", **given}
    if made["@type"] not in ("Person", "Organization"):
        raise ValueError(f"the '@type' of agent is 'Person' or 'Organization', not {made['@type']!r}")
    if not made["@id"].startswith(("#", "http://", "https://")):
        raise ValueError("the '@id' of agent is a URL, such as that of an ORCID iD")
    return made


class _Crate:
    """Writes the crate of a run into a folder."""

    def __init__(self, run: Run, folder: Path) -> None:
        self._run, self._folder = run, folder
        self._graph = CrateGraph(folder)

    def write(self, agent: dict[str, str] | None, rights: str, frames: str) -> None:
        run, graph = self._run, self._graph
        graph.add("./", "Dataset")  # the root comes second, and gets the rest at the end
        graph.add(_PROFILE, "CreativeWork", name="Process Run Crate", version="0.5")
        tool = self._tool()
        writer = graph.add(_WRITER, "SoftwareApplication", name="gpwidgets", softwareVersion=__version__)
        person = graph.add(agent["@id"], agent["@type"], **_named(agent)) if agent else None
        given = [*self._settings(), *self._environment()]
        made = [*self._results(frames), self._messages()]
        self._report()
        action = graph.add(
            self._action_id(),
            "CreateAction",
            name=self._title(),
            description=self._description(),
            instrument=tool,
            agent=person,
            object=given,
            result=made,
            identifier=run.job_id,
            startTime=_moment(run.started),
            endTime=_moment(run.ended),
            actionStatus=_STATUS.format("Completed" if run.error is None else "Failed"),
            error=mask(str(run.error)) if run.error is not None else None,
        )
        graph.add(
            "./",
            "Dataset",
            conformsTo={"@id": _PROFILE},
            name=self._title(),
            description=self._description(),
            datePublished=_moment(datetime.now(UTC)),
            license=self._license(rights),
            author=person,
            hasPart=graph.add_rest(),
            mentions=[action, writer],
        )
        graph.write()

    def _title(self) -> str:
        name = plain_words(self._run.task.info.display_name or self._run.task.name, 200)
        when = self._run.started or self._run.ended
        if when is None:
            return tr("Run of {task}", task=name)
        return tr("Run of {task}, {when:%Y-%m-%d %H:%M} UTC", task=name, when=when.astimezone(UTC))

    def _description(self) -> str:
        where = tr("Geoprocessing task {address}, run through gpwidgets.", address=self._run.task.url.task)
        job = tr("Job: {address}", address=self._run.job_url) if self._run.job_url else ""
        again = ""
        if (self._folder / SETTINGS).exists():
            again = tr("To run it again: gpwidgets run {name}", name=SETTINGS)
        return " ".join(filter(None, (where, job, again)))

    def _action_id(self) -> str:
        """The same for each crate of a job."""
        address = self._run.job_url
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, address) if address else uuid.uuid4()}"

    def _tool(self) -> Reference:
        task = self._run.task
        version = task.known_version
        return self._graph.add(
            task.url.task,
            "SoftwareApplication",
            name=plain_words(task.info.display_name or task.name, 200),
            description=plain_words(task.info.description or "", 2_000),
            url=task.url.task,
            softwareVersion=f"ArcGIS {version:g}" if version else None,
        )

    def _license(self, given: str) -> Reference | str:
        if not given:
            return tr("No licence was given when this crate was written: ask whoever gave it to you.")
        if urlsplit(given).scheme in ("http", "https"):
            return self._graph.add(given, "CreativeWork", name=given, url=given)
        return given

    def _settings(self) -> Iterator[Reference]:
        """The inputs: settings in a file, features and files beside it, values in the metadata."""
        if not self._run.inputs:
            return
        path = _settings_of(self._run).save(self._folder / SETTINGS, geometry="beside")
        yield self._graph.add_file(path, name=tr("Settings"))
        written = json.loads(path.read_text(encoding="utf-8"))
        for number, (name, row) in enumerate(written["inputs"].items(), 1):
            yield from self._input(f"#input-{number}", name, row)

    def _input(self, id_: str, name: str, row: Mapping[str, Any]) -> Iterator[Reference]:
        value = row.get("value")
        files = [self._folder.joinpath(*place.split("/")) for place in _files_in(value)]
        words = "" if is_secret_name(name) else mask(summary(self._run.inputs.get(name)))
        for file in files:
            if isinstance(value, dict) and "features" in value:
                yield self._graph.add_file(file, name=name, description=words)
            else:
                yield self._graph.add_file(file, alternateName=name)
        if "leftOut" in row:
            why = tr(_REASONS.get(row["leftOut"], later("It was not kept.")))
            yield self._graph.add_value(id_, name, None, description=why)
        elif not _is_file(value):
            shown = None if is_secret_name(name) else value
            yield self._graph.add_value(id_, name, shown, description=_more(words, value))

    def _environment(self) -> Iterator[Reference]:
        for name, value in self._run.settings.items():
            title = tr(ENVIRONMENT[name].display_name) if name in ENVIRONMENT else None
            plain = value if isinstance(value, str | int | float) else str(value)
            yield self._graph.add_value(f"#setting-{name}", name, plain, description=title)

    def _results(self, frames: str) -> Iterator[Reference]:
        outputs = self._run.outputs
        if outputs is None:
            return
        folder = self._folder / IN_CRATE
        folder.mkdir()
        rows = write_outputs(outputs, folder, frames=frames)["outputs"]
        for number, (name, row) in enumerate(rows.items(), 1):
            words = "" if name in outputs.errors or outputs.is_hidden(name) else mask(summary(outputs[name]))
            yield from self._result(f"#output-{number}", name, row, words)

    def _result(self, id_: str, name: str, row: Mapping[str, Any], words: str) -> Iterator[Reference]:
        graph, folder = self._graph, self._folder / IN_CRATE
        if "list" in row:
            for number, part in enumerate(row["list"], 1):
                yield from self._result(f"{id_}-{number}", name, part, "")
        elif "frame" in row:
            yield graph.add_file(folder / row["frame"]["file"], name=name, description=words)
        elif "file" in row:
            file = folder.joinpath(*row["file"].split("/"))
            address = (row.get("data") or row.get("raster") or {}).get("url") or ""
            original = last_part(unquote(urlsplit(address).path)) if address else None
            yield graph.add_file(file, name=name, description=file.name, alternateName=original)
        elif "error" in row or "notFetched" in row:
            address = (row.get("data") or row.get("raster") or {}).get("url")
            why = tr("Not in this crate: {error}", error=row.get("error") or row.get("notFetched"))
            yield graph.add(id_, "CreativeWork", name=name, description=why, url=address)
        else:
            value = row.get("value", row.get("image", row.get("layer")))
            if value is not None:
                yield graph.add_value(id_, name, value, description=_more(words, value))

    def _messages(self) -> Reference:
        rows = [
            {"type": one.type.value, "description": mask(one.description), "code": one.code}
            for one in self._run.messages
        ]
        path = self._folder / MESSAGES
        path.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
        return self._graph.add_file(path, name=tr("Messages"))

    def _report(self) -> None:
        path = self._folder / REPORT
        path.write_text(report_page(self._run), encoding="utf-8")
        self._graph.add_file(path, name=tr("Report"))


_REASONS = {
    "hidden": later("Hidden texts are not kept."),
    "large": later("It was too large to be kept."),
    "missing": later("Its file was not there any more when this crate was written."),
}


def _more(words: str, value: Any) -> str:
    """A value in words, where that says more than the value."""
    return "" if isinstance(value, str | bool | int | float) else words


def _named(agent: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in agent.items() if key not in ("@id", "@type")}


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment is not None else None


def _is_file(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) in ({"path"}, {"features"}) and _files_in(value) != []


def _files_in(value: Any) -> list[str]:
    """The files beside the settings that a value names."""
    if isinstance(value, Mapping):
        for key in ("path", "features"):
            if set(value) == {key} and isinstance(value[key], str):
                return [value[key]]
        return [place for part in value.values() for place in _files_in(part)]
    return [place for part in value for place in _files_in(part)] if isinstance(value, list) else []


def _settings_of(run: Run) -> Settings:
    """The settings of a run; an input that cannot be written any more costs no other one."""
    inputs = dict(run.inputs)
    while True:
        try:
            made = settings_of_values(run.task, inputs, run.settings)
            break
        except ParameterError as error:
            named = {one.parameter for one in getattr(error, "errors", (error,))} & set(inputs)
            if not named:
                raise
            inputs = {name: value for name, value in inputs.items() if name not in named}
    rows = {}
    for name in run.inputs:
        row = made.inputs.get(name, {})
        gone = [one for one in _files_in(row.get("value")) if not Path(one).expanduser().is_file()]
        data_type = run.task.info.parameter(name).data_type
        rows[name] = {"dataType": data_type, "leftOut": "missing"} if gone or not row else row
    return replace(made, inputs=rows)


def _is_ours(path: Path) -> bool:
    """Whether a crate of ours is there, with nothing else beside it, so that no work of others is lost."""
    try:
        if path.is_dir():
            names = {file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()}
            text = (path / METADATA).read_text(encoding="utf-8")
        else:
            with zipfile.ZipFile(path) as archive:
                names, text = set(archive.namelist()), archive.read(METADATA).decode()
        entities = {entity["@id"] for entity in json.loads(text)["@graph"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError, zipfile.BadZipFile, RuntimeError):
        return False
    known = {unquote(entity) for entity in entities}
    return _WRITER in entities and names <= known
