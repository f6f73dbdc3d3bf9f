"""Requests and answers as an HTTP Archive, the format in which browsers' network tools save theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from gpwidgets.client.http.tracing import Exchange
from gpwidgets.version import __version__

__all__ = ["har_of"]

_PHRASES = {int(status): status.phrase for status in HTTPStatus}


def har_of(exchanges: Iterable[Exchange], purposes: Iterable[str]) -> dict[str, Any]:
    """Write exchanges as HAR 1.2; what was cut or hidden stays so.

    Parameters
    ----------
    exchanges
        Without secrets.
    purposes
        A comment for each.
    """
    entries = [_entry(one, purpose) for one, purpose in zip(exchanges, purposes, strict=True)]
    creator = {"name": "gpwidgets", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": entries}}


def _entry(one: Exchange, purpose: str) -> dict[str, Any]:
    status = one.status or 0
    phrase = _PHRASES.get(status, "")
    kind = one.headers.get("Content-Type", "")
    took = round(1000 * one.duration, 3)
    made = {
        "startedDateTime": datetime.fromtimestamp(one.started, UTC).isoformat(timespec="milliseconds"),
        "time": took,
        "request": _request(one),
        "response": {
            "status": status,
            "statusText": phrase,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(one.headers),
            "content": {"size": one.received, "mimeType": kind, "text": one.answer},
            "redirectURL": one.headers.get("Location", ""),
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "comment": purpose,
    }
    return {**made, "_error": one.error} if one.error else made


def _request(one: Exchange) -> dict[str, Any]:
    fields = {field.name: field.text for field in one.fields}
    made: dict[str, Any] = {
        "method": one.method,
        "url": one.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "queryString": [],
        "headersSize": -1,
        "bodySize": one.sent,
    }
    if one.method == "GET":
        return {**made, "url": _with_query(one.url, fields), "queryString": _pairs(fields)}
    return {
        **made,
        "postData": {"mimeType": "application/x-www-form-urlencoded", "params": _pairs(fields), "text": ""},
    }


def _with_query(url: str, fields: Mapping[str, str]) -> str:
    return f"{url}?{urlencode(fields, errors='replace')}" if fields else url


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": text} for name, text in values.items()]
