"""Local files of an earlier run come back as what each input takes, however deep in it they are."""

from pathlib import Path
from typing import Any

import pytest

from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.values import CompositeValue, DataFile, RasterData
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.tasks.journal.kept_inputs import rows_of_inputs, values_of_rows

RASTER = {"name": "raster", "dataType": "GPRasterDataLayer"}
FILE = {"name": "file", "dataType": "GPDataFile"}
COLUMNS = [RASTER, FILE, {"name": "weight", "dataType": "GPDouble"}]


@pytest.mark.parametrize(
    ("described", "value"),
    [
        (RASTER, RasterData(path="dem.tif")),
        (FILE, DataFile(path="a.csv")),
        (
            {"dataType": "GPMultiValue:GPRasterDataLayer"},
            [RasterData(path="dem.tif"), RasterData(url="https://h/1")],
        ),
        ({"dataType": "GPMultiValue:GPDataFile"}, [DataFile(path="a.csv")]),
        (
            {"dataType": "GPValueTable", "parameterInfos": COLUMNS},
            [
                [RasterData(path="dem.tif"), DataFile(path="a.csv"), 2.0],
                [RasterData(path="b.tif"), None, None],
            ],
        ),
        (
            {"dataType": "GPComposite", "parameterInfos": [RASTER, {"name": "n", "dataType": "GPDouble"}]},
            CompositeValue("GPRasterDataLayer", RasterData(path="dem.tif")),
        ),
    ],
    ids=lambda one: one.get("dataType", "") if isinstance(one, dict) else "",
)
def test_a_local_file_comes_back_as_its_type(
    described: dict[str, Any], value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("dem.tif", "a.csv", "b.tif"):
        (tmp_path / name).write_text("x")
    row = {
        "name": "In",
        "direction": "esriGPParameterDirectionInput",
        "parameterType": "esriGPParameterTypeRequired",
    }
    info = TaskInfo.from_json({"name": "T", "parameters": [{**row, **described, "name": "In"}]})
    (parameter,) = info.inputs
    checked = datatype_of(parameter).check(value, parameter)
    sent = Encoder(info, lambda path: f"i{path.stem}").form({"In": checked})
    rows = rows_of_inputs(info, {"In": checked}, sent, lambda text: None)
    kept = values_of_rows(rows, info.inputs, lambda name: name)
    assert kept.problems == {}
    assert kept.values == {"In": checked}


@pytest.mark.parametrize("kind", ["GPDataFile", "GPRasterDataLayer", "GPMultiValue:GPDataFile"])
def test_what_a_server_sends_never_names_a_local_file(kind: str, tmp_path: Path) -> None:
    parameter = GPParameter.from_json({"name": "In", "dataType": kind})
    wire: Any = {"itemID": f"path:{tmp_path / 'secret'}"}
    read = datatype_of(parameter).from_journal([wire] if ":" in kind else wire, parameter)
    assert [one.path for one in (read if isinstance(read, list) else [read])] == [None]
