"""Features too large for a form go to the server as a file, where it takes files."""

import geopandas
import numpy as np
import pytest
import shapely

from gpwidgets import GPTask, demo
from gpwidgets.demo.publishing.publish import Points, Service, as_tool


def echo(places: Points) -> Points:
    """Hand features back."""
    return places


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> geopandas.GeoDataFrame:
    monkeypatch.setattr("gpwidgets.datatypes.kinds.features.LARGE_FEATURES", 20_000)
    points = shapely.points(np.random.default_rng(1).uniform(-80, 80, (900, 2)))
    return geopandas.GeoDataFrame({"NUMBER": range(len(points))}, geometry=points, crs=4326)


def task_of(server: demo.DemoServer, name: str) -> GPTask:
    return GPTask(server.url_of(f"{name}/Echo"))


@pytest.fixture
def server():
    tool = as_tool(echo, name="Echo", output="Same")
    services = [
        Service("WithUploads", [tool]),
        Service("Without", [tool], uploads=False),
    ]
    with demo.serve(services=services) as running:
        yield running


def assert_back(frame: geopandas.GeoDataFrame, many: geopandas.GeoDataFrame) -> None:
    assert frame.geometry.to_wkb().tolist() == many.geometry.to_wkb().tolist()
    assert frame["NUMBER"].tolist() == many["NUMBER"].tolist()


def test_large_features_are_uploaded(server, many) -> None:
    uploads = server.faults.add("delay", on="upload", seconds=0.0)
    assert_back(task_of(server, "WithUploads")(Places=many).Same, many)
    assert uploads.hits == 1


def test_small_features_are_not(server, many) -> None:
    uploads = server.faults.add("delay", on="upload", seconds=0.0)
    assert_back(task_of(server, "WithUploads")(Places=many[:100]).Same, many[:100])
    assert uploads.hits == 0


def test_large_features_go_into_the_form_where_no_files_are_taken(server, many) -> None:
    assert_back(task_of(server, "Without")(Places=many).Same, many)


def test_a_refused_upload_loses_no_run(server, many) -> None:
    refused = server.faults.add("error", on="upload", code=400)
    assert_back(task_of(server, "WithUploads")(Places=many).Same, many)
    assert refused.hits == 1
