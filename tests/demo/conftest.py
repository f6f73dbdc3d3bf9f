"""What the tests of the embedded server share: plain HTTP, as any client would speak it."""

import json
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from gpwidgets import demo

Reply = Callable[..., Any]


def fetch(url: str, *, data: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[Any, bytes]:
    """Headers and body of an answer."""
    with urllib.request.urlopen(urllib.request.Request(url, data, headers or {}), timeout=30) as answer:
        return answer.headers, answer.read()


def form(fields: dict[str, Any]) -> bytes:
    """Fields as a form body: text as it is, everything else as JSON."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    return urlencode({"f": "json", **texts}).encode()


@pytest.fixture(scope="session")
def post() -> Reply:
    """`post(url, **fields)`: the JSON that answers a form."""
    return lambda url, **fields: json.loads(fetch(url, data=form(fields))[1])


@pytest.fixture(scope="session")
def get() -> Reply:
    """`get(url, **fields)`: the JSON that answers a query."""
    return lambda url, **fields: json.loads(fetch(f"{url}?{form(fields).decode()}")[1])


@pytest.fixture(scope="session")
def raw() -> Reply:
    """`raw(url)`: headers and bytes."""
    return fetch


@pytest.fixture(scope="session")
def post_file() -> Reply:
    """`post_file(url, name, content, **fields)`: the JSON that answers a multipart form."""

    def send(url: str, name: str, content: bytes, **fields: str) -> Any:
        mark = uuid.uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in {"f": "json", **fields}.items()
        ]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        parts += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", content]
        body = b"".join([*parts, f"\r\n--{mark}--\r\n".encode()])
        return json.loads(
            fetch(url, data=body, headers={"Content-Type": f"multipart/form-data; boundary={mark}"})[1]
        )

    return send


@pytest.fixture
def own_server() -> Iterator[demo.DemoServer]:
    """A server for one test, for what would disturb others."""
    with demo.serve() as running:
        yield running


@pytest.fixture(scope="session")
def run_job(server: demo.DemoServer, post: Reply) -> Reply:
    """`run_job(task, **inputs)`: submit, wait for the end, return the job's URL."""

    def run(task: str, **inputs: Any) -> str:
        url = server.url_of(task)
        job_id = post(f"{url}/submitJob", **inputs)["jobId"]
        assert server.jobs[job_id].wait()
        return f"{url}/jobs/{job_id}"

    return run
