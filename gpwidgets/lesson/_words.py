"""What the lesson says, in the language that is set.

These texts belong to the notebooks of the lesson, which exist once for each language, and not to the widgets:
they stand in a file of their own beside them, and not in the catalogues.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from gpwidgets.texts import ENGLISH, language

__all__ = ["say"]


@cache
def _texts() -> dict[str, dict[str, str]]:
    """By key, the text in each language."""
    found: dict[str, dict[str, str]] = json.loads(
        Path(__file__).with_name("words.json").read_text(encoding="utf-8")
    )
    return found


def say(key: str, **values: Any) -> str:
    """A text of the lesson; in English where the language that is set has none."""
    texts = _texts()[key]
    return texts.get(language(), texts[ENGLISH]).format(**values)
