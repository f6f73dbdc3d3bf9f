"""Texts that go to somebody else: without secrets, and without the names of people and their folders."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import platform
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from gpwidgets.secrets import MASKED, Masker, mask
from gpwidgets.spellings import spellings

__all__ = ["Scrubber"]

#: Accounts of machines: they name nobody.
_NOBODY = frozenset(
    {"root", "user", "users", "admin", "administrator", "jovyan", "runner", "ubuntu", "vscode", "guest"}
    | {"default", "localhost", "home"}
)
_SHORTEST = 3
_SEPARATOR = r"(?:/|\\{1,8}|%2F|%5C)"
_FOLDERS = re.compile(rf"(?i)({_SEPARATOR}(?:home|users){_SEPARATOR})[^/\\\s\"'<>?&,;:%]{{1,80}}")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,100}\.[\w.-]{1,100}")
_PERSON = re.compile(
    r'(?i)("(?:user|user_?name|full_?name|first_?name|last_?name|e-?mail|owner|creator|author)"\s*:\s*")'
    r'(?:[^"\\]|\\.)+'
)


class Scrubber:
    """Takes secrets and names of people out of texts.

    Parameters
    ----------
    masker
        Hides what was sent as secret.
    url
        Of the service: what is part of it is no news to its administrator.
    accounts
        Names with which was signed in.
    """

    def __init__(self, masker: Masker, url: str, accounts: Iterable[str] = ()) -> None:
        self._masker = masker
        self._home = [spellings(home) for home in _homes()]
        names = {name for name in (*accounts, *_own_names()) if _names_somebody(name, url)}
        forms = {form for name in names for form in (name, json.dumps(name)[1:-1], quote(name, safe=""))}
        longest_first = sorted(map(re.escape, forms), key=len, reverse=True)
        pattern = rf"(?i)(?<![A-Za-z0-9])(?:{'|'.join(longest_first)})(?![A-Za-z0-9])"
        self._names = re.compile(pattern) if forms else None

    def text(self, text: str) -> str:
        """The text without them."""
        text = self._masker.text(mask(text))
        for home in self._home:
            text = home.replace(text, "~")
        text = _FOLDERS.sub(rf"\1{MASKED}", text)
        text = _PERSON.sub(rf"\1{MASKED}", text)
        text = _MAIL.sub(MASKED, text)
        return self._names.sub(MASKED, text) if self._names is not None else text


def _homes() -> list[str]:
    found = {os.environ.get(name, "") for name in ("HOME", "USERPROFILE")}
    with contextlib.suppress(RuntimeError):
        found.add(str(Path.home()))
    return sorted((home for home in found if len(home) > len("/root")), key=len, reverse=True)


def _own_names() -> Iterator[str]:
    for name in ("USER", "LOGNAME", "USERNAME", "LNAME"):
        yield os.environ.get(name, "")
    with contextlib.suppress(Exception):  # differs by system and version
        yield getpass.getuser()
    yield from (Path(home).name for home in _homes())
    yield platform.node()
    yield platform.node().partition(".")[0]


def _names_somebody(name: str, url: str) -> bool:
    return len(name) >= _SHORTEST and name.lower() not in _NOBODY and name.lower() not in url.lower()
