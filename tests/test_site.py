"""The documentation as a site: each page can be reached, and each name, variable and option stands on one."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import traitlets

import gpwidgets
from gpwidgets import cli, demo
from gpwidgets.bounds import BOUNDS
from gpwidgets.demo.rest.routes import OPERATIONS
from gpwidgets.tasks.inputs.environment import ENVIRONMENT

DOCS = Path(__file__).parent.parent / "docs"
PACKAGE = Path(gpwidgets.__file__).parent


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def listed() -> list[str]:
    """What the tables of the reference name, in their order."""
    tables = re.findall(r"\.\. autosummary::\n(?:   :.*\n)+\n((?:   \w+\n)+)", page("reference.rst"))
    return [name for table in tables for name in table.split()]


def linked() -> set[str]:
    """The pages that some table of contents has."""
    found: set[str] = set()
    for file in [*DOCS.glob("*.md"), *DOCS.glob("*.rst")]:
        text = file.read_text(encoding="utf-8")
        trees = re.findall(r"```\{toctree\}\n(.*?)```", text, re.DOTALL)
        trees += re.findall(r"\.\. toctree::\n((?:   .*\n|\n)+)", text)
        found |= {line.strip() for tree in trees for line in tree.splitlines() if line.strip()[:1] != ":"}
    return found - {""}


def test_each_public_name_is_in_the_reference_once() -> None:
    classes_of_demo = {name for name in demo.__all__ if not name.isupper()} - {"PublishError"}
    wanted = [*(set(gpwidgets.__all__) - {"demo"}), *classes_of_demo, "raise_to", "limit", "Bound"]
    assert sorted(listed()) == sorted(wanted)


def test_each_page_can_be_reached() -> None:
    pages = {file.stem for file in [*DOCS.glob("*.md"), *DOCS.glob("*.rst")]} - {"index"}
    home = DOCS.parent / "notebooks"
    found = [*home.glob("*.ipynb"), *home.glob("lesson/*.ipynb")]
    notebooks = {f"notebooks/{file.relative_to(home).with_suffix('').as_posix()}" for file in found}
    assert linked() == pages | notebooks


@pytest.mark.parametrize("name", gpwidgets.__all__)
def test_each_trait_says_what_it_is(name: str) -> None:
    value = getattr(gpwidgets, name)
    if not (inspect.isclass(value) and issubclass(value, traitlets.HasTraits)):
        return
    for owner in value.__mro__:
        if owner.__module__.startswith("gpwidgets"):
            for trait_name, trait in vars(owner).items():
                if isinstance(trait, traitlets.TraitType) and trait_name[0] != "_":
                    assert trait.help, f"{name}.{trait_name}"


def test_each_variable_and_each_bound_has_its_row() -> None:
    text = page("environment.md")
    sources = "".join(file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py"))
    for variable in set(re.findall(r"GPWIDGETS_[A-Z]+(?!\w)", sources)):
        assert f"`{variable}`" in text, variable
    for bound in BOUNDS.values():
        amount = f"{bound.amount >> 20:,} MB" if bound.unit == "bytes" else f"{bound.amount:,} {bound.unit}"
        assert f"| `{bound.name}` | {amount} | {bound.protects} |" in text


def test_each_setting_of_a_run_and_each_option_has_its_row() -> None:
    text = page("environment.md")
    for name, setting in ENVIRONMENT.items():
        assert f"| `{name}` | {setting.description} |" in text
    for name, trait in gpwidgets.options.traits().items():
        assert f"| `gp.options.{name}` | {trait.help}" in text


def test_each_fault_switch_is_on_its_page() -> None:
    text = page("faults.md")
    details = {field.name for field in dataclasses.fields(demo.Fault) if field.name[0] != "_"} - {"kind"}
    switches = {name for name in vars(demo.FaultBoard) if name[0] != "_"} - {"hit"}  # the server's own side
    assert [name for name in details if f"`{name}`" not in text] == []
    assert [name for name in switches if f"server.faults.{name}" not in text] == []
    operations = text.partition("| operations |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"`(\w+)`", operations)) == sorted(OPERATIONS)


def commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def test_each_command_and_each_option_is_on_its_page() -> None:
    text = page("command-line.md")
    for name, parser in commands(cli._parser()):
        assert f"`gpwidgets {name}" in text, name
        for action in parser._actions:
            for option in action.option_strings:
                assert f"`{option}" in text or option in ("-h", "--help"), f"{name} {option}"
