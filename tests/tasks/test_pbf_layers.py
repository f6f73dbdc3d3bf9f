"""Layers that speak PBF are read in it, and as JSON where they do not keep to it; the rows are the same."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import geopandas
import numpy as np
import pytest
import shapely
from pandas.testing import assert_frame_equal

from gpwidgets import demo
from gpwidgets.client.http.session import GPSession
from gpwidgets.convert.featuresets.pbf_writing import Quantising, write_buffer, write_count
from gpwidgets.demo.rest._hosted_layers import HostedLayer
from gpwidgets.errors import AuthenticationError, ServerError
from gpwidgets.tasks.results.layer_rows import read_rows

Answer = bytes | dict[str, Any]


def squares(count: int = 12) -> geopandas.GeoDataFrame:
    """Squares far from each other, every third without one, with columns of several types."""
    x = 4000.0 * np.arange(count) + 0.123456789
    shapes = [None if row % 3 == 2 else shapely.box(at, -at, at + 3, 3 - at) for row, at in enumerate(x)]
    columns = {"NAME": [None, "a", "Zürich"] * (count // 3), "SIZE": x / 7, "CLASS": range(count)}
    return geopandas.GeoDataFrame(columns, geometry=geopandas.GeoSeries(shapes, crs=3857))


@dataclass
class Served:
    """A layer, what becomes of its answers in protocol buffers, and what was asked."""

    layer: HostedLayer
    spoil: Callable[[bytes, dict[str, str]], Answer] = lambda body, fields: body
    about: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str, fields: dict[str, str]) -> Answer:
        if not path.endswith("/query"):
            return {**self.layer.describe(), **self.about}
        self.asked.append(fields)
        body = self.layer.query(fields)
        return self.spoil(body, fields) if isinstance(body, bytes) else body

    @property
    def formats(self) -> list[str]:
        """The formats of the pages, as they were asked for."""
        return [each["f"] for each in self.asked if {"objectIds", "returnCountOnly"}.isdisjoint(each)]


@contextmanager
def serving(gdf: geopandas.GeoDataFrame, spoil: Any = None, page: int = 5, **about: Any) -> Iterator[Served]:
    served = Served(HostedLayer("Squares", lambda: gdf.copy(), page=page), about=about)
    served.spoil = spoil or served.spoil

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            answer = served.answer(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        served.url = f"http://127.0.0.1:{server.server_port}/rest/services/Squares/FeatureServer/0"
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


def assert_alike(found: Any, expected: Any, tolerance: float) -> None:
    assert_frame_equal(found.drop(columns="geometry"), expected.drop(columns="geometry"))
    assert found.crs == expected.crs
    assert found.geometry.isna().tolist() == expected.geometry.isna().tolist()
    places = [shapely.get_coordinates(each.geometry.array) for each in (found, expected)]
    assert np.abs(places[0] - places[1]).max() <= tolerance
    ours, theirs = (dict(each.attrs["gpwidgets"]) for each in (found, expected))
    assert ours == theirs


def as_json(served: Served, **query: str) -> geopandas.GeoDataFrame:
    """The rows by way of JSON."""
    served.about["supportedQueryFormats"] = "JSON"
    try:
        return read_rows(GPSession(), served.url, query)
    finally:
        del served.about["supportedQueryFormats"]
        served.asked.clear()


@pytest.mark.parametrize("query", [{}, {"outSR": "4326"}, {"outFields": "NAME,OBJECTID", "where": "CLASS>2"}])
def test_a_layer_that_speaks_pbf_is_read_in_it(query: dict[str, str]) -> None:
    with serving(squares()) as served:
        expected = as_json(served, **query)
        found = read_rows(GPSession(), served.url, query)
        assert set(served.formats) == {"pbf"}
        assert_alike(found, expected, 1e-6 if "outSR" not in query else 1e-11)


def test_a_coarser_grid_is_used_where_it_is_asked_for() -> None:
    with serving(squares()) as served:
        expected = as_json(served)
        found = read_rows(GPSession(), served.url, resolution=0.25)
        assert set(served.formats) == {"pbf"}
        assert_alike(found, expected, 0.25)
        assert (shapely.get_coordinates(found.geometry.array) % 0.25 == 0).all()
        with pytest.raises(ValueError, match="positive number"):
            read_rows(GPSession(), served.url, resolution=0)


def wrapped(body: bytes, fields: dict[str, str]) -> bytes:
    """What a server sends that keeps 32 bits of a coordinate: all within two kilometres of the corner."""
    wrapped_at = 2**32 * 1e-6
    near = squares()
    near.insert(0, "OBJECTID", range(1, len(near) + 1))
    start = int(fields.get("resultOffset", 0))
    near.geometry = [
        None if one is None else shapely.affinity.translate(one, -(one.bounds[0] // wrapped_at) * wrapped_at)
        for one in near.geometry
    ]
    return write_buffer(near.iloc[start : start + 5], Quantising(1e-6, 0, 0), id_field="OBJECTID", more=True)


def upside_down(body: bytes, fields: dict[str, str]) -> bytes:
    """Rows counted downwards by a server that says that they are counted upwards."""
    at = body.index(b"\x62")  # the transform, whose origin is left out where it is the upper left
    size = body[at + 1]
    changed = body[: at + 1] + bytes([size + 2]) + b"\x08\x01" + body[at + 2 :]
    start = 3 + 1
    assert body[:3] == b"\x0a\x011"
    return _resized(changed, start, 2)


def _resized(body: bytes, at: int, more: int) -> bytes:
    """The answer with its two outer sizes put right."""
    from gpwidgets.convert.featuresets._messages import varint

    _, inner = varint(body, at, len(body))
    _, rest = varint(body, inner + 1, len(body))
    content = body[rest:]
    return body[:3] + _message(2, _message(1, content))


def _message(number: int, content: bytes) -> bytes:
    size, told = len(content), bytearray()
    while size >= 0x80:
        told.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([number << 3 | 2, *told, size]) + content


ODD_ANSWERS: dict[str, Callable[[bytes, dict[str, str]], Answer]] = {
    "an error": lambda body, fields: {"error": {"code": 400, "message": "Invalid f", "details": []}},
    "an error of its own": lambda body, fields: {"error": {"code": 500, "message": "Oh", "details": []}},
    "a page": lambda body, fields: b"<html><title>Oh</title></html>",
    "nothing": lambda body, fields: b"",
    "JSON": lambda body, fields: {"features": [], "fields": []},
    "a part": lambda body, fields: body[: len(body) // 2],
    "noise": lambda body, fields: b"\xff" * 3000,
    "a count": lambda body, fields: write_count(12),
    "no grid": lambda body, fields: body.replace(b"\x62", b"\x8a", 1),
    "a coarse grid": lambda body, fields: write_buffer(
        squares().assign(OBJECTID=range(1, 13)), Quantising(0.01, 0, 0), id_field="OBJECTID"
    ),
    "32 bits": wrapped,
    "another origin": upside_down,
}


@pytest.mark.parametrize("kind", ODD_ANSWERS)
def test_what_is_no_pbf_is_asked_for_as_json(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gpwidgets.client")
    with serving(squares(), ODD_ANSWERS[kind]) as served:
        expected = as_json(served)
        found = read_rows(GPSession(), served.url)
        assert served.formats[0] == "pbf"
        assert set(served.formats[1:]) == {"json"}
        assert_alike(found, expected, 0.0)
    assert any("is read as json" in record.getMessage() for record in caplog.records)


def test_a_page_that_is_spoilt_later_is_asked_for_as_json() -> None:
    def spoil(body: bytes, fields: dict[str, str]) -> Answer:
        return body[:-4] if fields["resultOffset"] != "0" else body

    with serving(squares(), spoil) as served:
        expected = as_json(served)
        assert_alike(read_rows(GPSession(), served.url), expected, 1e-6)
        assert served.formats.count("json") >= 1


def test_what_the_layer_refuses_is_told_whatever_the_format() -> None:
    refused = {"error": {"code": 499, "message": "Token Required", "details": []}}
    with serving(squares(), lambda body, fields: refused) as served, pytest.raises(AuthenticationError):
        read_rows(GPSession(), served.url)
    with demo.serve() as server, pytest.raises(ServerError, match="Unable to perform query operation"):
        read_rows(GPSession(), f"{server.url}/Hosted/Earthquakes/FeatureServer/0", {"where": "1=1; DROP"})


@pytest.mark.parametrize(
    ("query", "limit"), [({"returnTrueCurves": "true"}, None), ({"geometryPrecision": "2"}, None), ({}, 3)]
)
def test_what_pbf_is_no_use_for_is_read_as_json(query: dict[str, str], limit: int | None) -> None:
    with serving(squares()) as served:
        read_rows(GPSession(), served.url, query, limit)
        assert set(served.formats) == {"json"}


def test_rows_without_geometry_need_no_comparison() -> None:
    with serving(squares()) as served:
        expected = as_json(served, returnGeometry="false")
        found = read_rows(GPSession(), served.url, {"returnGeometry": "false"})
        assert_frame_equal(found.drop(columns="geometry"), expected.drop(columns="geometry"))
        assert not any("objectIds" in each for each in served.asked)
