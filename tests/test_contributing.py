"""CONTRIBUTING.md tells of the rooms as they are, and the files that it names are there."""

import ast
import re
from pathlib import Path

import pytest

import gpwidgets

ROOT = Path(gpwidgets.__file__).parent
TEXT = (ROOT.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+/\w+\.(?:py|md))`", TEXT)))


def test_the_table_of_rooms_says_what_the_rooms_say_of_themselves() -> None:
    rooms = {
        path.parent.relative_to(ROOT).as_posix(): str(ast.get_docstring(ast.parse(path.read_text("utf-8"))))
        for path in ROOT.rglob("__init__.py")
        if path.parent != ROOT
    }
    table = TEXT.partition("| room |")[2].partition("\n\n")[0]
    told = dict(re.findall(r"^\| `([\w/]+)` \| (.*) \|$", table, re.MULTILINE))
    assert told == {room: words.splitlines()[0] for room, words in rooms.items()}


@pytest.mark.parametrize("name", NAMED)
def test_each_file_that_is_named_is_there(name: str) -> None:
    assert (ROOT / name).is_file() or (ROOT.parent / name).is_file()


def test_the_answers_to_where_something_is_are_files_of_the_package() -> None:
    answers = re.findall(r"^\| [^|`]+ \| `([\w/]+\.py)` \|$", TEXT.partition("### Where is")[2], re.MULTILINE)
    assert len(answers) >= 10
    assert [name for name in answers if not (ROOT / name).is_file()] == []
