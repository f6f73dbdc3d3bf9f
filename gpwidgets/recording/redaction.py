"""What is taken out of a conversation before it is written: tokens, passwords, hidden inputs and outputs.

Secrets are known by their names, by the types of their parameters, and by themselves: what a request has
brought as a secret is looked for in everything that is written afterwards.
"""

from __future__ import annotations

import base64
import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from gpwidgets.secrets import (
    MASKED,
    Masker,
    is_hidden_type,
    is_secret_name,
    mask,
    secrets_in,
    secrets_in_text,
    without_secrets,
)

__all__ = ["Redactor", "hidden_inputs"]

#: Gateways have names of their own for the headers that let in.
_SECRET_HEADER = re.compile(r"(?i)auth|cookie|key|pass|secret|session|token")
_SESSION_IN_PATH = re.compile(r"(?i);[a-z_]{0,20}sess[a-z_]{0,20}=([^;/?]+)")
#: Of a file that is read as text, for what has the name of a secret in it.
_READ_AS_TEXT = 32 << 20
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
#: What a request for a token tells besides the account.
_TOLD_OF_TOKENS = frozenset({"f", "expiration", "client", "request"})
_VALUES = ("value", "defaultValue", "choiceList")


class Redactor:
    """Takes secrets out; remembers each that it has seen."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}
        self._last: tuple[int, Masker] | None = None

    def __len__(self) -> int:
        return len(self._known)

    def learn(self, headers: Mapping[str, str], fields: Iterable[tuple[str, str]], path: str = "") -> None:
        """Remember what a request brings as a secret.

        Parameters
        ----------
        headers
            Of the request.
        fields
            Each value of each field, in the query, the form or JSON; of two tokens, both are secret.
        path
            As it came; old servers keep their session in it.
        """
        for name, text in headers.items():
            if _SECRET_HEADER.search(name):
                for part in text.replace(";", " ").replace(",", " ").split():
                    self._remember(part.partition("=")[2] if name == "Cookie" else part)
                    self._remember(_password_in(part))
            for secret in secrets_in_text(text):
                self._remember(secret)
        for name, text in fields:
            for secret in secrets_in({name: text}):
                self._remember(secret)
            for part in (text, *_texts(_parsed(text))):
                for secret in secrets_in_text(part):
                    self._remember(secret)
        for found in _SESSION_IN_PATH.finditer(path):
            self._remember(found[1])

    def learn_json(self, body: bytes) -> None:
        """Remember what a request brings as a secret in a body of JSON."""
        for part in _named(_parsed(body.decode("utf-8", "replace"))):
            self._remember(part)

    def learn_cookie(self, header: str) -> None:
        """Remember the value of a cookie that the server sets."""
        self._remember(header.partition(";")[0].partition("=")[2].strip('"'))

    def _remember(self, secret: str) -> None:
        for one in dict.fromkeys((secret, unquote(secret), _as_utf_8(secret))):
            if one not in ("", MASKED, "Bearer", "Basic", "Digest"):
                self._known[one] = None

    def fields(
        self, fields: Mapping[str, str], hidden: frozenset[str] | None, *, token: bool
    ) -> dict[str, Any]:
        """Fields as a lesson keeps them, by name.

        Parameters
        ----------
        fields
            As they were sent.
        hidden
            Names of the inputs whose values nobody may see; None where that is not known, and only what
            cannot be a password is kept.
        token
            Whether the request asks for a token.
        """
        told: dict[str, Any] = {}
        for name, text in sorted(fields.items()):
            value = _parsed(text)
            secret = is_secret_name(name) or (token and name.lower() not in _TOLD_OF_TOKENS)
            if hidden is None:
                secret = secret or (isinstance(value, str | list) and name not in ("f", "callback"))
            else:
                secret = secret or name in hidden
            if secret:
                for part in _texts(value):
                    self._remember(part)
                self._remember(text)
            told[name] = MASKED if secret and text else without_secrets(value)
        masker = self._masker()
        return {name: _cleaned(value, masker) for name, value in told.items()}

    def json(self, body: Any, *, token: bool, hidden: frozenset[str] | None = None) -> Any:
        """An answer in JSON without secrets.

        Parameters
        ----------
        body
            The answer.
        token
            Whether it issues a token.
        hidden
            Names of the parameters whose values nobody may see, besides those whose type says so.
        """
        if token:
            for part in _named(body):
                self._remember(part)
        plain, taken = _without_hidden(body, hidden or frozenset())
        for part in taken:
            self._remember(part)
        return _cleaned(without_secrets(plain), self._masker())

    def again(self, told: Any) -> Any:
        """An exchange that was kept before, without the secrets that have been heard of since."""
        return _cleaned(told, self._masker())

    def text(self, text: str) -> str:
        """An answer in text without secrets."""
        return self._masker().text(mask(text))

    def file(self, body: bytes) -> bytes:
        """A file without them, as text where it is text."""
        wide = _WIDE.get(body[:2])
        if len(body) <= _READ_AS_TEXT and (wide or b"\0" not in body[:4096]):
            try:
                text = body[2:].decode(wide) if wide else body.decode()
            except UnicodeDecodeError:
                pass
            else:
                return (body[:2] if wide else b"") + self.text(text).encode(wide or "utf-8")
        return b"".join(self._masker().chunks([body]))

    def _masker(self) -> Masker:
        """What hides all that is known by now; made anew when there is more."""
        if self._last is None or self._last[0] != len(self._known):
            self._last = len(self._known), Masker(self._known)
        return self._last[1]


def _as_utf_8(text: str) -> str:
    """A header's text as it was meant, where it is no ASCII."""
    try:
        return text.encode("latin-1").decode()
    except ValueError:
        return text


def _password_in(basic: str) -> str:
    """The password of a header of basic authentication; ``""`` for what is none."""
    try:
        return base64.b64decode(basic, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def hidden_inputs(description: Any) -> frozenset[str]:
    """The inputs of a task whose values nobody may see, from the task's description."""
    listed = description.get("parameters") if isinstance(description, Mapping) else None
    return frozenset(
        str(one.get("name"))
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, Mapping) and "StringHidden" in json.dumps(one)
    )


def _parsed(text: str) -> Any:
    """The object or list that a field holds as JSON; other texts as they are."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(text)
            json.dumps(value)
        except (ValueError, RecursionError):
            return text
        return value
    return text


def _cleaned(value: Any, masker: Masker) -> Any:
    cleaned = masker.clean(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return json.loads(cleaned.decode("utf-8", "surrogatepass"))


def _without_hidden(value: Any, names: frozenset[str]) -> tuple[Any, list[str]]:
    """An answer without the values of hidden parameters, and the texts in those."""
    taken: list[str] = []

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            hidden = is_hidden_type(value.get("dataType")) or str(value.get("paramName")) in names
            return {
                key: hide(part) if hidden and key in _VALUES else plain(part) for key, part in value.items()
            }
        return [plain(part) for part in value] if isinstance(value, list) else value

    def hide(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: hide(part) for key, part in value.items()}
        if isinstance(value, list):
            return [hide(part) for part in value]
        if isinstance(value, str) and value:
            taken.append(value)
            return MASKED
        return value

    return plain(value), taken


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if is_secret_name(key) and isinstance(part, str):
                yield part
            yield from _named(part)
    elif isinstance(value, list):
        for part in value:
            yield from _named(part)
