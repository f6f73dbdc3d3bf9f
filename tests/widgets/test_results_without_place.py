"""Results that name no coordinate system are shown as a table, not in the Atlantic, and the map says why."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from widget_tools import text_of

from gpwidgets.convert.featuresets.frames import read_features
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.widgets.map.task_map import TaskMap
from gpwidgets.widgets.results.results import ResultsView

LOCAL = 'LOCAL_CS["site",UNIT["Meter",1.0],AXIS["Easting",EAST],AXIS["Northing",NORTH]]'


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        (None, "names no coordinate system"),
        ({}, "names no coordinate system"),
        ({"wkid": 0}, "names no coordinate system"),
        ({"wkid": 999_999}, "names no coordinate system"),
        ({"wkt": LOCAL}, "nothing leads from its coordinate system, site"),
    ],
)
@pytest.mark.parametrize("place", [(12.0, 34.0), (500000.0, 5500000.0)])
def test_the_note_below_the_map_says_why(reference: Any, reason: str, place: tuple[float, float]) -> None:
    told: dict[str, Any] = {
        "features": [{"attributes": {"n": 1}, "geometry": {"x": place[0], "y": place[1]}}]
    }
    if reference is not None:
        told["spatialReference"] = reference
    task_map = TaskMap()
    before = (task_map.map.center, task_map.map.zoom)
    view = ResultsView(Outputs({"Places": read_features(orjson.dumps(told))}), task_map)
    assert f"not drawn: {'it ' if 'names' in reason else ''}{reason}" in text_of(task_map)
    assert (task_map.map.center, task_map.map.zoom) == before
    assert "1 feature" in text_of(view)
    assert not list(task_map.results["Places"].data["features"])
