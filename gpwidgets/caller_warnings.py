"""Warnings about results, at the line outside of this package that wanted them."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

from gpwidgets.errors import GPWarning, TruncatedResult

__all__ = ["warn_doubtful", "warn_given", "warn_reserved", "warn_truncated"]


def warn_doubtful(names: Sequence[str]) -> None:
    """Warn about outputs that may not be complete, at the line outside this package that wanted them."""
    warnings.warn(
        f"{', '.join(names)}: there are as many rows as the service sends at most, so there may be more.",
        TruncatedResult,
        stacklevel=_levels_to_the_caller(),
    )


def warn_reserved(names: Sequence[str]) -> None:
    """Warn about inputs that cannot be sent, at the line outside this package that gave them."""
    warnings.warn(
        f"{', '.join(names)}: not sent, as the protocol has a field of this name.",
        GPWarning,
        stacklevel=_levels_to_the_caller(),
    )


def warn_given(text: str) -> None:
    """Warn of something about the inputs, at the line outside this package that gave them."""
    warnings.warn(text, GPWarning, stacklevel=_levels_to_the_caller())


def warn_truncated(names: Sequence[str], limit: int | None) -> None:
    """Warn about outputs that are not complete, at the line outside this package that wanted them."""
    most = f" than {limit}" if limit else " than the service allows"
    warnings.warn(
        f"{', '.join(names)}: the server holds more rows{most} and sent none or only some of them.",
        TruncatedResult,
        stacklevel=_levels_to_the_caller(),
    )


def _levels_to_the_caller() -> int:
    frame, levels = sys._getframe(1), 1
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith("gpwidgets."):
        frame, levels = frame.f_back, levels + 1
    return levels
