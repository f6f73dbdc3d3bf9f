"""Columns as inputs carry the type of their column, wherever in a value they are."""

from typing import Any

import geopandas
import pandas as pd
import pytest
import shapely

from gpwidgets.errors import InputErrors
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.protocol.values import CompositeValue, FieldRef, LayerReference
from gpwidgets.tasks.inputs.checking import check_inputs
from gpwidgets.tasks.inputs.fields import settle_fields

LAYER = {"name": "Layer", "dataType": "GPFeatureRecordSetLayer"}
FIELD = {"name": "By", "dataType": "Field", "dependency": "Layer"}
LONG, DATE, TEXT = (f"esriFieldType{kind}" for kind in ("BigInteger", "Date", "String"))


def task(*parameters: dict[str, Any]) -> TaskInfo:
    direction = {"direction": "esriGPParameterDirectionInput"}
    return TaskInfo.from_json({"name": "T", "parameters": [{**one, **direction} for one in parameters]})


def places() -> geopandas.GeoDataFrame:
    columns = {"POP": [2**40], "SEEN": [pd.Timestamp("2025-01-01")], "name": ["a"]}
    return geopandas.GeoDataFrame(columns, geometry=[shapely.Point(1, 2)], crs=4326)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("POP", ("POP", LONG)),
        ("pop", ("POP", LONG)),
        ("SEEN", ("SEEN", DATE)),
        ("name", ("name", TEXT)),
        ("OBJECTID", ("OBJECTID", TEXT)),
        (FieldRef("POP", "esriFieldTypeInteger"), ("POP", "esriFieldTypeInteger")),
    ],
)
def test_a_name_gets_the_type_of_its_column(name: Any, field: tuple[str, str]) -> None:
    found = check_inputs(task(LAYER, FIELD), {"Layer": places(), "By": name})["By"]
    assert (found.name, found.type) == field


def test_columns_are_found_in_lists_tables_and_composites() -> None:
    kinds = [{"name": "", "dataType": "Field"}, {"name": "", "dataType": "GPLong"}]
    info = task(
        LAYER,
        {"name": "List", "dataType": "GPMultiValue:Field"},
        {"name": "Table", "dataType": "GPValueTable", "parameterInfos": kinds},
        {"name": "Either", "dataType": "GPComposite", "parameterInfos": kinds[:1]},
    )
    given = {"Layer": places(), "List": ["POP", "SEEN"], "Table": [["pop", 1]], "Either": "POP"}
    found = check_inputs(info, given)
    assert [one.type for one in found["List"]] == [LONG, DATE]
    assert found["Table"] == [[FieldRef("POP", LONG), 1]]
    assert found["Either"] == CompositeValue("Field", FieldRef("POP", LONG))


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (places(), "no column 'PIP'; did you mean 'POP'"),
        (pd.DataFrame({"A": [1]}), "no column 'PIP'; it has: A"),
        ({"fields": [{"name": "A", "type": TEXT}], "features": []}, "no column 'PIP'; it has: A"),
    ],
)
def test_a_column_that_is_not_there_is_said_before_the_run(layer: Any, text: str) -> None:
    kind = "GPRecordSet" if not isinstance(layer, geopandas.GeoDataFrame) else "GPFeatureRecordSetLayer"
    with pytest.raises(InputErrors, match=text):
        check_inputs(task({"name": "Layer", "dataType": kind}, FIELD), {"Layer": layer, "By": "PIP"})


def test_the_schema_of_a_layer_that_is_not_given_counts() -> None:
    schema = {"fields": [{"name": "KIND", "type": DATE}], "features": []}
    info = task({**LAYER, "defaultValue": schema}, FIELD)
    assert check_inputs(info, {"By": "kind"})["By"] == FieldRef("KIND", DATE)


def test_layers_on_a_server_are_asked_for_their_columns() -> None:
    layer = LayerReference("https://host/arcgis/rest/services/A/FeatureServer/0")
    info = task(LAYER, FIELD)
    checked = check_inputs(info, {"Layer": layer, "By": "POP"})
    assert checked["By"] == FieldRef("POP")
    assert settle_fields(info, checked, lambda asked: (FieldRef("POP", LONG),))["By"].type == LONG
    with pytest.raises(InputErrors, match="By: the layer has no column 'POP'"):
        settle_fields(info, checked, lambda asked: (FieldRef("AREA", LONG),))
