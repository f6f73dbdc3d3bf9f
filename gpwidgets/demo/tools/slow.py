"""A tool that only takes time: for watching progress, cancelling, and failing."""

from __future__ import annotations

from typing import Annotated

from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.parameters import Param
from gpwidgets.demo.publishing.publish import tool
from gpwidgets.demo.publishing.refusals import ToolError


@tool(output="Steps_Done", asynchronous=True, display_name="Slow Count")
def slow_count(
    seconds: Annotated[float, Param(minimum=0, maximum=3600)] = 5.0,
    steps: Annotated[int, Param(minimum=1, maximum=10000)] = 10,
    fail: bool = False,
    *,
    job: JobContext,
) -> int:
    """Count slowly, with a message and progress at every step.

    Parameters
    ----------
    seconds
        How long the whole count takes.
    steps
        How far to count.
    fail
        Fail half-way, to see how a failed job looks.

    Returns
    -------
    Steps_Done : int
        The last number counted.
    """
    for step in range(1, steps + 1):
        job.progress(100 * (step - 1) / steps, f"Step {step} of {steps}")
        job.wait(seconds / steps)
        job.message(f"Counted {step}.")
        if fail and step >= steps / 2:
            job.warning("This is about to go wrong.")
            raise ToolError(f"The count failed at step {step}, as it was asked to.")
    return steps
