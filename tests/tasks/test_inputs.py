"""Names and values: every problem is told at once, and whatever holds a value is understood."""

import json
from pathlib import Path

import geopandas
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.datatypes.kinds.file import needs_upload
from gpwidgets.demo.publishing.parameters import Param, ParameterSpec
from gpwidgets.demo.publishing.publish import Tool
from gpwidgets.errors import InputErrors
from gpwidgets.protocol.enums import Direction, ParameterType
from gpwidgets.protocol.features import FeatureSet, RecordSet
from gpwidgets.protocol.values import CompositeValue
from gpwidgets.tasks.inputs.encoding import Encoder

PLACE = Point(10.75, 59.91)


@pytest.fixture(scope="module")
def buffer(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("BufferPoints"))


@pytest.fixture(scope="module")
def gallery(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("ParameterGallery"))


def problems(task: gp.GPTask, **inputs: object) -> dict[str, str]:
    """What is told, by input."""
    with pytest.raises(InputErrors) as caught:
        task.check(inputs)
    return {error.parameter: error.problem for error in caught.value.errors}


def test_names_are_matched_with_underscores_for_what_python_does_not_allow(server) -> None:
    task = gp.GPTask(server.url_of("Count words - quickly"))
    checked = task.check({"Text_to_count": "a b", "how_to": "letters & digits", "class": "c"})
    assert checked == {"Text to count": "a b", "class": "c", "how-to": "letters & digits"}


@pytest.mark.parametrize(
    ("wrong", "right"), [("Distanz", "Distance"), ("input_points", "Input_Points"), ("Disolve", "Dissolve")]
)
def test_a_misspelt_name_is_refused_and_the_right_one_told(buffer, wrong: str, right: str) -> None:
    with pytest.raises(TypeError, match=f"no input '{wrong}'.*did you mean '{right}'"):
        buffer(**{wrong: 5})


def test_a_name_like_no_other_is_refused_with_the_list(buffer) -> None:
    with pytest.raises(TypeError, match=r"has no input 'qqq'\. Its inputs are: Input_Points, Distance"):
        buffer.check({"qqq": 1})


def test_outputs_are_no_inputs(buffer) -> None:
    with pytest.raises(TypeError, match="Buffers"):
        buffer.check({"Buffers": 1})


def test_every_bad_input_is_told_at_once_and_in_the_tasks_order(gallery) -> None:
    found = problems(
        gallery,
        Input_Spatial_Reference={},
        Input_Linear_Unit="5 bananas",
        Input_Long="many",
        Input_Double=float("nan"),
        Input_Choice="SPHERICAL",
        Input_Date="yesterday-ish",
        Input_Points="no such thing",
        Input_File="picture.png",
        Input_Boolean=True,
    )
    names = [parameter.name for parameter in gallery.inputs]
    assert "Input_Boolean" not in found
    assert {"Input_Long", "Input_Double", "Input_Choice", "Input_Linear_Unit"} <= set(found)
    assert {"Input_Date", "Input_Points", "Input_File"} <= set(found)
    assert [name for name in names if name in found] == list(found)
    assert "PLANAR" in found["Input_Choice"]
    assert "csv" in found["Input_File"]


def test_nothing_is_sent_when_an_input_is_wrong(own_server) -> None:
    task = gp.GPTask(own_server.url_of("SlowCount"))
    with pytest.raises(gp.ParameterError, match=r"Steps: .*from 1 to 10000"):
        task.start(Steps=0)
    assert own_server.jobs.created == 0


def test_what_is_missing_is_told(buffer) -> None:
    assert problems(buffer, Distance="1 km") == {"Input_Points": "a value is needed here."}
    assert (
        "no features"
        in problems(buffer, Input_Points=geopandas.GeoDataFrame(geometry=[], crs=4326))["Input_Points"]
    )


def test_none_and_unset_mean_not_given(buffer) -> None:
    checked = buffer.check({"Input_Points": PLACE, "Distance": None})
    assert list(checked) == ["Input_Points"]


def test_the_wrong_kind_of_geometry_is_told_in_words(buffer) -> None:
    line = shapely.LineString([(0, 0), (1, 1)])
    assert "LineString" in problems(buffer, Input_Points=line)["Input_Points"]
    assert "point" in problems(buffer, Input_Points=line)["Input_Points"]


FRAME = geopandas.GeoDataFrame({"NAME": ["Oslo"]}, geometry=[PLACE], crs=4326)
ESRI = {
    "geometryType": "esriGeometryPoint",
    "spatialReference": {"wkid": 4326},
    "features": [{"attributes": {"NAME": "Oslo"}, "geometry": {"x": 10.75, "y": 59.91}}],
}


@pytest.fixture(scope="module")
def vector_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "places.geojson"
    FRAME.to_file(path, driver="GeoJSON")
    return path


@pytest.mark.parametrize(
    "value",
    [
        FRAME,
        FRAME.geometry,
        PLACE,
        [PLACE],
        PLACE.wkt,
        f"  {PLACE.wkt}\n",
        PLACE.__geo_interface__,
        json.dumps(PLACE.__geo_interface__),
        FRAME.to_json(),
        json.loads(FRAME.to_json()),
        ESRI,
        json.dumps(ESRI),
        "10.75 59.91",
        "10.75, 59.91",
    ],
    ids=lambda value: f"{type(value).__name__}: {str(value)[:24]!r}",
)
def test_points_are_understood_in_many_forms(buffer, value: object) -> None:
    shape = buffer(Input_Points=value, Distance="5 km").Buffers.geometry.iloc[0]
    assert shape.centroid.distance(PLACE) < 0.001


@pytest.mark.parametrize("form", [str, Path])
def test_points_are_read_from_a_file(buffer, vector_file: Path, form: type) -> None:
    shape = buffer(Input_Points=form(vector_file), Distance="5 km").Buffers.geometry.iloc[0]
    assert shape.centroid.distance(PLACE) < 0.001


@pytest.mark.parametrize("text", ["", "   ", "POINT (1", '{"type": "Poin', "nowhere.gpkg"])
def test_text_that_holds_no_features_is_a_problem_of_that_input(buffer, text: str) -> None:
    assert list(problems(buffer, Input_Points=text)) == ["Input_Points"]


def test_tables_are_understood_in_many_forms(gallery, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("NAME,VALUE\na,1.5\n")
    for value in (
        pd.DataFrame({"NAME": ["a"], "VALUE": [1.5]}),
        [{"NAME": "a", "VALUE": 1.5}],
        path,
        str(path),
    ):
        table = gallery(Input_Records=value).Output_Records
        assert table[["NAME", "VALUE"]].to_numpy().tolist() == [["a", 1.5]]


def test_the_servers_own_layers_and_references_go_as_they_are(gallery) -> None:
    layer = gp.LayerReference("https://organization.example.com/arcgis/rest/services/A/MapServer/0")
    checked = gallery.check(
        {
            "Input_Layer": "street lights",
            "Input_Points": layer.url,
            "Input_Lines": {"itemID": "i00000000-1111-2222-3333-444444444444"},
            "Input_Polygons": "i00000000-1111-2222-3333-444444444444",
        }
    )
    assert checked["Input_Layer"] == "Street Lights"
    assert checked["Input_Points"] == layer
    assert (
        checked["Input_Lines"]
        == checked["Input_Polygons"]
        == gp.DataFile(item_id="i00000000-1111-2222-3333-444444444444")
    )


MEMBERS = (
    Param("GPFeatureRecordSetLayer", name="Shape"),
    Param("GPDataFile", name="Doc"),
    Param("GPDouble", name="N"),
)


@pytest.fixture
def composed(own_server: demo.DemoServer) -> gp.GPTask:
    """A task with a composite, a list and a table that hold features and files."""
    kinds = {
        "One": Param("GPComposite", members=MEMBERS),
        "Rows": Param("GPValueTable", members=MEMBERS),
        "Files": Param("GPMultiValue:GPDataFile"),
        "Odd": Param("GPSomethingNew"),
    }
    specs = [
        ParameterSpec(f"{way}_{name}", param.data_type, direction, ParameterType.OPTIONAL, param)
        for way, direction in (("In", Direction.INPUT), ("Out", Direction.OUTPUT))
        for name, param in kinds.items()
    ]
    tool = Tool(
        name="Composed",
        function=lambda inputs, job: {name.replace("In_", "Out_"): value for name, value in inputs.items()},
        parameters=tuple(specs),
        display_name="Composed",
        description="",
        asynchronous=False,
        raw=True,
    )
    return gp.GPTask(own_server.publish(tool))


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text("hello")
    return path


def wire(task: gp.GPTask, **inputs: object) -> dict[str, object]:
    """The fields as sent, with every file uploaded as item number one, two, …"""
    sent: list[str] = []

    def upload(path: Path) -> str:
        sent.append(path.name)
        return f"item{len(sent)}"

    fields = Encoder(task.info, upload).form(task.check(inputs))
    return {name: json.loads(text) for name, text in fields.items()}


def test_files_inside_composed_values_are_uploaded(composed, note: Path) -> None:
    named = CompositeValue("GPDataFile", str(note))
    checked = composed.check(
        {"In_One": named, "In_Rows": [[None, note, 1]], "In_Files": [note, "https://a.example/b.txt"]}
    )
    for value in checked.values():
        assert needs_upload([value])
    sent = wire(composed, In_One=named, In_Rows=[[None, note, 1]], In_Files=[note, "https://a.example/b.txt"])
    assert sent["In_One"] == {"dataType": "GPDataFile", "value": {"itemID": "item1"}}
    assert sent["In_Rows"] == [[None, {"itemID": "item2"}, 1]]
    assert sent["In_Files"] == [{"itemID": "item3"}, {"url": "https://a.example/b.txt"}]


def test_files_inside_values_of_unknown_types_are_uploaded(composed, note: Path) -> None:
    value = {"docs": [gp.DataFile(path=str(note))], "n": 1}
    assert wire(composed, In_Odd=value)["In_Odd"] == {"docs": [{"itemID": "item1"}], "n": 1}


def test_features_inside_composed_values_become_feature_sets(composed) -> None:
    sent = wire(composed, In_One=FRAME, In_Rows=[[PLACE.wkt, None, 2.5]])
    assert sent["In_One"]["dataType"] == "GPFeatureRecordSetLayer"
    for features in (sent["In_One"]["value"], sent["In_Rows"][0][0]):
        assert features["geometryType"] == "esriGeometryPoint"
        assert features["features"][0]["geometry"] == {"x": 10.75, "y": 59.91}


def test_a_composite_takes_the_type_that_fits(composed) -> None:
    assert composed.check({"In_One": 5})["In_One"] == CompositeValue("GPDouble", 5.0)
    assert composed.check({"In_One": CompositeValue("GPDouble", "7")})["In_One"].value == 7
    assert composed.check({"In_One": PLACE.wkt})["In_One"].data_type == "GPFeatureRecordSetLayer"
    assert "GPFeatureRecordSetLayer" in problems(composed, In_One=object())["In_One"]
    named = CompositeValue("GPFeatureRecordSetLayer", "https://a.example/0")
    assert isinstance(composed.check({"In_One": named})["In_One"].value, gp.LayerReference)


def test_a_bad_cell_is_told_with_its_place(composed) -> None:
    told = problems(composed, In_Rows=[[PLACE, None, 1], ["POINT (", None, 1]])["In_Rows"]
    assert told.startswith("row 2, Shape: ")


def test_a_composed_value_with_a_file_makes_the_whole_trip(composed, note: Path) -> None:
    out = composed(In_One=CompositeValue("GPDataFile", note), In_Rows=[[FRAME, note, 1]])
    assert out.Out_One.item_id
    (row,) = out.Out_Rows
    assert row[2] == 1
    assert row[1].item_id


def test_a_missing_file_is_told_before_anything_is_sent(composed, tmp_path: Path) -> None:
    with pytest.raises(gp.ParameterError, match=r"no file 'gone\.txt'"):
        composed(In_One=CompositeValue("GPDataFile", tmp_path / "gone.txt"))


def test_sets_of_the_wire_are_left_alone(gallery) -> None:
    checked = gallery.check({"Input_Points": FeatureSet(ESRI), "Input_Records": RecordSet({"features": []})})
    assert checked == {"Input_Points": FeatureSet(ESRI), "Input_Records": RecordSet({"features": []})}
