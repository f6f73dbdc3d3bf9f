"""Results of one task as inputs of the next, in plain Python: of every data type, and for rows of batches."""

import datetime
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pytest
import shapely

import gpwidgets as gp
from gpwidgets.convert.storage import parts
from gpwidgets.errors import GPError

needs_parquet = pytest.mark.skipif(parts.find_spec("pyarrow") is None, reason="needs pyarrow")


def measure_area(areas: gp.demo.Polygons) -> float:
    """Measure areas.

    Parameters
    ----------
    areas
        Polygons.
    """
    return round(float(areas.to_crs(6933).area.sum()) / 10_000)


def given(folder: Path) -> dict[str, Any]:
    """A value for each kind of input of the gallery."""
    path = folder / "sites.csv"
    path.write_text("a,b\n1,2\n")
    places = geopandas.GeoDataFrame(
        {"NAME": ["mill"], "VALUE": [1.5]}, geometry=shapely.points([[-84.2, 36.4]]), crs=4326
    )
    return {
        "Input_Boolean": True,
        "Input_Long": 3,
        "Input_Double": 2.5,
        "Input_String": "mill",
        "Input_Coded": "ALL",
        "Input_SQL": "a = 1",
        "Input_Date": datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC),
        "Input_Linear_Unit": "5 km",
        "Input_Areal_Unit": "3 hectares",
        "Input_Time_Unit": "2 days",
        "Input_Points": places,
        "Input_Polygons": places.to_crs(32616).buffer(5).to_frame("geometry"),
        "Input_Layer": "Counties",
        "Input_Records": pandas.DataFrame({"NAME": ["q"], "VALUE": [2.0]}),
        "Input_Field": "NAME",
        "Input_File": path,
        "Input_Strings": ["a", "b"],
        "Input_Doubles": [1.0, 2.0],
        "Input_Linear_Units": ["1 km", "2 km"],
        "Input_Value_Table": [[1, "small", "5 km", True]],
        "Input_Composite": "5 km",
        "Input_Extent": gp.Extent(0, 1, 2, 3, gp.SpatialReference(4326)),
        "Input_Spatial_Reference": 25832,
    }


def same(one: Any, other: Any) -> bool:
    return one.equals(other) if hasattr(one, "equals") else one == other


def chained(outputs: Any, names: Any) -> dict[str, Any]:
    """Outputs of the gallery as the inputs of the same names."""
    return {name: outputs[name.replace("Input_", "Output_")] for name in names}


def test_results_of_every_type_are_inputs_of_the_next_task(server: Any, tmp_path: Path) -> None:
    first, second = (gp.GPTask(server.url_of(f"ParameterGallery{way}")) for way in ("Job", ""))
    values = given(tmp_path)
    found = first(values)
    again = second(chained(found, values))
    assert list(again) == list(found)
    differ = [
        name
        for name in chained(found, values)
        if not same(found[name.replace("Input_", "Output_")], again[name.replace("Input_", "Output_")])
    ]
    assert differ == []
    assert again.Output_Polygons.crs == 32616


@needs_parquet
def test_results_of_rows_have_the_types_of_the_run_and_go_into_the_next_batch(
    server: Any, tmp_path: Path
) -> None:
    first, second = (gp.GPTask(server.url_of(f"ParameterGallery{way}")) for way in ("Job", ""))
    names = [
        "Input_Date",
        "Input_Linear_Unit",
        "Input_Extent",
        "Input_File",
        "Input_Value_Table",
        "Input_Strings",
    ]
    values = {name: value for name, value in given(tmp_path).items() if name in names}
    runs = gp.batch(
        first, pandas.DataFrame({"Input_Long": [1, 2]}, index=["a", "b"]), values, folder=tmp_path / "one"
    ).wait(60)
    direct, row = first(values), runs.outputs("b")
    unlike = [
        name
        for name in names
        if name != "Input_File" and not same(chained(direct, names)[name], chained(row, names)[name])
    ]
    assert unlike == []
    rows = pandas.DataFrame([chained(runs.outputs(label), names) for label in runs.labels], index=runs.labels)
    onward = gp.batch(second, rows, folder=tmp_path / "two").wait(60)
    assert onward.counts == {"succeeded": 2}
    assert onward.outputs("a").Output_Linear_Unit == gp.LinearUnit(5, "esriKilometers")
    assert onward.outputs("a").Output_File.read_text() == "a,b\n1,2\n"


@needs_parquet
def test_features_of_rows_go_into_the_next_batch_row_by_row(server: Any, tmp_path: Path) -> None:
    measure = gp.GPTask(server.publish(measure_area, output="Hectares"))
    buffers = gp.sweep(
        gp.GPTask(server.url_of("BufferPoints")),
        Input_Points="POINT (-84.2 36.4)",
        Distance=["1 km", "2 km"],
        folder=tmp_path / "buffers",
    ).wait(60)
    rows = pandas.DataFrame({"Areas": [buffers.outputs(label).Buffers for label in buffers.labels]})
    measured = gp.batch(measure, rows, folder=tmp_path / "measured").wait(60)
    assert measured.table()["Hectares"].tolist() == [314, 1257]


def test_results_on_the_server_go_on_by_their_address(server: Any) -> None:
    measure = gp.GPTask(server.publish(measure_area, output="Hectares"))
    spots = gp.GPTask(server.url_of("HotSpots"))()
    layer = gp.by_reference(spots, "Hot_Spots")
    assert isinstance(layer, gp.LayerReference)
    assert "/MapServer/jobs/" in layer.url
    assert measure(Areas=layer).Hectares == measure(Areas=spots.Hot_Spots).Hectares > 0
    with pytest.raises(GPError, match="Summary is no layer and no file"):
        gp.by_reference(spots, "Summary")
    seen = gp.GPTask(server.url_of("Viewshed"))(
        Input_Points=shapely.Point(-84.2, 36.3), Distance="2 km", esri_out_feature_service_name="Chained"
    )
    kept = gp.by_reference(seen, "Viewshed_Result")
    assert kept.url.endswith("/Hosted/Chained/FeatureServer/0")
    assert measure(Areas=kept).Hectares == measure(Areas=kept.read()).Hectares > 0


def test_results_without_an_address_are_said(server: Any) -> None:
    out = gp.GPTask(server.url_of("BufferPoints"))(Input_Points="POINT (-84.2 36.4)")
    with pytest.raises(GPError, match="Buffers has no address there"):
        gp.by_reference(out, "Buffers")
