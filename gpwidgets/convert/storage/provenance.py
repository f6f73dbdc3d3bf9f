"""Where data came from, in the files themselves: task, job, inputs, times and versions.

Each format has a place that its other readers respect: GDAL's metadata of a GeoPackage layer, the key-value
metadata of Parquet, a member of GeoJSON, and for CSV the metadata file that `CSV on the Web`_ names. What has
no place for it gets a JSON file beside it.

.. _CSV on the Web: https://www.w3.org/TR/tabular-data-model/#standard-file-metadata
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import Any

from gpwidgets.convert.storage.crates import METADATA, provenance_in_crate
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.frame_info import frame_info, keep_frame_info
from gpwidgets.secrets import without_secrets
from gpwidgets.texts import tr

__all__ = [
    "PROVENANCE",
    "add_to_csv",
    "add_to_file",
    "add_to_geojson",
    "add_to_zip",
    "layer_metadata",
    "provenance",
    "without_secrets_in_attrs",
]

#: The key in GDAL's metadata, and the end of a file's name.
PROVENANCE = "gpwidgets_provenance"
_MEMBER = "gpwidgets"
_CSV_CONTEXT = "http://www.w3.org/ns/csvw"
_BESIDE = ".provenance.json"
#: Of saved outputs, by themselves and in a crate.
_MANIFESTS = ("outputs.json", "outputs/outputs.json")
#: Bytes up to which a file of JSON is read for it.
_LARGEST = 2 << 30


def _told(frame: Any) -> dict[str, Any]:
    told: dict[str, Any] = without_secrets(json.loads(json.dumps(frame_info(frame).get("provenance") or {})))
    return told


def without_secrets_in_attrs(frame: Any) -> Any:
    """The same frame, for formats that write its attrs with it."""
    if not frame_info(frame):
        return frame
    plain = frame.copy(deep=False)
    keep_frame_info(plain, without_secrets(json.loads(json.dumps(frame_info(frame), default=str))))
    return plain


def layer_metadata(frame: Any) -> dict[str, str]:
    """Metadata of a layer, for pyogrio's ``layer_metadata``; empty when nothing is known."""
    told = _told(frame)
    return {PROVENANCE: json.dumps(told)} if told else {}


def add_to_geojson(path: Path, frame: Any) -> None:
    """Put what is known of a frame into its GeoJSON file, as a member that other readers pass over."""
    told = _told(frame)
    if not told:
        return
    member = json.dumps({_MEMBER: {"provenance": told}})[1:-1]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{", f"{{\n{member},", 1), encoding="utf-8")


def add_to_csv(path: Path, frame: Any) -> Path | None:
    """Write what is known of a frame beside its CSV file, as ``<name>-metadata.json``; its path."""
    told = _told(frame)
    if not told:
        return None
    beside = path.with_name(f"{path.name}-metadata.json")
    if beside.exists() and not _is_ours(beside):
        return None  # somebody's own words on a table of this name
    document = {"@context": _CSV_CONTEXT, "url": path.name, _MEMBER: {"provenance": told}}
    beside.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return beside


def add_to_file(path: Path, told: Mapping[str, Any]) -> Path | None:
    """Write where a file, such as a raster, came from beside it, as ``<name>.provenance.json``; its path."""
    if not told:
        return None
    beside = path.with_name(f"{path.name}{_BESIDE}")
    beside.write_text(json.dumps(without_secrets(dict(told)), indent=1), encoding="utf-8")
    return beside


def add_to_zip(path: Path, frame: Any) -> None:
    """Put what is known of a frame into its zip, as a JSON file of its own."""
    told = _told(frame)
    if told:
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{path.stem}{_BESIDE}", json.dumps(told, indent=1))


def provenance(path: str | Path, *, layer: str | None = None) -> dict[str, Any]:
    """Where a file that gpwidgets saved came from.

    Parameters
    ----------
    path
        A GeoPackage, GeoParquet or Parquet, GeoJSON, CSV, zipped shapefile or raster; or a folder or zip of
        `Outputs.save` or `Run.to_crate`, or another one with the metadata of a Process Run Crate.
    layer
        Of a GeoPackage with several; the first one that says something when left out.

    Returns
    -------
    dict
        ``task`` and ``job_id``; ``inputs`` in words, without secrets; ``started`` and ``time``, when the
        results were read, in ISO 8601; ``environment`` and ``gpwidgets``, the version that wrote it. Nothing
        in it is verified: whoever can write the file can write this.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ConversionError
        It does not say where it came from.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> out = task(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    >>> path = pathlib.Path(tempfile.mkdtemp(), "buffers.gpkg")
    >>> gp.save_frame(out.Buffers, path)
    ''
    >>> gp.provenance(path)["inputs"]
    {'Input_Points': '1 feature (EPSG:4326)', 'Distance': '5 kilometers'}
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise FileNotFoundError(tr("There is no file {name}.", name=str(path)))
    reader = _READERS.get(path.suffix.lower(), _beside)
    try:
        found = _in_folder(path) if path.is_dir() else reader(path, layer)
    except (
        AttributeError,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
        zipfile.BadZipFile,
        RuntimeError,
    ) as error:
        raise ConversionError(tr("{name} cannot be read: {error}", name=path.name, error=error)) from error
    if not isinstance(found, dict) or not found:
        raise ConversionError(tr("{name} does not say where it came from.", name=path.name))
    return found


def _in_geopackage(path: Path, layer: str | None) -> Any:
    import pyogrio

    names = [layer] if layer is not None else [str(name) for name, _ in pyogrio.list_layers(path)]
    for name in names:
        told = (pyogrio.read_info(path, layer=name).get("layer_metadata") or {}).get(PROVENANCE)
        if told:
            return json.loads(told)
    return None


def _in_parquet(path: Path, _layer: str | None) -> Any:
    from pyarrow import parquet

    kept = parquet.read_schema(path).metadata or {}
    return _member(json.loads(kept.get(b"PANDAS_ATTRS", b"{}")))


def _in_json(path: Path, _layer: str | None) -> Any:
    return _member(_read_json(path))


def _beside_csv(path: Path, layer: str | None) -> Any:
    beside = path.with_name(f"{path.name}-metadata.json")
    return _member(_read_json(beside)) if beside.exists() else _beside(path, layer)


def _beside(path: Path, _layer: str | None) -> Any:
    beside = path.with_name(f"{path.name}{_BESIDE}")
    return _read_json(beside) if beside.exists() else None


def _in_zip(path: Path, _layer: str | None) -> Any:
    with zipfile.ZipFile(path) as archive:
        sizes = {one.filename: one.file_size for one in archive.infolist()}

        def read(name: str) -> Any:
            if sizes[name] > _LARGEST:
                raise ConversionError(tr("{name} is too large to be looked into.", name=name))
            return json.loads(archive.read(name))

        found = _of_a_whole(sizes, read)
        beside = next((name for name in sizes if name.endswith(_BESIDE)), None)
        return found or (read(beside) if beside else None)


def _in_folder(path: Path) -> Any:
    names = [name for name in (*_MANIFESTS, METADATA) if (path / name).is_file()]
    return _of_a_whole(names, lambda name: _read_json(path / name))


def _of_a_whole(names: Container[str], read: Callable[[str], Any]) -> Any:
    """What saved outputs or a crate say of all that is in them."""
    for name in _MANIFESTS:
        if name in names and (told := read(name).get("provenance")):
            return told
    return provenance_in_crate(read(METADATA)) if METADATA in names else None


def _is_ours(path: Path) -> bool:
    try:
        return _member(_read_json(path)) is not None
    except (OSError, ValueError, RecursionError, ConversionError):
        return False


def _read_json(path: Path) -> Any:
    if path.stat().st_size > _LARGEST:
        raise ConversionError(tr("{name} is too large to be looked into.", name=path.name))
    return json.loads(path.read_text(encoding="utf-8"))


def _member(document: Any) -> Any:
    return document.get(_MEMBER, {}).get("provenance") if isinstance(document, dict) else None


_READERS: dict[str, Callable[[Path, str | None], Any]] = {
    ".gpkg": _in_geopackage,
    ".parquet": _in_parquet,
    ".geojson": _in_json,
    ".json": _in_json,
    ".csv": _beside_csv,
    ".zip": _in_zip,
}
