"""Two runs compared: what was asked, what was said, and which shapes came back."""

import io
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest
from shapely.geometry import Point

import gpwidgets as gp
from gpwidgets.convert.tables.shape_differences import shapes_that_differ
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import Fetch
from gpwidgets.tasks.results.compare import compare


def buffers(server, distance: str, *points: Point) -> gp.Outputs:
    frame = geopandas.GeoDataFrame(geometry=list(points), crs=4326)
    return gp.GPTask(server.url_of("BufferPoints"))(Input_Points=frame, Distance=distance)


def test_the_same_run_twice_does_not_differ(server) -> None:
    found = compare(buffers(server, "2 km", Point(8, 50)), buffers(server, "2 km", Point(8, 50)))
    assert found.inputs == {}
    assert found.outputs == {}
    assert found.messages == ((), ()), "times do not count"
    assert found.geometry["Buffers"].empty


def test_another_input_is_named_and_the_shapes_of_one_run_only_come_back(server) -> None:
    few = buffers(server, "2 km", Point(8, 50))
    more = buffers(server, "2 km", Point(8, 50), Point(9, 51))
    found = compare(few, more)
    assert "Distance" not in found.inputs
    assert "Input_Points" in found.inputs
    assert [text.split(" (")[0] for text in found.outputs["Buffers"]] == ["1 feature", "2 features"]
    shapes = found.geometry["Buffers"]
    assert list(shapes["only_in"]) == ["second"]
    assert shapes.geometry.iloc[0].contains(Point(9, 51))
    assert "Distance" in compare(few, buffers(server, "3 km", Point(8, 50))).inputs


def test_as_many_other_features_are_another_input(server) -> None:
    found = compare(buffers(server, "2 km", Point(8, 50)), buffers(server, "2 km", Point(9, 51)))
    assert found.inputs == {"Input_Points": ("1 feature (EPSG:4326)", "1 feature (EPSG:4326), other ones")}


def test_an_output_that_cannot_be_read_does_not_hide_the_others() -> None:
    bad = gp.Outputs({"n": 1}, errors={"Layer": ConversionError("row 3 is broken")})
    found = compare(bad, gp.Outputs({"n": 2}))
    assert found.outputs["n"] == ("1", "2")
    assert found.outputs["Layer"] == ("could not be read: row 3 is broken", "no such output")


def test_hidden_texts_stay_hidden() -> None:
    hidden = GPParameter.from_json({"name": "Key", "dataType": "GPStringHidden"})
    pair = [gp.Outputs({"Key": text}, parameters={"Key": hidden}) for text in ("s3cret", "0ther")]
    assert "s3cret" not in repr(compare(*pair))
    assert compare(*pair).outputs == {}


def test_the_vertex_a_ring_begins_with_does_not_make_another_shape() -> None:
    box = geopandas.GeoSeries.from_wkt(["POLYGON ((0 0, 0 1, 1 1, 1 0, 0 0))", None], crs=4326).to_frame(
        "geometry"
    )
    turned = geopandas.GeoSeries.from_wkt(["POLYGON ((1 1, 1 0, 0 0, 0 1, 1 1))"], crs=4326).to_frame(
        "geometry"
    )
    assert shapes_that_differ(box, turned).empty
    assert len(shapes_that_differ(box, turned.translate(2).to_frame("geometry"))) == 2


def frames(**changes: list[Any]) -> tuple[gp.Outputs, gp.Outputs]:
    """Two runs with the same three features, but for these columns of the second."""
    made = []
    for more in ({}, changes):
        columns = {"ID": [1, 2, 3], "NAME": ["a", "b", None], "SCORE": [0.5, 1.5, None], **more}
        shapes = [Point(1, 1), Point(2, 2), None]
        made.append(gp.Outputs({"Layer": geopandas.GeoDataFrame(columns, geometry=shapes, crs=4326)}))
    return made[0], made[1]


def test_values_of_matched_features_are_compared() -> None:
    found = compare(*frames(SCORE=[0.5, 1.75, None], NAME=["a", "c", None]))
    rows = found.rows["Layer"]
    assert (rows.matched_by, rows.matched, rows.differing) == ("geometry", 3, 1)
    assert rows.columns["SCORE"].largest == 0.25
    assert rows.columns["NAME"].rows == 1
    assert rows.rows["SCORE (difference)"].tolist() == [0.25]
    assert rows.rows["NAME (second)"].tolist() == ["c"]
    assert rows.rows.geometry.iloc[0] == Point(2, 2)
    assert found.outputs["Layer"][0] == found.outputs["Layer"][1], "as many features"
    assert "1 of 3 rows differs (matched by geometry); NAME: 1 row; SCORE: 1 row, by 0.25 at most" in repr(
        found
    )


def test_missing_values_are_alike_and_unlike_what_is_there() -> None:
    assert compare(*frames()).rows["Layer"].same
    found = compare(*frames(SCORE=[0.5, None, 2.0])).rows["Layer"]
    assert (found.differing, found.columns["SCORE"].largest) == (2, None)


def test_numbers_within_the_tolerance_are_alike() -> None:
    pair = frames(SCORE=[0.5, 1.6, None])
    assert compare(*pair, tolerance=0.2).outputs == {}
    assert compare(*pair).outputs != {}


def test_rows_are_matched_by_a_key_in_any_order() -> None:
    first, second = frames()
    shuffled = second.Layer.iloc[[2, 0, 1]]
    moved = shuffled.set_geometry(shuffled.geometry.translate(5))
    found = compare(first, gp.Outputs({"Layer": moved}), key="ID").rows["Layer"]
    assert (found.matched_by, found.matched, found.differing) == ("ID", 3, 0)
    assert compare(first, second, key={"Layer": ["ID", "NAME"]}).rows["Layer"].matched_by == "ID, NAME"
    with pytest.raises(ConversionError, match="'NO' is not a column of both"):
        compare(first, second, key={"Layer": "NO"})
    assert compare(first, second, key="NO").rows["Layer"].matched_by == "geometry"


def test_features_of_one_place_are_matched_in_their_order() -> None:
    def layer(values: list[int]) -> gp.Outputs:
        shapes = [Point(1, 1)] * len(values)
        return gp.Outputs({"L": geopandas.GeoDataFrame({"N": values}, geometry=shapes, crs=4326)})

    found = compare(layer([1, 2, 3]), layer([1, 5])).rows["L"]
    assert (found.matched, found.differing, found.only_first, found.only_second) == (2, 1, 1, 0)
    assert found.only["only_in"].tolist() == ["first"]


@pytest.mark.parametrize(
    ("one", "other", "by", "counts"),
    [
        ({"N": [1.5, 2.5]}, {"N": [1.5, 3.5]}, "order", (1, 0, 0)),
        ({"K": ["a", "b"], "N": [1.0, 2.0]}, {"K": ["b", "a"], "N": [2.0, 1.0]}, "K", (0, 0, 0)),
        ({"K": ["a", "b"], "N": [1.0, 2.0]}, {"K": ["x", "a", "b"], "N": [9.0, 1.0, 2.5]}, "K", (1, 0, 1)),
        ({"K": ["a", "a"]}, {"K": ["a", "b"]}, "order", (1, 0, 0)),
        ({"N": [1, 2]}, {"N": [1, 2], "M": [0, 0]}, "N", (0, 0, 0)),
    ],
)
def test_rows_of_tables(one: dict, other: dict, by: str, counts: tuple[int, int, int]) -> None:
    found = compare(*(gp.Outputs({"T": pd.DataFrame(each)}) for each in (one, other)))
    rows = found.rows["T"]
    assert rows.matched_by == by
    assert (rows.differing, rows.only_first, rows.only_second) == counts
    assert bool(found.outputs) == (any(counts) or set(one) != set(other))


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (1, 1, None),
        (float("nan"), float("nan"), None),
        (1.5, 1.75, "they differ by 0.25"),
        (gp.LinearUnit(1, "esriMeters"), gp.LinearUnit(3, "esriMeters"), "they differ by 2"),
        ("a" * 200, "a" * 199 + "b", "the values differ"),
        ([1, 2, 3], [1, 5, 3], "1 member differs"),
        ([1], [1, 2], "1 and 2 members"),
        ({"a": [1]}, {"a": [2]}, "the values differ"),
        (True, False, "the values differ"),
    ],
)
def test_other_values(one: object, other: object, words: str | None) -> None:
    found = compare(gp.Outputs({"V": one}), gp.Outputs({"V": other}))
    assert found.details.get("V") == (None if words is None else (words,))
    assert bool(found.outputs) == (words is not None)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (b"same", b"same", None),
        (b"a,1\nb,2\n", b"a,1\r\nb,2", None),
        (b"a,1\nb,2\n", b"a,1\nb,3\nc,4", "2 lines differ"),
        (b"\0\1\2", b"\0\1\3", "1 byte differs"),
        (b"\0\1", b"\0\1\3", "2 bytes and 3 bytes"),
    ],
)
def test_files(one: bytes, other: bytes, words: str | None) -> None:
    found = compare(*(gp.Outputs({"F": file_of(content)}) for content in (one, other)))
    assert found.details.get("F") == (None if words is None else (words,))
    assert bool(found.outputs) == (words is not None)


def file_of(content: bytes) -> gp.DataFile:
    def lost(_url: str, _folder: object) -> Path:
        raise AssertionError("not asked for")

    return gp.DataFile.from_json("https://h/x.bin", Fetch(lost, lambda _url: content))


def test_zips_are_compared_by_what_is_in_them() -> None:
    def zipped(text: str, year: int) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(zipfile.ZipInfo("a.csv", (year, 1, 1, 0, 0, 0)), text)
            archive.writestr(zipfile.ZipInfo("b.csv", (year, 1, 1, 0, 0, 0)), "b")
        return content.getvalue()

    one, later, other = zipped("a", 2020), zipped("a", 2024), zipped("x", 2020)
    assert compare(gp.Outputs({"F": file_of(one)}), gp.Outputs({"F": file_of(later)})).outputs == {}
    found = compare(gp.Outputs({"F": file_of(one)}), gp.Outputs({"F": file_of(other)}))
    assert found.details["F"] == ("1 file in it differs: a.csv",)


def test_a_file_that_is_gone_is_said_and_hides_nothing() -> None:
    found = compare(
        gp.Outputs({"F": gp.DataFile(url="https://h/x"), "n": 1}),
        gp.Outputs({"F": gp.DataFile(url="https://h/x"), "n": 2}),
    )
    assert "could not be compared" in found.details["F"][0]
    assert found.details["n"] == ("they differ by 1",)


def test_object_ids_of_a_server_do_not_count(server) -> None:
    task = gp.GPTask(server.url_of("HotSpots"))
    pair = [task() for _ in range(2)]
    assert compare(*pair).outputs == {}


def test_runs_in_the_place_of_outputs_are_refused_in_words(server) -> None:
    run = gp.GPTask(server.url_of("BufferPoints")).start(Input_Points="POINT (8 50)", Distance="2 km")
    with pytest.raises(TypeError, match=r"takes what run\.wait\(\) returns"):
        compare(run, run.wait())
