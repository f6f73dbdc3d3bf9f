"""GDAL's own reader of Esri JSON, and GeoJSON that other projects made, find the same as ours."""

from __future__ import annotations

import io
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from convert.strategies import assert_same_shapes, frame_of, geometry_columns
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import recorded

from gpwidgets.convert.featuresets.frames import read_features, write_features

pytestmark = pytest.mark.filterwarnings("ignore::gpwidgets.errors.GPWarning")


#: Before 3.8, GDAL reads no dates from Esri JSON and refuses some feature sets that are right.
recent_gdal = pytest.mark.skipif(pyogrio.__gdal_version__ < (3, 8), reason="GDAL is too old to judge")

#: Recorded feature sets that GDAL reads differently, or not at all, and why ours is right.
DIFFERENT = {
    "agol_PointHasM.json": "GDAL leaves the measures of points out",
    "agol_PointHasZM.json": "GDAL leaves the measures of points out",
    "agol_LineHasZM.json": "GDAL loses lines whose measures are null",
    "agol_PolygonHasZ.json": "a ring that ends at another height than it starts at ends at its start",
    "agol_arcGISPointResponse.json": "GDAL asks the server for further pages of a truncated set",
    "agol_arcGISPolygonResponse.json": "GDAL asks the server for further pages of a truncated set",
    "doc_featurecollection_layer.json": "GDAL knows no feature collections",
    "doc_map_query_statistics.json": "there is no geometry, so GDAL gives a plain table",
    "gdal_esrijsonstartingwithfeaturesgeometry.json": "without hasZ a third number is not a height",
    "gdal_esrizlinestring.json": "without hasZ a third number is not a height",
    "pyesridump_statistics_sql_field_names.json": "there is no geometry, so GDAL gives a plain table",
}


def gdal(body: bytes) -> geopandas.GeoDataFrame:
    with warnings.catch_warnings():
        # GDAL warns of containers without z that it made for parts with z, and reads them all the same.
        warnings.simplefilter("ignore", RuntimeWarning)
        found = geopandas.read_file(io.BytesIO(body))
        if find_spec("pyarrow") is not None:  # by the other way, pyogrio leaves measures out
            found.geometry = geopandas.read_file(io.BytesIO(body), use_arrow=True).geometry.array
        return found


@settings(max_examples=60)
@given(geometry_columns().filter(lambda shapes: any(shape is not None for shape in shapes)))
def test_gdal_reads_what_we_write(shapes: list[Any]) -> None:
    frame = frame_of(shapes, crs=3857)
    found = gdal(write_features(frame))
    assert found.crs == frame.crs
    assert_same_shapes(pd.Series(found.geometry).map(simple), frame.geometry.map(simple))


@recent_gdal
@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(-(2**31), 2**31 - 1),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
            st.none() | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")),
            # GDAL rounds the seconds of moments before 1970 wrongly, so these are whole.
            st.none()
            | st.datetimes(pd.Timestamp("1970-01-01"), pd.Timestamp("2200-01-01"))
            | st.datetimes(pd.Timestamp("1700-01-01"), pd.Timestamp("1970-01-01")).map(
                lambda moment: moment.replace(microsecond=0)
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_gdal_reads_the_values_that_we_write(rows: list[tuple[Any, ...]]) -> None:
    whole, number, text, moment = zip(*rows, strict=True)
    frame = frame_of(
        [shapely.Point(0, 0)] * len(rows),
        whole=pd.array(whole, dtype="Int32"),
        number=np.array(number, dtype=float),
        text=pd.Series(text, dtype=object),
        moment=pd.Series(moment, dtype="datetime64[us]").astype("datetime64[ms]"),
    )
    found = gdal(write_features(frame))
    assert [None if pd.isna(v) else int(v) for v in found["whole"]] == list(whole)
    np.testing.assert_array_equal(found["number"].astype(float), frame["number"])
    assert [None if pd.isna(v) else v for v in found["text"]] == list(text)
    moments = pd.to_datetime(found["moment"], utc=True).dt.tz_localize(None).astype("datetime64[ms]")
    assert moments.isna().tolist() == frame["moment"].isna().tolist()
    assert moments.dropna().tolist() == frame["moment"].dropna().tolist()


@recent_gdal
@pytest.mark.parametrize(
    "path",
    [path for path in recorded("featureset") if path.name not in DIFFERENT],
    ids=lambda path: path.name,
)
def test_gdal_finds_the_same_geometries_in_recorded_feature_sets(path: Path) -> None:
    ours, theirs = read_features(path.read_bytes()), gdal(path.read_bytes())
    assert_same_shapes(theirs.geometry.map(simple), ours.geometry.map(simple))


def simple(shape: Any) -> Any:
    """A geometry of one part as that part, which is how one reader or the other likes it."""
    if shape is None or shape.is_empty:
        return None
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape
