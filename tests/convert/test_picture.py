"""A picture of a map: everything in its place, nothing from outside."""

import io
import re
from typing import Any
from xml.etree import ElementTree

import geopandas
import numpy as np
import pytest
import shapely

from gpwidgets.convert.rendering.picture import map_picture
from gpwidgets.convert.rendering.picture_png import map_png
from gpwidgets.convert.rendering.picture_text import LegendBlock, PictureText, place_text
from gpwidgets.convert.rendering.small_map import small_map


def frame(*wkts: str, crs: object = 4326) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(geometry=geopandas.GeoSeries.from_wkt(wkts, crs=crs))


def numbers(drawing: str, tag: str) -> list[list[float]]:
    """Coordinates of all elements with this tag, in pixels."""
    root = ElementTree.fromstring(drawing)
    found = []
    for element in root.iter("{http://www.w3.org/2000/svg}" + tag):
        text = element.get("d") or f"{element.get('cx')} {element.get('cy')}"
        found.append([float(number) for number in re.findall(r"-?[\d.]+", text)])
    return found


def test_a_picture_of_nothing_is_no_picture() -> None:
    assert map_picture([]) == ""
    assert map_picture([(frame(), "red")]) == ""
    assert map_picture([(geopandas.GeoDataFrame(geometry=[None], crs=4326), "red")]) == ""


def test_north_is_up_and_east_is_right() -> None:
    (west, north), (east, south) = numbers(
        map_picture([(frame("POINT (0 10)", "POINT (20 0)"), "red")]), "circle"
    )
    assert west < east
    assert north < south


@pytest.mark.parametrize("crs", [4326, 3857, 32616])
def test_the_place_is_the_same_in_any_crs(crs: int) -> None:
    shapes = frame("POLYGON ((-85 36, -84 36, -84 37, -85 36))", "POINT (-86 35)")
    expected, found = (
        numbers(map_picture([(one, "red")]), "circle")[0] for one in (shapes, shapes.to_crs(crs))
    )
    assert found == pytest.approx(expected, abs=0.2)


def test_a_frame_without_a_crs_is_longitude_and_latitude() -> None:
    shapes = ["POINT (-86 35)", "POINT (-85 36)"]
    assert map_picture([(frame(*shapes, crs=None), "red")]) == map_picture([(frame(*shapes), "red")])


def test_a_square_on_the_equator_stays_square_and_whole() -> None:
    places = numbers(map_picture([(frame("POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"), "red")]), "path")[0]
    xs, ys = places[0::2], places[1::2]
    assert max(xs) - min(xs) == pytest.approx(max(ys) - min(ys), rel=0.01)
    assert 0 < min(xs) < max(xs) < 640
    assert 0 < min(ys) < max(ys) < 360


def test_areas_that_overlap_are_both_filled() -> None:
    squares = [shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)]
    drawing = map_picture([(geopandas.GeoDataFrame(geometry=squares, crs=4326), "red")])
    assert drawing.count("<path d=") == 2 + 1  # and the scale bar


def test_poles_and_colours_of_a_server_do_no_harm() -> None:
    drawing = map_picture([(frame("POINT (0 90)", "POINT (0 -90)"), 'red" onload="alert(1)')])
    root = ElementTree.fromstring(drawing)
    assert all("onload" not in element.attrib for element in root.iter())


def test_many_vertices_make_no_large_picture() -> None:
    circle = shapely.Point(0, 0).buffer(1, quad_segs=50_000)
    assert len(map_picture([(geopandas.GeoDataFrame(geometry=[circle], crs=4326), "red")])) < 20_000


def test_the_bar_is_as_long_as_it_says() -> None:
    drawing = map_picture([(frame("POINT (-1 60)", "POINT (1 60)"), "red")])
    (start, _), (end, _) = numbers(drawing, "circle")
    metres = 111_320.0  # two degrees of longitude at 60 degrees north
    bar = numbers(drawing, "path")[-1]
    text = re.search(r">(\d+) km<", drawing)
    assert text is not None
    assert (bar[3] - bar[0]) / (end - start) * metres == pytest.approx(float(text[1]) * 1000, rel=0.02)


def pixels(png: bytes) -> Any:
    from matplotlib.image import imread

    return (imread(io.BytesIO(png), format="png")[:, :, :3] * 255).round().astype(int)


def test_a_png_shows_each_thing_in_its_place_and_colour() -> None:
    ring = "POLYGON ((10 10, 30 10, 30 30, 10 30, 10 10), (18 18, 22 18, 22 22, 18 22, 18 18))"
    layers = [(frame(ring), "#ff0000"), (frame("POINT (-30 0)"), "#0000ff")]
    drawn = pixels(map_png(layers, bounds=(-50, -28, 50, 28), width=500, height=300))
    assert drawn.shape == (600, 1000, 3)

    def at(lon: float, lat: float) -> list[int]:
        y = np.degrees(np.arctanh(np.sin(np.radians(lat))))
        return drawn[round(300 - y * 10), round(500 + lon * 10)].tolist()  # type: ignore[no-any-return]

    red, blue, nothing = at(12, 12), at(-30, 0), at(-20, -20)
    assert red[0] > red[1] + 40
    assert blue[2] > blue[0] + 60
    assert at(20, 20) == nothing  # the hole
    assert map_png([]) == b""


def test_an_svg_of_given_bounds_shows_just_those() -> None:
    drawing = map_picture([(frame("POINT (10 0)"), "red")], bounds=(0, -10, 20, 10), width=200, height=200)
    assert numbers(drawing, "circle") == [[100.0, 100.0]]


TEXT = PictureText(
    "Hot <spots> & $costs$",
    [
        LegendBlock("Wells", [("#112233", "")], "point"),
        LegendBlock("Cells", [("#ff0000", "1 to <2>"), ("#0000ff", "2 to 3")]),
    ],
    "Land outlines: Natural Earth",
)


def test_title_legends_and_attribution_stand_around_the_map() -> None:
    one = frame("POINT (0 10)", "POINT (20 0)")
    plain = ElementTree.fromstring(map_picture([(one, "red")]))
    root = ElementTree.fromstring(map_picture([(one, "red")], text=TEXT))
    space = "{http://www.w3.org/2000/svg}"
    words = [element.text for element in root.findall(f"{space}g/{space}text")]
    assert words == [TEXT.title, "Wells", "Cells", "1 to <2>", "2 to 3", TEXT.attribution]
    patches = [element.get("fill") for element in root.find(f"{space}g") if not element.text]  # type: ignore[union-attr]
    assert patches == ["#112233", "#ff0000", "#0000ff"]
    inner = root.find(f"{space}svg")
    assert inner is not None
    assert inner.get("height") == plain.get("height")
    assert float(root.get("height", 0)) > float(plain.get("height", 0)) + 100


def test_legends_go_on_in_the_next_row_and_nothing_leaves_the_picture() -> None:
    legends = [LegendBlock(f"Layer {n}", [("#000", f"class {m}") for m in range(n)]) for n in range(1, 6)]
    placed = place_text(PictureText("T" * 300, legends, "word " * 80), 330, 200)
    assert all(0 <= item.x < 330 and 0 < item.y < placed.height for item in placed.items)
    below = [item for item in placed.items if item.y > placed.top]
    assert all(item.y > placed.top + 200 for item in below)
    assert len({(item.x, item.y) for item in placed.items}) == len(placed.items)


def test_a_legend_of_very_many_classes_is_cut_and_says_so() -> None:
    block = LegendBlock("Many", [("#000", f"class {n}") for n in range(50)])
    words = [item.text for item in place_text(PictureText(legends=[block]), 640, 360).items]
    assert words[-1] == "… (+36)"
    assert len(words) < 40


def test_the_png_grows_by_the_text_and_takes_dollars_for_dollars() -> None:
    image = pytest.importorskip("matplotlib.image")
    layers = [(frame("POINT (0 10)", "POINT (20 0)"), "red")]
    plain, whole = (image.imread(io.BytesIO(map_png(layers, text=text))) for text in (None, TEXT))
    assert whole.shape[1] == plain.shape[1]
    assert whole.shape[0] > plain.shape[0] + 200


def test_an_area_or_line_that_is_too_small_to_be_seen_is_a_disc() -> None:
    speck, line = "POLYGON ((0 0, 1e-9 0, 1e-9 1e-9, 0 0))", "LINESTRING (10 0, 10 1e-9)"
    discs = numbers(
        map_picture([(frame(speck, line, "POLYGON ((20 0, 30 0, 30 9, 20 0))"), "red")]), "circle"
    )
    assert [x for x, _ in discs] == sorted(x for x, _ in discs)
    assert len(discs) == 2


@pytest.mark.parametrize(
    "bounds", [None, (-84.3, 36.3, -84.1, 36.5), (-180, 60, 180, 85), (100, -10, 260, 20)]
)
def test_a_small_map_has_its_shapes_in_their_place_on_the_base_map(bounds: Any) -> None:
    ground, shapes = small_map([(frame("POINT (-84.2 36.4)"), "red")], bounds=bounds, width=240, height=160)
    drawn = ElementTree.fromstring(ground)
    (inner,) = drawn.findall("{http://www.w3.org/2000/svg}svg")
    assert float(inner.get("width")) == pytest.approx(240, abs=1)
    assert float(inner.get("y")) + float(inner.get("height")) >= 159
    assert drawn.get("viewBox") == ElementTree.fromstring(shapes).get("viewBox") == "0 0 240 160"
    assert all("prefers-color-scheme:dark" in one for one in (ground, shapes))
    if bounds == (-84.3, 36.3, -84.1, 36.5):
        assert numbers(shapes, "circle")[0] == pytest.approx([120, 80], abs=0.5)


def test_a_small_map_of_nothing_is_none() -> None:
    assert small_map([(frame(), "red")], width=240, height=160) is None
