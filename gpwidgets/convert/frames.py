"""Feature sets and record sets of the wire to frames and back.

`read_features` and `features_to_frame` give a GeoDataFrame, `records_to_frame` a DataFrame;
`write_features`, `frame_to_features` and `frame_to_records` are the ways back.
"""

from gpwidgets.convert.reading import features_to_frame, read_features, records_to_frame
from gpwidgets.convert.writing import frame_to_features, frame_to_records, write_features

__all__ = [
    "features_to_frame",
    "frame_to_features",
    "frame_to_records",
    "read_features",
    "records_to_frame",
    "write_features",
]
