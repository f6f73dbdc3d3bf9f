"""The outlines of all land, which lie under every map and picture."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def land_outlines() -> dict[str, Any]:
    """Return the outlines as GeoJSON in longitude and latitude."""
    data: dict[str, Any] = json.loads(files("gpwidgets").joinpath("data/land.geojson").read_text("utf-8"))
    return data
