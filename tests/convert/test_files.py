"""Frames and tables from files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest
import shapely
from convert.strategies import frame_of

from gpwidgets.convert.featuresets.frames import write_features
from gpwidgets.convert.user_input.readers import to_frame, to_table
from gpwidgets.errors import ConversionError

POINTS = [shapely.Point(1, 2), shapely.Point(3, 4)]


@pytest.fixture
def frame() -> geopandas.GeoDataFrame:
    return frame_of(POINTS, name=["a", "b"])


Write = Callable[[geopandas.GeoDataFrame, Path], None]
FORMATS: dict[str, Write] = {
    "a.geojson": lambda frame, path: frame.to_file(path),
    "geojson.json": lambda frame, path: frame.to_file(path, driver="GeoJSON"),
    "esri.json": lambda frame, path: path.write_bytes(write_features(frame)) and None,
    "a.gpkg": lambda frame, path: frame.to_file(path),
    "a.shp": lambda frame, path: frame.to_file(path),
    "a.shz": lambda frame, path: frame.to_file(path, driver="ESRI Shapefile"),
    "points.csv": lambda frame, path: table_of(frame).to_csv(path, index=False),
    "points.tsv": lambda frame, path: table_of(frame).to_csv(path, index=False, sep="\t"),
    "german.csv": lambda frame, path: table_of(frame).to_csv(path, index=False, sep=";", decimal=","),
    "excel.csv": lambda frame, path: table_of(frame).to_csv(path, index=False, encoding="utf-8-sig"),
    "wkt.csv": lambda frame, path: wkt_of(frame).to_csv(path, index=False),
}


def table_of(frame: geopandas.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame({"name": frame["name"], "Lon": frame.geometry.x, "Lat": frame.geometry.y})


def wkt_of(frame: geopandas.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame({"name": frame["name"], "WKT": frame.geometry.to_wkt()})


@pytest.mark.parametrize(("name", "write"), FORMATS.items(), ids=FORMATS)
def test_files_of_the_usual_formats_are_read(
    name: str, write: Write, frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / name
    write(frame, path)
    for given in (path, str(path)):
        found = to_frame(given)
        assert found.geometry.tolist() == POINTS
        assert found["name"].tolist() == ["a", "b"]
        assert found.crs == "EPSG:4326"


@pytest.mark.parametrize(("name", "write"), FORMATS.items(), ids=FORMATS)
def test_the_rows_of_the_same_files_are_tables(
    name: str, write: Write, frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / name
    write(frame, path)
    table = to_table(path)
    assert type(table) is pd.DataFrame
    assert table["name"].tolist() == ["a", "b"]
    assert "geometry" not in table.columns


def test_a_zipped_shapefile_is_read(frame: geopandas.GeoDataFrame, tmp_path: Path) -> None:
    import zipfile

    frame.to_file(tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for part in tmp_path.glob("a.*"):
            archive.write(part, part.name)
    assert to_frame(tmp_path / "all.zip").geometry.tolist() == POINTS


def test_the_attributes_of_a_shapefile_are_a_table_on_their_own(
    frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    frame.to_file(tmp_path / "a.shp")
    for part in tmp_path.glob("a.*"):
        if part.suffix != ".dbf":
            part.unlink()
    assert to_table(tmp_path / "a.dbf")["name"].tolist() == ["a", "b"]
    with pytest.raises(ConversionError, match="no geometry"):
        to_frame(tmp_path / "a.dbf")


def test_a_file_without_a_system_stays_without_unless_one_is_given(
    frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    frame.to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    assert to_frame(tmp_path / "a.shp").crs is None
    assert to_frame(tmp_path / "a.shp", crs=3857).crs == "EPSG:3857"


def test_text_and_leading_zeros_of_json_rows_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([{"zip": "00501", "n": 1}]), encoding="utf-8")
    assert to_table(path).to_dict("records") == [{"zip": "00501", "n": 1}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.geojson", b'{"type": "FeatureCollection"'),
        ("a.json", b"{"),
        ("a.json", b"[1, 2, 3, 4]"),
        ("a.gpkg", b"nothing"),
        ("a.shp", b"nothing"),
        ("a.zip", b"PK"),
        ("a.csv", b""),
        ("a.csv", b"a,b\n1,2\n"),
        ("a.csv", b"lon,lat\n1,2\n1,2,3\n"),
        ("a.csv", b"lon,lat\n\xff\xfe,2\n"),
        ("a.parquet", b"nothing"),
        ("a.xlsx", b"nothing"),
        ("a.unknown", b"nothing"),
        ("a", b"nothing"),
    ],
)
def test_damaged_files_are_refused_by_name(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ConversionError, match=r"\w+ \w+ \w+"):
        to_frame(path)


@pytest.mark.parametrize("name", ["a.geojson", "a.csv", "a.json", "a.parquet", "a.xlsx", "a.shp"])
def test_files_that_are_not_there_are_told(name: str, tmp_path: Path) -> None:
    for read in (to_frame, to_table):
        with pytest.raises(ConversionError, match="no file"):
            read(tmp_path / name)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    for value in (tmp_path, str(tmp_path)):
        with pytest.raises(ConversionError, match="cannot be read"):
            to_frame(value)


def test_geoparquet_is_read_where_its_package_is_there(frame: geopandas.GeoDataFrame, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame.to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"n": [1]}).to_parquet(tmp_path / "plain.parquet")
    assert to_frame(tmp_path / "a.parquet").geometry.tolist() == POINTS
    assert list(to_table(tmp_path / "a.parquet").columns) == ["name"]
    assert to_table(tmp_path / "plain.parquet")["n"].tolist() == [1]


def test_a_spreadsheet_is_read_where_its_package_is_there(
    frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    pytest.importorskip("openpyxl")
    table_of(frame).to_excel(tmp_path / "a.xlsx", index=False)
    assert to_frame(tmp_path / "a.xlsx").geometry.tolist() == POINTS


TABLES: dict[str, Any] = {
    "table": pd.DataFrame({"a": [1, 2]}),
    "rows": [{"a": 1}, {"a": 2}],
    "columns": {"a": [1, 2]},
    "array columns": {"a": pd.Series([1, 2])},
    "text of rows": '[{"a": 1}, {"a": 2}]',
    "text of columns": '{"a": [1, 2]}',
    "record set": {"features": [{"attributes": {"a": 1}}, {"attributes": {"a": 2}}]},
    "records": [{"attributes": {"a": 1}}, {"attributes": {"a": 2}}],
    "frame": frame_of(POINTS, a=[1, 2]),
    "series": pd.Series([1, 2], name="a"),
    "GeoJSON": json.loads(frame_of(POINTS, a=[1, 2]).to_json()),
}


@pytest.mark.parametrize("value", TABLES.values(), ids=TABLES)
def test_every_form_of_a_table_is_the_same_table(value: Any) -> None:
    table = to_table(value)
    assert type(table) is pd.DataFrame
    assert list(table.columns) == ["a"]
    assert table["a"].tolist() == [1, 2]


def test_one_row_and_no_rows_are_tables_too() -> None:
    assert to_table({"a": 1, "b": "x"}).to_dict("records") == [{"a": 1, "b": "x"}]
    assert to_table({"attributes": {"a": 1}}).to_dict("records") == [{"a": 1}]
    assert len(to_table([])) == 0
    assert list(to_table({"fields": [{"name": "a", "type": "esriFieldTypeInteger"}]}).columns) == ["a"]


@pytest.mark.parametrize("value", [None, 5, "", " ", "a\nb", "{", [1, 2], {"a": [1], "b": [1, 2]}, object()])
def test_what_holds_no_rows_is_refused_with_a_sentence(value: Any) -> None:
    with pytest.raises(ConversionError, match=r"\w+ \w+ \w+"):
        to_table(value)
