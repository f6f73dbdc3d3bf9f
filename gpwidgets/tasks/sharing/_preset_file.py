"""The JSON of a preset, read row by row: what is wrong with one row keeps no other from being used."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from gpwidgets.errors import GPError
from gpwidgets.texts import later, tr

__all__ = ["FORMAT", "VERSION", "Fault", "PresetParts", "check_preset", "hint", "read_preset", "whole_rows"]

FORMAT = "gpwidgets-preset"
VERSION = 1

#: Bytes above which a file is no preset.
_LARGEST = 20_000_000
_MOST_INPUTS, _MOST_CHOICES = 2_000, 5_000
#: Seconds; a year.
_LONGEST_RUN = 31_536_000
#: Characters of the texts of an input.
_LONGEST = {"label": 200, "group": 200, "help": 10_000}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a preset, and where.

    Attributes
    ----------
    place : str
        Path in the file, such as ``inputs.Distance.choices``; empty for the preset as a whole.
    words : str
    input : str
        Name of the input that it is about, when the task has it.
    """

    place: str
    words: str
    input: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.words}" if self.place else self.words


class PresetParts(Protocol):
    """A preset as a task is held against it; `gpwidgets.Preset` is one and tells of each part."""

    @property
    def inputs(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def order(self) -> Sequence[str]: ...
    @property
    def environment(self) -> Mapping[str, Any]: ...
    @property
    def extent(self) -> Sequence[float] | None: ...
    @property
    def outputs(self) -> Sequence[str] | None: ...
    @property
    def messages(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def deadline(self) -> float | None: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def faults(self) -> tuple[Fault, ...]: ...


def read_preset(source: Any) -> Any:
    """The JSON of a preset from a file, from its text, or from a mapping.

    Raises
    ------
    OSError, GPError
        There is no such file, or it is no JSON.
    """
    if isinstance(source, Mapping):
        return source
    if not isinstance(source, str | Path):
        given = type(source).__name__
        raise GPError(tr("A preset is the path of a file, its text or a mapping, no {given}.", given=given))
    text = str(source)
    if isinstance(source, Path) or not text.lstrip().startswith("{"):
        path = Path(source).expanduser()
        if path.stat().st_size > _LARGEST:
            raise GPError(tr("{name} is too large for a preset.", name=path.name))
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    if len(text) > _LARGEST:
        raise GPError(tr("The text is too large for a preset."))
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GPError(tr("This is no preset, as it is no JSON: {error}", error=error)) from error


def check_preset(document: Any) -> None:
    """Refuse what is no preset, or one of a version to come.

    A mapping without ``format`` and ``version`` is one of this version: who writes it in a notebook need not
    name them.

    Raises
    ------
    GPError
        In words.
    """
    if not isinstance(document, Mapping):
        raise GPError(tr("This is no preset: it is no JSON object."))
    if document.get("format", FORMAT) != FORMAT:
        raise GPError(tr('This is no preset: its "format" is not "{format}".', format=FORMAT))
    version = document.get("version", VERSION)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise GPError(tr("The preset does not say the version of its format."))
    if version > VERSION:
        raise GPError(
            tr(
                "The preset is of format version {version}, which a newer gpwidgets writes; "
                "this one reads versions up to {known}.",
                version=version,
                known=VERSION,
            )
        )


def whole_rows(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """What of a preset can be used, and what is wrong with the rest."""
    faults: list[Fault] = []
    kept: dict[str, Any] = {}
    for key, value in document.items():
        if key in ("format", "version"):
            continue
        if key not in _PARTS:
            faults.append(Fault(str(key), tr("a preset has no such part") + hint(str(key), _PARTS)))
            continue
        fits, words = _PARTS[key]
        if fits(value):
            kept[key] = value
        else:
            faults.append(Fault(key, tr(words)))
    rows = kept.get("inputs", {})
    kept["inputs"] = {name: _whole_input(name, row, faults) for name, row in rows.items()}
    return kept, faults


def _whole_input(name: str, row: Any, faults: list[Fault]) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        words = tr("it is no object such as {example}.", example='{"hidden": true}')
        faults.append(Fault(f"inputs.{name}", words))
        return {}
    kept: dict[str, Any] = {}
    for key, value in row.items():
        place = f"inputs.{name}.{key}"
        if key not in _KEYS:
            faults.append(Fault(place, tr("an input of a preset has no such part") + hint(str(key), _KEYS)))
            continue
        fits, words = _KEYS[key]
        if not fits(value):
            faults.append(Fault(place, tr(words)))
        elif key in _LONGEST and len(value) > _LONGEST[key]:
            most = _LONGEST[key]
            kept[key] = value[:most]
            faults.append(Fault(place, tr("only the first {most:,} characters are shown.", most=most)))
        else:
            kept[key] = value
    return kept


def hint(name: str, known: Iterable[str]) -> str:
    """The end of a sentence on a name that is not known: the nearest one, or only a full stop."""
    import difflib  # only a misspelt name needs it

    folded = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name[:200].casefold(), folded, 1, 0.5)
    return tr("; did you mean {name!r}?", name=folded[near[0]]) if near else "."


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_rows(value: Any) -> bool:
    return isinstance(value, Mapping) and len(value) <= _MOST_INPUTS and all(map(_is_text, value))


def _are_names(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) <= _MOST_INPUTS and all(map(_is_text, value))


def _are_choices(value: Any) -> bool:
    fits = isinstance(value, list | tuple) and 0 < len(value) <= _MOST_CHOICES
    return fits and all(isinstance(one, str | int | float) for one in value)


def _is_box(value: Any) -> bool:
    if not isinstance(value, list | tuple) or len(value) != 4:
        return False
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
        return False
    west, south, east, north = value
    degrees = all(math.isfinite(one) and abs(one) <= 360 for one in value)
    return degrees and west != east and -90 <= south < north <= 90


def _is_time(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 < value <= _LONGEST_RUN


_Fits = Callable[[Any], bool]
_TEXT = later("it is no text.")
_PARTS: dict[str, tuple[_Fits, str]] = {
    "task": (_is_text, _TEXT),
    "fingerprint": (_is_text, _TEXT),
    "title": (_is_text, _TEXT),
    "inputs": (_is_rows, later("it is no object of at most 2,000 inputs by name.")),
    "order": (_are_names, later("it is no list of at most 2,000 names.")),
    "environment": (_is_rows, later("it is no object of settings by name.")),
    "extent": (_is_box, later("it is no list of west, south, east and north in degrees.")),
    "outputs": (_are_names, later("it is no list of at most 2,000 names.")),
    "deadline": (_is_time, later("it is no number of seconds above zero, and at most a year.")),
    "messages": (
        lambda value: value in ("info", "warning", "error"),
        later('it is none of "info", "warning" and "error".'),
    ),
}
_KEYS: dict[str, tuple[_Fits, str]] = {
    "label": (_is_text, _TEXT),
    "help": (_is_text, _TEXT),
    "group": (_is_text, _TEXT),
    "value": (lambda value: True, ""),
    "fixed": (_is_flag, later("it is neither true nor false.")),
    "hidden": (_is_flag, later("it is neither true nor false.")),
    "choices": (_are_choices, later("it is no list of 1 to 5,000 texts or numbers.")),
}
