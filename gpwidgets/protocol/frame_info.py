"""What a frame keeps of the answer it was made from: ``frame.attrs["gpwidgets"]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict, cast

__all__ = ["FrameInfo", "frame_info", "is_truncated", "keep_frame_info"]

_KEY = "gpwidgets"


class FrameInfo(TypedDict, total=False):
    """The keys of ``frame.attrs["gpwidgets"]``; all values can be written as JSON.

    Attributes
    ----------
    aliases : dict of str to str
        Titles of columns.
    domains : dict of str to dict
        Coded values and ranges of columns, as sent.
    field_types : dict of str to str
        ``esriFieldType…`` of columns.
    object_id_field : str
        Name of the column with the object ids; empty when there is none.
    long_ids : list of str
        Columns with object ids of 64 bits.
    geometry_type : str
        ``esriGeometry…``, also of a frame without rows.
    spatial_reference : dict
        As sent.
    truncated : bool or None
        Whether the server held rows back; None where it does not say.
    renderer : dict
        How the server draws the features, as sent.
    layers : list of dict
        Name and number of rows of each layer, where there were several.
    layer : str
        Address of the layer that the rows were read from.
    completed_from : str
        Address of the layer that gave the rows which the result held back.
    provenance : dict
        Task, job, inputs without secrets, time and versions.
    """

    aliases: dict[str, str]
    domains: dict[str, Any]
    field_types: dict[str, str]
    object_id_field: str
    long_ids: list[str]
    geometry_type: str
    spatial_reference: dict[str, Any]
    truncated: bool | None
    renderer: dict[str, Any]
    layers: list[dict[str, Any]]
    layer: str
    completed_from: str
    provenance: dict[str, Any]


def frame_info(frame: Any) -> FrameInfo:
    """What a frame keeps; empty for one that no server sent, and for what is no frame."""
    attrs = getattr(frame, "attrs", None)
    info = attrs.get(_KEY) if isinstance(attrs, Mapping) else None
    return cast("FrameInfo", info if isinstance(info, dict) else {})


def keep_frame_info(frame: Any, info: Mapping[str, Any]) -> None:
    """Have a frame keep this, and nothing that it kept before."""
    frame.attrs[_KEY] = dict(info)


def is_truncated(frame: Any) -> bool:
    """Whether the server held rows of a frame back."""
    return bool(frame_info(frame).get("truncated"))
