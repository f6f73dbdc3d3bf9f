"""How settings lie in a file, and the files that their values name.

A file that an input names lies beside the settings, in their folder or below: it is copied there when they
are saved, and looked for nowhere else when they are read.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gpwidgets.datatypes.registry import datatype_named
from gpwidgets.errors import GPError, ParameterError
from gpwidgets.file_names import last_part, name_from_title
from gpwidgets.protocol.description import GPParameter
from gpwidgets.secrets import without_secrets
from gpwidgets.tasks.journal.kept_inputs import refuse_local_files
from gpwidgets.texts import tr

__all__ = [
    "FORMAT",
    "VERSION",
    "Row",
    "check_document",
    "names_of_files",
    "portable",
    "read_document",
    "with_local_files",
    "write_document",
]

Row = Mapping[str, Any]

FORMAT = "gpwidgets-settings"
VERSION = 1

#: How the history writes that a value is a local file.
_PATH = "path:"
#: Bytes above which a file is no settings of ours.
_LARGEST = 500_000_000


def check_document(document: Any) -> None:
    """Refuse what are no settings.

    Raises
    ------
    GPError
        In words.
    """
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise GPError(
            tr('These are no settings of a run: the text has no "format": "{format}".', format=FORMAT)
        )
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise GPError(tr("The settings do not say the version of their format."))
    if version > VERSION:
        raise GPError(
            tr(
                "The settings are of format version {version}, which a newer gpwidgets writes; "
                "this one reads versions up to {known}.",
                version=version,
                known=VERSION,
            )
        )
    if not isinstance(document.get("task"), str) or not document["task"]:
        raise GPError(tr("The settings do not name their task."))
    for key in ("inputs", "environment"):
        rows = document.get(key, {})
        if not isinstance(rows, Mapping) or not all(isinstance(row, Mapping) for row in rows.values()):
            raise GPError(tr("{key} of the settings is no object of objects.", key=key))
    if not isinstance(document.get("fingerprint", ""), str):
        raise GPError(tr("The fingerprint of the settings is no text."))


def read_document(source: str | Path | Mapping[str, Any]) -> tuple[Any, Path | None]:
    """The JSON of settings, and the folder of the file that it came from.

    Raises
    ------
    OSError, GPError
        There is no such file, or it is no JSON.
    """
    if isinstance(source, Mapping):
        return source, None
    text, folder = str(source), None
    if isinstance(source, Path) or not text.lstrip().startswith("{"):
        path = Path(source).expanduser()
        if path.stat().st_size > _LARGEST:
            raise GPError(tr("{name} is too large for settings.", name=path.name))
        text, folder = path.read_text(encoding="utf-8-sig", errors="replace"), path.resolve().parent
    try:
        return json.loads(text), folder
    except (ValueError, RecursionError) as error:
        raise GPError(
            tr("These are no settings of a run, as they are no JSON: {error}", error=error)
        ) from error


def portable(row: Row, load: Callable[[str], str]) -> Row:
    """A row of the history as it stands in settings: without its name, with its large value inside."""
    kept = {key: value for key, value in row.items() if key not in ("paramName", "file")}
    if "file" in row:
        text = load(str(row["file"]))
        is_text = datatype_named(str(row.get("dataType"))).is_text
        kept["value"] = text if is_text else without_secrets(json.loads(text))
    return {**kept, "value": _with_paths(kept["value"])} if "value" in kept else kept


def _with_paths(wire: Any) -> Any:
    """``{"path": …}`` for what the history writes of local files."""
    if isinstance(wire, Mapping):
        item = wire.get("itemID")
        if isinstance(item, str) and item.startswith(_PATH):
            return {"path": item.removeprefix(_PATH)}
        return {key: _with_paths(part) for key, part in wire.items()}
    return [_with_paths(part) for part in wire] if isinstance(wire, list) else wire


def names_of_files(wire: Any) -> Any:
    """A value in which local files have their names only."""
    if _names_file(wire, "path"):
        return {"path": last_part(wire["path"])}
    if isinstance(wire, Mapping):
        return {key: names_of_files(part) for key, part in wire.items()}
    return [names_of_files(part) for part in wire] if isinstance(wire, list) else wire


def write_document(document: dict[str, Any], path: Path, *, beside: bool, overwrite: bool) -> Path:
    """Write settings, and beside them the files that their values name.

    Raises
    ------
    OSError
        The file is there already, or cannot be written; a file that is named is not there.
    """
    path = path.expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not overwrite and path.exists():
        raise FileExistsError(tr("{name} is there already; overwrite=True replaces it.", name=path.name))
    files = _FilesBeside(path)
    inputs = {}
    for name, row in document["inputs"].items():
        inputs[name] = dict(row)
        if "value" not in row:
            continue
        inputs[name]["value"] = files.copied(row["value"])
        if beside and datatype_named(str(row.get("dataType"))).is_set and isinstance(row["value"], Mapping):
            inputs[name]["value"] = files.written(name, row["value"])
    text = json.dumps({**document, "inputs": inputs}, indent=2, ensure_ascii=False)
    with path.open("w" if overwrite else "x", encoding="utf-8") as file:
        file.write(f"{text}\n")
    return path


class _FilesBeside:
    """The folder of files beside settings, made once there is one."""

    def __init__(self, path: Path) -> None:
        self._base = path.parent
        self._folder = path.with_name(f"{path.stem}_files")
        self._taken: dict[str, str] = {}

    def copied(self, wire: Any) -> Any:
        """A value whose local files are below the settings, and named from there."""
        if isinstance(wire, list):
            return [self.copied(part) for part in wire]
        if not isinstance(wire, Mapping):
            return wire
        if set(wire) == {"path"} and isinstance(wire["path"], str):
            return {"path": self._copy(wire["path"])}
        return {key: self.copied(part) for key, part in wire.items()}

    def _copy(self, name: str) -> str:
        if name not in self._taken:
            source = (self._base / Path(name).expanduser()).resolve()
            if source.is_relative_to(self._base.resolve()):
                self._taken[name] = source.relative_to(self._base.resolve()).as_posix()
            else:
                target = self._free(source.name)
                shutil.copyfile(source, target)
                self._taken[name] = target.relative_to(self._base).as_posix()
        return self._taken[name]

    def written(self, name: str, features: Mapping[str, Any]) -> dict[str, str]:
        """A feature set or table in a file of its own."""
        target = self._free(f"{name_from_title(name, 'input')}.json")
        target.write_text(json.dumps(features, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")
        return {"features": target.relative_to(self._base).as_posix()}

    def _free(self, name: str) -> Path:
        self._folder.mkdir(exist_ok=True)
        target = self._folder / name
        number = 1
        while target.exists():
            number += 1
            target = self._folder / f"{Path(name).stem}_{number}{Path(name).suffix}"
        return target


def with_local_files(row: Row, parameter: GPParameter, folder: Path | None) -> dict[str, Any]:
    """A row as the history has it, its local files found beside the settings.

    Raises
    ------
    ParameterError
        A value names a file that does not lie below the folder of the settings.
    GPError
        A file of features cannot be read.
    """
    if "value" not in row:
        return dict(row)
    wire = row["value"]
    if _names_file(wire, "features"):
        return {**row, "value": _read_features(parameter, wire["features"], folder)}
    if not _names_file(wire, "path"):
        refuse_local_files(parameter, _without_paths(wire))
    return {**row, "value": _located(wire, parameter, folder)}


def _names_file(wire: Any, key: str) -> bool:
    return isinstance(wire, Mapping) and set(wire) == {key} and isinstance(wire[key], str)


def _without_paths(wire: Any) -> Any:
    if _names_file(wire, "path"):
        return None
    if isinstance(wire, Mapping):
        return {key: _without_paths(part) for key, part in wire.items()}
    return [_without_paths(part) for part in wire] if isinstance(wire, list) else wire


def _located(wire: Any, parameter: GPParameter, folder: Path | None) -> Any:
    if isinstance(wire, Mapping):
        if _names_file(wire, "path"):
            return {"itemID": f"{_PATH}{_inside(parameter, wire['path'], folder)}"}
        item = wire.get("itemID")
        if isinstance(item, str) and item.startswith(_PATH):
            raise _elsewhere(parameter, item.removeprefix(_PATH))
        return {key: _located(part, parameter, folder) for key, part in wire.items()}
    return [_located(part, parameter, folder) for part in wire] if isinstance(wire, list) else wire


def _inside(parameter: GPParameter, name: str, folder: Path | None) -> Path:
    if folder is None or name.startswith(("\\\\", "//")):
        raise _elsewhere(parameter, name)
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise _elsewhere(parameter, name)
    return path


def _elsewhere(parameter: GPParameter, name: str) -> ParameterError:
    text = tr("the file {name!r} does not lie beside the settings; choose it again.", name=name)
    return ParameterError(parameter.name, text)


def _read_features(parameter: GPParameter, name: str, folder: Path | None) -> Any:
    path = _inside(parameter, name, folder)
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise ParameterError(parameter.name, tr("its file cannot be read: {error}", error=error)) from error
