"""Values as strict JSON has them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from gpwidgets.protocol.missing import is_missing, plain

__all__ = ["finite"]


def finite(value: Any) -> Any:
    """The same value with null for numbers that are not finite and for what is missing, at any depth."""
    if isinstance(value, Mapping):
        return {str(key): finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [finite(entry) for entry in value]
    if is_missing(value):
        return None
    value = plain(value)
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, PurePath):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
