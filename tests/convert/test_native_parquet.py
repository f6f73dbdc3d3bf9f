"""Parquet files with native geometry, which geopandas takes for plain tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from gpwidgets.convert.user_input.readers import to_frame

pa = pytest.importorskip("pyarrow", minversion="21.0")


class Wkb(pa.ExtensionType):  # type: ignore[misc, name-defined]
    """What pyarrow writes as a native geometry."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        super().__init__(pa.binary(), "geoarrow.wkb")

    def __arrow_ext_serialize__(self) -> bytes:
        return json.dumps(self.told).encode()

    @classmethod
    def __arrow_ext_deserialize__(cls, storage: Any, text: bytes) -> Wkb:
        return cls(json.loads(text or b"{}"))


@pytest.fixture
def extension() -> Iterator[None]:
    pa.register_extension_type(Wkb({}))
    yield
    pa.unregister_extension_type("geoarrow.wkb")


SHAPES = [shapely.Point(500000, 5500000), None, shapely.from_wkt("LINESTRING Z (0 0 1, 1 1 2)")]


def written(path: Path, told: dict[str, Any], name: str = "place") -> Path:
    import pyarrow.parquet

    storage = pa.array(shapely.to_wkb(np.array(SHAPES), flavor="iso").tolist(), pa.binary())
    column = pa.ExtensionArray.from_storage(Wkb(told), storage)
    table = pa.table({"n": [1, 2, 3], name: column})
    pyarrow.parquet.write_table(table, path, store_schema=False)
    return path


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"crs": "EPSG:25832"}, 25832),
        ({"crs": "srid:25832", "crs_type": "srid"}, 25832),
        ({"crs": pyproj.CRS.from_epsg(25832).to_json_dict(), "crs_type": "projjson"}, 25832),
        ({}, 4326),
        ({"crs": "OGC:CRS84"}, 4326),
        ({"crs": "EPSG:4258", "edges": "spherical"}, 4258),
    ],
    ids=["authority", "srid", "projjson", "nothing", "CRS84", "geography"],
)
def test_native_geometry_is_read_in_its_system(
    told: dict[str, Any], code: int, tmp_path: Path, extension: None
) -> None:
    path = written(tmp_path / "a.parquet", told)
    frame = to_frame(path)
    assert frame.crs.to_epsg() == code
    assert frame.geometry.tolist() == SHAPES
    assert frame["n"].tolist() == [1, 2, 3]
    assert frame.geometry.name == "place"


def test_a_table_without_geometry_stays_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"lon": [8.0], "lat": [50.0]}).to_parquet(path)
    assert to_frame(path).geometry.tolist() == [shapely.Point(8, 50)]
