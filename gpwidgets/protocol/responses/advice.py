"""What servers' errors mean and what can be done about them, in words, each with the page that says more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gpwidgets.texts import later, tr

__all__ = ["CODES", "Advice", "advice_for", "advise"]

_HELP: Final = "https://pro.arcgis.com/en/pro-app/latest"
_REST: Final = "https://developers.arcgis.com/rest/services-reference/enterprise"
_ALL: Final = f"{_HELP}/tool-reference/appendices/understanding-geoprocessing-tool-errors-and-warnings.htm"
_SETTINGS: Final = f"{_HELP}/help/sharing/overview/advanced-settings.htm"
_MOST: Final = 3


@dataclass(frozen=True)
class Advice:
    """What to do about an error.

    Attributes
    ----------
    text : str
        In the language of the user.
    source : str
        URL of a page that says more.
    """

    text: str
    source: str


_LICENCE = later("The server lacks a licence that the tool needs; only its owner can change that.")
_SMALLER = later("Try a smaller area or fewer features; if it stays, its owner finds the cause in the logs.")

#: By the six digits of a geoprocessing error.
CODES: Mapping[str, str] = {
    "000258": later("The tool writes an output that exists already; give it another name, or ask its owner."),
    "000354": later(
        "A name has characters that the tool does not take; use letters, digits and underscores."
    ),
    "000358": later("The expression is not valid; check the names of its fields, and quotes around texts."),
    "000366": later("The tool takes another kind of geometry: points, lines or polygons."),
    "000539": later("The Python expression that was given cannot be run; check its spelling."),
    "000582": later("The tool failed on the way; the messages before this one may say at what."),
    "000728": later("A field is named that the table does not have; check its spelling."),
    "000732": later(
        "The tool does not find a data set: a layer that was given, or one that it keeps itself."
    ),
    "000735": later("A value is missing that the tool needs, even where the form says that it is optional."),
    "000800": later("A value is none of those that the tool knows; choose one of its list."),
    "000816": later("The tool itself is damaged or lacks a part; tell the owner of the service."),
    "000824": _LICENCE,
    "000840": later(
        "A value is of another type than the tool wants; check numbers, units and names of fields."
    ),
    "000864": later("A value is outside the range that the tool takes."),
    "000875": later("The tool cannot write where it wants to; tell the owner of the service."),
    "010067": later("A raster could not be computed; the extents of the inputs may not overlap."),
    "010092": later("The extent is empty or outside the data; choose one that overlaps the inputs."),
    "010096": _LICENCE,
    "010151": later("An input has no features; draw some, or check the filter and the extent."),
    "030212": later("No route was found; the points may be too far from a road, or cut off from each other."),
    "999998": _SMALLER,
    "999999": later(
        "The tool failed without saying why. Try other inputs; its owner finds more in the logs."
    ),
}

#: By the code of the answer.
_STATUSES: Mapping[int, Advice] = {
    400: Advice(
        later(
            "The server did not take a value, or the job or result is gone; check the values and the address."
        ),
        f"{_REST}/execute-gp-task/",
    ),
    413: Advice(
        later("The inputs are too large for one request. Send fewer features, or give a file or a layer."),
        _SETTINGS,
    ),
    500: Advice(_SMALLER, f"{_REST}/gp-overview/"),
}

#: By what the text says.
_TEXTS: tuple[tuple[re.Pattern[str], Advice], ...] = (
    (
        re.compile(r"(?i)\b(not licen[cs]ed|licen[cs]e\b.*\b(not|no|expired|unavailable))"),
        Advice(_LICENCE, _SETTINGS),
    ),
    (
        re.compile(r"(?is)web page titled .*(sign[ -]?in|log[ -]?(in|on)|saml|authenti|anmeld)"),
        Advice(
            later("The server sends a page to sign in with a browser. Pass gp.Token(…) or gp.Login(…)."),
            f"{_REST}/authentication/",
        ),
    ),
    (
        re.compile(r"(?i)request entity too large|maximum request length|payload too large"),
        _STATUSES[413],
    ),
)
_SIX_DIGITS = re.compile(r"(?i)\bERROR\s*:?\s*(\d{6})\b")


def advice_for(text: str, code: int | None = None) -> tuple[Advice, ...]:
    """What is known of an error.

    Parameters
    ----------
    text
        The server's own words: an error or the messages of a tool.
    code
        Of the answer, 413 for one that was too large.

    Returns
    -------
    tuple of Advice
        At most three, the most exact first; empty when nothing is known.
    """
    found = [
        Advice(tr(CODES[digits]), _page(digits))
        for digits in dict.fromkeys(_SIX_DIGITS.findall(text))
        if digits in CODES
    ]
    known = [one for pattern, one in _TEXTS if pattern.search(text)]
    if not found and not known:
        known = [one for number, one in _STATUSES.items() if number == code]
    found += [Advice(tr(one.text), one.source) for one in known]
    return tuple({one.text: one for one in found}.values())[:_MOST]


def advise(error: Exception) -> None:
    """Add what is known of an error to it, as notes that Python shows with it."""
    for one in advice_for(str(error), getattr(error, "code", None)):
        note = f"{one.text} ({one.source})"
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)


def _page(digits: str) -> str:
    """The page of a code; these have a page each, in folders of 25."""
    number = int(digits)
    if number > 10_000:
        return _ALL
    first = (number - 1) // 25 * 25 + 1
    folder = f"{_HELP}/tool-reference/tool-errors-and-warnings/000001-010000"
    return f"{folder}/tool-errors-and-warnings-{first:05}-{first + 24:05}-{digits}.htm"
