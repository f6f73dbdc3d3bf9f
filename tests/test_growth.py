"""Text of twice the length takes twice the time, for everything that reads text of a server.

Times of one run mean little; what is compared is the processor's time of this thread for a text and for one
sixteen times as long, the best of several tries. Work that grows with the square would take 256 times that.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any

import geopandas
import pytest
import shapely

import gpwidgets
from gpwidgets.client.http._retry import asked_wait
from gpwidgets.client.http.bodies import html_title, parse_json
from gpwidgets.convert.coordinates.wkt_and_degrees import is_wkt, shapes_of_wkt
from gpwidgets.demo.rest._hosted_layers import HostedLayer
from gpwidgets.file_names import name_from_title, numbered_names, safe_name
from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.protocol.values.units import LinearUnit
from gpwidgets.secrets import Masker, mask
from gpwidgets.widgets.words.html import plain_text, sanitized

SMALL, TIMES, MOST = 250, 16, 16 * 2.5
TRIES = 12
#: Seconds; what takes less is not told from nothing.
NOTHING = 2e-5

#: Repeated to any length, between a beginning and an end: what makes careless patterns try again and again.
UNITS = [
    " ",
    "\t\n",
    "a",
    "0",
    "_",
    ".",
    "-",
    "<",
    "<a",
    "<b>",
    "<title",
    "<title>",
    "\\",
    '"',
    '\\"',
    "'",
    "''",
]
UNITS += [
    "(",
    "[{",
    "])",
    ",",
    ", ",
    ";",
    "%",
    "token",
    "token=",
    "token ",
    "Bearer ",
    "http://",
    "a@",
    "{}",
    " AND ",
]
BEGINNINGS = ["", "a({})", "a([", "<", '"', "'", "1", "1a", "token", "token=", "x LIKE '", "shape", "POINT ("]
ENDS = ["", "\nx", "!"]


def hostile(length: int) -> list[str]:
    return [
        begin + unit * (length // len(unit)) + end for begin in BEGINNINGS for unit in UNITS for end in ENDS
    ]


def modules() -> list[Any]:
    names = [info.name for info in pkgutil.walk_packages(gpwidgets.__path__, "gpwidgets.")]
    return [importlib.import_module(name) for name in names if not name.endswith("__main__")]


def patterns() -> dict[str, re.Pattern[Any]]:
    found = {}
    for module in modules():
        for name, value in vars(module).items():
            for number, one in enumerate(value if isinstance(value, tuple | list) else [value]):
                if isinstance(one, re.Pattern):
                    found[f"{module.__name__}.{name}.{number}"] = one
    return found


PATTERNS = patterns()
#: Used with match and fullmatch alone, never to look through a text.
MATCHED = {"_SRID", "_WKT", "_COMPARED", "_LISTED", "_LIKE", "_NULL"}
LAYER = HostedLayer("Rows", lambda: geopandas.GeoDataFrame({"x": ["a" * 50]}, geometry=[shapely.Point(0, 0)]))
FUNCTIONS: dict[str, Callable[[str], object]] = {
    "parse_json": lambda text: parse_json(text.encode(), "u"),
    "html_title": lambda text: html_title(text.encode()),
    "mask": mask,
    "masker": Masker(['"a token', "\\\\' <a 0&", "  %-,;(a", "]a)(}{0 "]).text,
    "safe_name": safe_name,
    "name_from_title": name_from_title,
    "numbered_names": lambda text: next(islice(numbered_names(text), 1, None)),
    "asked_wait": lambda text: asked_wait({"Retry-After": text, "Date": text}),
    "units": LinearUnit.parse,
    "plain_text": plain_text,
    "sanitized": sanitized,
    "label": plain_label,
    "is_wkt": is_wkt,
    "where": lambda text: LAYER.query({"where": text, "returnCountOnly": "true"}),
}


def seconds(work: Callable[[str], object], text: str) -> float:
    began = time.thread_time()
    with suppress(Exception):
        work(text)
    return time.thread_time() - began


def grows_too_fast(work: Callable[[str], object], small: str, large: str) -> bool:
    """Whether every one of some tries took more than two and a half times what the length allows."""
    for _ in range(TRIES):
        spent = seconds(work, large)
        if spent <= MOST * NOTHING or spent <= MOST * min(seconds(work, small) for _ in range(5)):
            return False
    return True


def slow_texts(work: Callable[[str], object]) -> list[str]:
    pairs = zip(hostile(SMALL), hostile(SMALL * TIMES), strict=True)
    return [small[:20] + "…" + small[-3:] for small, large in pairs if grows_too_fast(work, small, large)]


def test_the_package_has_patterns_and_the_test_finds_what_grows_too_fast() -> None:
    assert len(PATTERNS) > 30
    careless = re.compile(r"\s*;?\s*$")
    assert grows_too_fast(careless.match, " " * SMALL + "x", " " * SMALL * TIMES + "x")


def test_what_is_only_matched_is_never_searched_for() -> None:
    sources = "".join(inspect.getsource(module) for module in modules())
    for name in MATCHED:
        assert not re.findall(rf"{name}\.(?:search|sub|split|findall|finditer)\(", sources)


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_time_in_proportion_to_the_text(name: str) -> None:
    pattern = PATTERNS[name]
    is_bytes = isinstance(pattern.pattern, bytes)

    def work(text: str) -> None:
        given: Any = text.encode() if is_bytes else text
        pattern.match(given)
        pattern.fullmatch(given)
        if name.split(".")[-2] not in MATCHED:
            pattern.search(given)
            pattern.sub(given[:0], given)

    assert slow_texts(work) == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_reader_takes_time_in_proportion_to_the_text(name: str) -> None:
    assert slow_texts(FUNCTIONS[name]) == []


def test_text_broken_into_very_many_lines_is_put_together_in_proportion() -> None:
    def work(text: str) -> None:
        shapes_of_wkt("POINT (" + text.replace(" ", "\n"))

    assert not grows_too_fast(work, "1 " * 10_000, "1 " * 160_000)
