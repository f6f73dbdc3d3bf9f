"""Answers that say no, and the errors a tool may raise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Refusal(Exception):
    """A request is answered with the error envelope; HTTP status 200, as real servers do.

    Parameters
    ----------
    code
        The code inside the envelope.
    message
        Its text.
    details
        Further lines.
    """

    def __init__(self, code: int, message: str, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: list[str] = list(details)

    def to_json(self) -> dict[str, Any]:
        """The error envelope."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.code in (403, 499):
            error["messageCode"] = "GWM_0003"
        return {"error": {**error, "details": self.details}}


class InputRefused(Refusal):
    """An input cannot be used; the details name the parameter and what was wrong."""

    def __init__(self, parameter: str, problem: str) -> None:
        super().__init__(
            400,
            "Unable to complete operation.",
            [f"Unable to run the task. Parameter '{parameter}' is invalid: {problem}"],
        )


class ToolError(Exception):
    """Raised by a tool to end with a plain message; any other exception shows its type as well."""


class ToolCancelled(Exception):
    """Raised inside a tool at the point where cancelling takes effect."""


def invalid_url() -> Refusal:
    """The answer to a path that leads nowhere."""
    return Refusal(400, "Invalid URL", ["Invalid URL"])


def invalid_input(*details: str) -> Refusal:
    """The answer to an operation that the resource is in no state for."""
    return Refusal(400, "Invalid or missing input parameters.", details)
