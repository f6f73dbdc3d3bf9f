"""Bring the catalogues of texts in step with the code: extract, update, compile.

``python tools/update_texts.py`` from the root of the project, with Babel installed; ``--check`` writes
nothing and ends with 1 when something is out of step. ``python tools/update_texts.py fr`` begins a language.
"""

from __future__ import annotations

import argparse
import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent / "gpwidgets"
LOCALE = PACKAGE / "locale"
DOMAIN = "gpwidgets"
#: Functions that take texts, and which of their arguments are one: two for one that is counted.
KEYWORDS = {"tr": [(0,)], "later": [(0,)], "trn": [(0, 1)], "UnitName": [(0,), (1,)]}


def texts_of(path: Path) -> Iterator[str | tuple[str, str]]:
    """The texts of a module in their order; Babel sees those inside f-strings in new Pythons only."""
    calls = (
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    )
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        for places in KEYWORDS.get(call.func.id, []) if isinstance(call.func, ast.Name) else []:
            given = [call.args[place] for place in places if place < len(call.args)]
            if any(isinstance(one, ast.JoinedStr) for one in given):
                raise SystemExit(f"{path}:{call.lineno}: an f-string cannot be translated")
            found = [
                one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            if len(found) == len(places):
                yield found[0] if len(found) == 1 else (found[0], found[1])


def extracted() -> Catalog:
    """The texts of the code, with the files they are in."""
    template = Catalog(project=DOMAIN)
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE.parent).as_posix()
        for text in texts_of(path):
            template.add(text, locations=[(name, 0)])
    return template


def po_path(language: str) -> Path:
    """Where the translations of a language are."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def languages() -> list[str]:
    """The languages that have a catalogue."""
    return sorted(path.parts[-3] for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(language: str) -> Catalog:
    """The catalogue of a language; an empty one when it begins."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN, project=DOMAIN, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def updated(language: str, template: Catalog) -> tuple[bytes, bytes]:
    """The files of a language, .po and .mo, as they have to be; new texts are empty in them."""
    catalog = read(language)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    for message in catalog:
        message.flags.clear()  # Babel guesses at placeholders of other kinds
        message.locations = sorted(set(message.locations))
    return po_bytes(catalog), mo_bytes(catalog)


def headers(catalog: Catalog) -> list[tuple[str, str]]:
    """What a catalogue says of itself; no dates and versions, which would change without need."""
    return [
        ("Language", str(catalog.locale_identifier)),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Plural-Forms", catalog.plural_forms),
    ]


class Compiled(Catalog):
    """A catalogue that is written the same way every time, with the headers of another."""

    def __init__(self, source: Catalog) -> None:
        super().__init__(locale=source.locale, domain=DOMAIN, fuzzy=False)
        self._source = source

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The headers that are needed."""
        return headers(self._source)


def po_bytes(catalog: Catalog) -> bytes:
    """A catalogue as people read it."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, omit_header=True, include_lineno=False, sort_by_file=True)
    head = "".join(f'"{name}: {value}\\n"\n' for name, value in headers(catalog))
    return f'msgid ""\nmsgstr ""\n{head}\n'.encode() + buffer.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """A catalogue as gettext reads it."""
    compiled = Compiled(catalog)
    for message in catalog:
        if message.id:
            compiled.add(message.id, message.string)
    buffer = io.BytesIO()
    write_mo(buffer, compiled)
    return buffer.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Write the catalogues, or say which are out of step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", nargs="*", help="languages to begin")
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    template, stale = extracted(), []
    for language in sorted({*languages(), *options.language}):
        path = po_path(language)
        for file, wanted in zip((path, path.with_suffix(".mo")), updated(language, template), strict=True):
            if file.exists() and file.read_bytes() == wanted:
                continue
            stale.append(file)
            if not options.check:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(wanted)
        empty = sum(not all(strings(one)) for one in read(language) if one.id)
        print(f"{language}: {len(template)} texts, {empty} without a translation")
    for file in stale:
        print(f"{'out of step' if options.check else 'written'}: {file.relative_to(PACKAGE.parent)}")
    return 1 if options.check and stale else 0


def strings(message: Message) -> tuple[str, ...]:
    """The translations of a text: one, or one for each plural form."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (str(message.string),)


if __name__ == "__main__":
    sys.exit(main())
