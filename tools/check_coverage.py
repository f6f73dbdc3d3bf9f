"""Whether the tests run enough of the package: what ``coverage json`` counted, against two limits and a list.

``python tools/check_coverage.py coverage.json``. ``tests/uncovered.txt`` has a row for each file of which the
tests run little, with the reason. A file of which they run less than 90 % must have a row; one of which they
run more than 95 % has none, so that the list stays short.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LIST = Path(__file__).resolve().parent.parent / "tests" / "uncovered.txt"
LINES_AT_LEAST = 95.0
BRANCHES_AT_LEAST = 90.0
LISTED_BELOW = 90.0
LISTED_UP_TO = 95.0


def main(arguments: list[str]) -> int:
    """Print the totals, and what is wrong with them; 1 if there is anything."""
    (path,) = arguments
    counts = json.loads(Path(path).read_text(encoding="utf-8"))
    print(in_words(counts["totals"]))
    troubles = [*wrong_totals(counts["totals"]), *wrong_files(counts["files"], reasons(LIST))]
    print("\n".join(troubles), file=sys.stderr)
    return 1 if troubles else 0


def in_words(totals: dict[str, Any]) -> str:
    """The totals as a sentence."""
    lines, branches = shares(totals)
    return (
        f"The tests run {lines:.2f} % of {totals['num_statements']:,} lines "
        f"and {branches:.2f} % of {totals['num_branches']:,} branches."
    )


def shares(totals: dict[str, Any]) -> tuple[float, float]:
    """Percentages of lines and of branches, each by itself; coverage's own total mixes them."""
    lines = 100 * totals["covered_lines"] / max(1, totals["num_statements"])
    return lines, 100 * totals["covered_branches"] / max(1, totals["num_branches"])


def reasons(path: Path) -> dict[str, str]:
    """The rows of a list: file and reason, apart by two spaces or more."""
    rows = [row for row in path.read_text(encoding="utf-8").splitlines() if row and not row.startswith("#")]
    return {file: reason.strip() for file, _, reason in (row.partition("  ") for row in rows)}


def wrong_totals(totals: dict[str, Any]) -> Iterator[str]:
    """What is below its limit."""
    lines, branches = shares(totals)
    if lines < LINES_AT_LEAST:
        yield f"At least {LINES_AT_LEAST} % of the lines should be run."
    if branches < BRANCHES_AT_LEAST:
        yield f"At least {BRANCHES_AT_LEAST} % of the branches should be run."


def wrong_files(files: dict[str, Any], listed: dict[str, str]) -> Iterator[str]:
    """Files that the list does not have though it should, and rows that it should not have."""
    covered = {Path(name).as_posix(): one["summary"]["percent_covered"] for name, one in files.items()}
    for name, share in sorted(covered.items()):
        if share < LISTED_BELOW and name not in listed:
            yield f"{name}: {share:.0f} % are run; test it, or give the reason in {LIST.name}."
        if share > LISTED_UP_TO and name in listed:
            yield f"{name}: {share:.0f} % are run, so it leaves {LIST.name}."
    for name, reason in listed.items():
        if name not in covered:
            yield f"{name}: there is no such file; {LIST.name} has it."
        if not reason:
            yield f"{name}: {LIST.name} gives no reason."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
