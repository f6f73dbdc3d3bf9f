"""JSON that stricter parsers refuse: bare NaN, halves of letters, numbers of thousands of digits."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["tolerant_loads"]

#: Of a whole number that Python reads from text.
_MOST_DIGITS = 1000


def tolerant_loads(text: str | bytes | bytearray) -> Any:
    """Read JSON as servers and their tools really write it.

    Parameters
    ----------
    text
        Bytes in UTF-8, UTF-16 or UTF-32; what cannot be decoded is replaced.

    Returns
    -------
    object
        Halves of letters (lone surrogates), which can be neither shown nor sent, are replaced; a number of
        more digits than Python reads is infinite.

    Raises
    ------
    ValueError
        It is no JSON.
    RecursionError
        It is nested too deeply.
    """
    if not isinstance(text, str):
        text = bytes(text).decode(json.detect_encoding(text), "replace")
    parsed = json.loads(text, parse_int=_whole_number)
    return _whole_letters(parsed) if "\\u" in text else parsed


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


def _whole_letters(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole_letters(key): _whole_letters(part) for key, part in value.items()}
    return [_whole_letters(part) for part in value] if isinstance(value, list) else value
