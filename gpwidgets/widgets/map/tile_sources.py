"""Online base maps: names that xyzservices knows, and addresses of tiles of the user's own.

The page asks for tiles by itself, so their address is in the page and in the saved notebook. An address with
a key in it is therefore refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import xyzservices.providers

from gpwidgets.secrets import is_secret_name
from gpwidgets.texts import later, tr

__all__ = ["CHOICES", "DEFAULT", "OFFLINE", "Tiles", "tiles_of"]

OFFLINE = "offline"
#: Answers requests without a key and without a referrer, which notebooks often do not send.
DEFAULT = "Esri.WorldTopoMap"
#: What the list below a map offers; any other name of xyzservices is taken, too.
CHOICES: tuple[tuple[str, str], ...] = (
    (later("Topographic map"), DEFAULT),
    (later("Street map"), "Esri.WorldStreetMap"),
    (later("Satellite imagery"), "Esri.WorldImagery"),
    (later("Without network"), OFFLINE),
)

#: Further names that keys of providers of tiles have.
_KEYS = frozenset(
    {"key", "appid", "app_id", "app_code", "subscription-key", "accesstoken", "sig", "signature"}
)
_PLACES = ("{z}", "{x}", "{y}")


@dataclass(frozen=True)
class Tiles:
    """Where tiles come from.

    Attributes
    ----------
    url
        Address of a tile, with ``{z}``, ``{x}`` and ``{y}`` in it.
    attribution
        Whose they are, as HTML.
    largest
        Highest zoom level there are tiles of.
    """

    url: str
    attribution: str
    largest: int = 19


def tiles_of(choice: Any) -> Tiles | None:
    """Return the tiles of a choice of the user's; None for the base map that comes with the package.

    Parameters
    ----------
    choice
        A name of xyzservices such as ``"OpenStreetMap.Mapnik"``, the address of tiles, a `TileProvider` of
        xyzservices, ``"offline"`` or None.

    Raises
    ------
    ValueError
        There is no such base map, or its address has a key in it.
    """
    if choice is None:
        return None
    if isinstance(choice, Mapping):
        return _of_provider(choice)
    if not isinstance(choice, str) or not choice.strip():
        raise ValueError(tr("A base map is the name of one, the address of its tiles, or “offline”."))
    text = choice.strip()
    if text.lower() == OFFLINE:
        return None
    if "://" in text or "{" in text:
        host = escape(urlsplit(text).hostname or "")
        return _checked(Tiles(text, tr("Tiles: {host}", host=host)))
    try:
        provider = xyzservices.providers.query_name(text)
    except ValueError:
        raise ValueError(
            tr(
                "There is no base map “{name}”: take a name of xyzservices such as {example}, the address of "
                "tiles with {places} in it, or “offline”.",
                name=text,
                example="OpenStreetMap.Mapnik",
                places="{z}, {x}, {y}",
            )
        ) from None
    return _of_provider(provider)


def _of_provider(provider: Mapping[str, Any]) -> Tiles:
    """Return the tiles of a provider of xyzservices."""
    known = xyzservices.TileProvider(provider)
    if known.requires_token():
        raise ValueError(_key_refused(str(provider.get("name", ""))))
    url = str(known.build_url())
    given = {str(value) for name, value in provider.items() if _is_key(name) and value}
    if any(key in url for key in given):
        raise ValueError(_key_refused(str(provider.get("name", ""))))
    credit = str(provider.get("html_attribution") or escape(str(provider.get("attribution", ""))))
    return _checked(Tiles(url, credit, int(provider.get("max_zoom", 19))))


def _checked(tiles: Tiles) -> Tiles:
    """Return the tiles, unless a page could not get them or would keep a secret."""
    parts = urlsplit(tiles.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(tr("The address of tiles begins with https:// or http://."))
    if parts.username or parts.password or any(_is_key(name) for name, _ in parse_qsl(parts.query)):
        raise ValueError(_key_refused(parts.hostname))
    plain = tiles.url.replace("{-y}", "{y}")
    missing = [place for place in _PLACES if place not in plain]
    if missing:
        raise ValueError(
            tr(
                "The address of tiles has no {places} in it, which stand for the tile.",
                places=", ".join(missing),
            )
        )
    return tiles


def _is_key(name: Any) -> bool:
    return is_secret_name(name) or str(name).lower() in _KEYS


def _key_refused(name: str) -> str:
    return tr(
        "The tiles of {name} need a key, which would be saved in the notebook with their address. Choose a "
        "base map without a key, or give the form a map of your own that has this layer.",
        name=name,
    )
