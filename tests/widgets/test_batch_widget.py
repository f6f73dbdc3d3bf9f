"""The grid of a batch: filled, checked, sent, followed and seen together."""

import re
from pathlib import Path
from typing import Annotated, Any

import geopandas
import pandas
import pytest
import requests
import shapely
from widget_tools import (
    alerts,
    can_find,
    can_press,
    choose,
    chosen,
    fill,
    find,
    find_all,
    html_of,
    names_of,
    press,
    see,
    seen,
    text_of,
    tick,
)

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.convert.storage import parts
from gpwidgets.demo.publishing.publish import Param, Service, as_tool

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(parts.find_spec("pyarrow") is None, reason="needs pyarrow"),
]


@pytest.fixture
def grid(server: Any, tmp_path: Path) -> Any:
    made = gp.BatchWidget(
        server.url_of("BufferPoints"), folder=tmp_path / "buffers", Input_Points="POINT (-84.2 36.4)"
    )
    yield made
    made.close()


def cell(grid: Any, column: str, row: Any) -> Any:
    return find(grid, f"{column}, row {row}")


def paste(grid: Any, text: str) -> None:
    if not can_find(grid, "Rows for the grid"):
        press(grid, "Paste rows")
    fill(grid, "Rows for the grid", text)
    press(grid, "Add these rows")


def values_of(grid: Any, column: str, count: int) -> list[str]:
    return [cell(grid, column, row).value for row in range(1, count + 1)]


def test_a_pasted_table_is_sent_and_its_results_are_together(grid: Any) -> None:
    paste(grid, "distance\tDissolve\tsite\n1 km\tALL\tmill\n2 km\t\tford\n")
    see(grid, "2 rows taken. Not inputs of this task; kept beside the results: site.")
    press(grid, "Run all rows")
    see(grid, "All rows have succeeded.")
    assert "2 of 2 rows finished · Succeeded: 2" in text_of(grid)
    assert values_of(grid, "site", 2) == ["mill", "ford"]
    press(grid, "Maps side by side")
    see(grid, "site: ford")
    press(grid, "All results together")
    see(grid, "2 features")
    found = grid.batch.frame()
    assert found["row_site"].tolist() == ["mill", "ford"]
    assert found["BUFF_DIST"].tolist() == [1000.0, 2000.0]


def test_a_wrong_cell_is_marked_and_nothing_is_sent(grid: Any, tmp_path: Path) -> None:
    paste(grid, "1 km\nfar\n3 km")
    see(grid, "3 rows. 1 cell needs a look.")
    assert "does not start with a number" in names_of(cell(grid, "Distance", 2))[0]
    assert "Distance: 'far' does not start with a number" in text_of(grid)
    press(grid, "Run all rows")
    see(grid, "1 row is wrong; nothing was sent.")
    assert grid.batch is None
    assert not (tmp_path / "buffers").exists()
    fill(grid, "Distance, row 2", "2 km")
    assert seen(lambda: "needs a look" not in text_of(grid))
    assert values_of(grid, "Distance", 3) == ["1 km", "2 km", "3 km"]


def test_an_input_that_is_missing_in_a_row_or_in_the_form_is_said_there(server: Any, tmp_path: Path) -> None:
    grid = gp.BatchWidget(server.url_of("BufferPoints"), {"Distance": ["1 km", "2 km"]}, folder=tmp_path)
    press(grid, "Run all rows")
    see(grid, "A value is needed here.")
    assert can_find(grid, "Go to Input Points")
    paste(grid, "Input Points\tDistance\nPOINT (-84.2 36.4)\t3 km")
    press(grid, "Run all rows")
    see(grid, "2 rows are wrong; nothing was sent.")
    assert "Input Points: a value is needed here." in text_of(grid)
    assert grid.batch is None


def test_cells_pasted_into_a_cell_go_right_and_down_and_enter_leads_below(grid: Any) -> None:
    press(grid, "Columns")
    tick(grid, "Dissolve")
    fill(grid, "Distance, row 2", "1 km\tALL\n2 km\tNONE\n3 km\tALL\n")
    assert values_of(grid, "Distance", 4) == ["", "1 km", "2 km", "3 km"]
    assert values_of(grid, "Dissolve", 4)[1:] == ["ALL", "NONE", "ALL"]
    fill(grid, "Distance, row 4", "4 km\n")
    assert cell(grid, "Distance", 4).value == "4 km"
    assert cell(grid, "Distance", 5).value == ""  # after the last row there is one more
    fill(grid, "Dissolve, row 1", "a\tb")
    assert any("fewer than 2 columns" in one for one in alerts(grid))
    assert values_of(grid, "Dissolve", 2)[1] == "ALL"


def test_a_column_comes_from_the_form_with_its_value_and_keeps_its_cells(grid: Any) -> None:
    assert not can_find(grid, "Unit of Distance")
    press(grid, "Columns")
    tick(grid, "Dissolve")
    assert not can_find(grid, "Dissolve", "combobox")
    assert values_of(grid, "Dissolve", 3) == ["NONE"] * 3
    fill(grid, "Dissolve, row 2", "ALL")
    tick(grid, "Dissolve", False)
    assert can_find(grid, "Dissolve", "combobox")
    tick(grid, "Dissolve")
    assert values_of(grid, "Dissolve", 3) == ["NONE", "ALL", "NONE"]


def test_columns_are_filled_down_and_with_series(grid: Any) -> None:
    press(grid, "Fill a column")
    fill(grid, "from", "1 km")
    fill(grid, "to", "2 km")
    fill(grid, "step", "0.25")
    press(grid, "Write the series")
    assert values_of(grid, "Distance", 5) == ["1 km", "1.25 km", "1.5 km", "1.75 km", "2 km"]
    fill(grid, "step", "")
    fill(grid, "or how many", 4)
    fill(grid, "from row", 3)
    press(grid, "Write the series")
    assert values_of(grid, "Distance", 6)[2:] == [
        "1 km",
        "1.333333333333 km",
        "1.666666666667 km",
        "2 km",
    ]
    press(grid, "Fill down")
    assert values_of(grid, "Distance", 6)[2:] == ["1 km"] * 4
    fill(grid, "to", "5 miles")
    press(grid, "Write the series")
    assert any("The first value is in km, the last in miles." in one for one in alerts(grid))
    assert values_of(grid, "Distance", 6)[2:] == ["1 km"] * 4


def test_a_file_with_coordinates_becomes_rows(grid: Any, tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text("lon,lat,Distance,name\n-84.2,36.4,1 km,mill\n-84.1,36.3,2 km,ford\n")
    press(grid, "Import")
    fill(grid, "path of a file, or address of a layer", str(path))
    press(grid, "Read")
    see(grid, "2 rows taken.")
    assert values_of(grid, "Input Points", 2) == ["POINT (-84.2 36.4)", "POINT (-84.1 36.3)"]
    fill(grid, "path of a file, or address of a layer", str(tmp_path / "none.csv"))
    press(grid, "Read")
    see(grid, "There is no file")
    assert values_of(grid, "Distance", 2) == ["1 km", "2 km"]


def test_a_geodataframe_gives_features_with_its_coordinate_system(server: Any, tmp_path: Path) -> None:
    places = geopandas.GeoSeries(shapely.points([[-84.2, 36.4], [-84.1, 36.3]]), crs=4326).to_crs(32616)
    frame = geopandas.GeoDataFrame({"Distance": ["1 km", "2 km"]}, geometry=places)
    frame.index = ["mill", "ford"]
    grid = gp.BatchWidget(server.url_of("BufferPoints"), frame, folder=tmp_path)
    assert cell(grid, "Input Points", "mill").value.startswith("SRID=32616;POINT (")
    found = grid.start().wait(60).frame()
    assert found["gp_row"].tolist() == ["mill", "ford"]
    assert found.crs == 32616
    assert found.geometry.centroid.distance(places.reset_index(drop=True)).max() < 1


def test_five_thousand_rows_are_in_the_page_ten_at_a_time(grid: Any) -> None:
    paste(grid, "Distance\n" + "\n".join(f"{at} km" for at in range(1, 5001)))
    see(grid, "5,000 rows.")
    assert len(find_all(grid, "Distance, row ", "textbox")) == 10
    press(grid, "Last")
    assert cell(grid, "Distance", 5000).value == "5000 km"
    assert not can_press(grid, "Next")


def test_secret_inputs_are_no_columns_and_no_pasted_text(server: Any, tmp_path: Path) -> None:
    def open_door(password: Annotated[str, Param(data_type="GPStringHidden")], number: int = 0) -> int:
        """Open a door.

        Parameters
        ----------
        password
            Secret.
        number
            Of the door.
        """
        return number

    url = server.publish(open_door, output="Opened")
    grid = gp.BatchWidget(url, folder=tmp_path, Password="sesame")
    paste(grid, "Number\tPassword\n1\thidden word\n")
    see(grid, "Not taken, as it is secret: Password.")
    assert "hidden word" not in str([one.get_state() for one in find_all(grid)])
    assert grid.start().wait(60).counts == {"succeeded": 1}
    assert "sesame" not in "".join(path.read_text() for path in tmp_path.glob("*.jsonl"))


def test_a_batch_begun_in_code_is_shown_retried_and_opened(server: Any, tmp_path: Path) -> None:
    broken = {2}

    def count_wells(number: int = 0) -> int:
        """Count wells.

        Parameters
        ----------
        number
            Of them.
        """
        if number in broken:
            raise gp.demo.ToolError("The well is dry.")
        return number * 10

    task = gp.GPTask(server.publish(count_wells, output="Wells", asynchronous=True))
    runs = gp.sweep(task, Number=[1, 2, 3], folder=tmp_path).wait(60)
    grid = gp.BatchWidget.of(runs)
    assert "3 of 3 rows finished · Succeeded: 2, Failed: 1" in text_of(grid)
    assert html_of(grid).index("The well is dry.") < html_of(grid).rindex("Succeeded")  # failures first
    choose(grid, "Show", "Succeeded")
    assert "Page 1 of 1; 2 of 3 rows" in text_of(grid)
    choose(grid, "Show", "All rows")
    press(grid, "Show the run of row 1")
    see(grid, "The well is dry.")
    assert seen(lambda: any("The well is dry." in one for one in alerts(grid)))
    broken.clear()
    press(grid, "Retry failed")
    see(grid, "3 of 3 rows finished · Succeeded: 3")
    press(grid, "Chart")
    see(grid, "Number")
    assert seen(lambda: 'aria-label="Wells / number"' in html_of(grid).replace("Number", "number"))
    again = gp.BatchWidget.of(gp.resume(tmp_path))
    see(again, "3 of 3 rows finished · Succeeded: 3")


def test_rows_can_be_cancelled_and_the_rest_not_sent(server: Any, tmp_path: Path) -> None:
    task = gp.GPTask(server.url_of("SlowCount"))
    grid = gp.BatchWidget(task, {"Steps": [5000] * 5}, folder=tmp_path, at_once=1, values={"Seconds": 300})
    press(grid, "Run all rows")
    see(grid, "Running")
    press(grid, "Show the run of row 1")
    press(grid, "Send no more")
    see(grid, "Cancelled: 4")
    press(grid, "Cancel all")
    see(grid, "5 of 5 rows finished · Cancelled: 5")
    assert not can_find(grid, "Retry failed")
    assert can_find(grid, "Run the cancelled rows")
    press(grid, "Change the rows")
    assert values_of(grid, "Steps", 5) == ["5000"] * 5


def test_rows_that_are_no_table_are_said_and_the_grid_is_there(server: Any, tmp_path: Path) -> None:
    grid = gp.BatchWidget(server.url_of("BufferPoints"), 17, folder=tmp_path, Input_Points="POINT (1 2)")
    assert alerts(grid)
    assert can_find(grid, "Distance, row 1")
    press(grid, "Remove all rows")
    press(grid, "Run all rows")
    see(grid, "There are no rows yet")


def test_maps_of_a_sweep_have_one_legend(server: Any, tmp_path: Path) -> None:
    rows = pandas.DataFrame(
        {"lon": [-84.2, -84.1, -84.0], "lat": [36.4] * 3, "Distance": ["1 km", "2 km", "3 km"]}
    )
    grid = gp.BatchWidget(server.url_of("BufferPoints"), rows, folder=tmp_path / "runs")
    press(grid, "Run all rows")
    see(grid, "All rows have succeeded.")
    press(grid, "Maps side by side")
    see(grid, "1, Distance: 1 kilometer")
    assert html_of(grid).count('alt="Map of ') == 3
    assert html_of(grid).count("gpw-legend") == 1
    assert chosen(grid, "Colours by") == "BUFF_DIST"  # a column of the results, not one that was kept
    choose(grid, "Colours by", "one colour")
    assert seen(lambda: "gpw-legend" not in html_of(grid))


def test_the_static_copy_has_the_rows(grid: Any) -> None:
    paste(grid, "Distance\n1 km\n<b>2 km")
    assert "<b>2" not in html_of(grid)
    fill(grid, "Distance, row 2", "2 km")
    press(grid, "Run all rows")
    see(grid, "All rows have succeeded.")
    assert "Succeeded" in grid.snapshot()
    assert isinstance(grid.batch.table(), pandas.DataFrame)


def sign_in(grid: Any, password: str) -> None:
    choose(grid, "Sign in", "With a user name")
    fill(grid, "User name", demo.USERNAME)
    fill(grid, "Password", password)
    press(grid, re.compile("^Sign in$"))


def test_a_token_that_ends_is_asked_for_in_place_and_the_rows_go_on(tmp_path: Path) -> None:
    def double(number: int = 0) -> int:
        """Double a number."""
        return 2 * number

    secured = Service("Secured/Double", [as_tool(double, asynchronous=True, output="Doubled")], secured=True)
    with demo.serve(services=[secured]) as server:
        account = {"username": demo.USERNAME, "password": demo.PASSWORD, "f": "json"}
        token = requests.post(server.token_url, account, timeout=10).json()["token"]
        rows = {"Number": [*range(6)]}
        grid = gp.BatchWidget(server.url_of("Double"), rows, folder=tmp_path / "runs", auth=gp.Token(token))
        with server.faults.add("expire_tokens", on="submit", after=3, times=1):
            press(grid, "Run all rows")
            see(grid, "Sign in below, and the batch goes on; no row is lost.")
        assert "Finished" not in text_of(grid)
        assert not can_find(grid, "Retry failed")
        sign_in(grid, "guessed")
        see(grid, "Invalid username or password.")
        assert seen(lambda: can_find(grid, "Sign in", role="button"))
        assert find(grid, "User name").value == demo.USERNAME  # but the password is asked for again
        assert find(grid, "Password").value == ""
        sign_in(grid, demo.PASSWORD)
        see(grid, "All rows have succeeded.")
        assert not can_find(grid, "Sign in", role="button")
        assert alerts(grid) == []
        assert grid.batch.table()["Doubled"].tolist() == [0, 2, 4, 6, 8, 10]
        assert server.jobs.created == 6
        shown = html_of(grid)
        assert demo.PASSWORD not in shown
        assert token not in shown
        grid.close()
