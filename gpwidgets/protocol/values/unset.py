"""The value that stands for no value."""

from __future__ import annotations

from typing import Final


class Unset:
    """The type of `UNSET`: no value given, so the parameter is left out of the request.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> gp.UNSET
    UNSET
    """

    _only: Unset | None = None

    def __new__(cls) -> Unset:
        """Give the one value of this type."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()
