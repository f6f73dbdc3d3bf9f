"""The table of a frame."""

from __future__ import annotations

import datetime
import decimal
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from widget_tools import (
    can_find,
    can_press,
    choose,
    chosen,
    fill,
    html_of,
    press,
    press_heading,
    press_resting,
    see,
    text_of,
    tick,
)

from gpwidgets.widgets.results._table import FrameTable
from gpwidgets.widgets.results.export import FrameSaver


def frame(rows: int = 30) -> pd.DataFrame:
    df = pd.DataFrame(
        {"name": [f"n{i:02}" for i in range(rows)], "size": [float(i % 7) for i in range(rows)]}
    )
    df.attrs["gpwidgets"] = {
        "aliases": {"size": "Size in m"},
        "domains": {"name": {"codedValues": [{"name": "the first", "code": "n00"}]}},
    }
    return df


def test_only_the_rows_of_the_page_are_in_the_page() -> None:
    table = FrameTable(frame(5000), page_size=10)
    assert html_of(table).count("<tr data-row") == 10
    assert table.pages == 500


def test_paging_stays_within_the_pages() -> None:
    table = FrameTable(frame(25), page_size=10)
    press(table, "Last")
    assert table.page == 3
    assert table.visible_rows == list(range(20, 25))
    assert not can_press(table, "Next")
    assert can_press(table, "Previous")
    press_resting(table, "Next")
    assert table.page == 3
    press(table, "First")
    assert table.page == 1
    assert not can_press(table, "Previous")


def test_sorting_puts_missing_values_last_in_both_directions() -> None:
    df = pd.DataFrame({"n": pd.array([3, None, 1], dtype="Int64")})
    table = FrameTable(df)
    table.sort_by = "n"
    assert table.visible_rows == [2, 0, 1]
    table.descending = True
    assert table.visible_rows == [0, 2, 1]


def sorted_heads(table: FrameTable) -> dict[str, str]:
    """The headings that say that their column is sorted, and how."""
    page = BeautifulSoup(html_of(table), "html.parser")
    return {
        head.get_text(): str(head["aria-sort"]) for head in page.find_all("th", attrs={"aria-sort": True})
    }


@pytest.mark.parametrize("selectable", [False, True])
def test_a_click_on_a_heading_sorts_then_turns_the_order_then_leaves_it(selectable: bool) -> None:
    table = FrameTable(frame(30), selectable=selectable)
    press_heading(table, "Size in m")
    assert table.visible_rows[:3] == [0, 7, 14]
    assert sorted_heads(table) == {"Size in m ▲": "ascending"}
    assert chosen(table, "Sort by") == "Size in m"
    press_heading(table, "Size in m")
    assert table.visible_rows[:2] == [6, 13]
    assert sorted_heads(table) == {"Size in m ▼": "descending"}
    press_heading(table, "name")
    assert sorted_heads(table) == {"name ▲": "ascending"}
    assert table.visible_rows[:2] == [0, 1]
    choose(table, "Sort by", "Size in m")
    press_heading(table, "Size in m")
    press_heading(table, "Size in m")
    assert sorted_heads(table) == {}
    assert chosen(table, "Sort by") == "as it came"
    assert table.visible_rows == list(range(10))


def test_headings_sort_short_tables_and_one_of_two_columns_of_a_name() -> None:
    df = pd.DataFrame([[1, 9], [2, 8], [3, 7]], columns=["a", "a"])
    df.attrs["gpwidgets"] = {}
    table = FrameTable(df)
    heads = BeautifulSoup(html_of(table), "html.parser").select("th > button")
    assert [head["data-place"] for head in heads] == ["0", "1"]
    table.sort_by_column(1)
    assert table.visible_rows == [2, 1, 0]
    page = BeautifulSoup(html_of(table), "html.parser")
    assert [head.get("aria-sort") for head in page.select("thead th")] == [None, None, "ascending"]
    table.sort_by_column(0)
    assert table.visible_rows == [0, 1, 2]


def test_a_heading_is_no_way_into_the_page() -> None:
    df = pd.DataFrame({"'+alert(1)+'\"><img src=x onerror=alert(2)>": [2, 1]})
    page = BeautifulSoup(html_of(FrameTable(df)), "html.parser")
    assert page.find_all("img") == []
    (button,) = page.select("th > button")
    assert set(button.attrs) == {"type", "class", "data-place"}
    assert "alert" not in "".join(str(one["onclick"]) for one in page.select("[onclick]"))


def test_a_column_of_mixed_values_sorts_by_its_text() -> None:
    table = FrameTable(pd.DataFrame({"n": ["b", 3, "a"]}, dtype=object))
    table.sort_by = "n"
    assert table.visible_rows == [1, 2, 0]


def test_the_filter_looks_into_every_cell_and_returns_to_the_first_page() -> None:
    table = FrameTable(frame(30), page_size=10)
    table.page = 3
    fill(table, "Filter", "N07")
    assert table.visible_rows == [7]
    assert table.page == 1
    assert "1 of 30 rows" in text_of(table)
    fill(table, "Filter", "")
    assert "; 30 rows" in text_of(table)


def test_aliases_head_the_columns_and_domains_name_the_values() -> None:
    table = FrameTable(frame(3))
    button = '<button type="button" class="gpw-sort" data-place="1">Size in m</button>'
    assert f'title="size">{button}</th>' in html_of(table)
    assert "the first" in text_of(table)


def test_cells_headings_and_caption_are_escaped() -> None:
    df = pd.DataFrame({"<b>": ["<script>alert(1)</script>"]})
    html = html_of(FrameTable(df, caption="<i>x</i>"))
    assert "<script>" not in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<caption>" in html


def test_the_geometry_column_is_left_out() -> None:
    import geopandas

    gdf = geopandas.GeoDataFrame({"a": [1]}, geometry=geopandas.points_from_xy([1.0], [2.0]), crs=4326)
    table = FrameTable(gdf)
    assert table.columns == ["a"]
    assert "POINT" not in html_of(table)


def test_an_empty_frame_says_so() -> None:
    table = FrameTable(pd.DataFrame({"a": []}))
    assert "No rows" in text_of(table)


def test_one_row_is_told_as_one() -> None:
    assert "Page 1 of 1; 1 row\n" in text_of(FrameTable(frame(1))) + "\n"


def test_dates_numbers_and_missing_values_read_as_people_write_them() -> None:
    df = pd.DataFrame(
        {
            "day": pd.to_datetime(["2020-01-02", None], utc=True),
            "value": [1234567.0, float("nan")],
            "flag": [True, False],
        }
    )
    html = html_of(FrameTable(df))
    for text in ("2020-01-02<", ">1234567<", ">yes<", ">no<", "></td>"):
        assert text in html


def test_the_frame_is_not_changed() -> None:
    df = frame(12)
    before = df.copy(deep=True)
    table = FrameTable(df)
    table.sort_by, table.descending = "size", True
    pd.testing.assert_frame_equal(df, before)


def test_two_columns_of_one_name_are_both_shown() -> None:
    df = pd.DataFrame([[1, "x"], [2, "y"]], columns=["a", "a"])
    html = html_of(FrameTable(df))
    assert ">1<" in html
    assert ">x<" in html


def test_the_heading_of_a_column_of_numbers_stands_over_the_numbers() -> None:
    table = FrameTable(pd.DataFrame({"n": [1, None], "t": ["a", "b"]}))
    assert '<th scope="col" class="gpw-number" title="n">' in html_of(table)
    assert '<th scope="col" title="t">' in html_of(table)


def test_no_cell_reads_like_python() -> None:
    cells = [None, float("nan"), pd.NaT, pd.NA, True, b"ab", [1, None, "x"], {"a": [True]}, np.array([1, 2])]
    html = html_of(FrameTable(pd.DataFrame({"v": pd.Series(cells, dtype=object)})))
    for text in (">yes<", ">2 bytes<", ">1, , x<", ">a: yes<", ">1, 2<"):
        assert text in html
    (body,) = re.findall("<tbody>.*</tbody>", html, re.DOTALL)
    for repr_ in ("None", "nan", "NaT", "True", "[", "{", "b&#x27;"):
        assert repr_ not in body


def test_the_rows_shown_are_written_to_be_copied_on_all_pages_and_in_their_order() -> None:
    df = pd.DataFrame({"name": [f'n"{i}\t' for i in range(30)], "size": [i / 3 for i in range(30)]})
    df.attrs["gpwidgets"] = {"aliases": {"size": "Size in m"}}
    table = FrameTable(df)
    fill(table, "Filter", 'n"2')
    choose(table, "Sort by", "Size in m")
    tick(table, "Descending")
    press(table, "Rows to copy")
    assert "Copy 11 of 30 rows" in text_of(table)
    copied = pd.read_csv(io.StringIO(pre_text(table)), sep="\t")
    expected = df[df["name"].str.contains('n"2')].rename(columns={"size": "Size in m"})
    pd.testing.assert_frame_equal(copied, expected[::-1].reset_index(drop=True))
    fill(table, "Filter", "")
    assert "Copy 11" not in text_of(table)  # other rows are shown now
    press(table, "Rows to copy")
    assert "Copy 30 rows" in text_of(table)


def test_too_many_rows_to_copy_are_left_for_a_file() -> None:
    table = FrameTable(pd.DataFrame({"n": np.arange(200_001)}))
    press(table, "Rows to copy")
    assert "200,001 rows are too many to copy" in text_of(table)
    fill(table, "Filter", "200000")
    press(table, "Rows to copy")
    assert "Copy 1 of 200,001 rows" in text_of(table)


def test_html_in_cells_is_text_where_it_is_copied() -> None:
    table = FrameTable(pd.DataFrame({"<b>": ["</pre><script>alert(1)</script>"]}))
    press(table, "Rows to copy")
    assert "<script>" not in html_of(table)
    assert pre_text(table) == "<b>\n</pre><script>alert(1)</script>\n"


@pytest.mark.parametrize("label", ["CSV", "GeoPackage"])
def test_the_rows_shown_are_saved_in_their_order_beside_the_whole(tmp_path: Path, label: str) -> None:
    import geopandas

    gdf = geopandas.GeoDataFrame(
        {"a": [1, 12, 13]}, geometry=geopandas.points_from_xy([1, 2, 3], [1, 2, 3]), crs=4326
    )
    table = FrameTable(gdf)
    saver = FrameSaver(gdf, "T", folder=str(tmp_path), table=table)
    choose(saver, "Save as", label)
    assert not can_find(saver, "as shown: 3 rows")
    table.filter_text, table.sort_by, table.descending = "1", "a", True
    table.filter_text = "13"
    assert can_find(saver, "as shown: 1 of 3 rows")
    table.filter_text = ""
    tick(saver, "as shown: 3 rows")
    press(saver, "Save")
    see(saver, "Saved as")
    assert saver.path is not None
    read = pd.read_csv(saver.path) if label == "CSV" else geopandas.read_file(saver.path)
    assert read["a"].tolist() == [13, 12, 1]


def statistics(table: FrameTable, column: str) -> dict[str, str]:
    """What is told of a column, by its names."""
    choose(table, "Statistics of", column)
    (told,) = (
        one for one in BeautifulSoup(html_of(table), "html.parser").select("[role=status] table") if one.tr
    )
    return {row.th.get_text(): row.td.get_text() for row in told.select("tr") if row.th and row.td}


def test_statistics_of_numbers_dates_and_text_are_told_of_the_rows_shown() -> None:
    days = pd.to_datetime(["2024-05-06", "2023-01-02", None], utc=True)
    df = pd.DataFrame({"n": [1.5, None, 4.5], "d": days, "t": ["a <b>", "c", "c"], "k": [1, 2, 2]})
    df.attrs["gpwidgets"] = {"domains": {"k": {"codedValues": [{"name": "road", "code": 2}]}}}
    table = FrameTable(df)
    counts = {"Values": "2", "Missing": "1", "Distinct": "2"}
    assert statistics(table, "n") == counts | {"Least": "1.5", "Greatest": "4.5", "Mean": "3", "Sum": "6"}
    assert statistics(table, "d") == counts | {"Earliest": "2023-01-02", "Latest": "2024-05-06"}
    whole = {"Values": "3", "Missing": "0", "Distinct": "2"}
    assert statistics(table, "t") == whole | {"Most frequent": "c (2 rows)"}
    assert statistics(table, "k") == whole | {"Most frequent": "road (2 rows)"}
    assert "k, 3 rows" in text_of(table)
    table.filter_text = "a <b>"
    assert "k, 1 of 3 rows" in text_of(table)
    assert statistics(table, "n")["Sum"] == "1.5"
    assert "<b>" not in html_of(table)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([2**62, 2**62, 2**62], {"Sum": str(3 * 2**62)}),
        ([float("inf"), 1.0, 3.0], {"Mean": "2", "Sum": "4", "Greatest": "inf"}),
        ([None, None], {"Values": "0", "Missing": "2", "Distinct": "0"}),
        ([[1], [1], None], {"Values": "2", "Most frequent": "1 (2 rows)"}),
        ([True, True, False], {"Distinct": "2", "Most frequent": "yes (2 rows)"}),
        ([decimal.Decimal("1.5"), None], {"Mean": "1.5", "Missing": "1"}),
        ([datetime.date(2024, 1, 2), None, datetime.date(1, 1, 1)], {"Latest": "2024-01-02"}),
        (pd.array([1, None], dtype="Int64"), {"Least": "1", "Sum": "1"}),
        (pd.Categorical(["x", "x", "y"], categories=["x", "y", "z"]), {"Distinct": "2"}),
    ],
)
def test_statistics_bear_whatever_is_in_a_column(values: Any, told: dict[str, str]) -> None:
    found = statistics(FrameTable(pd.DataFrame({"v": pd.Series(values)})), "v")
    assert told.items() <= found.items(), found


FILTERED = pd.DataFrame(
    {
        "n": [1.5, 2.0, 8.0, None, -3.0],
        "i": pd.array([1, 2, 2**62 + 1, None, 5], dtype="Int64"),
        "d": pd.to_datetime(
            ["2023-12-31 23:59:59", "2024-01-01 00:00:00", "2024-01-31 23:59:00", None, "2025-01-01 00:00:00"]
        ),
        "day": [datetime.date(1, 1, 1), datetime.date(2024, 1, 31), None, None, datetime.date(2025, 1, 1)],
        "t": ["1", "a > 5", "2..8", None, "15"],
        "k": [1, 2, 2, 1, 1],
    }
)
FILTERED = pd.concat([FILTERED] * 3, ignore_index=True)
FILTERED.attrs["gpwidgets"] = {"domains": {"k": {"codedValues": [{"name": "road 7", "code": 2}]}}}


@pytest.mark.parametrize(
    ("column", "text", "rows"),
    [
        ("n", "> 1.5", [1, 2]),
        ("n", ">=1.5", [0, 1, 2]),
        ("n", "<2", [0, 4]),
        ("n", "≤ 2", [0, 1, 4]),
        ("n", "2", [1]),
        ("n", "= -3", [4]),
        ("n", " 2..8 ", [1, 2]),
        ("n", "-3..1.5", [0, 4]),
        ("n", "..0", [4]),
        ("n", "2..", [1, 2]),
        ("i", str(2**62 + 1), [2]),
        ("i", str(2**62), []),
        ("i", "> 1.5", [1, 2, 4]),
        ("d", "2024", [1, 2]),
        ("d", "2024-01..", [1, 2, 4]),
        ("d", "..2023", [0]),
        ("d", "> 2024-01", [4]),
        ("d", "<= 2024-01-31 23:59", [0, 1, 2]),
        ("d", "2023-12-31T23:59:59", [0]),
        ("day", "< 2024", [0]),
        ("day", "2024-01-31..2025", [1, 4]),
        ("t", "> 5", [1]),
        ("t", "2..8", [2]),
        ("t", "5", [1, 4]),
        ("k", "ROAD", [1, 2]),
    ],
)
def test_one_column_is_filtered_by_text_numbers_and_dates(column: str, text: str, rows: list[int]) -> None:
    table = FrameTable(FILTERED, page_size=50)
    choose(table, "Filter in", column)
    fill(table, "Filter", text)
    assert table.visible_rows == [row + more for more in (0, 5, 10) for row in rows]


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("n", "> x", "“x” is no number"),
        ("n", "2,5", "decimal point"),
        ("n", "<1e400", "“1e400” is no number"),
        ("n", "nan", "“nan” is no number"),
        ("n", ">", "A number is missing"),
        ("n", "..", "where the range begins"),
        ("n", "8..2", "ends before it begins"),
        ("d", "2024-13", "“2024-13” is no date"),
        ("d", "May", "“May” is no date"),
        ("d", "2025..2024", "ends before it begins"),
        ("d", "<b>..", "“<b>” is no date"),
    ],
)
def test_an_unreadable_condition_is_said_and_the_rows_stay(column: str, text: str, words: str) -> None:
    table = FrameTable(FILTERED, page_size=50)
    choose(table, "Filter in", column)
    fill(table, "Filter", "2..8" if column == "n" else "2024")
    rows = table.visible_rows
    assert len(rows) == 6
    fill(table, "Filter", text)
    assert words in text_of(table)
    assert table.visible_rows == rows
    assert "<b>" not in html_of(table)
    fill(table, "Filter", "")
    assert words not in text_of(table)
    assert len(table.visible_rows) == 15


def pre_text(table: FrameTable) -> str:
    """What stands in the box that is copied."""
    pre = BeautifulSoup(html_of(table), "html.parser").find("pre")
    assert pre is not None
    return pre.get_text()
