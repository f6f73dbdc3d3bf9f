"""Tables, files and layers into the grid of a batch; what cannot be read is said there, and the rows stay."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pytest
import shapely
from widget_tools import alerts, fill, find_all, press, see, seen

import gpwidgets as gp

PLACES = geopandas.GeoDataFrame(
    {"Distance": ["1 km", "2 km"], "name": ["mill", "ford"]},
    geometry=shapely.points([[-84.2, 36.4], [-84.1, 36.3]]),
    crs=4326,
)
TABLE = pandas.DataFrame({"lon": [-84.2, -84.1], "lat": [36.4, 36.3], "Distance": ["1 km", "2 km"]})
POINTS = ["POINT (-84.2 36.4)", "POINT (-84.1 36.3)"]


@pytest.fixture
def grid(server: Any, tmp_path: Path) -> Iterator[Any]:
    made = gp.BatchWidget(server.url_of("BufferPoints"), {"Distance": ["9 km"]}, folder=tmp_path / "runs")
    yield made
    made.close()


def read(grid: Any, place: object) -> None:
    if not find_all(grid, "path of a file, or address of a layer", "textbox"):
        press(grid, "Import")
    fill(grid, "path of a file, or address of a layer", str(place))
    press(grid, "Read")


def values_of(grid: Any, column: str) -> list[str]:
    return [one.value for one in find_all(grid, f"{column}, row ", "textbox")]


def test_a_spreadsheet_becomes_rows(grid: Any, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    TABLE.to_excel(tmp_path / "sites.xlsx", index=False)
    read(grid, tmp_path / "sites.xlsx")
    see(grid, "2 rows taken.")
    assert values_of(grid, "Distance") == ["9 km", "1 km", "2 km"]
    assert values_of(grid, "Input Points") == ["", *POINTS]


def test_a_spreadsheet_with_several_sheets_asks_for_one(grid: Any, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "sites.xlsx"
    with pandas.ExcelWriter(path) as writer:
        pandas.DataFrame({"Read me": ["Sites of 2026"]}).to_excel(writer, sheet_name="About", index=False)
        TABLE.astype(str).replace(r"\.", ",", regex=True).to_excel(writer, sheet_name="Sites", index=False)
        pandas.DataFrame().to_excel(writer, sheet_name="Empty", index=False)
    read(grid, path)
    see(grid, "sites.xlsx holds several layers: About, Sites. Name one, as in sites.xlsx|layername=About")
    assert values_of(grid, "Distance") == ["9 km"]
    read(grid, f"{path}|layername=Sites")
    see(grid, "2 rows taken.")
    assert values_of(grid, "Input Points") == ["", *POINTS]


def test_files_of_features_become_rows_in_their_coordinate_system(grid: Any, tmp_path: Path) -> None:
    PLACES.to_file(tmp_path / "sites.geojson")
    read(grid, tmp_path / "sites.geojson")
    see(grid, "2 rows taken. Not inputs of this task; kept beside the results: name.")
    PLACES.to_crs(32616).to_file(tmp_path / "sites.gpkg", layer="sites")
    read(grid, tmp_path / "sites.gpkg")
    assert seen(lambda: len(values_of(grid, "Distance")) == 5)
    shapes = values_of(grid, "Input Points")
    assert shapes[:3] == ["", *POINTS]
    assert all(one.startswith("SRID=32616;POINT (") for one in shapes[3:])


def test_a_layer_of_a_service_becomes_rows(server: Any, tmp_path: Path) -> None:
    grid = gp.BatchWidget(server.url_of("BufferPoints"), folder=tmp_path, Distance="1 km")
    read(grid, f"{server.url}/Hosted/Earthquakes/FeatureServer/0")
    see(grid, "rows taken. Not inputs of this task; kept beside the results: ")
    shapes = values_of(grid, "Input Points")
    assert len(shapes) == 10
    assert all(one.startswith("POINT (") for one in shapes)
    grid.close()


def test_rows_pasted_from_a_spreadsheet_with_decimal_commas(grid: Any) -> None:
    press(grid, "Paste rows")
    fill(grid, "Rows for the grid", "lon\tlat\tDistance\n-84,2\t36,4\t1,5 km\n-84.1\t36.3\t2 km\n")
    press(grid, "Add these rows")
    see(grid, "2 rows taken.")
    assert values_of(grid, "Input Points") == ["", *POINTS]


WRONG = {
    "page.xlsx": (b"<html>Sign in</html>", "'page.xlsx' cannot be read"),
    "cut.xlsx": (b"PK\x03\x04 nothing", "'cut.xlsx' cannot be read"),
    "text.gpkg": (b"nothing", "it is no GeoPackage, although its name says so"),
    "cut.geojson": (b'{"type":"FeatureCollection"', "cut.geojson cannot be read"),
    "ragged.csv": (b"lon,lat\n1,2\n1,2,3,4\n", "Expected 2 fields in line 3, saw 4"),
    "headings.csv": (b"lon,lat,Distance\n", "There are no rows in it."),
    "photo.jpg": (b"\xff\xd8\xff\xe0", "its kind is not known"),
}


def test_a_wrong_file_is_said_and_the_rows_stay(grid: Any, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    for name, (body, said) in WRONG.items():
        (tmp_path / name).write_bytes(body)
        read(grid, tmp_path / name)
        assert seen(lambda said=said: any(said in one for one in alerts(grid))), name
        assert values_of(grid, "Distance") == ["9 km"], name


def test_coordinates_that_are_none_are_said_and_kept(grid: Any, tmp_path: Path) -> None:
    (tmp_path / "utm.csv").write_text("lon,lat,Distance\n751106,4031958,1 km\nhere,there,2 km\n")
    read(grid, tmp_path / "utm.csv")
    see(grid, "2 rows taken.")
    see(grid, "They have no place: The columns 'lon' and 'lat' must hold numbers")
    assert values_of(grid, "Distance") == ["9 km", "1 km", "2 km"]
