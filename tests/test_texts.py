"""Texts that users see: their catalogues, and that widgets take every one of them from there."""

from __future__ import annotations

import pytest

from gpwidgets import texts


class Catalogue:
    """A catalogue of a few entries, as gettext has them."""

    def __init__(self, **entries: str) -> None:
        self._entries = entries

    def gettext(self, text: str) -> str:
        return self._entries.get(text, text)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


@pytest.fixture(autouse=True)
def _english_afterwards():
    yield
    texts.set_language("en")


def speak(monkeypatch: pytest.MonkeyPatch, catalogue: object) -> None:
    monkeypatch.setattr(texts._Speech, "catalogue", catalogue)


def test_english_is_spoken_at_first() -> None:
    assert texts.language() == "en"
    assert texts.tr("{n:,} of {total:,}", n=1, total=2000) == "1 of 2,000"
    assert [texts.trn("{n:,} row", "{n:,} rows", n) for n in (0, 1, 2000)] == [
        "0 rows",
        "1 row",
        "2,000 rows",
    ]


def test_a_text_without_values_is_not_filled() -> None:
    assert texts.tr("NAME LIKE {x}") == "NAME LIKE {x}"


def test_an_unknown_language_is_refused_with_the_names_of_those_there_are() -> None:
    for name in ("xx", "", "../de", None):
        with pytest.raises(ValueError, match=r"no language .*; there are: .*en"):
            texts.set_language(name)
    assert texts.language() == "en"


def test_thousands_are_parted_with_a_narrow_space_in_other_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, Catalogue(**{"{n:,} rows": "{n:,} Zeilen", "{names}": "{names}"}))
    assert texts.trn("{n:,} row", "{n:,} rows", 1234567) == "1\u202f234\u202f567 Zeilen"
    assert texts.tr("{names}", names="1,234") == "1,234"


@pytest.mark.parametrize(
    "wrong", ["{nmae} fehlt", "{0} fehlt", "{name", "{name:d} fehlt", "{name.nix} fehlt"]
)
def test_a_bad_placeholder_in_a_translation_gives_the_english_text(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    speak(monkeypatch, Catalogue(**{"{name} is missing": wrong, "one": wrong, "{n} many": wrong}))
    assert texts.tr("{name} is missing", name="x") == "x is missing"
    assert texts.trn("one", "{n} many", 3) == "3 many"
