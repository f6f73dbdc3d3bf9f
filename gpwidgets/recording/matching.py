"""Requests compared: the same fields in other words are the same request, and how far two of them differ."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from gpwidgets.secrets import MASKED, is_secret_name

__all__ = ["ANY", "Asked", "canonical", "differing", "distance", "plain_fields"]

ANY = "\0any"
"""What stands for a value that was secret: it agrees with every other."""

Asked = Mapping[str, str]
"""Normalised values by name."""

#: Fields that say how an answer is wanted, or nothing at all.
_IGNORED = frozenset({"f", "callback", "returnmessages", "dojo.preventcache", "_", "_ts"})
#: Fields of a run besides its inputs.
_OPTIONS = ("env:", "context", "esri_out_feature_service_name", "return", "filter")
_UNSET = frozenset({"", "{}", "null", '{"url":""}'})
_SAME = ("true", "false")


def canonical(value: Any, rewrite: Callable[[str, str], str] = lambda key, text: text) -> str:
    """One spelling of a value: keys sorted, white space and the kind of a number apart.

    Parameters
    ----------
    value
        A field's text, or the JSON in it.
    rewrite
        Gets each text with its key, and answers what is compared in its place: for ids and addresses.
    """
    parsed = value
    if isinstance(value, str):
        if value == MASKED:
            return ANY
        text = value.strip()
        try:
            parsed = json.loads(text.lower() if text.lower() in _SAME else text)
        except (ValueError, RecursionError):
            parsed = text
    plain = _plain(parsed, rewrite, "")
    text = plain if isinstance(plain, str) else json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return "" if text in _UNSET else text


def _plain(value: Any, rewrite: Callable[[str, str], str], key: str) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part, rewrite, name) for name, part in value.items() if not is_secret_name(name)}
    if isinstance(value, list):
        return [_plain(part, rewrite, key) for part in value]
    if isinstance(value, str):
        return rewrite(key, " ".join(value.split()))
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def plain_fields(
    fields: Mapping[str, Any],
    rewrite: Callable[[str, str], str],
    defaults: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The fields that matter, normalised; those that are not set are left out.

    Parameters
    ----------
    fields
        As they were sent, or as a lesson keeps them.
    rewrite
        As for `canonical`.
    defaults
        For a run, the normalised default of each input of the task, ``""`` for none: what else is sent does
        not count, and an input that is not sent counts as its default.
    """
    told = {
        name: canonical(value, rewrite)
        for name, value in fields.items()
        if name.lower() not in _IGNORED and not is_secret_name(name)
    }
    if defaults is not None:
        kept = {name for name in told if name in defaults or name.startswith(_OPTIONS)}
        told = {**defaults, **{name: told[name] for name in kept}}
    return {name: text for name, text in told.items() if text}


def differing(one: Asked, other: Asked) -> list[str]:
    """Names of the fields that differ; what was secret agrees with everything."""
    names = sorted({*one, *other})
    return [name for name in names if not _agree(one.get(name, ""), other.get(name, ""))]


def _agree(one: str, other: str) -> bool:
    return one == other or ANY in (one, other)


def distance(one: Asked, other: Asked) -> tuple[int, float]:
    """How far two requests are apart: the number of fields that differ, then how much their numbers do."""
    names = differing(one, other)
    return len(names), sum(_apart(one.get(name, ""), other.get(name, "")) for name in names)


def _apart(one: str, other: str) -> float:
    """From 0 to 1; 1 for what are not two numbers or two amounts of one unit."""
    first, second = _amount(one), _amount(other)
    if first is None or second is None or first[1] != second[1]:
        return 1.0
    largest = max(abs(first[0]), abs(second[0]), 1e-300)
    return min(1.0, abs(first[0] - second[0]) / (2 * largest))


def _amount(text: str) -> tuple[float, str] | None:
    """The number of a value, and the unit that it is counted in; None for what has not one number."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    unit = ""
    if isinstance(value, dict):
        numbers = [part for part in value.values() if _is_number(part)]
        unit = json.dumps(
            {name: part for name, part in value.items() if not _is_number(part)}, sort_keys=True
        )
        value = numbers[0] if len(numbers) == 1 else None
    try:
        return (float(value), unit) if _is_number(value) else None
    except OverflowError:
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
