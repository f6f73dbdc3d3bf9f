"""Layers of map and feature services: what they are, and how many rows they have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlunsplit

from gpwidgets.client.http.session import GPSession
from gpwidgets.errors import BadReply
from gpwidgets.protocol.urls import split_address
from gpwidgets.texts import tr


def layer_url(text: str) -> str:
    """The layer itself: query, token and a trailing ``/query`` are cut off."""
    parts = split_address(text)
    path = parts.path.rstrip("/")
    path = path[: -len("/query")] if path.lower().endswith("/query") else path
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def read_layer(session: GPSession, url: str, *, patient: bool = True) -> dict[str, Any]:
    """Read ``…/FeatureServer/<n>`` or ``…/MapServer/<n>``; once and briefly where it is of little weight."""
    address = layer_url(url)
    return session.get_json(address) if patient else session.get_json(address, retry=False, read_timeout=10.0)


def count_rows(session: GPSession, url: str, query: Mapping[str, str], *, patient: bool = True) -> int:
    """How many rows of a layer a query takes; asked once and briefly where it is of little weight.

    Raises
    ------
    BadReply
        The layer does not count.
    """
    asked = {**query, "returnCountOnly": "true"}
    haste: dict[str, Any] = {} if patient else {"retry": False, "read_timeout": 10.0}
    data = session.get_json(f"{layer_url(url)}/query", asked, **haste)
    count = data.get("count")
    if not isinstance(count, int):
        raise BadReply(
            tr("{url} does not tell how many rows it has.", url=layer_url(url)), url=layer_url(url)
        )
    return count
