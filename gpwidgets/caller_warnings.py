"""Warnings at the line outside of this package that wanted what they are about."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

from gpwidgets.errors import GPWarning, TruncatedResult

__all__ = ["warn_caller", "warn_doubtful", "warn_reserved", "warn_truncated"]


def warn_caller(text: str, category: type[Warning] = GPWarning) -> None:
    """Warn at the nearest line outside of this package.

    Parameters
    ----------
    text
        What is the matter.
    category
        Of the warning.
    """
    frame, levels = sys._getframe(0), 1
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith("gpwidgets."):
        frame, levels = frame.f_back, levels + 1
    warnings.warn(text, category, stacklevel=levels)


def warn_doubtful(names: Sequence[str]) -> None:
    """Warn about outputs that may not be complete, at the line outside this package that wanted them."""
    warn_caller(
        f"{', '.join(names)}: there are as many rows as the service sends at most, so there may be more.",
        TruncatedResult,
    )


def warn_reserved(names: Sequence[str]) -> None:
    """Warn about inputs that cannot be sent, at the line outside this package that gave them."""
    warn_caller(
        f"{', '.join(names)}: not sent, as the protocol has a field of this name.",
        GPWarning,
    )


def warn_truncated(names: Sequence[str], limit: int | None) -> None:
    """Warn about outputs that are not complete, at the line outside this package that wanted them."""
    most = f" than {limit}" if limit else " than the service allows"
    warn_caller(
        f"{', '.join(names)}: the server holds more rows{most} and sent none or only some of them.",
        TruncatedResult,
    )
