"""The door: one tornado handler reads requests, and writes answers in the format asked for."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NoReturn

from tornado.http1connection import HTTP1Connection
from tornado.web import Finish

from gpwidgets.demo.publishing.refusals import Refusal, invalid_input
from gpwidgets.demo.publishing.strict import finite
from gpwidgets.demo.rest._calls import Call
from gpwidgets.demo.rest._operations import Operations
from gpwidgets.demo.rest._outside import Outside
from gpwidgets.demo.rest._pages import LOGIN_PAGE, error_page, html_page
from gpwidgets.demo.rest.faults import Fault
from gpwidgets.demo.rest.portal import Page, Redirect
from gpwidgets.demo.rest.routes import Route, find_route
from gpwidgets.loopback.access import AccessRules
from gpwidgets.loopback.local_handler import LocalHandler, in_callback, read_fields

log = logging.getLogger(__name__)

Offload = Callable[..., "Future[Any]"]
_QUICK = frozenset(
    {
        *("info", "token", "portal", "catalog", "service", "task"),
        *("submit", "poll", "cancel", "upload_info", "item"),
    }
)


class Gateway(LocalHandler):
    """Answers every path below the server."""

    server_name = "gpwidgets demo"

    def initialize(self, rules: AccessRules, operations: Operations, offload: Offload) -> None:  # type: ignore[override]
        """Take the rules of who may come in, the server's state, and the way to run what may be slow."""
        super().initialize(rules)
        self._operations = operations
        self._offload = offload

    async def answer_request(self) -> None:
        """Do what is asked, and answer in the format asked for."""
        self._way = Outside(
            self._operations.origin, self.request.protocol, self.request.host, self.request.headers
        )
        given = read_fields(self.request.arguments)
        fields = {name: self._way.inward(text) for name, text in given.items()}
        route = Route("")
        faults: dict[str, Fault] = {}
        body: Any
        try:
            route = self._route()
            self._check_site(route.operation)
            faults = self._operations.faults.hit(route)
            call = Call(
                route,
                str(self.request.method),
                fields,
                self.request.headers,
                self._file_sent(),
                faults,
                str(self.request.remote_ip),
            )
            await self._fault_before(faults)
            body = await self._work(call)
        except Refusal as refused:
            body = refused.to_json()
        except Finish:
            raise
        except Exception:
            log.exception("the answer to %s could not be made", self.request.path)
            body = Refusal(500, f"Error performing {route.operation} operation").to_json()
        try:
            await self._reply(body, route, fields, faults)
        finally:
            if route.operation == "submit" and "jobId" in body:
                self._operations.start(call, body["jobId"])

    def _route(self) -> Route:
        try:
            return find_route(self._path, self._operations.services)
        except Refusal:
            self._check_site("")
            raise

    async def _reply(self, body: Any, route: Route, fields: dict[str, str], faults: dict[str, Fault]) -> None:
        if "lost_answer" in faults:
            self._drop()
        if isinstance(body, Path):
            await self._send_file(body, faults)
        elif isinstance(body, bytes):
            self.set_header("Content-Type", "application/x-protobuf")
            await self._send(body, faults)
        elif isinstance(body, Redirect):
            self.redirect(self._way.outward(body.url))
        elif isinstance(body, Page):
            self.set_header("Content-Type", "text/html; charset=utf-8")
            await self._send(body.encode(), faults)
        elif fields.get("f", "html").lower() == "html" and route.operation == "submit" and "jobId" in body:
            self.redirect(f"jobs/{body['jobId']}")
        else:
            await self._send_json(body, route, fields, faults)

    async def _work(self, call: Call) -> Any:
        if call.route.operation in _QUICK:
            return self._operations.answer(call)
        return await asyncio.wrap_future(self._offload(self._operations.answer, call, turn=call.sender))

    async def _fault_before(self, faults: dict[str, Fault]) -> None:
        if "delay" in faults:
            await asyncio.sleep(faults["delay"].seconds)
        if "lost_request" in faults:
            self._drop()
        if "status" in faults:
            self.set_status(faults["status"].code)
            if faults["status"].retry_after:
                self.set_header("Retry-After", faults["status"].retry_after)
            self._finish_with(error_page(faults["status"].code))
        if "html" in faults:
            self._finish_with(LOGIN_PAGE)
        if "error" in faults:
            raise Refusal(faults["error"].code, faults["error"].message)

    def _finish_with(self, page: str) -> NoReturn:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        raise Finish(page)

    def _drop(self) -> NoReturn:
        """Close the connection without another byte."""
        connection = self.request.connection
        assert isinstance(connection, HTTP1Connection)
        self._finished = True
        connection.stream.close()
        raise Finish

    async def _send_json(
        self, body: Any, route: Route, fields: dict[str, str], faults: dict[str, Fault]
    ) -> None:
        wanted = fields.get("f", "html").lower()
        if route.operation in ("poll", "result", "results", "submit", "cancel", "execute", "token"):
            self.set_header("Cache-Control", "no-store")
        if wanted == "html":
            self.set_header("Content-Type", "text/html; charset=utf-8")
            text = self._way.outward(html_page(self.request.path, body))
        elif wanted in ("json", "pjson") or (wanted == "image" and route.operation == "map_export"):
            # Where a picture was asked for and there is none, the answer is the error in JSON.
            text = self._way.outward(await self._dump(body, route, 2 if wanted == "pjson" else None))
            self.set_header("Content-Type", "application/json; charset=utf-8")
            called = in_callback(text, fields.get("callback", ""))
            if called is not None:
                self.set_header("Content-Type", "application/javascript; charset=utf-8")
                text = called
        else:
            self.set_header("Content-Type", "application/json; charset=utf-8")
            text = json.dumps(invalid_input(f"Output format {wanted[:40]!r} is not supported.").to_json())
        await self._send(text.encode(), faults)

    async def _dump(self, body: Any, route: Route, indent: int | None) -> str:
        def dump() -> str:
            try:
                return json.dumps(body, ensure_ascii=False, indent=indent, default=str, allow_nan=False)
            except (
                ValueError
            ):  # a number that JSON does not have; rare, as tools' results are written without
                return json.dumps(finite(body), ensure_ascii=False, indent=indent, default=str)

        return dump() if route.operation in _QUICK else await asyncio.wrap_future(self._offload(dump))

    async def _send_file(self, path: Path, faults: dict[str, Fault]) -> None:
        kinds = {".json": "application/json", ".txt": "text/plain", ".csv": "text/csv", ".png": "image/png"}
        self.set_header("Content-Type", kinds.get(path.suffix.lower(), "application/octet-stream"))
        await self._send(path.read_bytes(), faults)

    async def _send(self, body: bytes, faults: dict[str, Fault]) -> None:
        if "cut_body" in faults:
            self.set_header("Content-Length", len(body))
            self.write(body[: len(body) // 2])
            await self.flush()
            self._drop()
        if "slow_body" in faults:
            self.set_header("Content-Length", len(body))
            size = max(1, -(-len(body) // 10))
            for start in range(0, len(body), size):
                self.write(body[start : start + size])
                await self.flush()
                await asyncio.sleep(faults["slow_body"].seconds / 10)
            return
        self.write(body)
