"""Frames from feature sets and feature sets from frames: the doors that the other floors use."""

from __future__ import annotations

from gpwidgets.convert.featuresets.reading import features_to_frame, read_features, records_to_frame
from gpwidgets.convert.featuresets.writing import frame_to_features, frame_to_records, write_features

__all__ = [
    "features_to_frame",
    "frame_to_features",
    "frame_to_records",
    "read_features",
    "records_to_frame",
    "write_features",
]
