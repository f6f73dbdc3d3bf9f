"""What is secret, how it is hidden, and how it travels: the one list of names and the one masker.

A token or password is known in two ways. By its name: what stands behind ``token=`` is hidden wherever a text
is shown, logged or raised. And by itself: what a request or a run has sent as a secret is hidden in whatever
its server answers, under any name and in the usual encodings, before anything reads the answer.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, NoReturn

from gpwidgets.spellings import spellings

__all__ = [
    "LAYER_TOKEN_NAMES",
    "SECRET_NAMES",
    "Masker",
    "SecretBytes",
    "SecretText",
    "hiding",
    "is_hidden_type",
    "is_secret_name",
    "mask",
    "secrets_in",
    "secrets_in_text",
    "secrets_of_this_run",
    "shielded",
    "without_secrets",
]

LAYER_TOKEN_NAMES = ("token", "serviceToken")
"""Those of the secret names under which a layer that is an input carries its token."""

SECRET_NAMES = (
    *LAYER_TOKEN_NAMES,
    "access_token",
    "refresh_token",
    "id_token",
    "password",
    "client_secret",
    "code_verifier",
    "api_key",
    "apikey",
)
"""Names of fields, keys and parts of addresses whose values are secret, in any case of letters."""

#: Secret where a request is sent; elsewhere the name means a number of an error, or a column of a table.
_SENT_NAMES = ("code",)
_FOLDED = frozenset(name.lower() for name in SECRET_NAMES)

#: Keys below which a server speaks, instead of handing out data.
_SAID = frozenset({"error", "message", "messages", "description", "details", "error_description", "progress"})

MASKED = "***"
_SHORTEST = 4
_LONG_ENOUGH = 8

_NAMES = "(?:" + "|".join(SECRET_NAMES) + ")"
# A quote that ends the value may be escaped, where JSON holds JSON as text.
_VALUE = r"(?:[^\s&\"'<>,;})\\]|\\(?![\"'\\]))"
_SECRETS = (
    re.compile(rf"(?i)([\"']?\b{_NAMES}\\*[\"']?\s*[=:]\s*\\*[\"']?){_VALUE}+"),
    # Short ones where the header is named; without its name, "basic shapes" is no secret.
    re.compile(rf"(?i)(\bAuthorization\\*[\"']?\s*[=:]\s*\\*[\"']?(?:Bearer|Basic)\s+){_VALUE}+"),
    re.compile(r"(?i)(\b(?:Bearer|Basic)\s+)(?=[^\s\"'<>,;]{8})[^\s\"'<>,;]+"),
    re.compile(rf"(?i)(\b{_NAMES}%3D)[^\s&%\"'<>]+"),
    re.compile(r"(?i)([?&]code=)[^\s&\"'<>]+"),
    re.compile(r"(?i)(\bhttps?://)[^\s/@\"'<>]+(?=@)"),
)


#: Each pattern needs one of these; most texts have none, which is found out much faster.
_HINTS = ("token", "key", "password", "secret", "verifier", "bearer", "basic", "code=", "@")


class SecretText(str):
    """A text that shows as ``'***'`` in representations, such as those of a traceback's variables.

    It is copied, and never pickled: ``str()`` of it is the text itself, for whoever wants to keep it.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'{MASKED}'"

    def __copy__(self) -> SecretText:
        return self

    def __deepcopy__(self, _memo: object) -> SecretText:
        return self

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a hidden text is not pickled; str() of it is the text itself")


class SecretBytes(bytes):
    """Bytes that show as ``b'***'`` in representations, and are never pickled."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"b'{MASKED}'"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("hidden bytes are not pickled")


def is_secret_name(name: Any) -> bool:
    """Whether what has this name is secret."""
    return isinstance(name, str) and name.lower() in _FOLDED


def is_hidden_type(data_type: Any) -> bool:
    """Whether values of a data type are texts that are typed and shown hidden: GPStringHidden."""
    return isinstance(data_type, str) and data_type.endswith("StringHidden")


def mask(text: str) -> str:
    """Hide tokens and passwords in a text that is going to be shown, logged or raised.

    Parameters
    ----------
    text
        Anything: a URL, a server's message, an exception's text.

    Returns
    -------
    str
        The same text with the value of every ``token=``, ``password=``, ``Bearer`` and the like as ``***``.
    """
    # Outside of ASCII there are more letters that count as these when their case does not matter.
    if text.isascii():
        lower = text.lower()
        if not any(hint in lower for hint in _HINTS):
            return text
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{MASKED}", text)
    return text


def secrets_in_text(text: str) -> Iterator[str]:
    """What `mask` hides in a text: the values of every ``token=``, ``password=``, ``Bearer`` and the like."""
    for pattern in _SECRETS:
        for found in pattern.finditer(text):
            yield found[0].removeprefix(found[1])


def without_secrets(value: Any) -> Any:
    """A JSON value without tokens and passwords, however deep they are."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {
            str(key): MASKED if is_secret_name(key) and isinstance(part, str) else without_secrets(part)
            for key, part in value.items()
        }
    return [without_secrets(part) for part in value] if isinstance(value, list | tuple) else value


def shielded(value: Any, *, secret: bool = False) -> Any:
    """A value whose secret texts are `SecretText`; mappings and lists are copied.

    Parameters
    ----------
    value
        A form's fields, a run's inputs, or a part of them.
    secret
        Whether all texts in it are secret.
    """
    if isinstance(value, str):
        return SecretText(value) if secret or mask(value) != value else value
    if type(value) is dict:
        return {
            key: shielded(part, secret=secret or is_secret_name(key) or key in _SENT_NAMES)
            for key, part in value.items()
        }
    if type(value) in (list, tuple):
        return type(value)(shielded(part, secret=secret) for part in value)
    return value


def secrets_in(fields: Mapping[str, Any]) -> Iterator[str]:
    """The secret texts among form fields: by name, also inside of JSON, and those that are shielded."""
    for name, text in fields.items():
        if is_secret_name(name) or name in _SENT_NAMES:
            yield str(text)
        elif isinstance(text, str) and (isinstance(text, SecretText) or mask(text) != text):
            yield from _in_field(text)


def _in_field(text: str) -> Iterator[str]:
    """The tokens in the JSON of a field; all of a field that is secret as a whole."""
    try:
        value = json.loads(text) if text[:1] in ("{", "[") else None
    except (ValueError, RecursionError):
        value = None
    named = list(_named_in(value))
    yield from named
    if not named and isinstance(text, SecretText):
        yield str(text)
        yield from _texts_in(value)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts_in(part)


def _named_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            if is_secret_name(key) and isinstance(part, str):
                yield part
            else:
                yield from _named_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _named_in(part)


_run_secrets: ContextVar[tuple[str, ...]] = ContextVar("gpwidgets_run_secrets", default=())


@contextlib.contextmanager
def hiding(secrets: Iterable[str]) -> Iterator[None]:
    """Have these texts hidden in all answers that are read inside of the ``with`` block."""
    before = _run_secrets.set((*_run_secrets.get(), *secrets))
    try:
        yield
    finally:
        _run_secrets.reset(before)


def secrets_of_this_run() -> tuple[str, ...]:
    """What `hiding` hides here."""
    return _run_secrets.get()


class Masker:
    """Hides texts that are known to be secret, as they are and as they are written in JSON, HTML and so on.

    A text that could be an ordinary word, such as ``none``, is hidden in what a server says and nowhere else:
    in a table of results it is a value like any other.

    Parameters
    ----------
    secrets
        Texts of less than four letters are left alone: they would be found everywhere.
    issued
        Whether values with a secret's name are kept, in the answer that issues tokens: it may issue one that
        is known.
    """

    def __init__(self, secrets: Iterable[str], *, issued: bool = False) -> None:
        self._issued = issued
        known = sorted({str(text) for text in secrets if len(text) >= _SHORTEST}, key=len, reverse=True)
        self._distinct = [spellings(text) for text in known if _is_distinct(text)]
        self._words = [spellings(text, word=True) for text in known if not _is_distinct(text)]

    def text(self, text: str) -> str:
        """What a server says, without them."""
        text = self._without_distinct(text)
        for word in self._words:
            text = word.replace(text, MASKED)
        return text

    def _without_distinct(self, text: str) -> str:
        for one in self._distinct:
            text = one.replace(text, MASKED)
        return text

    def clean(self, body: bytes) -> bytes:
        """An answer without them; one in JSON stays JSON, with everything else that is in it."""
        if not any(one.may_be_in(body) for one in (*self._distinct, *self._words)):
            return body
        with contextlib.suppress(ValueError, RecursionError):
            return json.dumps(self._in_json(json.loads(body)), ensure_ascii=False).encode(
                "utf-8", "surrogatepass"
            )
        text = body.decode("utf-8", "surrogateescape")
        return self.text(text).encode("utf-8", "surrogateescape")

    def chunks(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """An answer that is read in pieces, without those that cannot be a part of its structure."""
        if not self._distinct:
            yield from chunks
            return
        longest = max(one.longest for one in self._distinct)
        left = b""
        for chunk in chunks:
            left = self._in_bytes(left + chunk, more_follows=True)
            # What may be the beginning of a secret waits for its end.
            if len(left) > longest:
                yield left[: len(left) - longest]
                left = left[len(left) - longest :]
        yield self._in_bytes(left, more_follows=False)

    def _in_bytes(self, body: bytes, *, more_follows: bool) -> bytes:
        for one in self._distinct:
            body = one.replace_bytes(body, MASKED.encode(), more_follows=more_follows)
        return body

    def _in_json(self, value: Any, *, said: bool = False) -> Any:
        if isinstance(value, str):
            return self.text(value) if said else self._without_distinct(value)
        if isinstance(value, dict):
            # The value of a hidden output is for whoever reads it, and is shown nowhere.
            kept = "value" if is_hidden_type(value.get("dataType")) else None
            return {
                self._without_distinct(key): part
                if key == kept or (self._issued and is_secret_name(key))
                else self._in_json(part, said=said or key in _SAID)
                for key, part in value.items()
            }
        return [self._in_json(part, said=said) for part in value] if isinstance(value, list) else value


def _is_distinct(text: str) -> bool:
    """Whether a text is long and odd enough to be no ordinary word, no key of JSON and no part of one."""
    return len(text) >= _LONG_ENOUGH and re.search("[^A-Za-z_]", text) is not None
