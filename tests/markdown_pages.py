"""The pages of the project, as a Markdown parser reads them: their code, their headings and their links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mistune

ROOT = Path(__file__).parent.parent
PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY", "CHANGELOG")),
    *sorted((ROOT / "docs").glob("*.md")),
]
_parse = mistune.create_markdown(renderer=None, plugins=["table", "strikethrough"])
_REMARK = re.compile(r"\s*<!--\s*no-test:\s*(.*?)\s*-->\s*", re.DOTALL)
_OF_HTML = re.compile(r"""\b(?:src|srcset|href)=["']([^"'\s]+)["']""")


@dataclass(frozen=True)
class Block:
    """A block of code: its language, "" where none is named, and why it does not run, "" where it does."""

    language: str
    code: str
    reason: str


@cache
def _tokens(page: Path) -> Any:
    return _parse(page.read_text(encoding="utf-8"))


def _all(tokens: Any) -> Iterator[dict[str, Any]]:
    """Each token, and those inside of it."""
    for token in tokens:
        yield token
        yield from _all(token.get("children") or ())


def blocks_of(page: Path) -> list[Block]:
    """Each block of code on a page, also those in lists and quotations."""
    blocks, remark = [], ""
    for token in _all(_tokens(page)):
        if token["type"] == "block_code":
            info = (token.get("attrs") or {}).get("info") or ""
            blocks.append(Block(info.strip(), token["raw"], remark))
        found = _REMARK.fullmatch(token["raw"]) if token["type"] == "block_html" else None
        remark = remark if token["type"] == "blank_line" else found[1] if found else ""
    return blocks


def _words(tokens: Any) -> str:
    """What can be read of a heading."""
    return "".join(
        token["raw"] if "raw" in token else _words(token.get("children") or ()) for token in tokens
    )


@cache
def anchors_of(page: Path) -> set[str]:
    """The places on a page that a link can name, as GitHub and the site make them of its headings."""
    seen: set[str] = set()
    for token in _all(_tokens(page)):
        if token["type"] == "heading":
            kept = re.sub(r"[^\w\- ]", "", _words(token["children"]).lower()).replace(" ", "-")
            again = sum(re.fullmatch(rf"{re.escape(kept)}(-\d+)?", one) is not None for one in seen)
            seen.add(f"{kept}-{again}" if again else kept)
    return seen


def links_of(page: Path) -> list[str]:
    """The targets of all links and pictures on a page, of those in HTML too."""
    found = []
    for token in _all(_tokens(page)):
        if token["type"] in ("link", "image"):
            found.append(token["attrs"]["url"])
        elif token["type"] in ("block_html", "inline_html"):
            found += _OF_HTML.findall(token["raw"])
    return found


def is_outside(link: str) -> bool:
    """Whether a link leads to another site."""
    return re.match(r"[a-z][a-z0-9+.-]*:", link) is not None
