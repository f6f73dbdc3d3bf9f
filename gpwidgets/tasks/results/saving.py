"""The results of a run in a folder or a zip, and back: when the server has long thrown them away.

``outputs.json`` names the outputs and holds what fits into JSON; frames and result files lie beside it, under
names of our own.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, TypeVar
from weakref import finalize

from gpwidgets.convert.files.raster_opening import raster_opener
from gpwidgets.datatypes.frame_checks import is_table
from gpwidgets.datatypes.registry import datatype_named, name_of_value
from gpwidgets.errors import ConversionError, GPError, GPWarning
from gpwidgets.file_names import move_to_free_name, name_from_title, private_folder, safe_name
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.responses.replies import GPMessage
from gpwidgets.protocol.values import DataFile, Fetch, LayerReference, MapImage, RasterData
from gpwidgets.protocol.values.files import fetched_by
from gpwidgets.secrets import without_secrets
from gpwidgets.tasks.results.folder_or_zip import new_folder_or_zip
from gpwidgets.version import __version__

__all__ = ["IN_CRATE", "open_outputs", "save_outputs", "write_outputs"]


class Savable(Protocol):
    """Values by output name, with what is said of them; `gpwidgets.Outputs` is one."""

    errors: dict[str, Exception]
    messages: tuple[GPMessage, ...]
    provenance: dict[str, Any]
    truncated: tuple[str, ...]
    missing: dict[str, int | None]
    doubtful: tuple[str, ...]
    parameters: dict[str, GPParameter]

    def __iter__(self) -> Iterator[str]: ...

    def __getitem__(self, name: str) -> Any: ...

    def is_hidden(self, name: str) -> bool: ...


_S = TypeVar("_S", bound=Savable)

MANIFEST = "outputs.json"
#: The folder of the outputs in an RO-Crate.
IN_CRATE = "outputs"
_FORMAT = 1

#: Bytes and members of a zip above which it is not unpacked.
_LARGEST, _MOST_MEMBERS = 8_000_000_000, 10_000


def save_outputs(outputs: Savable, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write outputs into a folder, or into a zip when the name ends so; see `Outputs.save`."""
    target = Path(path).expanduser()
    with new_folder_or_zip(target, _is_ours if overwrite else None) as folder:
        write_outputs(outputs, folder)
    return target


def write_outputs(outputs: Savable, folder: Path, *, frames: str = "") -> dict[str, Any]:
    """Write outputs into an empty folder.

    Parameters
    ----------
    outputs
        Of a run.
    folder
        Which is there.
    frames
        Their format, ``"gpkg"`` or ``"parquet"``; the better one that is installed when empty.

    Returns
    -------
    dict
        What is in ``outputs.json``. A file that could not be fetched has ``notFetched`` in its row, with the
        reason; a warning says it too.
    """
    manifest = _manifest(outputs, folder, frames)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return manifest


def _is_ours(path: Path) -> bool:
    """Whether saved outputs are there, so that nothing else is replaced."""
    if path.is_dir():
        return (path / MANIFEST).is_file()
    try:
        with zipfile.ZipFile(path) as archive:
            return MANIFEST in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _manifest(outputs: Savable, folder: Path, frames: str) -> dict[str, Any]:
    values = {}
    for number, name in enumerate(outputs, 1):
        if name in outputs.errors:
            values[name] = {"error": str(outputs.errors[name])}
            continue
        if outputs.is_hidden(name) and outputs[name]:
            values[name] = {"error": f"{name}: hidden texts are not saved."}
            continue
        stem = f"{number:02}-{name_from_title(name, 'output')}"
        values[name] = _Writer(folder, stem, name, frames).written(outputs[name])
    manifest = {
        "format": _FORMAT,
        "gpwidgets": __version__,
        "saved": datetime.now(UTC).isoformat(timespec="seconds"),
        "provenance": outputs.provenance,
        "messages": [
            {"type": one.type.value, "description": one.description, "code": one.code}
            for one in outputs.messages
        ],
        "truncated": outputs.truncated,
        "missing": outputs.missing,
        "doubtful": outputs.doubtful,
        "parameters": [_parameter_json(parameter) for parameter in outputs.parameters.values()],
        "outputs": values,
    }
    told: dict[str, Any] = without_secrets(json.loads(json.dumps(manifest, default=str)))
    return told


def _parameter_json(parameter: GPParameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "dataType": parameter.data_type,
        "displayName": parameter.display_name,
        "description": parameter.description,
        "category": parameter.category,
        "direction": parameter.direction.value,
        "parameterType": parameter.parameter_type.value,
    }


class _Writer:
    """Writes the value of one output; what does not fit into JSON goes into files named after `stem`."""

    def __init__(self, folder: Path, stem: str, name: str, frames: str) -> None:
        self._folder, self._stem, self._name, self._frames = folder, stem, name, frames
        self._files = 0

    def written(self, value: Any) -> dict[str, Any]:
        if is_table(value):
            from gpwidgets.convert.storage.saved import write_saved_frame

            return {"frame": write_saved_frame(value, self._folder, self._next_stem(), self._frames)}
        if isinstance(value, DataFile | RasterData):
            return self._file(value)
        if isinstance(value, MapImage):
            return {"image": value.to_json()}
        if isinstance(value, LayerReference):
            return {"layer": value.to_json()}
        if isinstance(value, list | tuple):
            return {"list": [self.written(one) for one in value]}
        kind = name_of_value(value)
        parameter = GPParameter.from_json({"name": self._name, "dataType": kind or "JSON"})
        return {"type": kind, "value": datatype_named(kind).encode(value, parameter)}

    def _next_stem(self) -> str:
        self._files += 1
        return self._stem if self._files == 1 else f"{self._stem}-{self._files}"

    def _file(self, value: DataFile | RasterData) -> dict[str, Any]:
        """A copy of the file; where it cannot be had, its address alone, with a warning."""
        told = {"raster" if isinstance(value, RasterData) else "data": value.to_json()}
        place = self._folder / self._next_stem()
        try:
            saved = _copied(value, place)
        except (GPError, OSError, ValueError) as error:
            warnings.warn(
                f"{self._name}: the file could not be saved, only its address: {error}",
                GPWarning,
                stacklevel=2,
            )
            return {**told, "notFetched": str(error)}
        return {**told, "file": f"{place.name}/{saved.name}"}


def _copied(value: DataFile | RasterData, folder: Path) -> Path:
    """Fetch a file into a folder of its own, under a cleaned name."""
    if value.path and Path(value.path).is_file():
        folder.mkdir()
        return Path(shutil.copyfile(value.path, folder / safe_name(Path(value.path).name)))
    return value.download(folder)


def open_outputs(path: str | Path, make: Callable[..., _S]) -> _S:
    """Read outputs that were saved; see `Outputs.open`."""
    source = Path(path).expanduser()
    if not source.exists():
        raise FileNotFoundError(f"There are no saved outputs at {source}.")
    folder = _Folder(source) if source.is_dir() else _Folder(_unpacked(source), passing=True)
    if (folder.path / IN_CRATE / MANIFEST).is_file() and not (folder.path / MANIFEST).exists():
        folder.path /= IN_CRATE
    manifest = _read_manifest(folder.path / MANIFEST)
    values: dict[str, Any] = {}
    errors: dict[str, Exception] = {}
    for name, row in manifest["outputs"].items():
        try:
            values[name] = _Reader(folder, str(name)).read(row)
        except GPError as error:
            errors[name] = error
        except Exception as error:  # a hand in the files may have done anything
            errors[name] = ConversionError(f"{name} cannot be read: {error}")
    parameters = [GPParameter.from_json(row) for row in manifest.get("parameters", ())]
    outputs = make(
        values,
        parameters={parameter.name: parameter for parameter in parameters},
        messages=GPMessage.list_from_json(manifest.get("messages")),
        errors=errors,
        truncated=tuple(manifest.get("truncated", ())),
        doubtful=tuple(manifest.get("doubtful", ())),
        provenance=manifest.get("provenance", {}),
    )
    missing = manifest.get("missing")
    for name, count in missing.items() if isinstance(missing, dict) else ():
        if name in outputs.missing and isinstance(count, int):
            outputs.missing[name] = count
    return outputs


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConversionError(f"{path.parent} holds no saved outputs: {error}") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("outputs"), dict):
        raise ConversionError(f"{path.parent} holds no saved outputs.")
    if manifest.get("format") != _FORMAT:
        raise ConversionError(f"{path.parent} was saved by another version, {manifest.get('gpwidgets')}.")
    return manifest


class _Folder:
    """Where saved outputs lie; an unpacked zip is removed with the last value that needs it."""

    def __init__(self, path: Path, *, passing: bool = False) -> None:
        self.path = path
        if passing:
            finalize(self, shutil.rmtree, path, ignore_errors=True)

    def inside(self, name: Any) -> Path:
        """A file below the folder.

        Raises
        ------
        ConversionError
            The name leads out of it.
        """
        parts = _parts(str(name))
        path = self.path.joinpath(*parts)
        if not path.resolve().is_relative_to(self.path.resolve()):
            raise ConversionError(f"{name!r} leads out of the saved outputs.")
        return path


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a relative path that stays where it is, on every system."""
    parts = PurePosixPath(name).parts
    bad = not parts or ".." in parts or name.startswith("/") or any(sign in name for sign in "\\:\0")
    if bad:
        raise ConversionError(f"{name!r} leads out of the saved outputs.")
    return parts


def _unpacked(path: Path) -> Path:
    """Unpack a zip into a passing folder, if none of its members is after anything else."""
    folder = Path(tempfile.mkdtemp(prefix="gpwidgets-outputs-"))
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _LARGEST:
                raise ConversionError(f"{path.name} holds too much to be saved outputs.")
            for member in members:
                target = folder.joinpath(*_parts(member.filename))
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as content, target.open("xb") as file:
                    shutil.copyfileobj(content, file)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ConversionError(f"{path.name} cannot be unpacked: {error}") from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


class _Reader:
    """Reads the value of one output."""

    def __init__(self, folder: _Folder, name: str) -> None:
        self._folder, self._name = folder, name

    def read(self, row: Mapping[str, Any]) -> Any:
        if "error" in row:
            raise GPError(str(row["error"]))
        if "frame" in row:
            from gpwidgets.convert.storage.saved import read_saved_frame

            note = dict(row["frame"])
            path = self._folder.inside(note["file"])
            return read_saved_frame(path.parent, {**note, "file": path.name})
        if "list" in row:
            return [self.read(one) for one in row["list"]]
        if "image" in row:
            return MapImage.from_json(row["image"])
        if "layer" in row:
            return LayerReference.from_json(row["layer"])
        if "data" in row or "raster" in row:
            return self._file(row)
        parameter = GPParameter.from_json({"name": self._name, "dataType": row["type"] or "JSON"})
        return datatype_named(row["type"]).decode(row["value"], parameter)

    def _file(self, row: Mapping[str, Any]) -> DataFile | RasterData:
        value: DataFile | RasterData
        value = DataFile.from_json(row["data"]) if "data" in row else RasterData.from_json(row["raster"])
        if "file" not in row:
            return value
        path, folder = self._folder.inside(row["file"]), self._folder

        def copy(_url: str, target: Path) -> Path:
            assert folder  # keeps an unpacked zip for as long as the value lives
            with private_folder(target) as private:
                made = Path(shutil.copyfile(path, private / path.name))
                return move_to_free_name(made, target, path.name)

        fetch = Fetch(copy, lambda _url: path.read_bytes(), raster_opener)
        return fetched_by(replace(value, path=str(path)), fetch)
