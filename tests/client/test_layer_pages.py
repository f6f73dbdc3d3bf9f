"""Rows of layers, page by page: every row once and in order, whatever the server makes of pages."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services.layer_pages import read_pages
from gpwidgets.errors import BadReply, ServerError
from gpwidgets.tasks.results.layer_rows import read_rows


@dataclass
class Layer:
    """What a layer has and how its server behaves.

    Attributes
    ----------
    total, size
        Rows altogether, and at most in one answer.
    pages
        Whether it knows offsets; it passes over them otherwise.
    says
        Whether it says that it does.
    full
        Rows at most in an answer whose rows are heavy, although it says `size`.
    counts, knows_ids
        Whether it answers these questions.
    """

    total: int
    size: int = 10
    pages: bool = True
    says: bool = True
    full: int = 1000
    counts: bool = True
    knows_ids: bool = True
    before: Callable[[int], None] = lambda start: None
    asked: list[dict[str, str]] = field(default_factory=list)

    def about(self) -> dict[str, object]:
        return {
            "maxRecordCount": self.size,
            "objectIdField": "OID",
            "advancedQueryCapabilities": {"supportsPagination": self.says},
        }

    def query(self, fields: dict[str, str]) -> dict[str, object]:
        ids = list(range(1, self.total + 1))
        if "returnCountOnly" in fields:
            return {"count": self.total} if self.counts else {"error": {"code": 400, "message": "no"}}
        if "returnIdsOnly" in fields:
            return {"objectIds": ids[::-1] if self.knows_ids else None}
        if fields.get("objectIds"):
            ids = [int(one) for one in fields["objectIds"].split(",")]
        start = int(fields.get("resultOffset", 0)) if self.pages else 0
        self.before(start)
        most = min(int(fields.get("resultRecordCount", self.size)) if self.pages else self.size, self.size)
        some = ids[start : start + min(most, self.full)]
        more = start + len(some) < len(ids)
        return {"features": [{"attributes": {"OID": one}} for one in some], "exceededTransferLimit": more}


@contextmanager
def served(layer: Layer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer(self.path)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(f"{self.path}?{body}")

        def _answer(self, path: str) -> None:
            parts = urlsplit(path)
            fields = {key: values[0] for key, values in parse_qs(parts.query).items()}
            is_query = parts.path.endswith("/query")
            if is_query:
                layer.asked.append({**fields, "method": self.command})
            body = json.dumps(layer.query(fields) if is_query else layer.about()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 50

    with Server(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}/arcgis/rest/services/L/FeatureServer/0"
        httpd.shutdown()


def read(layer: Layer, limit: int | None = None) -> tuple[list[int], bool]:
    """The ids that came, in their order, and whether there are more."""
    with served(layer) as url:
        pages = list(read_pages(GPSession(), url, {"where": "1=1", "outFields": "*"}, limit))
    rows = [row for page in pages for row in page.made["features"]]
    return [row["attributes"]["OID"] for row in rows], pages[-1].more


@settings(max_examples=30)
@given(
    total=st.integers(0, 120),
    size=st.integers(1, 40),
    full=st.sampled_from([3, 7, 1000]),
    pages=st.booleans(),
    counts=st.booleans(),
    limit=st.none() | st.integers(1, 130),
)
def test_every_row_comes_once_and_in_order(
    total: int, size: int, full: int, pages: bool, counts: bool, limit: int | None
) -> None:
    layer = Layer(total, size, pages=pages, says=pages, full=full, counts=counts)
    wanted = total if limit is None else min(limit, total)
    assert read(layer, limit) == (list(range(1, wanted + 1)), wanted < total)


def test_three_pages_are_asked_for_at_a_time_and_no_more() -> None:
    together = threading.Barrier(3, timeout=20)
    now, most, lock = 0, 0, threading.Lock()

    def before(start: int) -> None:
        nonlocal now, most
        if start == 0:
            return
        with lock:
            now += 1
            most = max(most, now)
        together.wait()
        with lock:
            now -= 1

    assert read(Layer(70, before=before))[0] == list(range(1, 71))
    assert most == 3


def test_one_page_is_one_question() -> None:
    layer = Layer(7)
    read(layer)
    assert len(layer.asked) == 1


def test_long_lists_of_ids_are_posted() -> None:
    layer = Layer(4000, size=1000, pages=False, says=False)
    assert read(layer)[0] == list(range(1, 4001))
    assert {each["method"] for each in layer.asked if "objectIds" in each} == {"POST"}


def test_a_layer_that_passes_over_offsets_is_not_read_for_ever() -> None:
    with pytest.raises(BadReply, match="same rows again"):
        read(Layer(50, pages=False, counts=False))


def test_a_layer_without_pages_and_ids_says_what_it_lacks() -> None:
    with pytest.raises(BadReply, match="no ids to ask by"):
        read(Layer(50, pages=False, says=False, knows_ids=False))


@pytest.mark.parametrize("ids", [[None, 1], ["x", 2], {"a": 1}, 7, [[1]], ["", "x"]])
def test_ids_that_are_no_numbers_are_no_ids(ids: object) -> None:
    class Odd(Layer):
        def query(self, fields: dict[str, str]) -> dict[str, object]:
            return {"objectIds": ids} if "returnIdsOnly" in fields else super().query(fields)

    with pytest.raises(BadReply, match="no ids to ask by"):
        read(Odd(50, pages=False, says=False))


def test_ids_written_as_text_are_sorted_as_numbers() -> None:
    class Texts(Layer):
        def query(self, fields: dict[str, str]) -> dict[str, object]:
            ids = {"objectIds": [str(one) for one in range(self.total, 0, -1)]}
            return ids if "returnIdsOnly" in fields else super().query(fields)

    assert read(Texts(25, pages=False, says=False))[0] == list(range(1, 26))


def test_rows_that_a_page_in_the_middle_holds_back_are_not_forgotten() -> None:
    class Holding(Layer):
        def query(self, fields: dict[str, str]) -> dict[str, object]:
            if fields.get("resultOffset") == "20":
                return {"features": [], "exceededTransferLimit": True}
            return super().query(fields)

    with served(Holding(50)) as url:
        frame = read_rows(GPSession(), url)
    assert len(frame) == 40
    assert frame.attrs["gpwidgets"]["truncated"] is True


def test_trouble_with_a_later_page_is_told() -> None:
    class Broken(Layer):
        def query(self, fields: dict[str, str]) -> dict[str, object]:
            if fields.get("resultOffset") == "20":
                return {"error": {"code": 500, "message": "Disk full."}}
            return super().query(fields)

    with pytest.raises(ServerError, match="Disk full"):
        read(Broken(50))


class Sparse(Layer):
    """Every other page has no rows, and says that there are more."""

    def ids(self) -> list[int]:
        return [one for one in range(1, self.total + 1) if (one - 1) // self.size % 2]

    def query(self, fields: dict[str, str]) -> dict[str, object]:
        if "returnCountOnly" in fields:
            return {"count": len(self.ids())} if self.counts else super().query(fields)
        start = int(fields["resultOffset"])
        stop = start + self.size
        rows = [{"attributes": {"OID": one}} for one in self.ids() if start < one <= stop]
        return {"features": rows, "exceededTransferLimit": stop < self.total}


@settings(max_examples=20)
@given(total=st.integers(0, 60), size=st.integers(1, 12), counts=st.booleans())
def test_reading_goes_on_after_pages_without_rows(total: int, size: int, counts: bool) -> None:
    layer = Sparse(total, size, counts=counts)
    assert read(layer)[0] == layer.ids()


class Weak(Layer):
    """Fails at more than so many rows at a time."""

    most = 5
    code = 500

    def query(self, fields: dict[str, str]) -> dict[str, object]:
        ids = fields.get("objectIds", "").split(",") if fields.get("objectIds") else []
        wanted = int(fields.get("resultRecordCount", self.size if self.pages else len(ids) or self.total))
        is_page = "returnCountOnly" not in fields and "returnIdsOnly" not in fields
        if is_page and (len(ids) or wanted) > self.most:
            return {"error": {"code": self.code, "message": "Error performing query operation"}}
        return super().query(fields)


@settings(max_examples=20)
@given(
    total=st.integers(1, 60),
    size=st.sampled_from([1, 5, 40, 10**6]),
    most=st.integers(1, 8),
    pages=st.booleans(),
    counts=st.booleans(),
    code=st.sampled_from([500, 400, 504]),
)
def test_pages_that_a_server_cannot_make_are_asked_for_in_smaller_parts(
    total: int, size: int, most: int, pages: bool, counts: bool, code: int
) -> None:
    layer = Weak(total, size, pages=pages, says=pages, counts=counts)
    layer.most, layer.code = most, code
    assert read(layer) == (list(range(1, total + 1)), False)


def test_a_query_that_fails_whatever_its_size_is_asked_twice_only() -> None:
    layer = Weak(50)
    layer.most = 0
    with pytest.raises(ServerError, match="Error performing query"):
        read(layer)
    assert len(layer.asked) == 2


@pytest.mark.parametrize("ids", [["b-1", "a-2", "c-3"], ["{A}", "{B}"], ["a,b", "it's"]])
def test_ids_that_are_texts_are_asked_for_as_they_are(ids: list[str]) -> None:
    class Named(Layer):
        def query(self, fields: dict[str, str]) -> dict[str, object]:
            if "returnIdsOnly" in fields:
                return {"objectIds": ids}
            if fields.get("objectIds"):
                wanted = fields["objectIds"].split(",")
            elif " IN " in fields["where"]:
                inner = fields["where"].partition(" IN (")[2].removesuffix(")")
                wanted = [one.strip("'").replace("''", "'") for one in inner.split(", ")]
            else:
                return {"features": [{"attributes": {"OID": ids[0]}}], "exceededTransferLimit": True}
            return {"features": [{"attributes": {"OID": one}} for one in wanted]}

    assert read(Named(3, says=False))[0] == ids
