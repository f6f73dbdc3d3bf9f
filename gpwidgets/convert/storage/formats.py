"""Frames in the formats that people pass on, each with where it came from."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from gpwidgets.errors import ConversionError
from gpwidgets.texts import later, tr

__all__ = ["FileFormat", "formats_for", "save_frame"]


class FileFormat(NamedTuple):
    """A format that frames are saved in.

    Attributes
    ----------
    label : str
        Its name for people, not translated yet.
    ending : str
        Of the file's name, ``.gpkg``.
    write : callable
        Writes a frame to a path; what it returns is said to the user.
    add_beside : callable
        Writes what has to lie beside the file, once it has its name.
    """

    label: str
    ending: str
    write: Callable[[Any, Path], str]
    add_beside: Callable[[Path, Any], object] = lambda path, frame: None


def save_frame(frame: Any, path: str | Path) -> str:
    """Write features or a table into a file, with where they came from.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame or pandas.DataFrame
        In any coordinate system; GeoJSON is written in longitude and latitude (EPSG:4326).
    path
        Ends in ``.gpkg``, ``.parquet``, ``.geojson``, ``.zip`` (a shapefile) or ``.csv``; tables in ``.csv``,
        ``.parquet`` or ``.gpkg``. The folder has to be there.

    Returns
    -------
    str
        What the format could not keep, in words; empty when it kept everything.

    Raises
    ------
    FileExistsError
        There is a file of this name.
    ConversionError
        The ending names no format, or one that this installation cannot write.

    Notes
    -----
    `gpwidgets.provenance` reads task, job, inputs and times back.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> out = gp.GPTask(server.url_of("BufferPoints"))(Input_Points="POINT (-84.2 36.4)")
    >>> path = pathlib.Path(tempfile.mkdtemp(), "buffers.geojson")
    >>> gp.save_frame(out.Buffers, path)
    ''
    """
    path = Path(path).expanduser()
    known = formats_for(frame)
    for one in known:
        if path.suffix.lower() == one.ending:
            if path.exists():
                raise FileExistsError(tr("{name} is there already.", name=str(path)))
            told = one.write(frame, path)
            one.add_beside(path, frame)
            return told
    raise ConversionError(
        tr(
            "{name} ends in no format that is written here; there are: {endings}.",
            name=path.name,
            endings=", ".join(one.ending for one in known),
        )
    )


def formats_for(frame: Any) -> list[FileFormat]:
    """Return the formats that a frame can be saved in here; Parquet needs pyarrow."""
    formats = _FEATURES if _has_geometry(frame) else _TABLES
    has_arrow = find_spec("pyarrow") is not None
    return [one for one in formats if has_arrow or one.ending != ".parquet"]


def _has_geometry(frame: Any) -> bool:
    return any(str(kind) == "geometry" for kind in frame.dtypes)


def _write_gpkg(frame: Any, path: Path) -> str:
    from gpwidgets.convert.storage.geopackages import add_layer

    return add_layer(path, path.stem, frame)


def _write_geojson(frame: Any, path: Path) -> str:
    from gpwidgets.convert.coordinates.reprojecting import reproject
    from gpwidgets.convert.storage.provenance import add_to_geojson
    from gpwidgets.convert.storage.shapefiles import plain_frame

    plain, told = plain_frame(frame)
    degrees = plain if plain.crs is None else reproject(plain, "EPSG:4326")
    degrees.to_file(path, driver="GeoJSON")
    add_to_geojson(path, frame)
    return told


def _write_csv(frame: Any, path: Path) -> str:
    # The geometry stays readable, as text.
    (frame.to_wkt() if _has_geometry(frame) else frame).to_csv(path, index=False)
    return ""


def _add_to_csv(path: Path, frame: Any) -> None:
    from gpwidgets.convert.storage.provenance import add_to_csv

    add_to_csv(path, frame)


def _write_parquet(frame: Any, path: Path) -> str:
    from gpwidgets.convert.storage.provenance import without_secrets_in_attrs

    without_secrets_in_attrs(frame).to_parquet(path, index=False)  # with what its attrs hold
    return ""


def _write_shapefile(frame: Any, path: Path) -> str:
    from gpwidgets.convert.storage.provenance import add_to_zip
    from gpwidgets.convert.storage.shapefiles import plain_frame, write_shapefile

    plain, told = plain_frame(frame)
    renamed = write_shapefile(plain, path)
    add_to_zip(path, frame)
    pairs = ", ".join(tr("{old} is {new}", old=old, new=new) for old, new in renamed.items())
    names = tr("Shapefiles have short names: {pairs}", pairs=pairs) if pairs else ""
    return " ".join(filter(None, (told, names)))


_GEOPACKAGE = FileFormat("GeoPackage", ".gpkg", _write_gpkg)
_CSV = FileFormat("CSV", ".csv", _write_csv, _add_to_csv)
_FEATURES = (
    _GEOPACKAGE,
    FileFormat("GeoParquet", ".parquet", _write_parquet),
    FileFormat("GeoJSON", ".geojson", _write_geojson),
    FileFormat(later("Shapefile (zip)"), ".zip", _write_shapefile),
    _CSV,
)
_TABLES = (_CSV, FileFormat("Parquet", ".parquet", _write_parquet), _GEOPACKAGE)
