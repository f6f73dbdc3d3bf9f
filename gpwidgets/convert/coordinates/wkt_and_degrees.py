"""Text that a person typed or pasted to geometries: WKT, and rows of longitude and latitude.

Coordinates are (longitude, latitude[, z]) or (x, y[, z]). Only letters N, S, E and W, or a header that names
the columns, put them in another order.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyproj
import shapely

from gpwidgets.convert.coordinates.crs import to_crs
from gpwidgets.errors import ConversionError, CRSMissing
from gpwidgets.texts import later, tr

__all__ = [
    "FARTHEST",
    "check_degrees",
    "is_wkt",
    "order_is_open",
    "shapes_of_rows",
    "shapes_of_wkb",
    "shapes_of_wkt",
]

#: Longitudes up to here are degrees: shapes that cross the 180 degree meridian once, either way.
FARTHEST = 540.0
_SRID = re.compile(r"\s*SRID\s*=\s*(\d{1,9})\s*;", re.IGNORECASE)
_KINDS = "POINT|LINESTRING|LINEARRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON|GEOMETRYCOLLECTION"
_WKT = re.compile(rf"\s*(?:SRID\s*=|(?:{_KINDS})\s*(?:ZM|Z|M)?\s*(?:\(|EMPTY))", re.IGNORECASE)
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_TOKEN = re.compile(rf"{_NUMBER}|[NSEWnsew]")
#: Everything that may stand between numbers and letters in degrees, minutes and seconds.
_MARKS = re.compile(r"""[\s,;:()\[\]°º˚'"`\u00b4\u2018\u2019\u201c\u201d\u2032\u2033]*""")
_PLAIN_ROWS = re.compile(r"[\d\s.,;+\-\u2212eE()\[\]]+")
_FORMS = later('write one point a line, as in "-84.2, 36.3", or with letters, as in "36°18\'N 84°12\'W"')


def is_wkt(text: str) -> bool:
    """Whether a text looks like WKT or EWKT."""
    return _WKT.match(text) is not None


def order_is_open(text: str) -> bool:
    """Whether a text leaves it to a rule which of two numbers is the longitude.

    That is so for rows of plain numbers, WKT and JSON; letters, or headings of columns, say it themselves.
    """
    plain = _PLAIN_ROWS.fullmatch(text) is not None and any(map(str.isdigit, text))
    return plain or is_wkt(text) or text.lstrip()[:1] in ("{", "[")


def shapes_of_wkt(text: str) -> tuple[list[shapely.Geometry], pyproj.CRS | None]:
    """Geometries of WKT or EWKT, one after the other, each beginning on a new line.

    Returns
    -------
    geometries, crs
        The CRS is the one that ``SRID=…;`` names, None when nothing does.

    Raises
    ------
    ConversionError
        It cannot be read, or names several coordinate systems.
    """
    shapes, codes = [], set()
    for piece in _balanced(text):
        named = _SRID.match(piece)
        if named:
            codes.add(int(named[1]))
        try:
            shape = shapely.from_wkt(piece[named.end() :] if named else piece)
        except shapely.errors.GEOSException as error:
            reason = str(error).removeprefix("ParseException: ")
            raise ConversionError(
                tr(
                    "This is no WKT that can be read: {text!r} ({reason}).",
                    text=piece.strip()[:60],
                    reason=reason,
                )
            ) from None
        if shapely.get_type_id(shape) > shapely.GeometryType.GEOMETRYCOLLECTION:
            raise ConversionError(
                tr("WKT with curves cannot be read; give lines and polygons of straight segments.")
            )
        shapes.append(shape)
    if len(codes) > 1:
        raise ConversionError(
            tr("The lines name several coordinate systems (SRID {codes}); give one.", codes=sorted(codes))
        )
    code = codes.pop() if codes else 0
    crs = to_crs({"wkid": code}) if code else None
    if code and crs is None:
        raise ConversionError(tr("There is no coordinate system with the number {code} (SRID).", code=code))
    return shapes, crs


def shapes_of_wkb(values: Iterable[Any]) -> list[shapely.Geometry]:
    """Geometries of WKB or EWKB, as bytes or hexadecimal digits; an SRID stays with them.

    Raises
    ------
    ConversionError
        It is damaged, or has curves.
    """
    try:
        return [shapely.from_wkb(value) for value in values]
    except (shapely.errors.ShapelyError, TypeError, ValueError) as error:
        raise ConversionError(tr("This is no WKB that can be read: {error}.", error=error)) from None


def shapes_of_rows(text: str) -> list[shapely.Geometry]:
    """Points of a text with one point a line: two or three numbers, or degrees, minutes and seconds.

    Raises
    ------
    ConversionError
        A line holds something else.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    return [shapely.Point(_row(line, number)) for number, line in lines if line]


def check_degrees(
    shapes: Iterable[shapely.Geometry | None], *, longest: float = 180.0, half: float = 180.0
) -> None:
    """Make sure that coordinates can be longitudes and latitudes in degrees.

    Parameters
    ----------
    shapes
        Geometries.
    longest
        Largest longitude; more than 180 lets shapes cross the 180 degree meridian.
    half
        180 degrees in the units of the coordinates.

    Raises
    ------
    CRSMissing
        They cannot, perhaps because latitude comes first.
    """
    x, y = shapely.get_coordinates(_array(shapes)).T
    # A latitude may be off by what computing leaves; what is no number is refused elsewhere.
    unit = half / 180.0
    wrong = np.flatnonzero((np.abs(x) > longest * unit) | (np.abs(y) > 90.0 * unit + 1e-9))
    if len(wrong):
        place = float(x[wrong[0]]), float(y[wrong[0]])
        raise CRSMissing(
            tr(
                "{x:.12g}, {y:.12g} is no longitude and latitude in degrees: longitude comes first and "
                "lies between -180 and 180, latitude between -90 and 90. If it is another coordinate "
                "system, name it.",
                x=place[0],
                y=place[1],
            ),
            place=place,
        )


def _array(shapes: Any) -> Any:
    """An array of geometries; numpy would take a list of points apart."""
    return shapes if isinstance(shapes, np.ndarray) else np.fromiter(shapes, dtype=object)


def _balanced(text: str) -> list[str]:
    """The geometries of a text; one with many vertices may be broken into lines."""
    pieces: list[str] = []
    lines: list[str] = []
    depth = 0
    for line in text.splitlines():
        lines.append(line + " ")
        depth += line.count("(") - line.count(")")
        if depth <= 0:
            pieces.append("".join(lines))
            lines, depth = [], 0
    return [piece for piece in [*pieces, "".join(lines)] if piece.strip()]


def _row(line: str, number: int) -> tuple[float, ...]:
    plain = line.replace("\N{MINUS SIGN}", "-").rstrip(",;")
    try:
        found = _numbers(plain) or _degrees(plain)
    except ValueError as error:
        raise ConversionError(
            tr("Line {number}, {text!r}: {error}.", number=number, text=line[:60], error=error)
        ) from None
    if found is None or not all(map(math.isfinite, found)):
        raise ConversionError(
            tr(
                "Line {number} is no point: {text!r}; {forms}.",
                number=number,
                text=line[:60],
                forms=tr(_FORMS),
            )
        )
    return found


def _numbers(line: str) -> tuple[float, ...] | None:
    """Two or three plain numbers; with a semicolon between them they may have decimal commas."""
    line = line.strip("()[] ")
    if ";" in line:
        line = line.replace(",", ".").replace(";", " ")
    parts = line.split(",") if "," in line else line.split()
    if len(parts) not in (2, 3):
        return None
    try:
        return tuple(float(part) for part in parts)
    except ValueError:
        return None


def _degrees(line: str) -> tuple[float, ...] | None:
    """Longitude and latitude of a line in degrees, minutes and seconds; None when it is something else."""
    tokens = _TOKEN.findall(line)
    if _MARKS.fullmatch(_TOKEN.sub("", line)) is None:
        return None
    letters = [token.upper() for token in tokens if token.isalpha()]
    if not letters:
        halves = line.split(",")
        if len(halves) != 2 or not all(re.search("[°º˚]", half) for half in halves):
            return None
        lon, lat = (_angle(_TOKEN.findall(half)) for half in halves)
        return lon, lat
    if len(letters) != 2 or len({letter in "NS" for letter in letters}) != 2:
        raise ValueError(tr("there must be one of N and S, and one of E and W"))
    groups: list[list[str]] = [[], []]
    leading, seen = tokens[0].isalpha(), 0
    for token in tokens:
        if token.isalpha():
            seen += 1
        elif leading or seen < 2:
            groups[seen - 1 if leading else seen].append(token)
        else:
            return None
    found = {}
    for letter, group in zip(letters, groups, strict=True):
        angle = _angle(group)
        if math.copysign(1.0, angle) < 0:
            raise ValueError(tr("give either a sign or a letter"))
        found["NS" if letter in "NS" else "EW"] = -angle if letter in "SW" else angle
    return found["EW"], found["NS"]


def _angle(tokens: list[str]) -> float:
    """Degrees from degrees, minutes and seconds."""
    if not 1 <= len(tokens) <= 3:
        raise ValueError(tr("each coordinate has degrees, perhaps minutes and perhaps seconds"))
    numbers = [float(token) for token in tokens]
    if any(not 0 <= number < 60 for number in numbers[1:]):
        raise ValueError(tr("minutes and seconds lie between 0 and 60"))
    size = abs(numbers[0]) + sum(number / 60**power for power, number in enumerate(numbers[1:], 1))
    return math.copysign(size, numbers[0])
