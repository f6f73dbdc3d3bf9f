"""Every data type goes in and comes out unchanged, over a real socket."""

import json

import pytest

from gpwidgets.demo.tools.gallery import PARAMS

_FIELDS = [
    {"name": "NAME", "type": "esriFieldTypeString", "alias": "Name"},
    {"name": "VALUE", "type": "esriFieldTypeDouble", "alias": "Value"},
]


def _set(geometry_type, *shapes):
    rows = [{"attributes": {"NAME": "a", "VALUE": 1.5}, "geometry": shape} for shape in shapes]
    return {
        "displayFieldName": "",
        "geometryType": geometry_type,
        "spatialReference": {"wkid": 102100, "latestWkid": 3857},
        "fields": _FIELDS,
        "features": rows,
        "exceededTransferLimit": False,
    }


_RECORDS = {
    "displayFieldName": "",
    "fields": _FIELDS,
    "features": [{"attributes": {"NAME": "x", "VALUE": None}}],
    "exceededTransferLimit": False,
}
_EXTENT = {"xmin": 0, "ymin": 1, "xmax": 2, "ymax": 3, "spatial_reference": {"wkid": 4326}}
VALUES = {
    "Boolean": True,
    "Long": 999_999_999_999,
    "Double": -1234.5678,
    "String": 'text with "quotes", ümlauts\nand lines',
    "Choice": "GEODESIC",
    "Coded": "ALL",
    "Hidden": "secret",
    "SQL": "POP > 1000 AND NAME = 'A'",
    "Date": -1199145600000,
    "Linear_Unit": {"distance": 345.678, "units": "esriMiles"},
    "Areal_Unit": {"area": 50, "units": "esriSquareMiles"},
    "Time_Unit": {"time": 3, "units": "esriTimeUnitsYears"},
    "Points": _set("esriGeometryPoint", {"x": 1.5, "y": 2}, None),
    "Multipoints": _set("esriGeometryMultipoint", {"points": [[0, 1], [2, 3]]}),
    "Lines": _set("esriGeometryPolyline", {"paths": [[[0, 1], [2, 3]]]}),
    "Polygons": _set("esriGeometryPolygon", {"rings": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}),
    "Layer": "Street Lights",
    "Records": _RECORDS,
    "Field": {"name": "VALUE", "type": "esriFieldTypeDouble", "alias": "Value"},
    "File": {"url": "https://organization.example.com/myfile.csv"},
    "Raster_Layer": {"url": "https://organization.example.com/lake.tif"},
    "Raster": {"url": "https://organization.example.com/Wind/ImageServer"},
    "Strings": ["Davis", "a, b", ""],
    "Choices": ["Red", "Blue, dark"],
    "Doubles": [1, 2.5, -3],
    "Linear_Units": [{"distance": 1, "units": "esriFeet"}],
    "Value_Table": [[1, "small", {"distance": 5, "units": "esriMeters"}, True], [2, "large", None, None]],
    "Composite": {"dataType": "GPLinearUnit", "value": {"distance": 10, "units": "esriMeters"}},
    "Extent": _EXTENT,
    "Envelope": _EXTENT,
    "Spatial_Reference": {"wkid": 102100, "latestWkid": 3857},
    "Coordinate_System": {"wkt": 'PROJCS["x"]'},
}


def _expected(name, value):
    return value["value"] if name == "Composite" else value


@pytest.fixture(scope="module")
def synchronous(server, post):
    sent = {f"Input_{name}": value for name, value in VALUES.items()}
    return post(server.url_of("ParameterGallery") + "/execute", **sent)


@pytest.fixture(scope="module")
def job(run_job):
    return run_job("ParameterGalleryJob", **{f"Input_{name}": value for name, value in VALUES.items()})


def test_the_values_cover_every_parameter():
    assert set(VALUES) == set(PARAMS)


@pytest.mark.parametrize("name", list(VALUES))
def test_execute_hands_back_what_came(synchronous, name):
    result = next(each for each in synchronous["results"] if each["paramName"] == f"Output_{name}")
    assert result["value"] == _expected(name, VALUES[name])
    assert result["dataType"] == ("GPLinearUnit" if name == "Composite" else PARAMS[name].data_type)


@pytest.mark.parametrize("name", list(VALUES))
def test_a_job_hands_back_what_came(job, get, name):
    assert get(f"{job}/results/Output_{name}")["value"] == _expected(name, VALUES[name])


def test_inputs_are_told_but_hidden_ones(job, get):
    told = {each["paramName"]: each["value"] for each in get(f"{job}/inputs")}
    assert told["Input_Points"]["features"] == VALUES["Points"]["features"]
    assert told["Input_Hidden"] == ""


def test_everything_may_be_left_out_or_sent_empty(server, post):
    url = server.url_of("ParameterGallery") + "/execute"
    empty = {
        f"Input_{name}": ""
        for name in PARAMS
        if PARAMS[name].data_type not in ("GPStringHidden", "GPSQLExpression")
    }
    for sent in ({}, empty, {"Input_File": {"url": ""}}):
        results = {each["paramName"]: each for each in post(url, **sent)["results"]}
        assert len(results) == len(PARAMS)
        assert results["Output_Points"]["value"]["features"] == []
        assert results["Output_Records"]["value"]["features"] == []
        assert results["Output_Strings"]["value"] == []
        assert results["Output_File"]["value"] is None
        assert results["Output_Choice"]["value"] == "PLANAR"


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        ("Boolean", "True", True),
        ("Long", "12.0", 12),
        ("Date", "2025-01-01T14:00:00", 1735740000000),
        ("Date", '{"date":"01/31/2025 14:00:00","format":"MM/dd/yyyy HH:mm:ss"}', 1738332000000),
        (
            "Linear_Unit",
            '{"distance":1,"units":"Esrikilometers"}',
            {"distance": 1, "units": "esriKilometers"},
        ),
        ("Areal_Unit", "3 SquareKilometers", {"area": 3, "units": "esriSquareKilometers"}),
        ("Time_Unit", "1 Week", {"time": 1, "units": "esriTimeUnitsWeeks"}),
        ("Strings", "['a', 'b']", ["a", "b"]),
        ("Strings", "a,b", ["a", "b"]),
        ("Value_Table", '["[1, \\"small\\"]"]', [[1, "small"]]),
        ("File", "https://organization.example.com/a.txt", {"url": "https://organization.example.com/a.txt"}),
    ],
)
def test_what_other_clients_send_is_understood(server, post, name, sent, kept):
    results = post(server.url_of("ParameterGallery") + "/execute", **{f"Input_{name}": sent})["results"]
    assert next(each["value"] for each in results if each["paramName"] == f"Output_{name}") == kept


def test_a_bare_composite_is_tried_against_its_types(server, post):
    field = {"name": "a", "type": "esriFieldTypeString"}
    results = post(server.url_of("ParameterGallery") + "/execute", Input_Composite=field)["results"]
    assert {"paramName": "Output_Composite", "dataType": "Field", "value": field} in results


def test_value_tables_come_as_objects_when_asked(server, post):
    url = server.url_of("ParameterGallery") + "/execute"
    results = post(url, Input_Value_Table=[[1, "small", None, False]], returnColumnName="true")["results"]
    rows = next(each["value"] for each in results if each["paramName"] == "Output_Value_Table")
    assert rows == [{"Count": 1, "Kind": "small", "Width": None, "Keep": False}]


@pytest.mark.parametrize("name", list(PARAMS))
def test_hostile_values_are_refused_or_kept_but_break_nothing(server, post, name):
    url = server.url_of("ParameterGallery") + "/execute"
    deep = "[" * 100_000
    for sent in (
        "null",
        "[]",
        "{}",
        '"x"',
        "[[]]",
        '{"features": [5]}',
        "NaN",
        "1e400",
        deep,
        '{"dataType": 5}',
    ):
        reply = post(url, **{f"Input_{name}": sent, "outSR": "3857"})
        assert "results" in reply or reply["error"]["code"] == 400


@pytest.mark.parametrize("name", ["Choice", "Coded"])
def test_a_value_off_the_list_is_refused_with_the_list(server, post, name):
    error = post(server.url_of("ParameterGallery") + "/execute", **{f"Input_{name}": "OTHER"})["error"]
    assert "is not one of" in error["details"][0]


def test_z_and_m_come_only_when_asked(server, post):
    shape = {"rings": [[[0, 0, 5, 7], [0, 1, 5, 7], [1, 1, 5, 7], [0, 0, 5, 7]]]}
    sent = {**_set("esriGeometryPolygon", shape), "hasZ": True, "hasM": True}
    url = server.url_of("ParameterGallery") + "/execute"
    for asked, vertex in [({}, [0, 1]), ({"returnZ": "true"}, [0, 1, 5]), ({"returnM": "true"}, [0, 1, 7])]:
        results = post(url, Input_Polygons=json.dumps(sent), **asked)["results"]
        value = next(each["value"] for each in results if each["paramName"] == "Output_Polygons")
        assert value["features"][0]["geometry"]["rings"][0][1] == vertex
        assert value["hasZ"] is ("returnZ" in asked)


def test_feature_collections_come_when_asked(server, post):
    url = server.url_of("ParameterGallery") + "/execute"
    results = post(url, Input_Points=VALUES["Points"], returnFeatureCollection="true")["results"]
    value = next(each["value"] for each in results if each["paramName"] == "Output_Points")
    assert value["layerDefinition"]["fields"] == _FIELDS
    assert "fields" not in value["featureSet"]


def test_a_set_over_the_limit_comes_empty_and_flagged(server, post):
    many = _set("esriGeometryPoint", *({"x": i, "y": 0} for i in range(1001)))
    results = post(server.url_of("ParameterGallery") + "/execute", Input_Points=many)["results"]
    value = next(each["value"] for each in results if each["paramName"] == "Output_Points")
    assert value["features"] == []
    assert value["exceededTransferLimit"] is True
