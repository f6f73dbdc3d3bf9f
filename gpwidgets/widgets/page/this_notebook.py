"""Which notebook, and which of its cells, the code that runs now is in, as far as a front end tells."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Place", "this_place"]


@dataclass(frozen=True)
class Place:
    """Where a form is.

    Attributes
    ----------
    notebook : str
        Path or name of the notebook; that of the working directory where only the cell is known.
    cell : str
        Id of the cell; empty where the front end does not tell it.
    """

    notebook: str
    cell: str = ""


def this_place() -> Place | None:
    """Where the code that runs now is; None outside of notebooks, and where nothing is known of it.

    Also None where nobody can be asked anything: `nbclient`, `papermill` and Voilà run whole notebooks, and
    what somebody entered yesterday must not change what they make.
    """
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    if getattr(shell, "kernel", None) is None:
        return None
    asked = _request(shell)
    if _part(asked, "content").get("allow_stdin") is False:
        return None
    notebook, cell = _notebook(shell), _text(_part(asked, "metadata").get("cellId"))
    if not notebook and not cell:
        return None
    return Place(notebook or f"{Path.cwd()}/?", cell)


def _request(shell: Any) -> Any:
    """The message that the kernel answers just now."""
    try:
        return shell.get_parent()
    except Exception:  # other kernels than ipykernel have none
        return {}


def _notebook(shell: Any) -> str:
    """VS Code names it in a variable, servers of Jupyter in the environment, where a rename may come late."""
    variables = getattr(shell, "user_ns", None)
    names = variables if isinstance(variables, Mapping) else {}
    told = (
        names.get("__vsc_ipynb_file__"),
        os.environ.get("JPY_SESSION_NAME"),
        names.get("__session__"),
    )
    return next(filter(None, map(_text, told)), "")


def _part(message: Any, name: str) -> Mapping[str, Any]:
    part = message.get(name) if isinstance(message, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _text(told: Any) -> str:
    return told if isinstance(told, str) else ""
