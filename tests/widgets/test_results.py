"""What a run gave back, shown."""

from __future__ import annotations

import re
import shutil
from base64 import b64decode
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import Any

import geopandas as gpd
import ipywidgets as w
import numpy as np
import pandas as pd
import pytest
from widget_tools import (
    alerts,
    can_press,
    choose,
    html_of,
    join_workers,
    open_tab,
    options,
    press,
    press_resting,
    see,
    seen,
    tab_titles,
    text_of,
    tick,
)

from gpwidgets.convert.storage.shapefiles import write_shapefile
from gpwidgets.convert.user_input.file_layers import read_layers
from gpwidgets.demo.tools.geotiff import write_geotiff
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.values import DataFile, Fetch, RasterData
from gpwidgets.protocol.values.files import fetched_by
from gpwidgets.protocol.values.units import LinearUnit
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.widgets.map.task_map import TaskMap
from gpwidgets.widgets.results._file_preview import preview_of
from gpwidgets.widgets.results._file_results import FileView
from gpwidgets.widgets.results._table import FrameTable
from gpwidgets.widgets.results._value_view import MAX_MEMBERS
from gpwidgets.widgets.results.export import FrameSaver
from gpwidgets.widgets.results.results import ResultsView
from gpwidgets.widgets.words.file_links import safe_link, size_text


def parts_of(view: ResultsView, name: str, kind: type) -> list[Any]:
    return list(below(view.sections[name], kind))


def below(widget: w.Widget, kind: type) -> Iterator[Any]:
    for child in getattr(widget, "children", ()):
        if isinstance(child, kind):
            yield child
        yield from below(child, kind)


def cities() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=gpd.points_from_xy([1, 2], [3, 4]), crs=4326)


def test_features_get_a_table_and_a_layer_and_the_map_goes_there() -> None:
    task_map = TaskMap()
    view = ResultsView(Outputs({"Cities": cities()}), task_map)
    assert parts_of(view, "Cities", FrameTable)
    assert "2 features, coordinate system EPSG:4326" in html_of(view)
    assert list(task_map.results) == ["Cities"]
    assert task_map.map.center == pytest.approx([3.5, 1.5], abs=0.01)


def test_features_without_a_map_still_get_a_table() -> None:
    assert parts_of(ResultsView(Outputs({"Cities": cities()})), "Cities", FrameTable)


def test_an_empty_result_is_said_in_words() -> None:
    view = ResultsView(Outputs({"Cities": cities().iloc[:0]}), TaskMap())
    assert "Nothing was found: the result has no features" in html_of(view)


def test_a_truncated_result_is_never_silent() -> None:
    view = ResultsView(Outputs({"T": pd.DataFrame({"a": [1, 2]})}, truncated=("T",)))
    assert "Not complete" in html_of(view)
    assert "Only 2 are here" in html_of(view)


def test_one_bad_output_does_not_hide_the_others() -> None:
    outputs = Outputs({"good": 1}, errors={"bad": ConversionError("row 7 is broken")})
    view = ResultsView(outputs)
    assert tab_titles(view) == ["good: 1", "bad (failed)"]
    assert ">1<" in html_of(view)
    open_tab(view, "bad (failed)")
    assert "row 7 is broken" in html_of(view)


def test_a_layer_that_cannot_be_drawn_leaves_the_table() -> None:
    broken = cities()
    task_map = TaskMap()
    task_map.add_result = None  # type: ignore[assignment,method-assign]
    view = ResultsView(Outputs({"Cities": broken}), task_map)
    assert parts_of(view, "Cities", FrameTable)
    assert "Unexpected trouble" in html_of(view)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (2.5, "2.5"),
        (LinearUnit(5, "esriMiles"), "5"),
        ("<b>x</b>", "&lt;b&gt;x"),
        ("", "Empty text"),
        (None, "The tool gave no value"),
        ([], "An empty list"),
        (["a", "<i>"], "<li>&lt;i&gt;</li>"),
        ({"a": 1}, "&quot;a&quot;: 1"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_values_are_shown_as_escaped_text(value: Any, text: str) -> None:
    html = html_of(ResultsView(Outputs({"x": value})))
    assert text in html
    assert "<b>x" not in html
    assert 'href="javascript' not in html


def test_long_lists_are_counted() -> None:
    html = html_of(ResultsView(Outputs({"x": list(range(MAX_MEMBERS + 3))})))
    assert "and 3 more" in html


def test_a_task_without_outputs_says_so() -> None:
    assert "no outputs" in html_of(ResultsView(Outputs({})))


def a_file(text: bytes = b"hello", **more: Any) -> DataFile:
    def download(url: str, folder: Path) -> Path:
        path = folder / "report.txt"
        path.write_bytes(text)
        return path

    return fetched_by(DataFile("http://127.0.0.1/report.txt", **more), Fetch(download, lambda url: text))


def test_a_file_is_saved_into_the_folder_and_says_where(tmp_path: Path) -> None:
    view = FileView(a_file(), folder=str(tmp_path / "new"))
    assert "report.txt" in html_of(view)
    press(view, "Save")
    see(view, "Saved as")
    assert view.path == tmp_path / "new" / "report.txt"
    assert view.path.read_bytes() == b"hello"
    assert "5 bytes" in text_of(view)
    assert seen(lambda: can_press(view, "Save"))


def test_a_saved_picture_is_shown_with_its_name_in_words(tmp_path: Path) -> None:
    path = tmp_path / 'a"b.png'
    path.write_bytes(b"png")
    (shown,) = preview_of(path)
    assert shown.value.startswith('<img alt="The picture a&quot;b.png" ')
    assert "data:image/png;base64,cG5n" in shown.value


def test_a_press_while_a_file_is_being_saved_does_nothing(tmp_path: Path) -> None:
    asked, may_end = [], Event()

    def download(url: str, folder: Path) -> Path:
        asked.append(url)
        assert may_end.wait(30)
        return Path(shutil.copy(__file__, folder))

    file = fetched_by(DataFile("http://127.0.0.1/report.txt"), Fetch(download, lambda _url: b""))
    view = FileView(file, folder=str(tmp_path))
    press(view, "Save")
    assert not can_press(view, "Save")
    press_resting(view, "Save")
    may_end.set()
    assert seen(lambda: can_press(view, "Save"))
    assert "Saved as" in text_of(view)
    assert len(asked) == 1


def test_a_file_that_cannot_be_saved_says_why() -> None:
    view = FileView(DataFile(url="http://127.0.0.1/x.txt"))
    press(view, "Save")
    assert seen(lambda: alerts(view) != [] and can_press(view, "Save"))


def test_a_folder_that_cannot_be_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    view = FrameSaver(pd.DataFrame({"a": [1]}), "rows", folder=str(tmp_path / "file"))
    press(view, "Save")
    assert seen(lambda: alerts(view) != [])
    assert "It did not work" in text_of(view)
    assert "Error" not in text_of(view)
    assert seen(lambda: can_press(view, "Save"))


def test_rasters_name_their_format() -> None:
    view = ResultsView(Outputs({"r": RasterData(url="http://127.0.0.1/dem.tif", format="tif")}))
    assert "dem.tif" in html_of(view)
    assert "(tif)" in html_of(view)


def test_only_plain_web_addresses_become_links() -> None:
    assert safe_link("https://host/a b?x=<1>").startswith('<a href="https://host/a b?x=&lt;1&gt;"')
    assert "<a" not in safe_link("javascript:alert(1)")
    assert "<a" not in safe_link("https://host/f?token=abc")
    assert "abc" not in safe_link("https://host/f?token=abc")


def test_sizes_read_as_people_write_them() -> None:
    assert [size_text(n) for n in (5, 1500, 2_500_000, 3_000_000_000)] == [
        "5 bytes",
        "1.5 kB",
        "2.5 MB",
        "3.0 GB",
    ]


@pytest.mark.parametrize("label", ["GeoPackage", "GeoParquet", "GeoJSON", "Shapefile (zip)", "CSV"])
def test_features_are_saved_and_nothing_is_written_over(tmp_path: Path, label: str) -> None:
    saver = FrameSaver(cities().to_crs(3857), "My cities/..", folder=str(tmp_path))
    if label not in options(saver, "Save as"):
        assert find_spec("pyarrow") is None
        return
    choose(saver, "Save as", label)
    paths = []
    for _ in range(2):
        press(saver, "Save")
        assert seen(lambda: saver.path not in (None, *paths)), text_of(saver)
        paths.append(saver.path)
        assert seen(lambda: can_press(saver, "Save"))
    assert [path.stem for path in paths] == ["My_cities", "My_cities_1"]
    if label != "CSV":
        (read,) = read_layers(paths[0]).values()
        read = read.to_crs(4326)
        assert list(read["name"]) == ["a", "b"]
        assert read.total_bounds == pytest.approx([1, 3, 2, 4])


def test_a_table_is_saved_as_csv(tmp_path: Path) -> None:
    saver = FrameSaver(pd.DataFrame({"a": [1, 2]}), "T", folder=str(tmp_path))
    press(saver, "Save")
    see(saver, "Saved as")
    assert saver.path == tmp_path / "T.csv"
    assert pd.read_csv(saver.path)["a"].tolist() == [1, 2]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    saver = FrameSaver(pd.DataFrame({"a": [1]}), "T", folder=str(tmp_path / "file"))
    press(saver, "Save")
    assert seen(lambda: alerts(saver) != [] and can_press(saver, "Save"))


def test_long_names_and_times_of_a_shapefile_are_said_and_kept(tmp_path: Path) -> None:
    gdf = cities()
    gdf["a_long_name_1"], gdf["a_long_name_2"] = [1, 2], [3, 4]
    gdf["when"] = pd.to_datetime(["2024-05-06T07:08:09Z", None])
    saver = FrameSaver(gdf, "C", folder=str(tmp_path))
    choose(saver, "Save as", "Shapefile (zip)")
    press(saver, "Save")
    see(saver, "a_long_name_2 is a_long_n_1")
    (read,) = read_layers(tmp_path / "C.zip").values()
    assert list(read["a_long_n_1"]) == [3, 4]
    assert read["when"].iloc[0] == "2024-05-06T07:08:09+00:00"
    assert gdf.columns[-1] == "when"


def saved(source: Path, folder: Path, task_map: TaskMap | None = None) -> FileView:
    """The view of a result file after its Save button has been pressed."""

    def download(url: str, into: Path) -> Path:
        return Path(shutil.copy(source, into))

    value = fetched_by(DataFile(f"http://127.0.0.1/{source.name}"), Fetch(download, lambda url: b""))
    view = FileView(value, folder=str(folder), map=task_map)
    press(view, "Save")
    join_workers("gpwidgets-save")  # what is in the file may bring a Save of its own at any time
    assert view.path == folder / source.name, text_of(view)
    return view


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".zip"])
def test_layers_in_a_file_become_tables_and_layers_of_the_map(tmp_path: Path, ending: str) -> None:
    source = tmp_path / f"cities{ending}"
    if ending == ".zip":
        write_shapefile(cities(), source)
    else:
        cities().to_file(source)
    task_map = TaskMap()
    view = saved(source, tmp_path / "results", task_map)
    assert seen(lambda: list(below(view, FrameTable)) != [])
    (table,) = below(view, FrameTable)
    assert list(table.frame["name"]) == ["a", "b"]
    assert list(task_map.results) == ["cities"]
    assert task_map.map.center == pytest.approx([3.5, 1.5], abs=0.01)


def test_text_and_tables_in_files_are_shown_escaped(tmp_path: Path) -> None:
    text = tmp_path / "report.txt"
    text.write_text("<b>bold</b>" + "x" * 5000)
    view = saved(text, tmp_path / "results")
    see(view, "<b>bold")
    html = html_of(view)
    assert "&lt;b&gt;bold" in html
    assert "the saved file is whole" in html
    assert 'download="report.txt"' in html
    table = tmp_path / "table.csv"
    table.write_text("a,b\n1,<i>x</i>\n")
    view = saved(table, tmp_path / "results")
    assert seen(lambda: list(below(view, FrameTable)) != [])
    (shown,) = below(view, FrameTable)
    assert list(shown.frame["a"]) == [1]


def test_a_pdf_is_shown_by_the_browser_s_own_viewer(tmp_path: Path) -> None:
    path = tmp_path / 'a"><script>.pdf'
    path.write_bytes(b"%PDF-1.4 pages")
    (shown,) = preview_of(path)
    assert "<script>" not in shown.value
    data = re.search(r'data="data:application/pdf;base64,([^"]+)"', shown.value)
    assert data is not None
    assert b64decode(data[1]) == b"%PDF-1.4 pages"
    path.write_bytes(b"<html>no pages</html>")
    assert preview_of(path) == []


def test_a_broken_file_is_saved_and_says_what_is_wrong(tmp_path: Path) -> None:
    source = tmp_path / "broken.gpkg"
    source.write_bytes(b"no database")
    view = saved(source, tmp_path / "results", TaskMap())
    see(view, "Saved as")
    assert seen(lambda: alerts(view) != [])


def test_a_raster_becomes_a_picture_on_the_map_where_it_belongs(tmp_path: Path) -> None:
    source = tmp_path / "seen.tif"
    values = np.zeros((20, 30), dtype=np.uint8)
    values[:10] = 1
    values[0, 0] = 255
    write_geotiff(source, values, west=8.0, north=47.0, cell=0.01, nodata=255)
    task_map = TaskMap()
    view = saved(source, tmp_path / "results", task_map)
    see(view, "Shown on the map")
    layer = task_map.pictures["seen.tif"]
    assert layer.bounds_4326 == pytest.approx((8.0, 46.8, 8.3, 47.0))
    assert layer.url.startswith("data:image/png;base64,")
    assert "Cells without data and cells with the value 0 are transparent." in text_of(view)
    first = layer.url
    tick(view, "Draw cells with the value 0")
    assert "Cells without data are transparent." in text_of(view)
    assert layer.url != first
    press(task_map, "Layers")
    press(task_map, "Style, name and more of seen.tif")
    press(task_map, "Remove")
    assert layer not in task_map.map.layers
