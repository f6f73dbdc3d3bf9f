"""Two runs compared: what was asked, what was said, and which shapes came back."""

import geopandas
from shapely.geometry import Point

import gpwidgets as gp
from gpwidgets.convert.differences import shapes_that_differ
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.tasks.compare import compare


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
