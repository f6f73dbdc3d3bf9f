"""Layers of files: listed by name, and read one by one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas
import pytest
import shapely

from gpwidgets.convert.storage.shapefiles import write_shapefile
from gpwidgets.convert.user_input.file_layers import layer_names, read_layer, read_layers
from gpwidgets.errors import ConversionError

FRAME = geopandas.GeoDataFrame({"n": [1, 2]}, geometry=[shapely.Point(1, 2), shapely.Point(3, 4)], crs=4326)
KML = """<?xml version="1.0"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>walk</name>
<Placemark><name>a</name><Point><coordinates>1,2</coordinates></Point></Placemark>
<Placemark><name>b</name><Point><coordinates>3,4</coordinates></Point></Placemark>
</Folder></Document></kml>
"""


def test_layers_of_a_geopackage_and_of_a_kml_are_read_by_name(tmp_path: Path) -> None:
    package = tmp_path / "a.gpkg"
    FRAME.to_file(package, driver="GPKG", layer="one")
    FRAME.iloc[:1].to_file(package, driver="GPKG", layer="two")
    assert layer_names(package) == ["one", "two"]
    assert len(read_layer(package, "two")) == 1
    kml = tmp_path / "b.kml"
    kml.write_text(KML)  # by hand: old versions of GDAL write KML with the axes the wrong way round
    assert layer_names(kml) == ["walk"]
    found = read_layer(kml, "walk")
    assert found.get_coordinates().to_numpy() == pytest.approx(FRAME.get_coordinates().to_numpy())


def test_every_shapefile_in_a_zip_is_a_layer_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, frame in (("a", FRAME), ("b", FRAME.iloc[:1].to_crs(32631))):
            part = tmp_path / f"{name}.zip"
            write_shapefile(frame, part)
            with zipfile.ZipFile(part) as inner:
                for member in inner.namelist():
                    archive.writestr(f"folder/{member}", inner.read(member))
    assert layer_names(path) == ["folder/a.shp/a", "folder/b.shp/b"]
    found = read_layer(path, "folder/b.shp/b")
    assert found.crs == 32631
    assert len(found) == 1


def test_formats_without_layers_are_read_as_they_are(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("x,y\n1,2\n")
    assert layer_names(table) == []
    assert list(read_layer(table).columns) == ["x", "y"]
    text = tmp_path / "esri.json"
    text.write_text('{"geometryType": "esriGeometryPoint", "features": [{"geometry": {"x": 1, "y": 2}}]}')
    assert read_layer(text).geometry.iloc[0].equals(shapely.Point(1, 2))
    assert read_layer(text).crs is None


def test_a_file_that_is_missing_or_holds_nothing_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="no file"):
        layer_names(tmp_path / "none.gpkg")
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(ConversionError, match="holds no shapefile"):
        layer_names(empty)
    broken = tmp_path / "broken.gpkg"
    broken.write_text("nothing of use")
    with pytest.raises(ConversionError, match="cannot be read"):
        layer_names(broken)
    with pytest.raises(ConversionError, match="cannot be read"):
        read_layer(broken, "one")


def test_layers_of_a_geodatabase_are_read_from_a_folder_and_from_an_archive(tmp_path: Path) -> None:
    folder = tmp_path / "t.gdb"
    frame = FRAME.astype({"n": "int32"})
    frame.to_file(folder, driver="OpenFileGDB", layer="two")
    frame.iloc[:1].to_file(folder, driver="OpenFileGDB", layer="one", mode="a")
    packed = tmp_path / "t.gdb.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, f"t.gdb/{part.name}")
    for path in (folder, packed):
        assert sorted(layer_names(path)) == ["one", "two"]
        assert len(read_layer(path, "two")) == 2
    assert sorted(read_layers(packed)) == ["one", "two"]


def test_json_in_an_archive_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "esri.json", '{"features": [{"geometry": {"x": 1, "y": 2}, "attributes": {"a": 1}}]}'
        )
    assert layer_names(path) == ["esri.json/esri"]
    for found in (read_layer(path, "esri.json/esri"), read_layers(path)["esri"]):
        assert found.geometry.tolist() == [shapely.Point(1, 2)]
