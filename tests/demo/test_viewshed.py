"""The viewshed on the elevation model, against geometry and against a slow loop."""

import struct
import zlib

import numpy as np
import pytest
import shapely
from pyproj import Geod

from gpwidgets.convert.featuresets.frames import features_to_frame
from gpwidgets.demo.data import DEM_BOUNDS, Elevation, read_dem
from gpwidgets.demo.tools.viewshed import cell_meters, line_of_sight

SUMMIT = (-84.2308, 36.1983)


def _points(*places):
    return {
        "geometryType": "esriGeometryPoint",
        "spatialReference": {"wkid": 4326},
        "features": [{"geometry": {"x": x, "y": y}, "attributes": {}} for x, y in places],
    }


def _look(dem, observer, distance=1e9, height=2.0, target=0.0):
    return line_of_sight(dem, observer, distance, height, target, lambda part: None)


def _dem(values):
    return Elevation(np.asarray(values, float), -84.4, 36.4, 1 / 1200)


def test_the_elevation_model_lies_where_its_towns_and_summit_are():
    dem = read_dem()
    for x, y, meters in [(-84.1838, 36.3301, 323), (-84.2230, 36.2995, 327), (-84.1544, 36.2220, 258)]:
        assert dem.values[dem.index(x, y)] == pytest.approx(meters, abs=15)
    row, column = np.unravel_index(dem.values.argmax(), dem.shape)
    assert (row, column) == dem.index(*SUMMIT)
    west, south, east, north = DEM_BOUNDS
    assert dem.index(west + 1e-6, north - 1e-6) == (0, 0)
    assert dem.index(east - 1e-6, south + 1e-6) == (343, 402)
    assert dem.index(west - 1e-6, north) is None


def test_everything_is_seen_on_a_small_plain():
    near, visible = _look(_dem(np.zeros((21, 31))), (10, 15))
    assert near.all()
    assert visible.all()


def test_a_wall_hides_what_lies_behind_it():
    ground = np.zeros((21, 31))
    ground[:, 20] = 50
    _, visible = _look(_dem(ground), (10, 15))
    assert visible[:, :21].all()
    assert not visible[:, 21:].any()
    _, tall = _look(_dem(ground), (10, 15), target=200.0)
    assert tall.all()


def test_the_curve_of_the_earth_hides_a_far_plain():
    _, visible = _look(_dem(np.zeros((3, 400))), (1, 0), height=2.0)
    assert visible[1, 50]
    assert not visible[1, 399]


def test_sight_lines_agree_with_a_plain_loop():
    dem = read_dem()
    ground = Elevation(dem.values[100:131, 100:131], dem.west, dem.north, dem.cell)
    observer = (15, 15)
    _, visible = _look(ground, observer)
    width, height = cell_meters(ground, 15)
    for row, column in np.ndindex(31, 31):
        assert visible[row, column] == _sees(ground.values, observer, (row, column), width, height) or (
            (row, column) == observer
        )


def _sees(values, observer, target, width, height):
    """One sight line, step by step, with every elevation interpolated by hand."""
    (r0, c0), (r1, c1) = observer, target
    steps = max(abs(r1 - r0), abs(c1 - c0))
    if steps <= 1:
        return True
    eye = values[r0, c0] + 2.0

    def slope(part, ground):
        meters = np.hypot((c1 - c0) * part * width, (r1 - r0) * part * height)
        return (ground - 0.87 * meters**2 / (2 * 6_371_000.0) - eye) / meters

    aim = slope(1.0, values[r1, c1])
    for step in range(1, steps):
        row, column = r0 + (r1 - r0) * step / steps, c0 + (c1 - c0) * step / steps
        top, left = min(int(row), 29), min(int(column), 29)
        down, right = row - top, column - left
        upper = values[top, left] * (1 - right) + values[top, left + 1] * right
        lower = values[top + 1, left] * (1 - right) + values[top + 1, left + 1] * right
        ground = upper * (1 - down) + lower * down
        if slope(step / steps, ground) > aim + 1e-9:
            return False
    return True


@pytest.fixture(scope="module")
def job(run_job):
    return run_job("Viewshed", Input_Points=_points(SUMMIT, (-84.18, 36.33)), Observer_Height=10)


def test_the_task_gives_valid_polygons_that_hold_the_observers(job, get):
    frame = features_to_frame(get(f"{job}/results/Viewshed_Result", returnType="data")["value"])
    assert frame.crs == "EPSG:4326"
    assert frame.is_valid.all()
    assert frame.geometry.union_all().covers(shapely.MultiPoint([SUMMIT, (-84.18, 36.33)]))
    geod = Geod(ellps="WGS84")
    for shape, told in zip(frame.geometry, frame["AREA_KM2"], strict=True):
        assert told == pytest.approx(abs(geod.geometry_area_perimeter(shape)[0]) / 1e6, rel=1e-6)
    assert frame["AREA_KM2"].sum() < 2 * np.pi * 5.1**2


def test_a_longer_distance_sees_more(job, run_job, get):
    areas = []
    for kilometers in (1, 15):
        distance = {"distance": kilometers, "units": "esriKilometers"}
        url = run_job("Viewshed", Input_Points=_points(SUMMIT), Distance=distance)
        areas.append(features_to_frame(get(f"{url}/results/Viewshed_Result")["value"])["AREA_KM2"].sum())
    assert areas[0] < areas[1]


def test_the_raster_is_a_geotiff_that_agrees_with_the_polygons(job, get, raw):
    value = get(f"{job}/results/Viewshed_Raster")["value"]
    assert value["format"] == "tif"
    body = raw(value["url"])[1]
    tags = _tags(body)
    assert (tags[256], tags[257]) == (403, 344)
    counts = np.frombuffer(zlib.decompress(body[8 : 8 + tags[279]]), np.uint8).reshape(344, 403)
    pixel = struct.unpack_from("<3d", body, tags[33550])
    corner = struct.unpack_from("<6d", body, tags[33922])
    assert pixel == pytest.approx((1 / 1200, 1 / 1200, 0))
    assert corner[3:5] == (DEM_BOUNDS[0], DEM_BOUNDS[3])
    assert struct.unpack_from("<16H", body, tags[34735])[-1] == 4326
    assert set(np.unique(counts)) <= {0, 1, 2, 255}
    assert counts[read_dem().index(*SUMMIT)] >= 1


def _tags(body):
    """Tag number to its value, or to the place where its values stand."""
    assert body[:4] == b"II\x2a\x00"
    (start,) = struct.unpack_from("<I", body, 4)
    (number,) = struct.unpack_from("<H", body, start)
    entries = [struct.unpack_from("<HHI", body, start + 2 + 12 * n) for n in range(number)]
    values = [
        struct.unpack_from("<H" if kind == 3 and count == 1 else "<I", body, start + 10 + 12 * n)[0]
        for n, (_, kind, count) in enumerate(entries)
    ]
    return {tag: value for (tag, _, _), value in zip(entries, values, strict=True)}


def test_observers_outside_the_model_are_told_where_it_lies(run_job, get):
    told = get(run_job("Viewshed", Input_Points=_points((0, 0))))
    assert told["jobStatus"] == "esriJobFailed"
    assert "latitudes 36.16 to 36.45" in told["messages"][-2]["description"]
    told = get(run_job("Viewshed", Input_Points=_points((0, 0), SUMMIT)))
    assert told["jobStatus"] == "esriJobSucceeded"
    assert any(message["type"].endswith("Warning") for message in told["messages"])


def test_a_viewshed_is_cancelled_between_two_blocks(server, post):
    url = server.url_of("Viewshed")
    many = _points(*[SUMMIT] * 20)
    sent = {"Input_Points": many, "Distance": {"distance": 100, "units": "esriKilometers"}}
    job = server.jobs[post(f"{url}/submitJob", **sent)["jobId"]]
    assert job.wait(until=lambda each: each.progress is not None)
    post(f"{url}/jobs/{job.id}/cancel")
    assert job.wait()
    assert job.status.value == "esriJobCancelled"
