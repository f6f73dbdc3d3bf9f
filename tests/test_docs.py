"""The code on the pages runs or says why not, and their links lead somewhere."""

import ast
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_pages import PAGES, ROOT, anchors_of, blocks_of, is_outside, links_of

import gpwidgets
from gpwidgets import cli, texts
from gpwidgets.datatypes import registry
from gpwidgets.widgets.editors import editor_table

#: What a block may be: Python that runs, JSON that is valid, commands, or what a program prints.
LANGUAGES = {"python", "json", "console", "text"}
#: Blocks of these are no code: they make a part of the site.
DIRECTIVES = {"{toctree}", "{include} ../CHANGELOG.md"}
#: Programs that commands on pages may start; those of gpwidgets are read by its own command line.
PROGRAMS = {"python", "python3", "py", "pip", "pipx", "uv", "uvx", "nox", "pytest", "coverage", ".", "sudo"}
WITH_CODE = [page for page in PAGES if any(block.language == "python" for block in blocks_of(page))]


@pytest.fixture
def as_it_was(own_history: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a page registers, runs or sets is known on that page only."""
    language = texts.language()
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(editor_table, "_REGISTERED", {})
    yield
    monkeypatch.undo()
    registry.forget_found()
    gpwidgets.set_language(language)


def python_of(page: Path, *, running: bool) -> list[str]:
    """The Python on a page that runs, or that says why it does not."""
    return [
        block.code
        for block in blocks_of(page)
        if block.language == "python" and bool(block.reason) != running
    ]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
@pytest.mark.usefixtures("as_it_was")
def test_the_code_on_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block after block, as a reader would type them."""
    monkeypatch.chdir(tmp_path)
    run = python_of(page, running=True)
    assert run
    names: dict[str, Any] = {"__name__": page.stem}
    try:
        for code in run:
            exec(compile(code, page.name, "exec"), names)
    finally:
        if "server" in names:
            names["server"].stop()


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
def test_code_that_needs_something_else_compiles(page: Path) -> None:
    for code in python_of(page, running=False):
        compile(code, page.name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_block_escapes(page: Path) -> None:
    """An indented block, or one of another language, would be code that nobody runs."""
    for block in blocks_of(page):
        if block.language in DIRECTIVES:
            continue
        assert block.language in LANGUAGES, f"in which language is this?\n{block.code}"
        if block.language == "json":
            json.loads(block.code)
        elif block.language == "text":
            assert not is_program(block.code), f"Python that does not run:\n{block.code}"
        elif block.language == "console":
            check_commands(block.code)


def is_program(text: str) -> bool:
    """Whether a text does something when Python runs it; a lone word or number does nothing."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return False
    done = (ast.Call, ast.Assign, ast.Import, ast.ImportFrom, ast.Attribute)
    return any(isinstance(node, done) for node in ast.walk(tree))


def check_commands(block: str) -> None:
    """Each line starts a known program; what gpwidgets is given, it takes."""
    for line in block.splitlines():
        for command in re.split(r" && ", line.split(" # ")[0]):
            words = [word for word in shlex.split(command) if not re.match(r"[A-Z_]+=", word)]
            if not words:
                continue
            program = re.split(r"[/\\]", words[0])[-1] or words[0]
            if program == "gpwidgets":
                cli._read(cli._parser(), words[1:])
            else:
                assert program in PROGRAMS, command


def test_the_reference_holds_no_code() -> None:
    text = (ROOT / "docs" / "reference.rst").read_text(encoding="utf-8")
    directives = set(re.findall(r"^\s*\.\. (\w[\w-]*)::", text, re.MULTILINE))
    assert directives == {"toctree", "autosummary", "currentmodule"}
    assert not re.search(r"^(?!\.\.).*::$", text, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_to_headings(page: Path) -> None:
    for link in links_of(page):
        if is_outside(link):
            continue
        assert page.name != "CHANGELOG.md", f"{link}: a page of another folder includes this one"
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors_of(target), f"{link}: the headings are {sorted(anchors_of(target))}"


def test_every_page_is_linked() -> None:
    seen: set[Path] = set()
    left = {ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"}
    while left:
        page = left.pop()
        seen.add(page)
        files = {(page.parent / link.partition("#")[0]).resolve() for link in links_of(page)}
        left |= {file for file in files if file.suffix == ".md"} - seen
    assert set((ROOT / "docs").glob("*.md")) - seen == set()


@pytest.mark.parametrize("name", ["SECURITY.md", "docs/security.md"])
def test_the_tests_that_a_page_names_are_there(name: str) -> None:
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / name).read_text(encoding="utf-8"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_each_promise_of_security_names_its_tests() -> None:
    table = (ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("| --- |")[2].partition("\n\n")[0]
    promises = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line]
    assert len(promises) >= 10
    assert all("`tests/" in line for line in promises)
