"""Results of many runs in many files: GeoParquet parts in a folder, written once each and read as one frame.

Parts have the runs' own columns first, one coordinate system, and a JSON note among the metadata of the file.
"""

from __future__ import annotations

import io
import json
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd

from gpwidgets.errors import ConversionError, GPError
from gpwidgets.secrets import without_secrets
from gpwidgets.texts import tr

__all__ = ["PartMaker", "need_parquet", "read_parts", "table_of"]

#: Where pandas keeps a frame's attrs, and gpwidgets.provenance looks.
_NOTE = b"PANDAS_ATTRS"


def need_parquet() -> None:
    """Refuse to go on without pyarrow.

    Raises
    ------
    GPError
        It is not installed; the text says how to install it.
    """
    if find_spec("pyarrow") is None:
        raise GPError(
            tr(
                "Results of many runs are written as GeoParquet, for which pyarrow is needed: "
                "pip install 'gpwidgets[batch]'. Nothing was sent."
            )
        )


class PartMaker:
    """Writes the parts of one output, all in the coordinate system and with the columns of the first.

    Parameters
    ----------
    folder
        Made when it is missing; parts that are there are the first ones.

    Attributes
    ----------
    notes : list of str
        Differences between rows that were reconciled, in words.
    """

    def __init__(self, folder: Path) -> None:
        self.folder: Path = folder
        self.notes: list[str] = []
        self._crs: Any = None
        self._types: dict[str, str] = {}
        self._seen: set[tuple[tuple[str, str], ...]] = set()
        for path in sorted(folder.glob("part-*.parquet"))[:1]:
            first = _read(path)
            self._crs = first.crs if _has_geometry(first) else None
            self._learn(first[[name for name in first.columns if not _is_of_batch(name)]])

    def write(
        self, number: int, frames: Sequence[tuple[pd.DataFrame, Mapping[str, Any]]], note: Mapping[str, Any]
    ) -> None:
        """Write a part, whole or not at all.

        Parameters
        ----------
        number
        frames
            Frames of runs, each with the values of the columns that come first.
        note
            JSON for the metadata.

        Raises
        ------
        ConversionError
            The frames cannot be written.
        OSError
            There is no place, or no right.
        """
        alike = [self._like_the_first(frame, columns) for frame, columns in frames if len(frame)]
        if not alike:
            return
        with warnings.catch_warnings():  # of columns that are empty in some rows
            warnings.simplefilter("ignore", FutureWarning)
            whole = pd.concat(alike, ignore_index=True) if len(alike) > 1 else alike[0].reset_index(drop=True)
        whole.attrs = {}
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / part_name(number)
        made = path.with_name(f".{path.name}")
        try:
            _write(whole, made, note)
            os.replace(made, path)
        except BaseException:
            made.unlink(missing_ok=True)
            raise

    def remove_all_but(self, numbers: Iterable[int]) -> None:
        """Remove other parts, which a kernel left that was killed before it could tell of them."""
        known = {part_name(number) for number in numbers}
        for path in [*self.folder.glob("part-*.parquet"), *self.folder.glob(".part-*.parquet")]:
            if path.name not in known:
                path.unlink(missing_ok=True)

    def _like_the_first(self, frame: Any, columns: Mapping[str, Any]) -> pd.DataFrame:
        is_spatial = _has_geometry(frame)
        if is_spatial and frame.geometry.name != "geometry":
            frame = frame.rename_geometry("geometry")
        if is_spatial and frame.crs is not None:
            if self._crs is None:
                self._crs = frame.crs
            elif frame.crs != self._crs:
                self._say(
                    tr(
                        "results are in {other} and in {crs}; all are kept in {crs}",
                        other=frame.crs.to_string()[:40],
                        crs=self._crs.to_string()[:40],
                    )
                )
                frame = frame.to_crs(self._crs)
        self._learn(frame)
        frame = frame.rename(columns={name: f"{name}_" for name in columns if name in frame.columns})
        told = {name: [value] * len(frame) for name, value in columns.items()}
        first = pd.DataFrame(told, index=frame.index)
        whole: pd.DataFrame = pd.concat([first, frame], axis=1)
        return geopandas.GeoDataFrame(whole, geometry="geometry", crs=frame.crs) if is_spatial else whole

    def _learn(self, frame: Any) -> None:
        """Compare the columns with those of the first part, and say what is different."""
        alike = tuple(zip(map(str, frame.columns), map(str, frame.dtypes), strict=True))
        if alike in self._seen:
            return
        self._seen.add(alike)
        types = {str(name): _kind(frame[name]) for name in frame.columns}
        if not self._types:
            self._types = types
            return
        for name in types.keys() - self._types.keys():
            self._say(tr("column {name} is missing in some rows; it is empty there", name=name))
        for name in self._types.keys() - types.keys():
            self._say(tr("column {name} is missing in some rows; it is empty there", name=name))
        for name, kind in types.items():
            known = self._types.setdefault(name, kind)
            if kind != known and "" not in (kind, known):
                self._say(
                    tr(
                        "column {name} holds {kind} in some rows and {known} in others",
                        name=name,
                        kind=kind,
                        known=known,
                    )
                )
            if not known:
                self._types[name] = kind

    def _say(self, text: str) -> None:
        text = f"{self.folder.name}: {text}."
        if text not in self.notes:
            self.notes.append(text)


def _is_of_batch(name: Any) -> bool:
    """Whether a column tells where a row is from; see `PartMaker.write`."""
    return str(name).startswith(("gp_", "input_", "row_"))


def _has_geometry(frame: Any) -> bool:
    return isinstance(frame, geopandas.GeoDataFrame) and frame.active_geometry_name is not None


def part_name(number: int) -> str:
    """The name of a part's file."""
    return f"part-{number:06}.parquet"


def _kind(column: pd.Series[Any]) -> str:
    """The kind of a column, in a word; empty for a column without values."""
    if not column.notna().any():
        return ""
    if pd.api.types.is_bool_dtype(column.dtype):
        return tr("truth values")
    if pd.api.types.is_numeric_dtype(column.dtype):
        return tr("numbers")
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return tr("dates")
    return tr("geometries") if str(column.dtype) == "geometry" else tr("texts")


def _write(frame: pd.DataFrame, path: Path, note: Mapping[str, Any]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    try:
        try:
            frame.to_parquet(buffer, index=False, compression=None)
        except (pa.ArrowInvalid, pa.ArrowTypeError):  # numbers and texts in one column
            buffer = io.BytesIO()
            _as_texts(frame).to_parquet(buffer, index=False, compression=None)
        buffer.seek(0)
        table = pq.read_table(buffer)
        attrs = {"gpwidgets": {"provenance": without_secrets(json.loads(json.dumps(note, default=str)))}}
        told = {**(table.schema.metadata or {}), _NOTE: json.dumps(attrs).encode()}
        with path.open("wb") as file:
            pq.write_table(table.replace_schema_metadata(told), file)
            file.flush()
            os.fsync(file.fileno())
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise ConversionError(tr("Results cannot be written as GeoParquet: {error}", error=error)) from error


def _as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    mixed = [name for name in frame.columns if frame[name].dtype == object]
    plain = frame.copy()
    for name in mixed:
        plain[name] = [
            None if gone else str(one) for one, gone in zip(frame[name], frame[name].isna(), strict=True)
        ]
    return plain


def read_parts(folder: Path, wanted: Mapping[int, set[Any]], by: str) -> pd.DataFrame | None:
    """Read rows of parts as one frame; columns that are missing in some parts are empty there.

    Parameters
    ----------
    folder
    wanted
        For each part by number the runs whose rows are wanted.
    by
        The column that tells the run.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame or None
        None where no part is there, as no run gave any rows.

    Raises
    ------
    ConversionError
        A part cannot be read.
    """
    frames = []
    for number in sorted(wanted):
        path = folder / part_name(number)
        if not path.is_file():
            continue  # all its rows were empty
        frame = _read(path)
        chosen = frame[by].isin(list(wanted[number]))
        frames.append(frame if chosen.all() else frame[chosen])
    if not frames:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        whole = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    return whole.sort_values(by, kind="stable", ignore_index=True)  # parts hold runs as they ended


def _read(path: Path) -> pd.DataFrame:
    import pyarrow.parquet as pq

    try:
        is_spatial = b"geo" in (pq.read_schema(path).metadata or {})
        return geopandas.read_parquet(path) if is_spatial else pd.read_parquet(path)
    except Exception as error:  # each library has its own kinds
        raise ConversionError(tr("{name} cannot be read: {error}", name=path.name, error=error)) from error


def table_of(
    columns: Mapping[str, Sequence[Any]], index: Sequence[Any], dates: Iterable[str]
) -> pd.DataFrame:
    """A table of these columns.

    Parameters
    ----------
    columns
        Values by name.
    index
        Labels of the rows.
    dates
        Columns of seconds since 1970, which become moments in UTC.
    """
    moments = set(dates)
    told = {
        name: pd.to_datetime(pd.Series(values, dtype="float64"), unit="s", utc=True).array
        if name in moments
        else values
        for name, values in columns.items()
    }
    return pd.DataFrame(told, index=pd.Index(index, name="row"))
