"""How much of each run of a form is shown at first."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RunLook"]


@dataclass(frozen=True)
class RunLook:
    """What of a run is in sight; the rest is one click away.

    Attributes
    ----------
    outputs : tuple of str or None
        Names of the outputs that are shown, in this order; the others are folded away. None for all.
    messages : str
        Lowest level of the messages that are shown first: ``info``, ``warning`` or ``error``.
    """

    outputs: tuple[str, ...] | None = None
    messages: str = "info"
