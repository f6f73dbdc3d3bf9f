"""The examples in docstrings run, and every public class and function has one."""

import doctest
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gpwidgets
from gpwidgets import texts
from gpwidgets.datatypes import registry

ROOT = Path(gpwidgets.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)
EXAMPLES = [
    example
    for module in MODULES
    for example in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(module))
    if example.examples
]
PUBLIC = {name: getattr(gpwidgets, name) for name in gpwidgets.__all__}


@pytest.fixture(autouse=True)
def _as_it_was(own_history: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    language = texts.language()
    monkeypatch.setattr(registry, "_registered", {})
    yield
    monkeypatch.undo()
    registry.datatype_named.cache_clear()
    gpwidgets.set_language(language)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_runs(example: doctest.DocTest) -> None:
    told: list[str] = []
    names: dict[str, Any] = example.globs
    try:
        doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=told.append, clear_globs=False)
    finally:
        if "server" in names:
            names["server"].stop()
    assert not told, "".join(told)


@pytest.mark.parametrize("name", [name for name in PUBLIC if callable(PUBLIC[name])])
def test_every_public_class_and_function_has_an_example(name: str) -> None:
    value = PUBLIC[name]
    if inspect.isclass(value) and issubclass(value, Exception):
        value = importlib.import_module("gpwidgets.errors")  # one for them all
    assert ">>> " in (inspect.getdoc(value) or "")
