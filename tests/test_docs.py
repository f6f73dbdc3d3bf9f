"""The Python in the README runs."""

import re
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(<!-- no-test[^\n]*-->\n)?```python\n(.*?)```", README, re.DOTALL)


def test_the_readme_has_code_that_is_run() -> None:
    assert [code for marked, code in BLOCKS if not marked]


@pytest.mark.parametrize("code", [code for marked, code in BLOCKS if not marked])
def test_readme_code_runs(code: str) -> None:
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})


@pytest.mark.parametrize("code", [code for marked, code in BLOCKS if marked])
def test_readme_code_that_needs_a_notebook_compiles(code: str) -> None:
    compile(code, "README.md", "exec")
