"""A table of many rows in the results: how long sorting, filtering and turning a page take.

    python benchmarks/tables.py
    python benchmarks/tables.py --rows 100k

Limits, for a million rows: 0.3 s of CPU for each of them, and for sorting twice what pandas needs to sort the
frame by the same column. A search for digits alone, in columns where nearly every row has another number,
has to write all of these out the first time, as pandas does beside it for two of the columns. What is found
is held against pandas' own answer, and that search against the cells as they read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import geopandas
import ipywidgets
import numpy as np
import pandas as pd
from measuring import Limits, sizes

from gpwidgets.widgets.results._table import FrameTable
from gpwidgets.widgets.words.cells import cell_text

MOST = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", default="1M", help="such as 100k")
    (count,) = sizes(parser.parse_args().rows)
    frame = make_frame(count)
    table, limits = FrameTable(frame), Limits()
    most = MOST * max(0.1, count / 1e6)
    print(f"\n| {count:,} rows | CPU ms | pandas |\n| --- | --- | --- |")
    for name in ("name", "value", "when", "id"):
        spent = cpu(lambda name=name: table.set_trait("sort_by", name))
        pandas = cpu(lambda name=name: frame.sort_values(name, kind="stable"))
        check(table, frame.sort_values(name, kind="stable", key=folded).index)
        print(f"| sort by {name} | {spent * 1000:.0f} | {pandas * 1000:.0f} |")
        limits.at_most(f"sort by {name}, of {most:g} s", spent / most, 1)
        if count >= 1e6:  # the page itself takes a millisecond or two
            limits.at_most(f"sort by {name} / pandas", spent / pandas, 2)
    table.sort_by = ""
    for text in ("name 77", "name 778"):
        spent = cpu(lambda text=text: table.set_trait("filter_text", text))
        print(f"| filter {text!r} | {spent * 1000:.0f} | |")
        check(table, frame.index[frame["name"].str.contains(text)])
        limits.at_most(f"filter {text!r}, of {most:g} s", spent / most, 1)
    first = cpu(lambda: table.set_trait("filter_text", "77"))
    check_cells(table, frame, "77")
    pandas = cpu(lambda: (frame["value"].astype(str), frame["when"].astype(str)))
    again = cpu(lambda: table.set_trait("filter_text", "778"))
    print(f"| filter '77' for the first time | {first * 1000:.0f} | {pandas * 1000:.0f} |")
    print(f"| filter '778' then | {again * 1000:.0f} | |")
    limits.at_most(f"filter '77' for the first time, of {most:g} s", first / most, 1)
    limits.at_most(f"filter '778', of {most:g} s", again / most, 1)
    table.filter_text = ""
    page = cpu(lambda: button(table, "Last").click())
    print(f"| the last page | {page * 1000:.0f} | |")
    limits.at_most(f"turn a page, of {most:g} s", page / most, 1)
    limits.end()


def make_frame(count: int) -> geopandas.GeoDataFrame:
    dice = np.random.default_rng(1)
    return geopandas.GeoDataFrame(
        {
            "id": np.arange(count),
            "name": [f"name {number % 5000}" for number in range(count)],
            "value": dice.normal(size=count),
            "when": pd.date_range("2000-01-01", periods=count, freq="min"),
        },
        geometry=geopandas.points_from_xy(dice.uniform(-180, 180, count), dice.uniform(-80, 80, count)),
        crs=4326,
    )


def folded(values: pd.Series) -> pd.Series:
    return values.str.casefold() if values.dtype.kind == "O" else values


def check(table: FrameTable, expected: pd.Index) -> None:
    """Fail when the first page is another than pandas has."""
    shown = table.visible_rows
    if shown != expected[: len(shown)].tolist():
        raise SystemExit(f"wrong rows: {shown}")


def check_cells(table: FrameTable, frame: geopandas.GeoDataFrame, text: str, most: int = 20_000) -> None:
    """Fail when other rows, of the first ones, are found than have the text in a cell as it reads."""
    part = frame.drop(columns="geometry").head(most)
    expected = [
        row
        for row, cells in zip(part.index, part.itertuples(index=False), strict=True)
        if any(text in cell_text(cell) for cell in cells)
    ]
    found = table.shown_frame.index
    if found[found < most].tolist() != expected:
        raise SystemExit(f"other rows are found than have {text!r} in their cells")


def button(table: FrameTable, name: str) -> ipywidgets.Button:
    below = [table]
    for one in below:
        if getattr(one, "description", "") == name:
            return one
        below.extend(getattr(one, "children", ()))
    raise SystemExit(f"no button {name}")


def cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
