"""Files that are not what their name says: no other file is read for them, and no host is asked."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from canaries import MARK, CanaryServer, canary_file

from gpwidgets import bounds
from gpwidgets.convert.files._closed_gdal import CLOSED, closed_gdal
from gpwidgets.convert.rendering.rasters import read_raster
from gpwidgets.convert.user_input.file_layers import layer_names, read_layer, read_layers
from gpwidgets.convert.user_input.readers import to_frame, to_table
from gpwidgets.errors import ConversionError, GPWarning

NAMES = [
    "a.geojson",
    "a.kml",
    "a.gml",
    "a.gpx",
    "a.gpkg",
    "a.shp",
    "a.dbf",
    "a.fgb",
    "a.parquet",
    "a.json",
    "a.csv",
]
FRAME = geopandas.GeoDataFrame({"n": [1, 2]}, geometry=[shapely.Point(1, 2), shapely.Point(3, 4)], crs=4326)


@pytest.fixture
def canary() -> Iterator[CanaryServer]:
    server = CanaryServer()
    yield server
    server.close()


KML = 'xmlns="http://www.opengis.net/kml/2.2"'


def vrt(source: str) -> str:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="canary"><SrcDataSource relativeToVRT="0">{source}'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )


def strange(file: Path, origin: str) -> dict[str, str]:
    """Contents by what they are; each names the canaries."""
    url = f"{origin}/x.geojson"
    return {
        "a virtual layer": vrt(str(file)),
        "a virtual layer of the web": vrt(f"/vsicurl/{url}"),
        "a virtual layer in KML": f"<kml {KML}><!-- {vrt(str(file))} --></kml>",
        "a virtual layer inside": f"<kml>{vrt(str(file))}</kml>",
        "a list of services": f"<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>",
        "a pipeline": json.dumps(
            {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline read {file}"}
        ),
        "a pipeline among features": json.dumps(
            {
                "type": "FeatureCollection",
                "features": [],
                "x": {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline read {file}"},
            }
        ),
        "an address": url,
        "a path": str(file),
        "KML with an entity": (
            f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file://{file}">]><kml xmlns="http://www.opengis.net/kml/2.2">'
            "<Placemark><name>&x;</name><Point><coordinates>1,2</coordinates></Point></Placemark></kml>"
        ),
        "KML with a link": (
            '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link><href>'
            f"{url}</href></Link></NetworkLink></Document></kml>"
        ),
        "GML with a schema": (
            '<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
            'xmlns:gml="http://www.opengis.net/gml" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xsi:schemaLocation="x {origin}/x?SERVICE=WFS&amp;REQUEST=DescribeFeatureType">'
            '<gml:featureMember><ogr:a fid="a.0"><ogr:geometryProperty><gml:Point srsName="EPSG:4326">'
            "<gml:coordinates>1,2</gml:coordinates></gml:Point></ogr:geometryProperty></ogr:a>"
            "</gml:featureMember></ogr:FeatureCollection>"
        ),
        "GPX of the web": f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" a="{url}"></gpx>',
    }


KINDS = list(strange(Path("x"), ""))


def shown_by(read: Callable[[], Any]) -> str:
    """All that comes out of reading a file, be it an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = read()
        except ConversionError as error:
            return str(error)
    frames = found.values() if isinstance(found, dict) else [found]
    return " ".join(frame.to_csv() if hasattr(frame, "to_csv") else str(frame) for frame in frames)


def readers_of(path: Path) -> list[Callable[[], Any]]:
    return [
        lambda: read_layers(path),
        lambda: [read_layer(path, name) for name in layer_names(path)],
        lambda: read_layer(path, "canary"),
        lambda: to_frame(path),
        lambda: to_table(path),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_no_other_file_is_read_and_no_host_asked(kind: str, canary: CanaryServer, tmp_path: Path) -> None:
    file = canary_file(tmp_path)
    for name in NAMES:
        path = tmp_path / name
        path.write_text(strange(file, canary.origin)[kind])
        for read in readers_of(path):
            said = shown_by(read)
            assert MARK not in said, name
        path.unlink()
    assert canary.connections == 0


@pytest.mark.parametrize("kind", KINDS)
def test_nor_for_a_file_in_an_archive(kind: str, canary: CanaryServer, tmp_path: Path) -> None:
    file = canary_file(tmp_path)
    for name in NAMES:
        path = tmp_path / "all.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"folder/{name}", strange(file, canary.origin)[kind])
        for read in readers_of(path):
            assert MARK not in shown_by(read), name
    assert canary.connections == 0


@pytest.mark.filterwarnings("ignore")
def test_the_canaries_sing_when_they_are_touched(canary: CanaryServer, tmp_path: Path) -> None:
    path = tmp_path / "a.vrt"
    path.write_text(vrt(str(canary_file(tmp_path))))
    assert MARK in geopandas.read_file(path).to_csv()
    # In a process of its own: an old pyogrio lets no other thread run meanwhile, the canary's neither.
    read = "import sys, pyogrio; pyogrio.read_dataframe(sys.argv[1])"
    command = [sys.executable, "-c", read, f"/vsicurl/{canary.origin}/x.geojson"]
    subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert canary.connections > 0


@pytest.mark.filterwarnings("ignore")
def test_gdal_reaches_no_host_while_its_doors_are_shut_and_all_afterwards(canary: CanaryServer) -> None:
    before = {name: pyogrio.get_gdal_config_option(name) for name in CLOSED}
    with closed_gdal():
        with closed_gdal():
            pass
        for address in ("/vsicurl/", ""):
            with pytest.raises(pyogrio.errors.DataSourceError):
                pyogrio.read_dataframe(f"{address}{canary.origin}/x.geojson")
    assert canary.connections == 0
    assert {name: pyogrio.get_gdal_config_option(name) for name in CLOSED} == before


def test_a_table_that_stands_for_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    FRAME.to_file(path, driver="GPKG")
    assert len(read_layers(path)["a"]) == 2
    with closing(sqlite3.connect(path)) as package:
        package.execute("PRAGMA writable_schema = ON")
        package.execute(
            "INSERT INTO sqlite_master "
            "VALUES ('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x USING VirtualOGR(1)')"
        )
        package.commit()
    for read in readers_of(path)[:2]:
        assert "outside of the file" in shown_by(read)


def test_a_file_of_the_user_of_an_unknown_kind_is_read_with_a_word(tmp_path: Path) -> None:
    path = tmp_path / "a.topojson.dxf"
    FRAME[["geometry"]].to_file(path, driver="DXF")
    with pytest.warns(GPWarning, match="GDAL decides"):
        assert len(to_frame(path)) == 2
    with pytest.raises(ConversionError, match="its kind is not known"):
        read_layers(path)


WRITTEN = {
    "a.geojson": {"driver": "GeoJSON"},
    "a.gpkg": {"driver": "GPKG"},
    "a.shp": {"driver": "ESRI Shapefile"},
    "a.fgb": {"driver": "FlatGeobuf"},
    "a.gml": {"driver": "GML"},
    "a.kml": {"driver": "KML"},
}


@pytest.mark.parametrize("name", WRITTEN)
def test_good_files_are_read_as_gdal_reads_them(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    FRAME.to_file(path, **WRITTEN[name])
    plain = geopandas.read_file(path)
    # A schema beside GML names the types of its columns; that of a server could name further files.
    of_a_server = [] if name == "a.gml" else [next(iter(read_layers(path).values()))]
    for found in (to_frame(path), *of_a_server):
        assert found.crs == plain.crs
        assert list(found.columns) == list(plain.columns)
        assert found.drop(columns="geometry").equals(plain.drop(columns="geometry"))
        np.testing.assert_array_equal(found.get_coordinates(), plain.get_coordinates())


def test_dates_and_nested_values_of_geojson_are_what_gdal_makes_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    point = {"type": "Point", "coordinates": [1, 2]}
    properties = {"when": "2024-05-01T10:00:00Z", "list": [1, 2], "deep": {"a": None}, "ä": "<&>"}
    features = [{"type": "Feature", "id": 7, "properties": properties, "geometry": point}]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::31370"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "name": "x", "crs": crs, "features": features}))
    found, plain = to_frame(path), geopandas.read_file(path)
    assert found.crs == plain.crs == 31370
    assert found.to_csv() == plain.to_csv()


def test_an_archive_that_unpacks_to_too_much_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "a.geojson", b'{"type": "FeatureCollection", "features": [' + b" " * 3_000_000 + b"]}"
        )
    assert path.stat().st_size < 10_000
    monkeypatch.setenv("GPWIDGETS_BOUND_UNPACKED", "1000000")
    with pytest.raises(
        ConversionError, match=r"a\.zip unpacks to more than 0 MB; gpwidgets\.bounds\.raise_to"
    ):
        read_layers(path)
    monkeypatch.setenv("GPWIDGETS_BOUND_UNPACKED", "10000000")
    assert len(read_layers(path)["a"]) == 0


def test_text_that_is_too_large_or_too_deep_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.kml"
    path.write_text("<kml>" + "<Folder>" * 200 + "</Folder>" * 200 + "</kml>")
    with pytest.raises(ConversionError, match="more than 100 levels"):
        read_layers(path)
    monkeypatch.setenv("GPWIDGETS_BOUND_TEXT_FILE", "1000")
    with pytest.raises(ConversionError, match="raise_to"):
        read_layers(path)


@pytest.mark.parametrize("content", KINDS)
def test_a_raster_is_opened_as_what_its_name_says_only(
    content: str, canary: CanaryServer, tmp_path: Path
) -> None:
    pytest.importorskip("PIL")
    for name in ("a.tif", "a.png", "a.jpg", "a.img", "a.vrt"):
        path = tmp_path / name
        path.write_text(strange(canary_file(tmp_path), canary.origin)[content])
        with pytest.raises(ConversionError, match=r"although its name says so|not opened"):
            read_raster(path)
    assert canary.connections == 0


def test_a_bound_is_raised_in_python_and_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bounds.limit("depth") == 100
    monkeypatch.setenv("GPWIDGETS_BOUND_DEPTH", "120")
    assert bounds.limit("depth") == 120
    monkeypatch.setattr(bounds, "_raised", {})
    bounds.raise_to("depth", 150)
    assert bounds.limit("depth") == 150
    with pytest.raises(ValueError, match="there is no bound 'width'"):
        bounds.raise_to("width", 1)
    with pytest.raises(ValueError, match="positive whole number"):
        bounds.raise_to("depth", 0)
