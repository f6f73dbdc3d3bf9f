"""Files say where they came from, in places that other programs read or pass over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import Point

import gpwidgets as gp
from gpwidgets.convert.storage.geopackages import add_layer
from gpwidgets.protocol.frame_info import keep_frame_info

TOLD = {
    "task": "https://gis.example.com/arcgis/rest/services/A/GPServer/Größe?token=SECRETMARK",
    "job_id": "j1",
    "inputs": {"Name": 'a "b" <c> & {d}\n', "Note": "token=SECRETMARK"},
    "time": "2026-01-02T03:04:05+00:00",
}
READ = json.loads(json.dumps(TOLD).replace("SECRETMARK", "***"))
FEATURES = [".gpkg", ".parquet", ".geojson", ".zip", ".csv"]
TABLES = [".csv", ".parquet", ".gpkg"]


@pytest.fixture
def features() -> geopandas.GeoDataFrame:
    frame = geopandas.GeoDataFrame({"a": [1, 2]}, geometry=[Point(10, 59), None], crs=4326)
    keep_frame_info(frame, {"provenance": TOLD})
    return frame


@pytest.fixture
def table() -> pd.DataFrame:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    keep_frame_info(frame, {"provenance": TOLD})
    return frame


def needs_arrow(ending: str) -> None:
    if ending == ".parquet":
        pytest.importorskip("pyarrow")


@pytest.mark.parametrize("ending", FEATURES)
def test_features_say_where_they_came_from(features: Any, tmp_path: Path, ending: str) -> None:
    needs_arrow(ending)
    path = tmp_path / f"a{ending}"
    assert gp.save_frame(features, path) == ""
    assert gp.provenance(path) == READ
    assert all(b"SECRETMARK" not in one.read_bytes() for one in tmp_path.iterdir())
    if ending == ".parquet":
        back = geopandas.read_parquet(path)
    elif ending == ".csv":
        back = pd.read_csv(path)
    else:
        back = geopandas.read_file(path)
    assert back["a"].tolist() == [1, 2]


@pytest.mark.parametrize("ending", TABLES)
def test_tables_say_where_they_came_from(table: Any, tmp_path: Path, ending: str) -> None:
    needs_arrow(ending)
    path = tmp_path / f"a{ending}"
    gp.save_frame(table, path)
    assert gp.provenance(path) == READ


def test_gdal_lists_it_with_each_layer_of_a_geopackage(features: Any, table: Any, tmp_path: Path) -> None:
    keep_frame_info(table, {"provenance": {"task": "other"}})
    path = tmp_path / "a.gpkg"
    add_layer(path, "shapes", features)
    add_layer(path, "rows", table)
    listed = {name: pyogrio.read_info(path, layer=name)["layer_metadata"] for name in ("shapes", "rows")}
    assert json.loads(listed["shapes"]["gpwidgets_provenance"]) == READ
    assert gp.provenance(path, layer="rows") == {"task": "other"}
    assert gp.provenance(path) == READ


def test_the_metadata_of_csv_lie_where_csv_on_the_web_wants_them(table: Any, tmp_path: Path) -> None:
    gp.save_frame(table, tmp_path / "a.csv")
    document = json.loads((tmp_path / "a.csv-metadata.json").read_text())
    assert document["@context"] == "http://www.w3.org/ns/csvw"
    assert document["url"] == "a.csv"


def test_somebody_elses_metadata_are_not_written_over(table: Any, tmp_path: Path) -> None:
    beside = tmp_path / "a.csv-metadata.json"
    beside.write_text('{"mine": 1}')
    gp.save_frame(table, tmp_path / "a.csv")
    assert beside.read_text() == '{"mine": 1}'
    with pytest.raises(gp.ConversionError, match="does not say"):
        gp.provenance(tmp_path / "a.csv")
    beside.unlink()
    gp.save_frame(table, tmp_path / "b.csv")
    (tmp_path / "b.csv").unlink()
    keep_frame_info(table, {"provenance": {"task": "later"}})
    gp.save_frame(table, tmp_path / "b.csv")
    assert gp.provenance(tmp_path / "b.csv") == {"task": "later"}


@pytest.mark.parametrize("ending", FEATURES)
def test_a_frame_of_no_server_is_saved_without(tmp_path: Path, ending: str) -> None:
    needs_arrow(ending)
    path = tmp_path / f"a{ending}"
    gp.save_frame(geopandas.GeoDataFrame({"a": [1]}, geometry=[Point(10, 59)], crs=4326), path)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    with pytest.raises(gp.ConversionError, match="does not say"):
        gp.provenance(path)


def test_what_is_there_is_not_written_over_and_other_endings_are_refused(features: Any, tmp_path) -> None:
    gp.save_frame(features, tmp_path / "a.GPKG")
    with pytest.raises(FileExistsError):
        gp.save_frame(features, tmp_path / "a.GPKG")
    with pytest.raises(gp.ConversionError, match=r"\.gpkg"):
        gp.save_frame(features, tmp_path / "a.docx")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "{"),
        ("a.geojson", "[]"),
        ("a.zip", "no zip"),
        ("a.geojson", "[" * 100_000),
        ("a.gpkg", "x"),
    ],
)
def test_a_file_that_is_something_else_is_said(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(gp.ConversionError, match=name.replace(".", r"\.")):
        gp.provenance(tmp_path / name)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        gp.provenance(tmp_path / "a.gpkg")
