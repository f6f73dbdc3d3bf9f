"""What decides whether the tests run enough of the package."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
TOOL = "tools/check_coverage.py"
LISTED = [
    row.split()[0] for row in (ROOT / "tests/uncovered.txt").read_text().splitlines() if row.startswith("gp")
]
GOOD = {"num_statements": 1000, "covered_lines": 950, "num_branches": 100, "covered_branches": 90}


def check(tmp_path: Path, totals: dict[str, int] | None = None, **files: float) -> tuple[int, str]:
    """Its return code and all it prints, for these counts; files that are listed are half run."""
    shares = dict.fromkeys(LISTED, 50.0) | files
    rows: dict[str, Any] = {name: {"summary": {"percent_covered": share}} for name, share in shares.items()}
    counts = tmp_path / "coverage.json"
    counts.write_text(json.dumps({"totals": GOOD | (totals or {}), "files": rows}))
    command = [sys.executable, TOOL, str(counts)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_enough_is_enough(tmp_path: Path) -> None:
    code, text = check(tmp_path, **{"gpwidgets/a.py": 90.0})
    assert (code, text.strip()) == (0, "The tests run 95.00 % of 1,000 lines and 90.00 % of 100 branches.")


@pytest.mark.parametrize("name", ["covered_lines", "covered_branches"])
def test_neither_lines_nor_branches_make_up_for_the_other(tmp_path: Path, name: str) -> None:
    full = {"covered_lines": 1000, "covered_branches": 100}
    code, text = check(tmp_path, full | {name: GOOD[name] - 1})
    assert code == 1
    assert "should be run" in text


def test_a_file_that_is_hardly_run_needs_a_reason(tmp_path: Path) -> None:
    code, text = check(tmp_path, **{"gpwidgets/a.py": 89.9})
    assert code == 1
    assert "gpwidgets/a.py" in text


def test_a_file_that_is_run_leaves_the_list(tmp_path: Path) -> None:
    code, text = check(tmp_path, **{LISTED[0]: 95.1})
    assert code == 1
    assert LISTED[0] in text


@pytest.mark.parametrize("name", LISTED)
def test_what_is_listed_is_there(name: str) -> None:
    assert (ROOT / name).is_file()
