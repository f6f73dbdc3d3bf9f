"""The rows of a grid: what is taken from tables of all kinds, and what is refused so that nothing is lost."""

import geopandas
import numpy as np
import pandas
import pytest
import shapely

from gpwidgets.errors import GPError
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.widgets.batch.grid_rows import GridRows
from gpwidgets.widgets.batch.series import series
from gpwidgets.widgets.batch.taken_rows import overwrite, take_frame, take_text


def parameter(name: str, kind: str, label: str = "", **more: object) -> dict[str, object]:
    way = "esriGPParameterDirectionInput"
    return {"name": name, "dataType": kind, "displayName": label or name, "direction": way, **more}


@pytest.fixture
def rows() -> GridRows:
    inputs = [
        parameter(
            "Input_Points", "GPFeatureRecordSetLayer", "Where", parameterType="esriGPParameterTypeRequired"
        ),
        parameter("Distance", "GPDouble", "How far"),
        parameter("Note", "GPString", "Size"),
        parameter("Amount", "GPLong", "Size"),
        parameter("Password", "GPStringHidden"),
    ]
    return GridRows(TaskInfo.from_json({"name": "Dig", "parameters": inputs}))


def texts(rows: GridRows, name: str) -> list[str]:
    return [rows.text(place, name) for place in range(len(rows))]


@pytest.mark.parametrize(
    "text",
    [
        "how far\tNote\n1\ta\n2\tb\n",
        "Distance ;Note\r\n1;a\r\n2;b\r\n",
        "\ufeffDISTANCE,Note\n1,a\n2,b",
        'Distance *\tNote\n1\t"a"\n\n2\tb\n',
    ],
)
def test_headings_are_names_or_labels_however_they_are_written(rows: GridRows, text: str) -> None:
    take_text(rows, text)
    assert texts(rows, "Distance") == ["1", "2"]
    assert texts(rows, "Note") == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Distance\tHow far\n1\t2",
            "'Distance' and 'How far', have the same name or stand for the same input",
        ),
        ("Distance\tx\tx\n1\t2\t3", "'x' and 'x', have the same name"),
        ("Distance\n1\t2", "Column 2 has no heading"),
        ("Distance\t\tNote\n1\t2\t3", "Column 2 has no heading"),
        ("Distance\tNote\n", "There are no rows in it"),
        ("\n\n", "There are no rows in it"),
        ("1\t2", "Choose the inputs that differ first"),
    ],
)
def test_a_table_of_which_something_would_be_lost_is_refused_whole(
    rows: GridRows, text: str, said: str
) -> None:
    with pytest.raises(GPError, match=said):
        take_text(rows, text)
    assert len(rows) == 0


def test_two_inputs_of_one_label_are_told_apart(rows: GridRows) -> None:
    assert [rows.heading(name) for name in ("Note", "Amount", "Distance")] == [
        "Size (Note)",
        "Size (Amount)",
        "How far",
    ]
    taken = take_text(rows, "Size\tDistance\n7\t1")
    assert (taken.inputs, taken.kept) == (["Distance"], ["Size"])


def test_shapes_with_commas_stay_whole_where_there_are_no_headings(rows: GridRows) -> None:
    rows.add_column("Input_Points")
    take_text(rows, "MULTIPOINT (1 2, 3 4)\nPOINT (5 6)")
    assert texts(rows, "Input_Points") == ["MULTIPOINT (1 2, 3 4)", "POINT (5 6)"]


def test_a_column_that_is_empty_needs_no_heading(rows: GridRows) -> None:
    take_text(rows, "Distance\t\n1\t\n2\t\n")
    assert texts(rows, "Distance") == ["1", "2"]


def test_coordinates_become_points_and_stay_columns_where_they_are_inputs(rows: GridRows) -> None:
    taken = take_text(rows, "name\tLon\tLat\tDistance\nmill\t-84.2\t36.4\t1\nnowhere\t\t\t2")
    assert texts(rows, "Input_Points") == ["POINT (-84.2 36.4)", ""]
    assert taken.kept == ["name"]
    rows.check(range(2))
    assert rows.wrong_cells() == []


def test_cells_that_do_not_fit_below_are_added_and_those_to_the_right_refused(rows: GridRows) -> None:
    rows.add_column("Distance")
    rows.add_column("Note")
    rows.add(1)
    overwrite(rows, "1\ta\n2\tb", 0, "Distance")
    with pytest.raises(GPError, match="fewer than 2 columns"):
        overwrite(rows, "1\ta", 0, "Note")
    assert texts(rows, "Note") == ["a", "b"]
    overwrite(rows, "Note\tDistance\nz\t9", 1, "Distance")
    assert (texts(rows, "Note"), texts(rows, "Distance")) == (["a", "z"], ["1", "9"])


def test_a_token_is_in_no_cell(rows: GridRows) -> None:
    rows.add_column("Input_Points")
    rows.add(2)
    rows.put(0, "Input_Points", "https://host/arcgis/rest/services/A/FeatureServer/0?token=sesame")
    rows.put(
        1, "Input_Points", '{"url": "https://host/arcgis/rest/services/A/FeatureServer/0", "token": "sesame"}'
    )
    assert "sesame" not in "".join(texts(rows, "Input_Points"))
    assert {row.values["Input_Points"].auth is not None for row in rows.given()} == {True}


def test_frames_give_labels_and_leave_empty_cells_empty(rows: GridRows) -> None:
    shapes = [shapely.Point(500_000, 5_500_000), None, shapely.Point()]
    frame = geopandas.GeoDataFrame(
        {"Distance": [1.0, np.nan, 3.0], "well": ["a", None, "c"]},
        geometry=shapes,
        crs=25832,
        index=["x", "y", "x"],
    )
    taken = take_frame(rows, frame)
    assert texts(rows, "Input_Points") == ["SRID=25832;POINT (500000 5500000)", "", ""]
    assert [one.label for one in rows.given()] == ["x", "y", "x (2)"]
    assert [sorted(one.values) for one in rows.given()] == [["Distance", "Input_Points"], [], ["Distance"]]
    assert [one.kept for one in rows.given()] == [{"well": "a"}, {}, {"well": "c"}]
    assert taken.kept == ["well"]
    rows.check(range(3))
    assert rows.wrong_cells() == []


def test_a_frame_without_a_coordinate_system_is_wrong_at_its_cells(rows: GridRows) -> None:
    take_frame(rows, geopandas.GeoDataFrame(geometry=[shapely.Point(500_000, 5_500_000)]))
    rows.check(range(1))
    assert "coordinate system" in rows.problem(0, "Input_Points")


def test_long_shapes_and_tables_are_shown_short_and_not_written_in(rows: GridRows) -> None:
    ring = shapely.Point(1, 2).buffer(1)
    take_frame(rows, geopandas.GeoDataFrame(geometry=[ring], crs=4326))
    assert rows.text(0, "Input_Points").endswith("…")
    assert not rows.can_be_changed(0, "Input_Points")
    rows.put(0, "Input_Points", geopandas.GeoDataFrame(geometry=[ring], crs=4326))
    assert not rows.can_be_changed(0, "Input_Points")
    rows.put(0, "Input_Points", "POINT (1 2)")
    assert rows.can_be_changed(0, "Input_Points")


def test_a_frame_with_two_columns_of_one_name_is_refused(rows: GridRows) -> None:
    with pytest.raises(GPError, match="have the same name"):
        take_frame(rows, pandas.DataFrame([[1, 2]], columns=["Distance", "Distance"]))
    with pytest.raises(TypeError, match="is not a table"):
        take_frame(rows, [1, 2])


@pytest.mark.parametrize(
    ("given", "values"),
    [
        (("1", "2", "0.5", 0), ["1", "1.5", "2"]),
        (("0.1", "0.5", "0.1", 0), ["0.1", "0.2", "0.3", "0.4", "0.5"]),
        (("10", "1", "4", 0), ["10", "6", "2"]),
        (("1 km", "3", "1", 0), ["1 km", "2 km", "3 km"]),
        (("0", "1", "", 3), ["0", "0.5", "1"]),
        (("2026-02-27", "2026-03-01", "1 day", 0), ["2026-02-27", "2026-02-28", "2026-03-01"]),
        (("2026-01-01", "2026-01-03", "", 2), ["2026-01-01", "2026-01-03"]),
        (("-1e1", "10", "10", 0), ["-10", "0", "10"]),
    ],
)
def test_series_are_exact(given: tuple[str, str, str, int], values: list[str]) -> None:
    assert series(*given) == values


@pytest.mark.parametrize(
    "given",
    [
        ("", "2", "1", 0),
        ("1", "2", "", 0),
        ("1", "2", "1", 3),
        ("1", "2", "0", 0),
        ("1 km", "2 miles", "1", 0),
        ("1 km", "2 km", "1 mile", 0),
        ("1,5", "2", "1", 0),
        ("2026-01", "2026-05", "1", 0),
        ("2026-01-01", "2026-05-01", "1 week", 0),
        ("1e999999999", "2", "1", 0),
        ("0", "1e12", "1e-300", 0),
        ("0", "1e12", "1e-999999", 0),
        ("0", "1", "", 1),
        ("0", "1", "", 10**9),
        ("far", "away", "1", 0),
    ],
)
def test_what_would_be_no_series_is_refused(given: tuple[str, str, str, int]) -> None:
    with pytest.raises(GPError):
        series(*given)
