"""What counts as a frame, without importing pandas or geopandas: subclasses and look-alikes do."""

from __future__ import annotations

from typing import Any

__all__ = ["is_frame", "is_table"]


def is_frame(value: Any) -> bool:
    """Whether a value is a frame with geometry, as a GeoDataFrame is."""
    return is_table(value) and hasattr(value, "geometry") and hasattr(value, "crs")


def is_table(value: Any) -> bool:
    """Whether a value is a frame of any kind, with or without geometry."""
    return hasattr(value, "columns") and hasattr(value, "itertuples")
