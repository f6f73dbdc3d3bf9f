"""What servers' errors mean and what can be done about them, in words, each with the page that says more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gpwidgets.texts import later, tr

__all__ = ["CODES", "STATUSES", "TEXTS", "Advice", "advice_for", "advise", "page_of"]

_HELP: Final = "https://pro.arcgis.com/en/pro-app/latest"
_REST: Final = "https://developers.arcgis.com/rest/services-reference/enterprise"
_ALL: Final = f"{_HELP}/tool-reference/appendices/understanding-geoprocessing-tool-errors-and-warnings.htm"
_SETTINGS: Final = f"{_HELP}/help/sharing/overview/advanced-settings.htm"
_SIGN_IN: Final = "https://developers.arcgis.com/rest/users-groups-and-items/generate-token.htm"
_POOLING: Final = "https://resources.arcgis.com/en/help/main/10.1/0057/00570000007z000000.htm"
_ADAPTOR: Final = "https://developers.arcgis.com/rest/enterprise-administration/server/webadaptors.htm"
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

_EXISTS = later("The tool writes an output that exists already; give it another name, or ask its owner.")

#: By the six digits of a geoprocessing error.
CODES: Mapping[str, str] = {
    "000210": later(
        "The tool cannot write its output; give it another name, or tell the owner of the service."
    ),
    "000229": later(
        "The tool cannot open a data set; if it is not one of yours, tell the owner of the service."
    ),
    "000258": _EXISTS,
    "000354": later(
        "A name has characters that the tool does not take; use letters, digits and underscores."
    ),
    "000358": later("The expression is not valid; check the names of its fields, and quotes around texts."),
    "000366": later("The tool takes another kind of geometry: points, lines or polygons."),
    "000464": later(
        "Somebody else has a data set of the tool open; try again later, or tell the owner of the service."
    ),
    "000539": later("The Python expression that was given cannot be run; check its spelling."),
    "000576": later("The script of the tool is not where it should be; tell the owner of the service."),
    "000582": later("The tool failed on the way; the messages before this one may say at what."),
    "000622": later("The tool refused its inputs; the messages after this one say which, and why."),
    "000725": _EXISTS,
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
    "010213": later("A raster cannot be read; if it is not one of yours, tell the owner of the service."),
    "030212": later("No route was found; the points may be too far from a road, or cut off from each other."),
    "999998": _SMALLER,
    "999999": later(
        "The tool failed without saying why. Try other inputs; its owner finds more in the logs."
    ),
}

#: By the code of the answer.
STATUSES: Mapping[int, Advice] = {
    400: Advice(
        later(
            "The server did not take a value, or the job or result is gone; check the values and the address."
        ),
        f"{_REST}/execute-gp-task/",
    ),
    401: Advice(
        later(
            "The web server wants a sign-in of its own: Windows, Kerberos, a certificate or a password. Pass "
            "auth= an authentication object of requests, or cert= to gp.GPSession(…)."
        ),
        _SIGN_IN,
    ),
    403: Advice(
        later(
            "You are signed in, but this account may not use the service; ask its owner to share it with you."
        ),
        _SIGN_IN,
    ),
    413: Advice(
        later("The inputs are too large for one request. Send fewer features, or give a file or a layer."),
        _SETTINGS,
    ),
    414: Advice(
        later("The address is too long for a server or proxy on the way. Give a file or a layer instead."),
        _SETTINGS,
    ),
    498: Advice(
        later(
            "The token has expired, was revoked, or was made for another server or referer. Sign in again."
        ),
        _SIGN_IN,
    ),
    499: Advice(
        later(
            "The service is not public. Sign in: pass auth=gp.Login(…), gp.PortalLogin(…), gp.OAuth(…) or "
            "gp.Token(…)."
        ),
        _SIGN_IN,
    ),
    500: Advice(_SMALLER, f"{_REST}/gp-overview/"),
}

#: By what the text says.
TEXTS: tuple[tuple[re.Pattern[str], Advice], ...] = (
    (
        re.compile(r"(?i)\b(not licen[cs]ed|licen[cs]e\b.*\b(not|no|expired|unavailable))"),
        Advice(_LICENCE, _SETTINGS),
    ),
    (
        re.compile(r"(?is)web page titled .*(sign[ -]?in|log[ -]?(in|on)|saml|authenti|anmeld)"),
        Advice(
            later("The server sends a page to sign in with a browser. Pass gp.Token(…) or gp.Login(…)."),
            _SIGN_IN,
        ),
    ),
    (
        re.compile(r"(?i)unable to generate token"),
        Advice(
            later(
                "User name or password is wrong; in names, upper and lower case count. Accounts of an "
                "organisation's own login, and those with two factors, need gp.OAuth(…)."
            ),
            _SIGN_IN,
        ),
    ),
    (
        re.compile(r"(?i)^invalid url\b"),
        Advice(
            later(
                "There is nothing at this address. Check it letter by letter, upper and lower case too: "
                "…/rest/services/Folder/Service/GPServer/Task."
            ),
            f"{_REST}/gp-task/",
        ),
    ),
    (
        re.compile(r"(?i)\bservice\b.{0,300}\bnot started\b"),
        Advice(
            later("The service is stopped; only its owner can start it. Try again later, or tell the owner."),
            f"{_REST}/gp-service/",
        ),
    ),
    (
        re.compile(
            r"(?i)\bservice\b.{0,300}\b(not found|does not exist or is inaccessible)"
            r"|could not find a service with the name"
        ),
        Advice(
            later(
                "No service of this name is running there, or it is not shared with you. Check the name and "
                "its folder, and sign in."
            ),
            f"{_REST}/gp-service/",
        ),
    ),
    (
        re.compile(r"(?i)\bjob with id\b.{0,200}\bdoes not exist\b"),
        Advice(
            later(
                "The server does not know the job: it keeps jobs for some hours only, six by default. "
                "Start a new run."
            ),
            f"{_REST}/gp-job.htm",
        ),
    ),
    (
        re.compile(r"(?i)no instances for .{0,300} were available|wait timeout exceeded"),
        Advice(
            later(
                "All places of the service were taken for as long as it lets anybody wait. Try again later."
            ),
            _POOLING,
        ),
    ),
    (
        re.compile(r"(?i)could not access any server machines"),
        Advice(
            later(
                "The web server answers, but the GIS server behind it does not. Try again later, or tell its "
                "administrator."
            ),
            _ADAPTOR,
        ),
    ),
    (
        re.compile(r"(?i)\baborted by user\b"),
        Advice(
            later(
                "Somebody cancelled the run, or it was over the time that the service allows. Try a smaller "
                "area, or ask its owner for more time."
            ),
            _POOLING,
        ),
    ),
    (
        re.compile(r"(?i)request entity too large|maximum request length|payload too large"),
        STATUSES[413],
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
        Advice(tr(CODES[digits]), page_of(digits))
        for digits in dict.fromkeys(_SIX_DIGITS.findall(text))
        if digits in CODES
    ]
    known = [one for pattern, one in TEXTS if pattern.search(text)]
    if not found and not known:
        known = [one for number, one in STATUSES.items() if number == code]
    found += [Advice(tr(one.text), one.source) for one in known]
    return tuple({one.text: one for one in found}.values())[:_MOST]


def advise(error: Exception, *, by_code: bool = True) -> None:
    """Add what is known of an error to it, as notes that Python shows with it.

    Parameters
    ----------
    error
    by_code
        Whether its code counts where its words say nothing; not where codes mean other things than usual.
    """
    for one in advice_for(str(error), getattr(error, "code", None) if by_code else None):
        note = f"{one.text} ({one.source})"
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)


def page_of(digits: str) -> str:
    """The page of a code; these have a page each, in folders of ten thousand."""
    number = int(digits)
    if number > 990_000:
        return _ALL
    thousands = (number - 1) // 10_000 * 10_000
    first = (number - 1) // 25 * 25 + 1
    # The first folder begins at 1001 in its name, and holds those before as well.
    folder = f"{thousands + 1 if thousands else 1001:06}-{thousands + 10_000:06}"
    file = f"tool-errors-and-warnings-{first:05}-{first + 24:05}-{digits}.htm"
    return f"{_HELP}/tool-reference/tool-errors-and-warnings/{folder}/{file}"
