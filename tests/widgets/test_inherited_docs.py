"""An override of an editor inherits its docstring; every other public method has one of its own."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cached_property

import pytest

from gpwidgets.widgets import editors

MODULES = [one.name for one in pkgutil.walk_packages(editors.__path__, f"{editors.__name__}.")]


def undocumented(kind: type) -> Iterator[str]:
    """Public methods and properties of a class without a docstring of their own or of what they override."""
    for name, member in vars(kind).items():
        is_documented_kind = inspect.isfunction(member) or isinstance(
            member, property | cached_property | classmethod | staticmethod
        )
        if name.startswith("_") or not is_documented_kind:
            continue
        if not any(getattr(vars(base).get(name), "__doc__", None) for base in kind.__mro__):
            yield f"{kind.__qualname__}.{name}"


@pytest.mark.parametrize("name", MODULES)
def test_every_public_method_of_an_editor_has_a_docstring(name: str) -> None:
    module = importlib.import_module(name)
    kinds = [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == name]
    assert [line for kind in kinds for line in undocumented(kind)] == []


def test_one_without_any_is_found() -> None:
    class Base:
        def read(self) -> None:
            """Say what is there."""

    class Editor(Base):
        def read(self) -> None:
            return

        def show(self) -> None:
            return

        @property
        def title(self) -> str:
            return ""

    assert list(undocumented(Editor)) == [
        "test_one_without_any_is_found.<locals>.Editor.show",
        "test_one_without_any_is_found.<locals>.Editor.title",
    ]
