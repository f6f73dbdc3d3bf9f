"""The messages of a run: by level, searched, copied and saved, with what a user sees."""

from pathlib import Path

import pytest
from widget_tools import can_find, choose, fill, html_of, press, text_of

from gpwidgets.protocol.enums import MessageType
from gpwidgets.protocol.responses.replies import GPMessage
from gpwidgets.widgets.runs._message_log import MAX_MESSAGES, MessageLog

INFO, WARNING, ERROR = MessageType.INFORMATIVE, MessageType.WARNING, MessageType.ERROR
SAID = [
    GPMessage(INFO, "Reading tiles"),
    GPMessage(WARNING, "Tile <7> is empty"),
    GPMessage(INFO, "Writing"),
    GPMessage(ERROR, "Disk full", "AB_1"),
]


@pytest.fixture
def log(tmp_path: Path) -> MessageLog:
    made = MessageLog("My task", tmp_path)
    made.show(SAID)
    return made


def shown(log: MessageLog) -> list[str]:
    lines = text_of(log).splitlines()
    return [one.description for one in SAID if any(one.description in line for line in lines)]


def test_all_are_shown_with_their_level_and_code(log: MessageLog) -> None:
    assert shown(log) == [one.description for one in SAID]
    assert "Disk full [AB_1]" in text_of(log)
    assert "Tile &lt;7&gt;" in html_of(log)


@pytest.mark.parametrize(
    ("level", "texts", "count"),
    [
        ("Warnings and errors", ["Tile <7> is empty", "Disk full"], "2 of 4 messages"),
        ("Errors", ["Disk full"], "1 of 4 messages"),
    ],
)
def test_a_level_leaves_the_others_out(log: MessageLog, level: str, texts: list[str], count: str) -> None:
    choose(log, "Which messages are shown", level)
    assert shown(log) == texts
    assert count in text_of(log)
    choose(log, "Which messages are shown", "All messages")
    assert shown(log) == [one.description for one in SAID]
    assert "of 4" not in text_of(log)


@pytest.mark.parametrize(("text", "found"), [("TILE", 2), ("<7>", 1), ("ab_1", 1), ("nothing", 0), ("", 4)])
def test_a_text_is_found_in_any_case(log: MessageLog, text: str, found: int) -> None:
    fill(log, "search the messages", text)
    assert len(shown(log)) == found


def test_what_comes_later_is_filtered_too(log: MessageLog) -> None:
    choose(log, "Which messages are shown", "Errors")
    log.show([*SAID, GPMessage(INFO, "More"), GPMessage(ERROR, "Worse")])
    assert "Worse" in text_of(log)
    assert "More" not in text_of(log)


def test_few_messages_need_no_tools() -> None:
    log = MessageLog("T")
    log.show(SAID[:2])
    assert not can_find(log, "Save the messages")
    assert "Copy these messages" not in html_of(log)
    log.show(SAID)
    assert can_find(log, "Save the messages")
    assert "Copy these messages" in html_of(log)


def test_all_messages_are_saved_and_nothing_is_written_over(log: MessageLog, tmp_path: Path) -> None:
    log.show([*SAID, *[GPMessage(INFO, f"line {number}") for number in range(2 * MAX_MESSAGES)]])
    choose(log, "Which messages are shown", "Errors")
    press(log, "Save the messages")
    press(log, "Save the messages")
    first, second = sorted(tmp_path.iterdir())
    lines = first.read_text("utf-8").splitlines()
    assert lines[:4] == ["Reading tiles", "Warning: Tile <7> is empty", "Writing", "Error: Disk full [AB_1]"]
    assert len(lines) == 4 + 2 * MAX_MESSAGES
    assert first.read_bytes() == second.read_bytes()
    assert str(tmp_path) in text_of(log)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    log = MessageLog("T", tmp_path / "file")
    log.show(SAID)
    press(log, "Save the messages")
    assert "could not be saved" in text_of(log)


def test_a_list_that_grows_has_its_height_at_once(log: MessageLog) -> None:
    assert "min-height" not in html_of(log)
    log.show(SAID[:1], is_growing=True)
    assert "min-height:180px" in html_of(log)
    log.show(SAID)
    assert "min-height" not in html_of(log)


def test_few_messages_that_are_left_out_at_first_can_be_had(tmp_path: Path) -> None:
    log = MessageLog("My task", tmp_path, level="warning")
    log.show(SAID[:2])
    assert shown(log) == ["Tile <7> is empty"]
    assert "1 of 2 messages" in text_of(log)
    choose(log, "Which messages are shown", "All messages")
    assert shown(log) == ["Reading tiles", "Tile <7> is empty"]
