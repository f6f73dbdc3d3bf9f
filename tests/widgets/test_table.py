"""The table of a frame."""

from __future__ import annotations

import numpy as np
import pandas as pd
from widget_tools import can_press, fill, html_of, press, press_resting, text_of

from gpwidgets.widgets.results._table import FrameTable


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
    assert 'title="size">Size in m</th>' in html_of(table)
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
    assert text_of(FrameTable(frame(1))).endswith("Page 1 of 1; 1 row")


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
    for repr_ in ("None", "nan", "NaT", "True", "[", "{", "b&#x27;"):
        assert repr_ not in html
