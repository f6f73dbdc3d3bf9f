"""Every quirk of the protocol sheet has a test that is named for it."""

from __future__ import annotations

import re
from pathlib import Path

QUIRKS = 55


def test_each_quirk_has_a_test_of_its_number() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    found = {int(number) for text in texts for number in re.findall(r"def test_quirk_(\d+)_", text)}
    assert found == set(range(1, QUIRKS + 1))
