"""One part of the results of many runs: frames joined and written as a GeoParquet file, in any process.

What differs between the frames is told in `PartFacts`; `parts` holds it against the other parts.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import geopandas
import numpy as np
import pandas as pd

from gpwidgets.errors import ConversionError
from gpwidgets.secrets import without_secrets
from gpwidgets.texts import tr

__all__ = [
    "PartFacts",
    "RowsOf",
    "has_geometry",
    "joined",
    "layouts_of",
    "one_system",
    "stacked",
    "write_part",
]

#: Where pandas keeps a frame's attrs, and gpwidgets.provenance looks.
_NOTE = b"PANDAS_ATTRS"
_GEOMETRY = "geometry"


class RowsOf(NamedTuple):
    """Rows that runs have given.

    Attributes
    ----------
    frame
        The rows of one run, or of some runs in their order.
    owners
        For each run the columns that come first, and the number of its rows.
    """

    frame: Any
    owners: Sequence[tuple[Mapping[str, Any], int]]


@dataclass
class PartFacts:
    """What the frames of a part are like.

    Attributes
    ----------
    crs : pyproj.CRS or None
        Of all geometries.
    transformed
        The other systems from which geometries have been brought into it, in words.
    without_crs
        Whether there were geometries of which nobody says the system; they count as in this one.
    layouts
        The kinds of the columns by name, for each way in which frames had them.
    """

    crs: Any = None
    transformed: list[str] = field(default_factory=list)
    without_crs: bool = False
    layouts: list[dict[str, str]] = field(default_factory=list)


def joined(pieces: Iterable[RowsOf], crs: Any) -> tuple[pd.DataFrame | None, PartFacts]:
    """One frame of all rows, with the runs' own columns first.

    Parameters
    ----------
    pieces
    crs
        Coordinate system of the parts that are there; None where there is none yet.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame or None
        None where there are no rows.
    PartFacts

    Raises
    ------
    ConversionError
        The frames cannot be brought together.
    """
    given = [one for one in pieces if len(one.frame)]
    systems = [one.frame.crs for one in given if has_geometry(one.frame) and one.frame.crs is not None]
    facts = PartFacts(crs if crs is not None or not systems else systems[0])
    if not given:
        return None, facts
    try:
        body = stacked([_like_the_first(one.frame, facts) for one in given])
        facts.layouts = layouts_of(one.frame for one in given)
        owners = [owner for one in given for owner in one.owners if owner[1]]
        head = _repeated([columns for columns, _ in owners], [count for _, count in owners])
        body = body.rename(columns=_free_names(body.columns, head.columns))
        whole = pd.concat([head, body], axis=1)
    except (ValueError, TypeError, KeyError) as error:
        raise ConversionError(tr("Results cannot be brought together: {error}", error=error)) from error
    if not has_geometry(body):
        return whole, facts
    return geopandas.GeoDataFrame(whole, geometry=body.geometry.name, crs=facts.crs), facts


def has_geometry(frame: Any) -> bool:
    """Whether a frame has an active geometry."""
    return isinstance(frame, geopandas.GeoDataFrame) and frame.active_geometry_name is not None


def stacked(frames: Sequence[Any]) -> Any:
    """Frames below each other, with the columns of all; geometries stay geometries."""
    if len(frames) == 1:
        return frames[0].reset_index(drop=True)
    spatial = [has_geometry(one) for one in frames]
    if any(spatial) and not all(spatial):
        crs = next(one.crs for one, is_spatial in zip(frames, spatial, strict=True) if is_spatial)
        frames = [
            one if is_spatial else _without_shapes(one, crs)
            for one, is_spatial in zip(frames, spatial, strict=True)
        ]
    with warnings.catch_warnings():  # of columns that are empty in some rows
        warnings.simplefilter("ignore", FutureWarning)
        return pd.concat(frames, ignore_index=True)


def _without_shapes(frame: Any, crs: Any) -> geopandas.GeoDataFrame:
    plain = pd.DataFrame(frame).rename(columns={_GEOMETRY: f"{_GEOMETRY}_"})
    empty = geopandas.GeoSeries([None] * len(plain), index=plain.index, crs=crs)
    return geopandas.GeoDataFrame(plain, geometry=empty, crs=crs)


def one_system(frame: Any, crs: Any) -> Any:
    """A frame in a coordinate system; one that names none counts as in it already."""
    if not has_geometry(frame) or crs is None or frame.crs == crs:
        return frame
    return frame.set_crs(crs) if frame.crs is None else frame.to_crs(crs)


def _like_the_first(frame: Any, facts: PartFacts) -> Any:
    if not has_geometry(frame):
        return frame
    if frame.geometry.name != _GEOMETRY:
        free = _free_names([name for name in frame.columns if name != frame.geometry.name], [_GEOMETRY])
        frame = frame.rename(columns=free).rename_geometry(_GEOMETRY)
    if frame.crs is None:
        facts.without_crs |= facts.crs is not None
    elif frame.crs != facts.crs:
        words = frame.crs.to_string()[:40]
        facts.transformed += [words] if words not in facts.transformed else []
    return one_system(frame, facts.crs)


def layouts_of(frames: Iterable[Any]) -> list[dict[str, str]]:
    """The kinds of the columns by name, for each way in which frames have them."""
    found: dict[Any, dict[str, str]] = {}
    for frame in frames:
        alike = tuple(zip(map(str, frame.columns), map(str, frame.dtypes), strict=True))
        if alike not in found:
            shape = frame.geometry.name if has_geometry(frame) else None
            names = [_GEOMETRY if name == shape else str(name) for name in frame.columns]
            found[alike] = dict(zip(names, [_kind(frame[name]) for name in frame.columns], strict=True))
    return list(found.values())


def _kind(column: pd.Series[Any]) -> str:
    """The kind of a column, in a word of ours; empty for a column without values."""
    if not column.notna().any():
        return ""
    if pd.api.types.is_bool_dtype(column.dtype):
        return "truth"
    if pd.api.types.is_numeric_dtype(column.dtype):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "date"
    return "geometry" if str(column.dtype) == "geometry" else "text"


def _repeated(columns: Sequence[Mapping[str, Any]], counts: Sequence[int]) -> pd.DataFrame:
    """The columns of runs, each as often as the run has rows."""
    names = dict.fromkeys(name for one in columns for name in one)
    once = pd.DataFrame({name: _as_column([one.get(name) for one in columns]) for name in names})
    return once.take(np.repeat(np.arange(len(columns)), counts)).reset_index(drop=True)


def _as_column(values: list[Any]) -> Any:
    """Values of a column; whole numbers stay whole where some are missing."""
    known = [one for one in values if one is not None]
    whole = known and all(isinstance(one, int) and not isinstance(one, bool) for one in known)
    if whole and len(known) < len(values) and all(-(2**63) <= one < 2**63 for one in known):
        return pd.array(values, dtype="Int64")
    return values


def _free_names(names: Iterable[Any], taken: Iterable[Any]) -> dict[Any, str]:
    """New names for columns that are called like others."""
    known = {str(name) for name in taken}
    own = [str(name) for name in names]
    found = {}
    for name in own:
        new = name
        while new in known or (new != name and new in own):
            new += "_"
        if new != name:
            found[name] = new
            known.add(new)
    return found


def write_part(frame: pd.DataFrame, path: Path, note: Mapping[str, Any]) -> None:
    """Write a part; what is left of it after an error is removed.

    Parameters
    ----------
    frame
    path
        Of the file; its folder is made when it is missing.
    note
        JSON for the metadata.

    Raises
    ------
    ConversionError
        The frame cannot be written.
    OSError
        There is no place, or no right.
    """
    import pyarrow as pa

    frame.attrs = {"gpwidgets": {"provenance": without_secrets(json.loads(json.dumps(note, default=str)))}}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w+b") as file:
            try:
                _write_with_attrs(frame, file)
            except (pa.ArrowInvalid, pa.ArrowTypeError):  # numbers and texts in one column
                file.seek(0)
                file.truncate()
                _write_with_attrs(_as_texts(frame), file)
            file.flush()
            os.fsync(file.fileno())
    except (pa.ArrowException, ValueError, TypeError) as error:
        path.unlink(missing_ok=True)
        raise ConversionError(tr("Results cannot be written as GeoParquet: {error}", error=error)) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_with_attrs(frame: pd.DataFrame, file: BinaryIO) -> None:
    """Write a frame with its attrs, which geopandas before 1.2 leaves out."""
    import pyarrow.parquet as pq

    frame.to_parquet(file, index=False)
    if _NOTE in (pq.read_metadata(file).metadata or {}):
        return
    table = pq.read_table(file)
    told = {**(table.schema.metadata or {}), _NOTE: json.dumps(frame.attrs).encode()}
    file.seek(0)
    file.truncate()
    pq.write_table(table.replace_schema_metadata(told), file)


def _as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    mixed = [name for name in frame.columns if frame[name].dtype == object]
    plain = frame.copy()
    for name in mixed:
        plain[name] = [
            None if gone else str(one) for one, gone in zip(frame[name], frame[name].isna(), strict=True)
        ]
    return plain
