"""From a frame or lists of values to rows: a label, inputs by name, and what is only kept beside them."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gpwidgets.datatypes.frame_checks import is_frame, is_table
from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.errors import GPError
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.protocol.names import python_name
from gpwidgets.tasks.inputs.environment import ENVIRONMENT
from gpwidgets.texts import tr

__all__ = ["GivenRow", "geometry_input", "rows_of_frame", "rows_of_sweep"]


class GivenRow(NamedTuple):
    """A row as it was given.

    Attributes
    ----------
    label
        Of the frame's index.
    values
        Inputs by name; missing ones are not there.
    kept
        Columns that are no inputs.
    """

    label: Hashable
    values: dict[str, Any]
    kept: dict[str, Any]


def geometry_input(info: TaskInfo, named: str | None, taken: Iterable[str]) -> str:
    """The input that takes the geometries of a frame: the one that is named, or the only one there is.

    Parameters
    ----------
    info
        The task.
    named
        By the caller.
    taken
        Names of inputs that are given otherwise.

    Raises
    ------
    GPError
        There is none, or several and none is named.
    """
    sets = [one for one in info.inputs if datatype_of(one).is_spatial]
    if named is not None:
        known = {spelt: one.name for one in sets for spelt in (one.name, python_name(one.name))}
        if named not in known:
            names = ", ".join(one.name for one in sets) or tr("none")
            raise GPError(
                tr(
                    "{task} has no feature input {name!r}; its feature inputs are: {names}.",
                    task=info.name,
                    name=named,
                    names=names,
                )
            )
        return known[named]
    open_ones = [one.name for one in sets if not {one.name, python_name(one.name)} & set(taken)]
    if len(open_ones) == 1:
        return open_ones[0]
    if not open_ones:
        raise GPError(
            tr(
                "The frame has geometries, and {task} has no feature input left that takes them.",
                task=info.name,
            )
        )
    raise GPError(
        tr(
            "{task} has several feature inputs; say which one takes the geometries of the frame, as "
            "geometry={name!r}: {names}.",
            task=info.name,
            name=open_ones[0],
            names=", ".join(open_ones),
        )
    )


def rows_of_frame(
    info: TaskInfo, frame: Any, geometry: str | None, keep: Sequence[str], fixed: Iterable[str]
) -> Iterator[GivenRow]:
    """The rows of a frame.

    Parameters
    ----------
    info
        The task.
    frame
        A table, or features.
    geometry
        The input that takes the geometries.
    keep
        Columns that are no inputs.
    fixed
        Names of inputs that are the same for all rows.

    Raises
    ------
    TypeError
        It is no frame.
    GPError
        Labels come twice, or there is no input for the geometries.
    """
    if not is_table(frame):
        kind = type(frame).__name__
        raise TypeError(
            f"gpwidgets.batch takes a DataFrame or GeoDataFrame with a row for each run, not {kind}."
        )
    if not frame.columns.is_unique:
        twice = ", ".join(sorted({str(name) for name in frame.columns[frame.columns.duplicated()]}))
        raise GPError(tr("The frame has several columns of the same name: {names}.", names=twice))
    if not frame.index.is_unique:
        raise GPError(tr("Labels of rows come twice in the index of the frame; call reset_index() first."))
    unknown = [name for name in keep if name not in frame.columns]
    if unknown:
        raise GPError(tr("The frame has no column {names}.", names=", ".join(map(repr, unknown))))
    shape = getattr(frame, "active_geometry_name", None) if is_frame(frame) else None
    columns = [name for name in frame.columns if name != shape and name not in keep]
    if shape is not None:
        geometry = geometry_input(info, geometry, [*fixed, *map(str, columns)])
        shapes = frame[[shape]]
        without = (frame[shape].isna() | frame[shape].is_empty).tolist()
    missing = {name: frame[name].isna().tolist() for name in (*columns, *keep)}
    given = {name: frame[name].tolist() for name in (*columns, *keep)}
    for place, label in enumerate(frame.index.tolist()):
        values = {str(name): given[name][place] for name in columns if not missing[name][place]}
        if shape is not None and not without[place]:
            values[str(geometry)] = shapes.iloc[place : place + 1]
        kept = {str(name): None if missing[name][place] else given[name][place] for name in keep}
        yield GivenRow(label, values, kept)


def rows_of_sweep(info: TaskInfo, given: Mapping[str, Any]) -> tuple[Iterator[GivenRow], dict[str, Any]]:
    """The product of all lists, the last one changing fastest, and what is no list.

    Parameters
    ----------
    info
        The task.
    given
        By input name; lists, tuples, ranges and arrays are the values of a row each. Settings of the
        environment, such as an extent in four numbers, are the same for all rows.
    """
    settings = ENVIRONMENT.keys() - {one.name for one in info.inputs}
    lists = {name: list(value) for name, value in given.items() if name not in settings and _is_list(value)}
    fixed = {name: value for name, value in given.items() if name not in lists}
    rows = (
        GivenRow(place, dict(zip(lists, values, strict=True)), {})
        for place, values in enumerate(itertools.product(*lists.values()))
    )
    return rows, fixed


def _is_list(value: Any) -> bool:
    if isinstance(value, list | tuple | range):
        return True
    # Numbers of numpy have `tolist` too.
    return hasattr(value, "tolist") and getattr(value, "ndim", 1) > 0 and not hasattr(value, "crs")
