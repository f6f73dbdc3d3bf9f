"""Import paths of modules before they moved into rooms, for notebooks and scripts that name them.

A module that is looked for under its former path stands for the ones that hold its names now. The table is
read when the first such path is met; who uses today's paths pays nothing.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType

__all__ = ["find_former_paths", "names_of"]

_ROOT = "gpwidgets."


@cache
def _table() -> dict[str, tuple[str, ...]]:
    """Modules of today by former path."""
    from importlib.resources import files

    lines = files("gpwidgets").joinpath("data/former_paths.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines)
    return {_ROOT + old: tuple(_ROOT + name for name in now) for old, *now in rows}


def names_of(path: str) -> Callable[[str], Any]:
    """A module's ``__getattr__`` that finds the names which were in a module of this path.

    Parameters
    ----------
    path
        The former path, such as ``"gpwidgets.tasks.inputs"``.
    """

    def find(name: str) -> Any:
        if not name.startswith("__"):
            for module in map(import_module, _table()[path]):
                if hasattr(module, name):
                    return getattr(module, name)
        raise AttributeError(f"module {path!r} has no attribute {name!r}")

    return find


class _Loader:  # these two are no subclasses of those in importlib.abc, which takes long to load
    def create_module(self, spec: ModuleSpec) -> None:
        """Have the import system make the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Make the module one that looks for its names elsewhere."""
        module.__path__ = []  # its submodules have moved as well
        module.__dict__["__getattr__"] = names_of(module.__name__)


class _Finder:
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module for a former path; None for any other."""
        if not fullname.startswith(_ROOT) or fullname not in _table():
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(fullname, cast("Loader", _Loader()), is_package=True)


def find_former_paths() -> None:
    """Have former paths found, after everything else has been tried."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
