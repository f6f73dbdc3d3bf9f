"""Results of many runs in many files: GeoParquet parts in a folder, written once each and read as one frame.

Parts have the runs' own columns first, one coordinate system, and a JSON note among the metadata of the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd

from gpwidgets.convert.storage.part_files import (
    PartFacts,
    has_geometry,
    layouts_of,
    one_system,
    stacked,
)
from gpwidgets.errors import ConversionError, GPError
from gpwidgets.texts import later, tr

__all__ = ["Parts", "need_parquet", "part_name", "read_part", "read_parts", "remove_parts_but", "table_of"]

_KINDS = {
    "truth": later("truth values"),
    "number": later("numbers"),
    "date": later("dates"),
    "geometry": later("geometries"),
    "text": later("texts"),
}


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


class Parts:
    """The parts of one output, all in the coordinate system and with the columns of the first.

    Parameters
    ----------
    folder
        Made when it is missing; parts that are there are the first ones.

    Attributes
    ----------
    crs : pyproj.CRS or None
        Of the parts; None where no part says so yet.
    notes : list of str
        Differences between rows that were reconciled, in words.
    """

    def __init__(self, folder: Path) -> None:
        self.folder: Path = folder
        self.notes: list[str] = []
        self.crs: Any = None
        self._types: dict[str, str] = {}
        for path in sorted(folder.glob("part-*.parquet"))[:1]:
            try:
                first = read_part(path)
            except ConversionError as error:  # whoever reads it is told; others are written all the same
                self._say(str(error))
                continue
            own = first[[name for name in first.columns if not _is_of_batch(name)]]
            self.take(PartFacts(first.crs if has_geometry(first) else None, layouts=layouts_of([own])))

    def commit(self, number: int, made: Path | bytes) -> None:
        """Take a file among the parts, whole or not at all.

        Parameters
        ----------
        number
        made
            The file, in this folder, or what is in it.

        Raises
        ------
        OSError
            There is no place, or no right, or the file is gone.
        """
        path = self.folder / part_name(number)
        if isinstance(made, bytes):
            content, made = made, path.with_name(f".{path.name}")
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                with made.open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            except BaseException:
                made.unlink(missing_ok=True)
                raise
        os.replace(made, path)

    def take(self, facts: PartFacts) -> None:
        """Learn what a part is like, and say what is different from those before."""
        if self.crs is None:
            self.crs = facts.crs
        crs = self.crs.to_string()[:40] if self.crs is not None else ""
        for other in facts.transformed:
            self._say(tr("results are in {other} and in {crs}; all are kept in {crs}", other=other, crs=crs))
        if facts.without_crs:
            self._say(tr("some results name no coordinate system; they are taken to be in {crs}", crs=crs))
        for layout in facts.layouts:
            self._learn(layout)

    def _learn(self, types: dict[str, str]) -> None:
        if not self._types:
            self._types = dict(types)
            return
        for name in types.keys() ^ self._types.keys():
            self._say(tr("column {name} is missing in some rows; it is empty there", name=name))
        for name, kind in types.items():
            known = self._types.setdefault(name, kind)
            if kind != known and "" not in (kind, known):
                self._say(
                    tr(
                        "column {name} holds {kind} in some rows and {known} in others",
                        name=name,
                        kind=tr(_KINDS[kind]),
                        known=tr(_KINDS[known]),
                    )
                )
            if not known:
                self._types[name] = kind

    def _say(self, text: str) -> None:
        text = f"{self.folder.name}: {text}."
        if text not in self.notes:
            self.notes.append(text)


def _is_of_batch(name: Any) -> bool:
    """Whether a column tells where a row is from."""
    return str(name).startswith(("gp_", "input_", "row_"))


def remove_parts_but(folder: Path, numbers: Iterable[int]) -> None:
    """Remove other parts, which a kernel left that was killed before it could tell of them."""
    known = {part_name(number) for number in numbers}
    for path in [*folder.glob("part-*.parquet"), *folder.glob(".part-*.parquet")]:
        if path.name not in known:
            path.unlink(missing_ok=True)


def part_name(number: int) -> str:
    """The name of a part's file."""
    return f"part-{number:06}.parquet"


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
        frame = read_part(path)
        chosen = frame[by].isin(list(wanted[number]))
        frames.append(frame if chosen.all() else frame[chosen])
    if not frames:
        return None
    crs = next((one.crs for one in frames if has_geometry(one) and one.crs is not None), None)
    whole = stacked([one_system(one, crs) for one in frames])
    ordered: pd.DataFrame = whole.sort_values(by, kind="stable", ignore_index=True)  # parts are as runs ended
    return ordered


def read_part(path: Path) -> pd.DataFrame:
    """Read one part.

    Raises
    ------
    ConversionError
        It cannot be read.
    """
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
