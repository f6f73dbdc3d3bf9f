"""Frames that the user has made in the notebook."""

from __future__ import annotations

import sys
from typing import Any


def notebook_names() -> dict[str, Any]:
    """Return the notebook's variables by name; empty outside of one."""
    # A frame can only exist once pandas has been loaded, and IPython once somebody runs it.
    shell_module = sys.modules.get("IPython")
    shell = shell_module.get_ipython() if shell_module is not None else None
    return {} if shell is None else {name: value for name, value in shell.user_ns.items() if name[:1] != "_"}


def frames_in_notebook(*, with_geometry: bool) -> dict[str, Any]:
    """Return the frames among the notebook's variables, by name."""
    return {name: value for name, value in notebook_names().items() if is_frame(value, with_geometry)}


def is_frame(value: Any, with_geometry: bool) -> bool:
    """Whether a value is a frame: a GeoDataFrame, or any table when geometry is not asked for."""
    kinds = {kind.__name__ for kind in type(value).__mro__}
    return ("GeoDataFrame" if with_geometry else "DataFrame") in kinds
