"""The texts that users see, in their language: English ones are in the code, translations in catalogues.

A text is looked up when it is shown, so a widget speaks the language that was set when it was made.
Catalogues are those of gettext, in ``gpwidgets/locale``; ``tools/update_texts.py`` keeps them in step
with the code.
"""

from __future__ import annotations

import gettext
import re
import string
from pathlib import Path
from typing import Any

ENGLISH = "en"
LOCALE = Path(__file__).parent / "locale"
DOMAIN = "gpwidgets"

# Digits are parted with a narrow space in every other language: a comma is their decimal sign.
_NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
_PARTED = re.compile(r"(?<=\d),(?=\d{3})")


class _Filler(string.Formatter):
    """Fills placeholders as ``str.format`` does, with a space between thousands."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        """One value; a list of numbers keeps its commas, as its spec asks for none."""
        text = super().format_field(value, format_spec)
        return _PARTED.sub(_NARROW_SPACE, text) if "," in format_spec else text


class _Speech:
    """The language that is spoken now; its catalogue is None for English."""

    language = ENGLISH
    catalogue: gettext.NullTranslations | None = None


_FILLER = _Filler()


def languages() -> list[str]:
    """Codes of the languages there are, sorted."""
    return sorted({ENGLISH, *(path.parts[-3] for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))})


def language() -> str:
    """Code of the language that is spoken now."""
    return _Speech.language


def set_language(language: str) -> None:
    """Set the language of the texts of widgets, such as labels, buttons, hints and errors at fields.

    It holds for this Python process. Widgets that are shown keep the texts they were made with, apart from
    those they make anew; widgets made from now on speak the new language. Texts of the server, such as titles
    of parameters and messages of a run, come as the server sends them.

    Parameters
    ----------
    language : str
        Code of the language: ``"en"`` for English, ``"de"`` for German, ``"es"`` for Spanish. What follows
        it, as in ``"de-CH"`` or ``"es_MX.UTF-8"``, is left out of account.

    Raises
    ------
    ValueError
        If there is no such language; the message names those there are.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> gp.set_language("de")
    >>> gp.set_language("en")
    """
    known = languages()
    code = re.split(r"[-_.]", language.strip().lower())[0] if isinstance(language, str) else ""
    if code not in known:
        raise ValueError(f"there is no language {language!r}; there are: {', '.join(known)}")
    found = None if code == ENGLISH else gettext.translation(DOMAIN, LOCALE, [code])
    _Speech.language, _Speech.catalogue = code, found


def later(text: str) -> str:
    """Mark a text that is made before the language is known, as in a table; `tr` translates it once shown."""
    return text


def tr(text: str, /, **values: object) -> str:
    """Translate a text and fill its placeholders.

    Parameters
    ----------
    text : str
        The English text; a literal, so that it is found. Placeholders are written as in ``str.format``.
    **values
        Values of the placeholders. Without any, the text is taken as it is.

    Returns
    -------
    str
        The text in the language that is set, in English where the catalogue has none or a bad one.
    """
    catalogue = _Speech.catalogue
    if catalogue is None or not text:
        return text.format(**values) if values else text
    return _filled(catalogue.gettext(text), text, values)


def trn(one: str, many: str, n: int, /, **values: object) -> str:
    """Translate a text that depends on a number, with the plural forms of the language.

    Parameters
    ----------
    one, many : str
        The English texts for one and for all other numbers; literals, so that they are found.
    n : int
        The number. It is the placeholder ``{n}`` too, as in ``{n:,} rows``.
    **values
        Values of further placeholders.

    Returns
    -------
    str
        The text in the language that is set.
    """
    values = {"n": n, **values}
    english = one if n == 1 else many
    catalogue = _Speech.catalogue
    if catalogue is None:
        return english.format(**values)
    return _filled(catalogue.ngettext(one, many, n), english, values)


def written(number: float, form: str = ",") -> str:
    """A number as text, its thousands parted as the language does.

    Parameters
    ----------
    number : float
    form : str
        As for ``format``, such as ``",.2f"``.
    """
    return format(number, form) if _Speech.catalogue is None else str(_FILLER.format_field(number, form))


def _filled(text: str, english: str, values: dict[str, object]) -> str:
    """The translation with its values; a placeholder it has wrong makes it the English text."""
    if not values:
        return text
    try:
        return _FILLER.vformat(text, (), values)
    except (LookupError, ValueError, AttributeError, TypeError):
        return english.format(**values)
