"""Editors, used as the browser uses them: through the traits of their controls."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import ipywidgets as w
import pyproj
import pytest
from widget_tools import (
    alerts,
    can_find,
    can_press,
    choose,
    chosen,
    fill,
    find,
    find_all,
    options,
    press,
    shown,
    text_of,
    tick,
)

from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.features import FeatureSet
from gpwidgets.protocol.values import (
    UNSET,
    CompositeValue,
    DataFile,
    Extent,
    FieldRef,
    LayerReference,
    LinearUnit,
    RasterData,
    SpatialReference,
)
from gpwidgets.widgets.editors.editor import EditorContext
from gpwidgets.widgets.editors.editor_table import editor_for
from gpwidgets.widgets.editors.tables.pasting import split_rows, split_values
from gpwidgets.widgets.editors.tables.rows import Row
from gpwidgets.widgets.map.task_map import TaskMap

REQUIRED = "esriGPParameterTypeRequired"
INPUT = {"direction": "esriGPParameterDirectionInput"}


def make(kind: str, context: EditorContext | None = None, **more: Any) -> Any:
    data = {"name": "Value", "dataType": kind, "direction": "esriGPParameterDirectionInput", **more}
    return editor_for(GPParameter.from_json(data), context)


def below(widget: w.Widget, kind: type) -> list[Any]:
    found = [widget] if isinstance(widget, kind) else []
    for child in getattr(widget, "children", ()):
        found += below(child, kind)
    return found


NUMBER = "a whole number"


def row_of(editor: Any, number: int) -> Any:
    """A row of a list by its number, from 1."""
    return [box for box in shown(editor) if isinstance(box, Row)][number - 1]


def paste(editor: Any, text: str) -> None:
    """Paste rows into a list."""
    if not can_find(editor, "Rows for Value"):
        press(editor, "Paste rows")
    fill(editor, "Rows for Value", text)
    press(editor, "Add these rows")


EXAMPLES: list[tuple[str, dict[str, Any], Any]] = [
    ("GPString", {}, "a text"),
    ("GPString", {"choiceList": ["A", "B"]}, "B"),
    ("GPString", {"choiceList": [f"choice {number}" for number in range(30)]}, "choice 20"),
    ("GPSQLExpression", {}, "POP > 3"),
    ("GPStringHidden", {}, "hush"),
    ("GPLong", {}, -4),
    ("GPLong", {"choiceList": ["1", "2"]}, 2),
    ("GPDouble", {}, 2.5),
    ("GPDouble", {}, 1e-20),
    ("GPBoolean", {}, False),
    ("GPBoolean", {"defaultValue": False}, True),
    ("GPDate", {}, datetime(2025, 1, 31, 14, 5, 7, tzinfo=UTC)),
    ("GPLinearUnit", {}, LinearUnit(2.5, "esriMiles")),
    ("GPSpatialReference", {}, SpatialReference(25832)),
    ("GPSpatialReference", {}, SpatialReference(102100)),
    ("GPExtent", {}, Extent(1, 2, 3, 4.5, SpatialReference(4326))),
    ("GPDataFile", {}, DataFile(path="folder/a.csv")),
    ("GPDataFile", {}, DataFile(url="https://example.org/a.csv")),
    ("GPDataFile", {}, DataFile(item_id="i" + "0" * 8 + "-0000-0000-0000-000000000000")),
    ("GPRasterDataLayer", {}, RasterData(url="https://example.org/a.tif", format="tif")),
    ("Field", {}, FieldRef("POP", "esriFieldTypeInteger")),
    ("GPMultiValue:GPString", {}, ["a", "b"]),
    ("GPMultiValue:GPString", {"choiceList": ["A", "B", "C"]}, ["A", "C"]),
    ("GPMultiValue:GPString", {"choiceList": [str(number) for number in range(60)]}, ["3", "40"]),
    ("GPMultiValue:GPLinearUnit", {}, [LinearUnit(1, "esriMeters"), LinearUnit(2, "esriKilometers")]),
    (
        "GPValueTable",
        {
            "parameterInfos": [
                {"name": "Field", "dataType": "Field", "direction": "esriGPParameterDirectionInput"},
                {"name": "Weight", "dataType": "GPDouble", "direction": "esriGPParameterDirectionInput"},
            ]
        },
        [[FieldRef("POP"), 0.5], [FieldRef("AREA"), None]],
    ),
    (
        "GPComposite",
        {
            "parameterInfos": [
                {"name": "", "dataType": "GPDouble", "direction": "esriGPParameterDirectionInput"},
                {"name": "", "dataType": "GPString", "direction": "esriGPParameterDirectionInput"},
            ]
        },
        CompositeValue("GPString", "POP"),
    ),
    (
        "GPFeatureRecordSetLayer",
        {},
        LayerReference("https://example.org/A/MapServer/0", filter="A > 1"),
    ),
    ("GPRecordSet", {}, LayerReference("https://example.org/rest/services/A/FeatureServer/1")),
    ("GPSomethingNew", {}, {"key": [1, 2]}),
]


@pytest.mark.parametrize(("kind", "more", "value"), EXAMPLES)
def test_a_value_that_is_set_is_what_the_controls_are_read_as(
    kind: str, more: dict[str, Any], value: Any
) -> None:
    editor = make(kind, **more)
    editor.value = value
    assert editor.value == value
    editor.take()
    assert editor.error == ""
    assert editor.value == value


@pytest.mark.parametrize(("kind", "more", "value"), EXAMPLES)
def test_a_value_can_be_taken_away_again(kind: str, more: dict[str, Any], value: Any) -> None:
    editor = make(kind, **{**more, "defaultValue": None})
    editor.value = value
    editor.value = UNSET
    editor.take()
    assert editor.value is UNSET
    assert editor.error == ""


@pytest.mark.parametrize(("kind", "more", "_value"), EXAMPLES)
def test_every_control_has_a_name_for_those_who_do_not_see_it(
    kind: str, more: dict[str, Any], _value: Any
) -> None:
    editor = make(kind, displayName="Shown name", **more)
    controls = below(editor, w.Text | w.Textarea | w.Dropdown | w.Combobox | w.Button | w.SelectMultiple)
    for control in controls:
        words = f"{control.description} {control.tooltip or ''} {getattr(control, 'placeholder', '')}"
        assert words.strip(), control


@pytest.mark.parametrize(
    ("kind", "more", "typed", "words"),
    [
        ("GPLong", {}, "1.5", "not a whole number"),
        ("GPDouble", {}, "many", "not a number"),
        ("GPDouble", {"filter": {"type": "range", "minimum": 0, "maximum": 1}}, "3", "from 0 to 1"),
        ("GPLinearUnit", {}, "5 parsecs", "not a unit"),
        ("GPLinearUnit", {}, "far", "does not start with a number"),
        ("GPSpatialReference", {}, "somewhere", "no coordinate system"),
        ("GPExtent", {}, "1, 2, 3", "no extent"),
        ("GPExtent", {}, "5, 2, 3, 4", "inside out"),
        ("GPSomethingNew", {}, "{broken", "cannot be read"),
        ("GPString", {"choiceList": [f"choice {number}" for number in range(30)]}, "other", "not one of"),
    ],
)
def test_what_is_typed_wrong_is_said_in_words_and_stays_in_the_box(
    kind: str, more: dict[str, Any], typed: str, words: str
) -> None:
    editor = make(kind, **more)
    box = editor.focus_target
    box.value = typed
    assert words in editor.error
    assert editor.value is UNSET
    assert not editor.check()
    assert box.value == typed


def test_setting_a_wrong_value_from_python_raises_and_keeps_the_old_one() -> None:
    editor = make("GPLong", defaultValue=3)
    with pytest.raises(ParameterError, match="whole number"):
        editor.value = 1.5
    assert editor.value == 3
    assert editor.control.value == "3"


def test_a_unit_typed_after_the_number_is_taken() -> None:
    editor = make("GPLinearUnit", defaultValue={"distance": 500, "units": "esriMeters"})
    assert (editor.number.value, editor.unit.label) == ("500", "meters")
    editor.number.value = "5 mi"
    assert editor.value == LinearUnit(5, "esriMiles")
    assert editor.unit.label == "miles"
    editor.unit.value = "esriKilometers"
    assert editor.value == LinearUnit(5, "esriMiles"), "what is typed wins"
    editor.number.value = "5"
    editor.unit.value = "esriKilometers"
    assert editor.value == LinearUnit(5, "esriKilometers")


def test_the_way_back_to_the_default_is_offered_only_after_a_change() -> None:
    editor = make("GPLong", defaultValue=3)
    back = "Put the default of Value back"
    assert not can_find(editor, back)
    fill(editor, "Value", "4")
    press(editor, back)
    assert editor.value == 3
    assert not can_find(editor, back)


def test_a_field_has_no_more_in_the_page_than_it_shows() -> None:
    editor = make("GPLong", description="How many.")
    assert [type(child) for child in editor.children] == [w.Text, w.HTML]
    editor.control.value = "many"
    editor.show_remark("few would do")
    told = [child.value for child in editor.children if isinstance(child, w.HTML)]
    assert ["number" in told[0], "few would do" in told[1], "How many." in told[2]] == [True, True, True]
    assert editor.children[0] is editor.control


def test_a_field_that_is_not_enabled_has_no_way_back_to_the_default_that_works() -> None:
    editor = make("GPLong", defaultValue=3)
    editor.set_enabled(False)
    editor.set_value(4)
    assert find(editor, "Put the default of Value back").disabled


def test_what_fields_share_is_refused_when_one_of_them_changes_it() -> None:
    one, other = make("GPString"), make("GPString")
    assert one.control.layout is other.control.layout
    with pytest.raises(AttributeError, match="Layout of its own"):
        one.control.layout.width = "50%"
    one.control.layout = w.Layout(width="50%")
    assert other.control.layout.width == "100%"


def test_what_fields_share_is_made_anew_after_all_widgets_were_closed() -> None:
    make("GPString")
    w.Widget.close_all()
    editor = make("GPString")
    assert editor.control.layout.comm is not None
    assert editor.control.style.comm is not None


def test_a_hidden_text_is_never_kept_in_a_synced_trait() -> None:
    editor = make("GPStringHidden")
    editor.control.value = "hush-hush"
    assert editor.value == "hush-hush"
    states = [str(one.get_state()) for one in [editor, *below(editor, w.Widget)]]
    assert not any("hush-hush" in state for state in states)
    assert "hush-hush" not in repr(editor)
    editor.forget.click()
    assert editor.value is UNSET


def test_several_choices_can_be_taken_all_at_once_and_searched() -> None:
    names = [f"layer {number}" for number in range(20)]
    editor = make("GPMultiValue:GPString", choiceList=names)
    press(editor, "All")
    assert editor.value == names
    fill(editor, "find", "layer 1")
    assert len(find_all(editor, role="checkbox")) == 11
    assert editor.value == names
    tick(editor, "layer 15", False)
    assert editor.value == [*names[:15], *names[16:]]
    press(editor, "None")
    assert editor.value is UNSET


def test_a_long_list_of_choices_keeps_what_is_chosen_while_it_is_searched() -> None:
    editor = make("GPMultiValue:GPString", choiceList=[f"layer {number}" for number in range(60)])
    choose(editor, "Value", "layer 3", "layer 50")
    fill(editor, "find", "layer 7")
    assert editor.value == ["layer 3", "layer 50"]
    assert options(editor, "Value") == ["layer 3", "layer 7", "layer 50"]
    choose(editor, "Value", "layer 3", "layer 7", "layer 50")
    fill(editor, "find", "")
    assert editor.value == ["layer 3", "layer 7", "layer 50"]


def test_rows_are_added_moved_removed_and_pasted() -> None:
    editor = make("GPMultiValue:GPLong")
    press(editor, "Add a row")
    assert editor.value is UNSET
    fill(row_of(editor, 1), NUMBER, "1")
    paste(editor, "2\n\n3\n")
    assert editor.value == [1, 2, 3]
    press(row_of(editor, 3), "Move up in Value")
    assert editor.value == [1, 3, 2]
    press(row_of(editor, 1), "Move up in Value")
    press(row_of(editor, 1), "Remove in Value")
    assert editor.value == [3, 2]
    fill(row_of(editor, 2), NUMBER, "two")
    assert alerts(editor)[-1].startswith("✖ Row 2: ")
    assert editor.value is UNSET
    fill(row_of(editor, 2), NUMBER, "2")
    assert editor.value == [3, 2]
    assert alerts(editor) == []


def test_the_box_for_pasted_rows_is_made_when_it_is_opened() -> None:
    editor = make("GPMultiValue:GPLong")
    before = len(list(below(editor, w.Widget)))
    press(editor, "Paste rows")
    assert len(list(below(editor, w.Widget))) > before
    assert can_press(editor, "Add these rows")


def test_a_table_takes_rows_from_a_spreadsheet() -> None:
    columns = [
        {"name": "Name", "dataType": "GPString", "direction": "esriGPParameterDirectionInput"},
        {"name": "Weight", "dataType": "GPDouble", "direction": "esriGPParameterDirectionInput"},
    ]
    editor = make("GPValueTable", parameterInfos=columns)
    paste(editor, "roads\t0.25\nrivers\t\n")
    assert editor.value == [["roads", 0.25], ["rivers", None]]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a\tb, c\n1\t2", [["a", "b, c"], ["1", "2"]]),
        ("a;b\n1,5;2", [["a", "b"], ["1,5", "2"]]),
        ('a,"b, c"\n', [["a", "b, c"]]),
        ('a\t"two\nlines"\r\nb\t\r\n', [["a", "two\nlines"], ["b", ""]]),
        ("\n \n", []),
    ],
)
def test_pasted_text_is_split_as_spreadsheets_write_it(text: str, rows: list[list[str]]) -> None:
    assert split_rows(text) == rows


@pytest.mark.parametrize(
    ("text", "are_texts", "values"),
    [
        ("one\ntwo, with a comma; and more\n", True, ["one", "two, with a comma; and more"]),
        ("one\ttwo", True, ["one", "two"]),
        ("1, 2, 3", False, ["1", "2", "3"]),
        ("1;2\n3", False, ["1", "2", "3"]),
        ("1,5\n2,5", False, ["1,5", "2,5"]),
        ("1,5", False, ["1,5"]),
        ("5 km, 3 mi", False, ["5 km", "3 mi"]),
        ("", False, []),
    ],
)
def test_pasted_values_are_split_where_it_is_beyond_doubt(
    text: str, are_texts: bool, values: list[str]
) -> None:
    assert split_values(text, are_texts=are_texts) == values


def test_headings_that_were_copied_along_are_no_row() -> None:
    columns = [
        {"name": "n", "displayName": "Name", "dataType": "GPString"},
        {"name": "w", "dataType": "GPBoolean"},
    ]
    editor = make("GPValueTable", parameterInfos=columns)
    paste(editor, "name\tW\nroads\tyes")
    assert editor.value == [["roads", True]]


def test_long_lists_are_kept_whole_with_controls_for_some_of_them() -> None:
    editor = make("GPMultiValue:GPLong", parameterType=REQUIRED)
    paste(editor, "\n".join(map(str, range(5000))))
    assert editor.value == list(range(5000))
    assert len(find_all(editor, NUMBER)) == 100
    assert "4,900 more rows" in text_of(editor)
    paste(editor, "7\nseven")
    assert editor.error == "value 2: 'seven' is not a number; enter one such as 7."
    assert find(editor, "Rows for Value").value == "7\nseven"
    editor.set_value(list(range(300)))
    assert editor.value == list(range(300))
    press(editor, "Remove all")
    assert editor.value is UNSET
    assert not can_find(editor, "Remove all")


SCHEMA = {
    "fields": [
        {"name": "VALUE", "type": "esriFieldTypeDouble"},
        {"name": "SEEN", "type": "esriFieldTypeDate"},
        {"name": "CODE", "type": "esriFieldTypeString"},
    ],
    "features": [],
}


def test_pasted_tables_have_the_types_of_their_columns() -> None:
    editor = make("GPRecordSet", defaultValue=SCHEMA)
    editor.text.value = "value\tSEEN\tCODE\tn\tzip\n1\t2025-01-31\t7\t3\t01001\n\t\t8\t4.5\t99999"
    rows = editor.value.astype(object).where(editor.value.notna(), None).to_dict("records")
    assert rows == [
        {"value": 1.0, "SEEN": datetime(2025, 1, 31, tzinfo=UTC), "CODE": "7", "n": 3.0, "zip": "01001"},
        {"value": None, "SEEN": None, "CODE": "8", "n": 4.5, "zip": "99999"},
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("VALUE\tA\n1,5\tx", "row 1, VALUE: '1,5' is not a number"),
        ("A\tA\n1\t2", "two columns are called 'A'"),
        ("A\t\n1\t2", "2 columns need 2 headings"),
        ("A\tB\n1\t2\t3", "3 columns need 3 headings"),
        ("A\tB\n", "no rows below its headings"),
    ],
)
def test_a_pasted_table_that_is_not_right_is_told_at_the_field(text: str, problem: str) -> None:
    editor = make("GPRecordSet", defaultValue=SCHEMA)
    editor.text.value = text
    assert problem in editor.error
    assert editor.text.value == text


def test_text_that_is_no_table_is_told_at_the_field() -> None:
    editor = make("GPMultiValue:GPString")
    paste(editor, "x" * 140_000)
    assert "cannot be read as a table" in editor.error


def test_a_composite_keeps_what_was_given_for_each_of_its_types() -> None:
    infos = [{"name": "", "dataType": kind} for kind in ("GPDouble", "Field")]
    editor = make("GPComposite", parameterInfos=infos)
    assert [label for label, _at in editor.kind.options] == ["Number", "Field"]
    editor.member.control.value = "2.5"
    assert editor.value == CompositeValue("GPDouble", 2.5)
    editor.kind.value = 1
    assert editor.value is UNSET
    editor.member.control.value = "POP"
    assert editor.value == CompositeValue("Field", FieldRef("POP"))
    editor.kind.value = 0
    assert editor.value == CompositeValue("GPDouble", 2.5)


def test_a_file_from_the_browser_lands_under_a_harmless_name() -> None:
    editor = make("GPDataFile")
    sent = {"name": "../../etc/pass wd.csv", "type": "text/csv", "size": 3, "content": memoryview(b"a,b")}
    sent["last_modified"] = datetime(2025, 1, 1, tzinfo=UTC)
    editor.upload.value = (sent,)
    path = Path(editor.value.path)
    assert path.name == "pass wd.csv"
    assert path.read_bytes() == b"a,b"
    assert [bytes(one["content"]) for one in editor.upload.value] == [b""]
    editor.close()
    assert not path.exists()


def test_a_file_of_the_wrong_type_is_refused() -> None:
    editor = make("GPDataFile", filter={"type": "file", "list": ["csv", "txt"]})
    assert editor.upload.accept == ".csv,.txt"
    editor.text.value = "a.pdf"
    assert "allowed are csv, txt" in editor.error


def test_columns_are_offered_from_the_layer_that_a_field_belongs_to() -> None:
    from gpwidgets.protocol.description import TaskInfo
    from gpwidgets.widgets.form.form import TaskForm

    layer = {
        "geometryType": "esriGeometryPoint",
        "fields": [
            {"name": "POP", "type": "esriFieldTypeInteger"},
            {"name": "N", "type": "esriFieldTypeString"},
        ],
        "features": [{"attributes": {"POP": 1, "N": "a"}, "geometry": {"x": 1, "y": 2}}],
    }
    inputs = [
        {"name": "Layer", "dataType": "GPFeatureRecordSetLayer", **INPUT},
        {"name": "Column", "dataType": "Field", "dependency": "Layer", **INPUT},
    ]
    form = TaskForm(TaskInfo.from_json({"name": "T", "parameters": inputs}))
    form.values = {"Layer": FeatureSet(layer)}
    column = form.editors["Column"]
    assert column.control.options == ("POP", "N")
    column.control.value = "POP"
    assert column.value.type == "esriFieldTypeInteger"


def test_a_coordinate_system_is_searched_by_name_and_picked_from_the_list() -> None:
    editor = make("GPSpatialReference", displayName="Output system")
    fill(editor, "Output system", "lv9")
    fill(editor, "Output system", "lv95")
    assert not alerts(editor)  # whoever is still typing has made no mistake
    assert "Choose one of these, or go on typing." in text_of(editor)
    assert not editor.check()
    assert alerts(editor) == ["✖ Choose a coordinate system of the list."]
    fill(editor, "Output system", "lv95 ")
    assert not alerts(editor)
    (found,) = [one for one in options(editor, "Coordinate systems found for Output system") if "LV95" in one]
    assert found.startswith("CH1903+ / LV95 · EPSG:2056 · metre · ")
    choose(editor, "Coordinate systems found for Output system", found)
    assert editor.value == SpatialReference(2056)
    assert not can_find(editor, "Coordinate systems found for Output system")
    assert found in text_of(editor)


def test_a_definition_without_a_code_stays_as_it_is_written() -> None:
    wkt = pyproj.CRS("+proj=laea +lat_0=41 +lon_0=7 +datum=WGS84").to_wkt()
    editor = make("GPSpatialReference", displayName="Output system")
    fill(editor, "Output system", wkt)
    assert editor.value == SpatialReference(wkt2=wkt)


def test_units_that_nobody_means_are_neither_offered_nor_named() -> None:
    editor = make("GPLinearUnit", displayName="Distance")
    assert "unknown units" not in options(editor, "Unit of Distance")
    fill(editor, "Distance", "5 parsecs")
    assert "known are meters, kilometers" in text_of(editor)
    assert "unknown" not in text_of(editor)
    unknown = {"distance": 1, "units": "esriUnknownUnits"}
    editor = make("GPLinearUnit", displayName="Distance", defaultValue=unknown)
    assert chosen(editor, "Unit of Distance") == "unknown units"  # the server has it so
    editor = make("GPLinearUnit", displayName="Distance")
    editor.set_value(unknown)
    assert editor.value.units == "esriUnknownUnits"


def test_an_extent_can_be_taken_from_the_map() -> None:
    editor = make("GPExtent", EditorContext(map=TaskMap()))
    press(editor, "From the map")
    assert editor.value.spatial_reference.wkid == 4326
    assert editor.value.bounds == (-180.0, -85.0, 180.0, 85.0)


def test_an_extent_can_be_taken_from_a_layer_in_its_own_coordinates() -> None:
    task_map = TaskMap()
    corners = geopandas.points_from_xy([2600000, 2610000], [1200000, 1250000], crs=2056)
    task_map.add_result("Hills", geopandas.GeoDataFrame({"n": [1, 2]}, geometry=corners))
    editor = make("GPExtent", EditorContext(map=task_map), displayName="Area")
    press(editor, "From a layer")
    choose(editor, "Layers and frames for Area", "Hills")
    assert editor.value == Extent(2600000, 1200000, 2610000, 1250000, SpatialReference(2056))
    assert "x 2,600,000 to 2,610,000, y 1,200,000 to 1,250,000 metre, CH1903+ / LV95" in text_of(editor)
    assert not can_find(editor, "Layers and frames for Area")
    task_map.close()


def test_a_tick_box_without_a_default_is_a_no_and_an_optional_one_can_stay_open() -> None:
    assert make("GPBoolean", parameterType=REQUIRED).value is False
    assert make("GPBoolean").value is UNSET


@pytest.mark.parametrize("kind", ["GPString", "GPLong", "GPStringHidden", "GPDataFile", "GPDate", "GPExtent"])
def test_a_needed_value_that_is_missing_is_said_after_a_check_only(kind: str) -> None:
    editor = make(kind, parameterType=REQUIRED, displayName="Shown")
    assert editor.error == ""
    assert not editor.check()
    assert editor.error == "a value is needed here."
    assert editor.label == "Shown *"


def test_listed_values_of_any_type_are_chosen_from_a_list() -> None:
    rows = [
        {"name": "Near", "value": {"distance": 5, "units": "esriMiles"}},
        {"name": "Far", "value": "9 km"},
    ]
    editor = make("GPLinearUnit", filter={"type": "codedValue", "list": rows}, defaultValue="9 km")
    assert editor.control.label == "Far"
    editor.control.label = "Near"
    assert editor.value == LinearUnit(5, "esriMiles")
    several = make("GPMultiValue:GPLinearUnit", filter={"type": "codedValue", "list": rows})
    several.set_value(["9 km"])
    assert [box.value for box in find_all(several, role="checkbox")] == [False, True]


def test_labels_that_are_alike_stay_two_choices() -> None:
    rows = [{"name": "Same", "value": "1"}, {"name": "Same", "value": "2"}]
    editor = make("GPString", filter={"type": "codedValue", "list": rows})
    assert [label for label, _value in editor.control.options] == ["not set", "Same (1)", "Same (2)"]
    editor.control.label = "Same (2)"
    assert editor.value == "2"


def test_a_name_of_a_server_is_never_set_as_a_formula() -> None:
    assert make("GPLong", displayName="from $5 to $10").label == "from \uff045 to \uff0410"
    assert make("GPLong", displayName=r"\(x\) in $").label == "\\\u200b(x\\) in $"


def test_a_long_text_has_room() -> None:
    editor = make("GPString", defaultValue='{"a": 1,\n "b": 2}')
    assert isinstance(editor.control, w.Textarea)
    assert editor.control.value == editor.value == '{"a": 1,\n "b": 2}'
