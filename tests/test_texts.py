"""Texts that users see: their catalogues, and that widgets take every one of them from there."""

from __future__ import annotations

import gettext
import importlib.util
import string
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages import Catalog, Message

import gpwidgets
from gpwidgets import texts

LANGUAGES = ("de", "es")


class Catalogue:
    """A catalogue of a few entries, as gettext has them."""

    def __init__(self, **entries: str) -> None:
        self._entries = entries

    def gettext(self, text: str) -> str:
        return self._entries.get(text, text)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
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


# The catalogues


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """``tools/update_texts.py``."""
    path = Path(__file__).parent.parent / "tools" / "update_texts.py"
    spec = importlib.util.spec_from_file_location("update_texts", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def messages(catalog: Catalog) -> list[Message]:
    return [one for one in catalog if one.id]


def originals(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def placeholders(text: str) -> set[tuple[str, str, str]]:
    """Name, conversion and format of each."""
    parts = string.Formatter().parse(text)
    return {(name, how or "", spec or "") for _, name, spec, how in parts if name is not None}


def is_filled(text: str) -> bool:
    """Whether a text has placeholders; one without may hold braces of its own, such as JSON."""
    try:
        return any(name.isidentifier() for name, _, _ in placeholders(text))
    except ValueError:
        return False


def test_the_public_function_switches_and_says_which_languages_there_are() -> None:
    assert texts.languages() == sorted(["en", *LANGUAGES])
    for name, said in (
        ("de", "Ausführen"),
        ("es_MX.UTF-8", "Ejecutar"),
        ("en-GB", "Run"),
        ("DE", "Ausführen"),
    ):
        gpwidgets.set_language(name)
        assert texts.tr("Run") == said
    with pytest.raises(ValueError, match="'fr'; there are: de, en, es"):
        gpwidgets.set_language("fr")
    assert texts.language() == "de"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_of_the_code_is_translated_and_no_other(tool: ModuleType, language: str) -> None:
    catalog = tool.read(language)
    wanted = {originals(one) for one in messages(tool.extracted())}
    assert {originals(one) for one in messages(catalog)} == wanted
    assert [one.id for one in messages(catalog) if one.fuzzy or not all(tool.strings(one))] == []
    assert not catalog.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_translators(tool: ModuleType, language: str) -> None:
    with tool.po_path(language).with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in messages(tool.read(language)):
        if isinstance(message.id, tuple):
            found = tuple(compiled.ngettext(*message.id, n) for n in (1, 2))
            assert found == tool.strings(message)
        else:
            assert compiled.gettext(message.id) == message.string
    assert len(compiled._catalog) - 1 == sum(len(tool.strings(one)) for one in messages(tool.read(language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_placeholders_blanks_and_lines_of_the_text(
    tool: ModuleType, language: str
) -> None:
    for message in messages(tool.read(language)):
        many = originals(message)[-1]
        for text in tool.strings(message):
            if is_filled(many):
                assert placeholders(text) == placeholders(many), text
            assert text.count("\n") == many.count("\n"), text
            assert (text[:1].isspace(), text[-1:].isspace()) == (many[:1].isspace(), many[-1:].isspace()), (
                text
            )


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", ("0 Zeilen", "1 Zeile", "2 Zeilen", "21 Zeilen")),
        ("es", ("0 filas", "1 fila", "2 filas", "21 filas")),
    ],
)
def test_plural_forms(language: str, said: tuple[str, ...]) -> None:
    gpwidgets.set_language(language)
    assert tuple(texts.trn("{n:,} row", "{n:,} rows", n) for n in (0, 1, 2, 21)) == said


def test_thousands_of_numbers_are_parted_as_the_language_does() -> None:
    assert [texts.written(1234567), texts.written(1234.5, ",.2f")] == ["1,234,567", "1,234.50"]
    gpwidgets.set_language("de")
    space = "\N{NARROW NO-BREAK SPACE}"
    assert [texts.written(1234567), texts.written(1234.5, ",.2f")] == [
        f"1{space}234{space}567",
        f"1{space}234.50",
    ]


def test_the_tool_finds_texts_in_f_strings_and_refuses_f_strings_as_texts(
    tool: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "code.py"
    path.write_text(
        "a = later('one')\nb = f'<b>{tr(\"two\")}</b>'\ntrn('x', 'xs', n)\ntr(a)\nUnitName('m', 'ms')\n"
    )
    assert list(tool.texts_of(path)) == ["one", "two", ("x", "xs"), "m", "ms"]
    path.write_text("tr(f'{a} b')\n")
    with pytest.raises(SystemExit, match="an f-string cannot be translated"):
        list(tool.texts_of(path))
