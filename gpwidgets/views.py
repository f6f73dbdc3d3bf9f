"""What lower floors and rooms ask of higher ones; the root, which knows them all, answers.

So neither they nor this module know the widgets, and nothing loads them before they are wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pathlib import Path  # takes as long to load as all else that the package alone loads

__all__ = ["Form", "batch_view", "crate_of", "open_form", "provide", "report_page", "run_view"]


class Form(Protocol):
    """The form of a task, as far as it is known below the widgets; `gpwidgets.TaskWidget` is one.

    Attributes
    ----------
    values : dict
        Values of the form by parameter name.
    run : Run or None
        The run started last.
    """

    values: Any
    run: Any

    def close(self) -> None:
        """Remove the form from the page."""


class RunView(Protocol):
    """The view of a run or a batch; `gpwidgets.RunWidget` is one."""

    def _ipython_display_(self) -> None: ...


_PROVIDED: dict[str, Callable[..., Any]] = {}


def provide(
    *,
    form: Callable[..., Form],
    run_view: Callable[[Any], RunView],
    batch_view: Callable[[Any], RunView],
    report: Callable[[Any], str],
    crate: Callable[..., Path],
) -> None:
    """Say what makes forms, views, reports and crates; the package does so when it is imported."""
    _PROVIDED.update(form=form, run_view=run_view, batch_view=batch_view, report=report, crate=crate)


def open_form(entry: Any, **options: Any) -> Form:
    """Make a form with the values of an entry of the history; options are those of `gpwidgets.TaskWidget`."""
    made: Form = _PROVIDED["form"](entry, **options)
    return made


def run_view(run: Any) -> RunView:
    """Make the view of a run."""
    made: RunView = _PROVIDED["run_view"](run)
    return made


def batch_view(batch: Any) -> RunView:
    """Make the view of a batch."""
    made: RunView = _PROVIDED["batch_view"](batch)
    return made


def report_page(run: Any) -> str:
    """Write the report of a run, as a page of HTML."""
    made: str = _PROVIDED["report"](run)
    return made


def crate_of(run: Any, path: str | Path, **options: Any) -> Path:
    """Write a run as an RO-Crate; options are those of `gpwidgets.Run.to_crate`."""
    made: Path = _PROVIDED["crate"](run, path, **options)
    return made
