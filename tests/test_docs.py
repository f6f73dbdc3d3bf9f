"""The Python in the README and in the how-to pages runs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpwidgets.datatypes import registry
from gpwidgets.widgets.editors import editor_table

ROOT = Path(__file__).parent.parent
#: Pages whose blocks run one after the other, as a reader would type them.
PAGES = [
    ROOT / "README.md",
    *(
        ROOT / "docs" / f"{name}.md"
        for name in (
            "autosave",
            "coming-from-arcgis",
            "crates",
            "environment",
            "diagnosis",
            "exercises",
            "index",
            "lessons",
            "many-runs",
            "own-data-types",
            "presets",
            "provenance",
            "report",
            "request",
            "server-says",
            "settings",
            "signing-in",
            "x-ray",
        )
    ),
]


def blocks_of(page: Path) -> list[tuple[str, str]]:
    """Each block of Python on a page, and the remark before it that says why it does not run."""
    text = page.read_text(encoding="utf-8")
    return re.findall(r"(<!-- no-test[^\n]*-->\n)?```python\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def forget_types(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a page registers is known on that page only."""
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(editor_table, "_REGISTERED", {})
    yield
    monkeypatch.undo()
    registry.forget_found()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.usefixtures("forget_types")
def test_the_code_on_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = [code for marked, code in blocks_of(page) if not marked]
    assert run
    names: dict[str, Any] = {"__name__": page.stem}
    try:
        for code in run:
            exec(compile(code, page.name, "exec"), names)
    finally:
        if "server" in names:
            names["server"].stop()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_that_needs_something_else_compiles(page: Path) -> None:
    for marked, code in blocks_of(page):
        if marked:
            compile(code, page.name, "exec")


def links_of(page: Path) -> set[Path]:
    """The files that a page links to."""
    found = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    return {(page.parent / link).resolve() for link in found}


def test_links_lead_to_files_and_every_page_is_linked() -> None:
    seen, left = set(), {ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"}
    while left:
        page = left.pop()
        seen.add(page)
        assert [link for link in links_of(page) if not link.exists()] == []
        left |= {link for link in links_of(page) if link.suffix == ".md"} - seen
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
