"""The page of error texts says what the program says, and where each text was seen."""

import re
from pathlib import Path

import pytest

from gpwidgets.protocol.responses.advice import CODES, STATUSES, TEXTS, advice_for

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "server-says.md").read_text(encoding="utf-8")
#: Of each row what the server says, what it means, the call, where it was seen, and a page.
ROWS = [
    re.split(r" \| |<br>\*\*With gpwidgets:\*\* |<br>\*Seen in:\* |; \*more:\* ", row.strip("| "))
    for row in PAGE.splitlines()
    if row.startswith("| `")
]
#: Where there is no thread to link to.
PLACES = {
    "seen against the embedded server",
    "Esri's list of errors",
    "servers behind a web adaptor, as public clients quote them",
}


def said(cell: str) -> tuple[str, int | None]:
    """The words of a server and the code of its answer, of a first cell."""
    found = re.fullmatch(r"`([^`]+)`(?: \(code (\d+)\))?", cell)
    assert found, cell
    return found[1], int(found[2]) if found[2] else None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_what_the_program_says_and_where_it_comes_from(row: list[str]) -> None:
    words, meaning, call, seen, more = row
    for one in advice_for(*said(words)):
        assert one.text in meaning
        assert one.source in more
    assert call
    assert seen in PLACES or "](https://" in seen
    assert "](" in more


def test_all_that_the_program_knows_is_on_the_page() -> None:
    found = re.findall(r"^\| `ERROR (\d{6}): ", PAGE, re.MULTILINE)
    assert sorted(found) == sorted(CODES)
    for one in [*STATUSES.values(), *(advice for _, advice in TEXTS)]:
        assert one.text in PAGE


def test_no_text_is_there_twice_and_there_are_enough() -> None:
    words = [said(row[0]) for row in ROWS]
    assert len(words) == len(set(words)) > 40


def test_what_is_quoted_is_what_the_program_says() -> None:
    package = (ROOT / "gpwidgets").rglob("*.py")
    sources = "".join(file.read_text(encoding="utf-8") for file in package)
    quoted = re.findall(r"“([^”]+)”", PAGE)
    assert len(quoted) > 5
    assert [text for text in quoted if text not in sources] == []
