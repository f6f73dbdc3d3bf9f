"""What is taken out of a conversation before it is written: tokens, passwords, hidden inputs and outputs.

Secrets are known by their names, by the types of their parameters, and by themselves: what a request has
brought as a secret is looked for in everything that is written afterwards.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from gpwidgets.secrets import (
    MASKED,
    Masker,
    is_hidden_type,
    is_secret_name,
    mask,
    secrets_in,
    without_secrets,
)

__all__ = ["Redactor", "hidden_inputs"]

_SECRET_HEADERS = ("Authorization", "X-Esri-Authorization", "Cookie")
#: What a request for a token tells besides the account.
_TOLD_OF_TOKENS = frozenset({"f", "expiration", "client", "request"})
_VALUES = ("value", "defaultValue", "choiceList")


class Redactor:
    """Takes secrets out; remembers each that it has seen."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}

    def learn(self, headers: Mapping[str, str], fields: Mapping[str, str]) -> None:
        """Remember what a request brings as a secret."""
        for name in _SECRET_HEADERS:
            for part in headers.get(name, "").replace(";", " ").split():
                self._remember(part.partition("=")[2] if name == "Cookie" else part)
                self._remember(_password_in(part))
        for secret in secrets_in(fields):
            self._remember(secret)

    def learn_cookie(self, header: str) -> None:
        """Remember the value of a cookie that the server sets."""
        self._remember(header.partition(";")[0].partition("=")[2])

    def _remember(self, secret: str) -> None:
        if secret not in ("", "Bearer", "Basic"):
            self._known[secret] = None

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
                secret = secret or (isinstance(value, str) and name not in ("f", "callback") and text != "")
            else:
                secret = secret or name in hidden
            if secret:
                for part in _texts(value):
                    self._remember(part)
                self._remember(text)
            told[name] = MASKED if secret and text else without_secrets(value)
        masker = Masker(self._known)
        return {name: _cleaned(value, masker) for name, value in told.items()}

    def json(self, body: Any, *, token: bool) -> Any:
        """An answer in JSON without secrets."""
        if token:
            for part in _named(body):
                self._remember(part)
        return _cleaned(without_secrets(_without_hidden(body)), Masker(self._known))

    def text(self, text: str) -> str:
        """An answer in text without secrets."""
        return Masker(self._known).text(mask(text))

    def content(self, content: bytes) -> bytes:
        """A file without them."""
        return b"".join(Masker(self._known).chunks([content]))


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


def _without_hidden(value: Any) -> Any:
    if isinstance(value, dict):
        hidden = is_hidden_type(value.get("dataType"))
        return {
            key: _hidden(part) if hidden and key in _VALUES else _without_hidden(part)
            for key, part in value.items()
        }
    return [_without_hidden(part) for part in value] if isinstance(value, list) else value


def _hidden(value: Any) -> Any:
    if isinstance(value, list):
        return [_hidden(part) for part in value]
    return MASKED if isinstance(value, str) and value else value


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
