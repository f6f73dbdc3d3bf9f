"""Outputs of a notebook cell that can be changed later, from any thread."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

from gpwidgets import views
from gpwidgets.secrets import mask

_LOG = logging.getLogger("gpwidgets.tasks")

__all__ = ["in_notebook", "publish", "show_batch", "show_run"]


def in_notebook() -> bool:
    """Whether this code runs in the kernel of a notebook."""
    return _shell() is not None


def publish(data: dict[str, Any], handle: str = "", *, update: bool = False) -> bool:
    """Show data by media type below the cell that runs; False outside of a notebook.

    Parameters
    ----------
    data
        By media type.
    handle
        Name by which the output can be changed.
    update
        Change what was shown under this name before.
    """
    shell = _shell()
    if shell is None:
        return False
    shell.display_pub.publish(data, transient={"display_id": handle} if handle else {}, update=update)
    return True


def show_run(run: Any) -> bool:
    """Show a run below the cell that runs, live and with a way to cancel it; False outside of a notebook."""
    return _show(lambda: views.run_view(run))


def show_batch(batch: Any) -> bool:
    """Show a batch below the cell that runs, live; False outside of a notebook."""
    return _show(lambda: views.batch_view(batch))


def _show(make: Callable[[], views.RunView]) -> bool:
    if not in_notebook():
        return False
    try:
        make()._ipython_display_()
    except Exception as error:  # a view that cannot be shown must not hide why it was wanted
        _LOG.error("a run could not be shown: %s", mask(repr(error)))
        return False
    return True


def _shell() -> Any:
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell if getattr(shell, "kernel", None) is not None else None
