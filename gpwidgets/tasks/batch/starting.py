"""Batches, begun from a frame, from lists of values, or from the folder of one that is not over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.client.sign_in.auth import as_auth
from gpwidgets.convert.storage.parts import need_parquet
from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.errors import GPError
from gpwidgets.file_names import name_from_title, numbered_names, private_folder
from gpwidgets.tasks.batch._engine import BatchOptions
from gpwidgets.tasks.batch._part_workers import check_workers
from gpwidgets.tasks.batch.batch import Batch
from gpwidgets.tasks.batch.ledger import Ledger, read_head
from gpwidgets.tasks.batch.part_work import Each
from gpwidgets.tasks.batch.row_inputs import FixedInputs, RowInputs, digest_of
from gpwidgets.tasks.batch.row_source import GivenRow, rows_of_frame, rows_of_sweep
from gpwidgets.tasks.inputs.environment import ENVIRONMENT, check_environment, split
from gpwidgets.tasks.journal.kept_inputs import rows_of_settings, values_of_rows
from gpwidgets.tasks.task import GPTask
from gpwidgets.texts import tr

if TYPE_CHECKING:
    import pandas

    from gpwidgets.client.sign_in.auth import Auth

__all__ = ["BatchOptions", "batch", "folder_of", "resume", "start_rows", "sweep"]

_ROWS = "rows.jsonl"


def batch(
    task: GPTask,
    frame: pandas.DataFrame,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    folder: str | Path | None = None,
    geometry: str | None = None,
    keep: Sequence[str] = (),
    at_once: int = 2,
    most_at_once: int | None = None,
    deadline: float | None = None,
    retry_lost: bool = False,
    executor: Executor | None = None,
    each: Each | None = None,
    **fixed: Any,
) -> Batch:
    """Run a task once for each row of a frame; returns at once.

    All rows are checked before the first is sent. With the same rows and folder it goes on where it was,
    after a restart or from another machine: rows that are over are not run again, jobs on the server are
    followed, and no row is sent twice.

    Parameters
    ----------
    task
        What to run.
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        Columns are inputs by name, and each geometry is a feature input. Missing values (None, NaN) leave an
        input to the server's default. The index gives the labels of the rows.
    values, **fixed
        Inputs and settings that are the same for all rows, as `GPTask.start` takes them.
    folder
        Where the ledger and the results go; made when it is missing. By default a folder that is named after
        the task, in the working directory, with a number when there is another batch in it.
    geometry
        The input that takes the geometries, where the task has several feature inputs.
    keep
        Columns that are no inputs, to be kept beside the results.
    at_once
        Jobs on the server at once, of all batches of this kernel together. Fewer while the server is busy:
        when it answers 429 or 503, or lets jobs wait for long.
    most_at_once
        Jobs at once at the most, where the server takes more without letting them wait; `at_once` by default.
    deadline
        Seconds for a row; one that takes longer is cancelled and told as ``timed_out``.
    retry_lost
        Whether rows are run again of which nobody knows whether the server has run them.
    executor : concurrent.futures.Executor, optional
        Whose workers read, convert and write results and call `each`: threads, processes, or a cluster by
        ``client.get_executor()`` of dask.distributed. All requests stay in this kernel, and so do tokens.
    each : callable, optional
        Is given the GeoDataFrame or DataFrame of every result, and gives the one to keep instead, or None.
        ``frame.attrs["gpwidgets"]`` holds the name of the ``output`` and the columns of its ``run``.

    Returns
    -------
    Batch
        `Batch.wait`, `Batch.table`, `Batch.frame` and so on.

    Raises
    ------
    InputErrors
        Rows are wrong, each named with its label, input and problem; nothing was sent.
    TypeError
        A column or keyword is none of the task's inputs.
    GPError
        The folder holds another batch, or another kernel works on it; pyarrow is missing.

    Notes
    -----
    Speaks to ``…/submitJob``, which is sent once for each row; only what the server refused before anything
    was begun is sent again. Hidden texts and tokens are in memory only.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas, shapely
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> sites = geopandas.GeoDataFrame(
    ...     {"Distance": ["1 km", "5 km"]}, geometry=shapely.points([[-84.2, 36.4], [-84.1, 36.3]]), crs=4326
    ... )
    >>> runs = gp.batch(task, sites, folder=tempfile.mkdtemp())
    >>> runs.wait(timeout=60).frame()[["gp_row", "input_Distance"]].values.tolist()
    [[0, '1 kilometer'], [1, '5 kilometers']]
    """
    given = {**(values or {}), **fixed}
    rows = rows_of_frame(task.info, frame, geometry, keep, split(task.info, given)[0])
    options = BatchOptions(at_once, most_at_once, deadline, executor=executor, each=each)
    return start_rows(task, rows, given, folder, options, retry_lost)


def sweep(
    task: GPTask,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    folder: str | Path | None = None,
    at_once: int = 2,
    most_at_once: int | None = None,
    deadline: float | None = None,
    retry_lost: bool = False,
    executor: Executor | None = None,
    each: Each | None = None,
    **inputs: Any,
) -> Batch:
    """Run a task with every combination of some lists of values; returns at once.

    Parameters
    ----------
    task
        What to run.
    values, **inputs
        By name: lists, tuples, ranges and arrays are the values of an input, one for each run; anything else
        is the same for all runs. For an input that takes a list give a list of lists.
    folder, at_once, most_at_once, deadline, retry_lost, executor, each
        As `batch`.

    Returns
    -------
    Batch
        Its rows are numbered from 0; the last list changes fastest.

    Raises
    ------
    InputErrors, TypeError, GPError
        As `batch`.

    Examples
    --------
    >>> import tempfile
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> runs = gp.sweep(
    ...     task, Input_Points="POINT (-84.2 36.4)", Distance=["1 km", "2 km"], folder=tempfile.mkdtemp()
    ... )
    >>> runs.wait(timeout=60).counts
    {'succeeded': 2}
    """
    rows, fixed = rows_of_sweep(task.info, {**(values or {}), **inputs})
    options = BatchOptions(at_once, most_at_once, deadline, executor=executor, each=each)
    return start_rows(task, rows, fixed, folder, options, retry_lost)


def resume(
    folder: str | Path,
    auth: Auth | None = None,
    *,
    at_once: int = 2,
    most_at_once: int | None = None,
    deadline: float | None = None,
    retry_lost: bool = False,
    executor: Executor | None = None,
    each: Each | None = None,
    **secret: Any,
) -> Batch:
    """Go on with a batch from its folder, after a restart or from another machine; returns at once.

    Parameters
    ----------
    folder
        Of the batch.
    auth
        As `GPTask`.
    at_once, most_at_once, deadline, retry_lost, executor, each
        As `batch`; they are not in the folder.
    **secret
        Hidden inputs that are the same for all rows, which are not in the folder.

    Returns
    -------
    Batch
        Rows that are over stay as they are, jobs on the server are followed, the others are sent.

    Raises
    ------
    GPError
        There is no batch, another kernel works on it, or a newer gpwidgets has written it.

    Examples
    --------
    >>> import tempfile
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> folder = tempfile.mkdtemp()
    >>> runs = gp.sweep(gp.GPTask(server.url_of("SlowCount")), Steps=[2, 3], Seconds=0, folder=folder)
    >>> runs.close()  # or the kernel is restarted
    >>> gp.resume(folder).wait(timeout=60).counts
    {'succeeded': 2}
    """
    place = Path(folder).expanduser()
    if not (place / "ledger.jsonl").is_file() or not (place / _ROWS).is_file():
        raise GPError(tr("There is no batch in {folder}.", folder=place))
    if executor is not None:
        check_workers(executor, each)
    ledger = Ledger(place)
    try:
        if not ledger.head:
            raise GPError(tr("There is no batch in {folder}.", folder=place))
        _check_rows(place, ledger)
        task = GPTask(str(ledger.head["task"]), as_auth(auth))
        settings = values_of_rows(ledger.head["settings"], ENVIRONMENT.values(), str).values
        inputs = RowInputs(task, place / _ROWS)
        inputs.give_secrets(FixedInputs(task, secret))
        made = Batch(
            task,
            place,
            ledger,
            inputs,
            settings,
            BatchOptions(at_once, most_at_once, deadline, executor=executor, each=each),
        )
    except BaseException:
        ledger.close()
        raise
    return made.begin(retry_lost=retry_lost)


def folder_of(task: GPTask) -> Path:
    """The folder of a batch where none is named; with a number when there is another batch in it."""
    return Path(f"{name_from_title(task.name)}-batch")


def start_rows(
    task: GPTask,
    rows: Iterable[GivenRow],
    given: Mapping[str, Any],
    folder: str | Path | None,
    options: BatchOptions,
    retry_lost: bool,
) -> Batch:
    """Check the rows, and go on with the batch in the folder or begin one.

    Parameters
    ----------
    task
    rows
        Their own values.
    given
        Inputs and settings that are the same for all rows.
    folder
        None for `folder_of`.
    options
    retry_lost
        As `batch`.

    Raises
    ------
    InputErrors, TypeError, GPError
        As `batch`.
    """
    if any(datatype_of(one).is_set for one in task.outputs):
        need_parquet()
    if options.executor is not None:
        check_workers(options.executor, options.each)
    fixed, settings = split(task.info, given)
    checked = check_environment(settings)
    common = FixedInputs(task, fixed)
    base = Path(folder).expanduser() if folder is not None else folder_of(task)
    with private_folder(base.absolute().parent) as private:
        staged = RowInputs.write(task, private / _ROWS, common, rows)
        head = {"task": task.url.task, "digest": staged.digest, "settings": rows_of_settings(checked)}
        place = _place_for(base, head, insist=folder is not None)
        place.mkdir(parents=True, exist_ok=True)
        ledger = Ledger(place)
        try:
            inputs = staged
            if not ledger.head:
                _refuse_results_without_ledger(place)
                staged.move_to(place / _ROWS)
                ledger.begin(head, len(staged))
            else:
                _check_rows(place, ledger)
                inputs = RowInputs(task, place / _ROWS)
                inputs.take_secrets(staged)
            made = Batch(task, place, ledger, inputs, checked, options)
        except BaseException:
            ledger.close()
            raise
    return made.begin(retry_lost=retry_lost)


def _check_rows(place: Path, ledger: Ledger) -> None:
    """Refuse rows that are not those of the ledger: other values would be sent for the rows that are left."""
    if digest_of(place / _ROWS) != ledger.head.get("digest"):
        raise GPError(
            tr(
                "{file} in {folder} has changed since the batch began, perhaps by an incomplete copy or by "
                "hand. Nothing was sent; bring it back, or begin in another folder.",
                file=_ROWS,
                folder=place,
            )
        )


def _refuse_results_without_ledger(place: Path) -> None:
    """Leave results alone that no ledger tells of."""
    if any(place.glob("results/*/part-*.parquet")):
        raise GPError(
            tr(
                "There are results in {folder} of a batch whose ledger is gone. Nothing was changed; choose "
                "another folder.",
                folder=place,
            )
        )


def _place_for(base: Path, head: Mapping[str, Any], *, insist: bool) -> Path:
    """The folder of this very batch, or a new one."""
    for name in numbered_names(base.name):
        place = base.with_name(name)
        known = read_head(place)
        if not known or all(known.get(key) == value for key, value in head.items()):
            return place
        if insist:
            raise GPError(
                tr(
                    "There is another batch in {folder}: of another task, or with other rows or settings. "
                    "Choose another folder; gpwidgets.resume goes on with that one.",
                    folder=place,
                )
            )
    raise GPError(tr("There are too many batches named like {folder}.", folder=base))
