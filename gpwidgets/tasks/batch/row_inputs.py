"""The inputs of the rows, checked and written as they will be sent: a line of JSON each, in a file.

So a row costs the same whether it is run now or in another kernel, and no row stays in memory. What is secret
is in memory only. Local files are uploaded, and layers get their tokens, when a row is sent.
"""

from __future__ import annotations

import array
import collections
import hashlib
import json
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gpwidgets.datatypes.frame_checks import is_table
from gpwidgets.datatypes.kinds.file import needs_upload
from gpwidgets.datatypes.layer_addresses import holds_token
from gpwidgets.errors import GPError, InputErrors, ParameterError
from gpwidgets.protocol.values import LayerReference
from gpwidgets.secrets import SecretText, mask
from gpwidgets.tasks.batch.row_source import GivenRow
from gpwidgets.tasks.inputs.checking import check_given, has_usable_default, resolve_names
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.tasks.journal.kept_inputs import rows_of_inputs, values_of_rows
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.task import GPTask
from gpwidgets.tasks.task_requests import TaskRequests, settings_for_vertices
from gpwidgets.texts import tr, trn

__all__ = ["FixedInputs", "RowInputs", "RowLine", "checked_row", "digest_of"]

RowLine = dict[str, Any]
"""A row of the file: ``label``, ``fields``, ``shown``; where needed ``again``, ``secret``, ``flags``
and ``kept``."""

_NAMED_AT_MOST = 20
_LONGEST_SHOWN = 200
#: Characters of a row that is kept at hand, and how many of these there are: some are sent, others written.
_SMALL_LINE, _LINES_AT_HAND = 8_000, 512


class FixedInputs:
    """The inputs that are the same for all rows, checked once.

    Parameters
    ----------
    task
    given
        By name.

    Raises
    ------
    InputErrors, TypeError
        As `GPTask.check`.
    """

    def __init__(self, task: GPTask, given: Mapping[str, Any]) -> None:
        self.names: frozenset[str] = frozenset(resolve_names(task.info, given))
        self.values: dict[str, Any] = check_given(task.info, given)
        written = _written(task, self.values)
        self.line: dict[str, Any] = written[0]
        self.secrets: dict[str, Any] = written[1]
        #: What further checks look at; rows of large inputs are not checked once more for each row.
        self.small: dict[str, Any] = {
            name: value for name, value in self.values.items() if not is_table(value)
        }


class RowInputs:
    """The rows in a file.

    Parameters
    ----------
    task
    path
        Of the file; it is there.

    Attributes
    ----------
    labels : list
        Of the rows.
    """

    def __init__(self, task: GPTask, path: Path) -> None:
        self._task = task
        self.path: Path = path
        self.labels: list[Any] = []
        self._starts = array.array("q")
        self._fixed: RowLine = {}
        self._secrets: dict[int, dict[str, Any]] = {}
        self._fixed_secrets: dict[str, Any] = {}
        self._read: collections.OrderedDict[int, RowLine] = collections.OrderedDict()
        self._reading = threading.Lock()
        self._index()

    @classmethod
    def write(cls, task: GPTask, path: Path, fixed: FixedInputs, rows: Iterable[GivenRow]) -> RowInputs:
        """Check all rows and write them; the same rows give the same file.

        Raises
        ------
        InputErrors
            Rows are wrong; each is named by its label.
        TypeError
            A column is none of the task's inputs.
        GPError
            There are no rows.
        OSError
            The file cannot be written.
        """
        secrets: dict[int, dict[str, Any]] = {}
        problems: list[ParameterError] = []
        wrong = count = 0
        with path.open("wb") as file:
            file.write(_as_line(fixed.line))
            for count, row in enumerate(rows, 1):
                try:
                    line, hidden = checked_row(task, fixed, row)
                except InputErrors as error:
                    wrong += 1
                    problems += _of_row(row.label, error) if wrong <= _NAMED_AT_MOST else []
                    continue
                if hidden:
                    secrets[count - 1] = hidden
                file.write(_as_line(line))
        if wrong:
            raise InputErrors([*problems, *_how_many(wrong, count)])
        if not count:
            raise GPError(tr("There are no rows, so there is nothing to run."))
        store = cls(task, path)
        store._secrets, store._fixed_secrets = secrets, fixed.secrets
        return store

    def move_to(self, path: Path) -> None:
        """Move the file."""
        shutil.move(self.path, path)
        self.path = path

    def take_secrets(self, other: RowInputs) -> None:
        """Take what is in memory only from the same rows."""
        self._secrets, self._fixed_secrets = other._secrets, other._fixed_secrets

    def give_secrets(self, fixed: FixedInputs) -> None:
        """Take hidden texts that are the same for all rows."""
        self._fixed_secrets = {**self._fixed_secrets, **fixed.secrets}

    @property
    def digest(self) -> str:
        """Fingerprint of the file."""
        return digest_of(self.path)

    def __len__(self) -> int:
        return len(self.labels)

    def line(self, place: int) -> RowLine:
        """Read a row; small ones that were read last are at hand."""
        with self._reading:
            if place in self._read:
                return self._read[place]
        with self.path.open("rb") as file:
            file.seek(self._starts[place])
            text = file.readline()
        found: RowLine = json.loads(text)
        if len(text) <= _SMALL_LINE:
            with self._reading:
                self._read[place] = found
                if len(self._read) > _LINES_AT_HAND:
                    self._read.popitem(last=False)
        return found

    def shown(self, place: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Inputs of a row that fit into a column, and what is kept beside them."""
        line = self.line(place)
        return {**self._fixed["shown"], **line["shown"]}, line.get("kept", {})

    def flags(self, place: int) -> dict[str, bool]:
        """Whether results keep heights and measures, as the inputs have them."""
        return {**self._fixed.get("flags", {}), **self.line(place).get("flags", {})}

    def fields(self, place: int, run: Run) -> dict[str, str]:
        """The form fields of a row; local files are uploaded.

        Raises
        ------
        GPError
            An input is not to be had any more.
        """
        line = self.line(place)
        fields = {**self._fixed["fields"], **line["fields"]}
        secrets = {**self._fixed_secrets, **self._secrets.get(place, {})}
        again = [*self._fixed.get("again", []), *line.get("again", [])]
        if again:
            kept = values_of_rows(again, self._task.inputs, str)
            # Of this kernel, with its sign-in, where it is known.
            known = {row["paramName"]: secrets.get(row["paramName"]) for row in again}
            run.inputs = {**kept.values, **{name: one for name, one in known.items() if one is not None}}
            for name, problem in kept.problems.items():
                if name not in run.inputs:
                    raise problem
            fields |= TaskRequests(self._task, self._task.columns_of).fields_of(run)
        for name in [*self._fixed.get("secret", []), *line.get("secret", [])]:
            if name not in secrets:
                raise ParameterError(
                    name, tr("it is secret and not in the folder; give it again, as {name}=…", name=name)
                )
            fields[name] = SecretText(secrets[name])
        return fields

    def _index(self) -> None:
        with self.path.open("rb") as file:
            self._fixed = json.loads(file.readline())
            while True:
                start = file.tell()
                line = file.readline()
                if not line:
                    break
                self._starts.append(start)
                self.labels.append(json.loads(line)["label"])


def digest_of(path: Path) -> str:
    """Fingerprint of a file with rows; empty where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def checked_row(task: GPTask, fixed: FixedInputs, row: GivenRow) -> tuple[RowLine, dict[str, Any]]:
    """Check a row, and return it as it is written and what of it may not be on disk.

    Raises
    ------
    InputErrors
        Its values are wrong, or one is missing.
    TypeError
        It names none of the task's inputs.
    """
    own = resolve_names(task.info, row.values)
    problems: list[ParameterError] = []
    try:
        checked = check_given(task.info, {**fixed.small, **own})
    except InputErrors as error:
        problems += error.errors
        checked = {}
    problems += [
        ParameterError(one.name, tr("a value is needed here."))
        for one in task.inputs
        if one.required and one.name not in own.keys() | fixed.values.keys() and not has_usable_default(one)
    ]
    if problems:
        raise InputErrors(problems)
    line, hidden = _written(task, {name: checked[name] for name in own if name in checked})
    line = {"label": row.label if isinstance(row.label, int | str) else str(row.label), **line}
    if row.kept:
        line["kept"] = {name: _shown(value) for name, value in row.kept.items()}
    return line, hidden


def _written(task: GPTask, values: Mapping[str, Any]) -> tuple[RowLine, dict[str, Any]]:
    """Values as they are sent, and those that may not be on disk."""
    later = {name: value for name, value in values.items() if needs_upload([value]) or _is_layer(value)}
    texts = Encoder(task.info, None, lambda: task.server_version).form(
        {name: value for name, value in values.items() if name not in later}
    )
    secret: dict[str, Any] = {
        name: str.__str__(text)
        for name, text in texts.items()
        if task.info.parameter(name).is_hidden or holds_token(text) or mask(text) != text
    }
    line: RowLine = {
        "fields": {name: text for name, text in texts.items() if name not in secret},
        "shown": {
            name: _shown(value)
            for name, value in values.items()
            if name not in secret and not is_table(value)
        },
    }
    if later:
        line["again"] = rows_of_inputs(task.info, later, {}, lambda text: None)
    if secret:
        line["secret"] = sorted(secret)
    secret |= {name: value for name, value in later.items() if not needs_upload([value])}
    if flags := settings_for_vertices(values):
        line["flags"] = flags
    return line, secret


def _is_layer(value: Any) -> bool:
    return isinstance(value, LayerReference) or (
        isinstance(value, list | tuple) and any(map(_is_layer, value))
    )


def _shown(value: Any) -> Any:
    """A value for a column: numbers and truth as they are, the rest in words."""
    if isinstance(value, bool | int | float | None):
        return value
    text = mask(str(value))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _as_line(line: RowLine) -> bytes:
    return json.dumps(line, separators=(",", ":"), default=str).encode() + b"\n"


def _of_row(label: Any, error: InputErrors) -> Iterator[ParameterError]:
    for one in error.errors:
        yield ParameterError(tr("row {label}, {name}", label=label, name=one.parameter), one.problem)


def _how_many(wrong: int, count: int) -> list[ParameterError]:
    told = trn(
        "{n:,} row of {count:,} is wrong; nothing was sent.",
        "{n:,} rows of {count:,} are wrong; nothing was sent.",
        wrong,
        count=count,
    )
    if wrong > _NAMED_AT_MOST:
        told += " " + tr("The first {named} are named.", named=_NAMED_AT_MOST)
    return [ParameterError("", told)]
