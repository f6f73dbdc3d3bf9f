"""Tools called like functions: what goes in and what comes back, checked by other means than ours."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import geopandas
import pandas as pd
import pyproj
import pytest
import shapely
from shapely.geometry import Point

import gpwidgets as gp
from gpwidgets.protocol.values import FieldRef

PLACES = {"Oslo": (10.75, 59.91), "Quito": (-78.47, -0.18), "Sydney": (151.21, -33.87)}
GEOD = pyproj.Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def places() -> geopandas.GeoDataFrame:
    points = [Point(*place) for place in PLACES.values()]
    return geopandas.GeoDataFrame({"NAME": list(PLACES)}, geometry=points, crs=4326)


@pytest.fixture(scope="module")
def buffer(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("BufferPoints"))


@pytest.mark.parametrize("crs", [4326, 3857])
def test_buffers_come_back_as_a_frame_with_reference_and_the_right_area(buffer, places, crs: int) -> None:
    out = buffer(Input_Points=places.to_crs(crs), Distance=gp.LinearUnit(25, "esriKilometers"))
    assert isinstance(out.Buffers, geopandas.GeoDataFrame)
    assert out.Buffers.crs.to_epsg() == crs
    assert list(out.Buffers["ORIG_FID"]) == [1, 2, 3]
    circle = 3.14159265 * 25_000**2
    for shape in out.Buffers.to_crs(4326).geometry:
        area, _ = GEOD.geometry_area_perimeter(shape)
        assert abs(area) == pytest.approx(circle, rel=0.01)


def test_the_centres_are_where_the_points_were(buffer, places) -> None:
    out = buffer(Input_Points=places.to_crs(3857), Distance="2 km")
    for shape, (x, y) in zip(out["Buffers"].to_crs(4326).geometry, PLACES.values(), strict=True):
        *_, off = GEOD.inv(shape.centroid.x, shape.centroid.y, x, y)
        assert off < 5


@pytest.mark.parametrize("distance", ["5 mi", (5, "miles"), gp.LinearUnit(5, "esriMiles")])
def test_a_distance_may_be_given_in_many_ways(buffer, distance: object) -> None:
    out = buffer(Input_Points=Point(8, 50), Distance=distance)
    assert out.Buffers["BUFF_DIST"].tolist() == pytest.approx([8046.7], abs=0.1)


def test_a_viewshed_gives_ground_and_a_raster(server, tmp_path: Path) -> None:
    task = gp.GPTask(server.url_of("Viewshed"))
    out = task(Input_Points=Point(-84.25, 36.3), Distance="3 km")
    assert list(out) == ["Viewshed_Result", "Viewshed_Raster"]
    assert out["Viewshed_Result"] is out.Viewshed_Result
    assert out.Viewshed_Result.crs.to_epsg() == 4326
    assert out.Viewshed_Result.union_all().buffer(1e-3).contains(Point(-84.25, 36.3))
    raster = out.Viewshed_Raster
    assert isinstance(raster, gp.RasterData)
    saved = raster.download(tmp_path)
    assert saved.read_bytes() == raster.read()
    assert saved.read_bytes()[:2] in (b"II", b"MM")
    with pytest.raises(ValueError, match="rioxarray or rasterio, not 'numpy'"):
        raster.open(tmp_path, library="numpy")
    assert [said.level for said in out.messages].count("error") == 0


@pytest.fixture(scope="module")
def hot_spots(server) -> gp.Outputs:
    return gp.GPTask(server.url_of("HotSpots"))()


def test_hot_spots_give_features_a_table_and_a_file(hot_spots, tmp_path: Path) -> None:
    assert list(hot_spots) == ["Hot_Spots", "Summary", "Report"]
    cells, summary = hot_spots.Hot_Spots, hot_spots.Summary
    assert type(summary) is pd.DataFrame
    assert int(summary["CELLS"].sum()) == len(cells)
    assert int(summary["EVENTS"].sum()) == int(cells["EVENTS"].sum())
    assert pd.api.types.is_integer_dtype(cells["GI_BIN"])
    assert isinstance(hot_spots.Report, gp.DataFile)


def test_a_file_is_read_opened_and_saved_without_overwriting(hot_spots, tmp_path: Path) -> None:
    first, second = hot_spots.Report.download(tmp_path), hot_spots.Report.download(tmp_path)
    assert first != second
    assert first.read_bytes() == second.read_bytes() == hot_spots.Report.read()
    with zipfile.ZipFile(io.BytesIO(first.read_bytes())) as archive:
        assert "summary.csv" in archive.namelist()
        assert archive.testzip() is None


def test_results_tell_where_they_come_from(hot_spots) -> None:
    assert hot_spots.provenance["task"].endswith("/HotSpots")
    assert hot_spots.provenance["job_id"].startswith("j")
    assert hot_spots.Hot_Spots.attrs["gpwidgets"]["provenance"] == hot_spots.provenance


FRAME = geopandas.GeoDataFrame(
    {"NAME": ["a", "b"], "VALUE": [1.5, -2.0]}, geometry=[Point(1, 2), Point(3, 4)], crs=4326
)
LINES = geopandas.GeoDataFrame({"NAME": ["l"]}, geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=3857)
RING = shapely.Polygon([(0, 0), (0, 4), (4, 4), (4, 0)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
TABLE = pd.DataFrame({"NAME": ["x", None], "VALUE": [1.25, 2.5]})

PLAIN = {
    "Boolean": True,
    "Long": 999_999_999_999,
    "Double": -1234.5678,
    "String": 'text with "quotes", ümlauts & tokens=\nand lines',
    "Choice": "GEODESIC",
    "Coded": "ALL",
    "Hidden": "between us",
    "SQL": "POP > 1000 AND NAME = 'A'",
    "Date": datetime(1932, 1, 1, 12, 30, tzinfo=UTC),
    "Linear_Unit": gp.LinearUnit(345.678, "esriMiles"),
    "Areal_Unit": gp.ArealUnit(50, "esriSquareMiles"),
    "Time_Unit": gp.TimeUnit(3, "esriTimeUnitsYears"),
    "Layer": "Street Lights",
    "Strings": ["Davis", "a, b", ""],
    "Choices": ["Red", "Blue, dark"],
    "Doubles": [1.0, 2.5, -3.0],
    "Linear_Units": [gp.LinearUnit(1, "esriFeet")],
    "Value_Table": [[1, "small", gp.LinearUnit(5, "esriMeters"), True], [2, "large", None, None]],
}


@pytest.fixture(scope="module", params=["ParameterGallery", "ParameterGalleryJob"])
def gallery(request, server) -> gp.GPTask:
    return gp.GPTask(server.url_of(request.param))


def test_plain_values_of_every_type_come_back_as_they_were_given(gallery) -> None:
    out = gallery(**{f"Input_{name}": value for name, value in PLAIN.items()})
    got = {name: out[f"Output_{name}"] for name in PLAIN}
    assert got == PLAIN
    assert type(got["Boolean"]) is bool
    assert type(got["Long"]) is int


def test_features_and_tables_come_back_as_frames(gallery) -> None:
    multi = geopandas.GeoDataFrame(geometry=[shapely.MultiPoint([(0, 0), (1, 1)])], crs=4326)
    polygons = geopandas.GeoDataFrame({"NAME": ["p"]}, geometry=[RING], crs=32633)
    given = {"Points": FRAME, "Multipoints": multi, "Lines": LINES, "Polygons": polygons}
    out = gallery(Input_Records=TABLE, **{f"Input_{name}": frame for name, frame in given.items()})
    for name, frame in given.items():
        got = out[f"Output_{name}"]
        assert got.crs == frame.crs
        assert got.geometry.geom_equals(frame.geometry, align=False).all()
    assert out.Output_Points["VALUE"].tolist() == [1.5, -2.0]
    assert out.Output_Records["VALUE"].tolist() == [1.25, 2.5]
    assert out.Output_Records["NAME"].isna().tolist() == [False, True]


def test_places_and_references_come_back_as_their_classes(gallery) -> None:
    frame = FRAME.to_crs(3857)
    out = gallery(
        Input_Extent=tuple(FRAME.total_bounds),
        Input_Spatial_Reference=3857,
        Input_Composite=gp.LinearUnit(10, "esriMeters"),
        Input_Field="VALUE",
        Input_Points=frame,
    )
    assert isinstance(out.Output_Extent, gp.Extent)
    assert out.Output_Extent.bounds == tuple(FRAME.total_bounds)
    assert isinstance(out.Output_Spatial_Reference, gp.SpatialReference)
    assert isinstance(out.Output_Field, FieldRef)
    assert out.Output_Field.name == "VALUE"
    assert out.Output_Points.crs.to_epsg() == 3857


def test_a_local_file_is_uploaded_and_comes_back_whole(gallery, tmp_path: Path) -> None:
    path = tmp_path / "einige Wörter.txt"
    path.write_bytes(b"one\r\ntwo\0" * 1000)
    out = gallery(Input_File=path, Input_Raster={"url": "https://organization.example.com/lake.tif"})
    assert out.Output_File.read() == path.read_bytes()
    assert out.Output_Raster.url == "https://organization.example.com/lake.tif"


def test_what_is_left_out_comes_back_as_none(gallery) -> None:
    out = gallery()
    assert out.Output_Long is None
    assert out.Output_File is None
    assert out.Output_Points.empty
    assert out.Output_Boolean is False
    assert not out.errors


def test_awkward_names_can_be_written_as_python_allows(server) -> None:
    task = gp.GPTask(server.url_of("Count words - quickly"))
    out = task(Text_to_count="one two three", **{"class": "a\\b'''", "how-to": "letters & digits"})
    assert out.Number_of_words == out["Number of words"] == 3
    assert out["text-out"] == "a\\b'''"
    assert {"Number_of_words", "text_out"} <= set(dir(out))


def test_names_of_any_language_work(server) -> None:
    out = gp.GPTask(server.url_of("Größe in Ångström"))(Länge_in_Metern=2.5)
    assert out.Länge == pytest.approx(2.5e10)
