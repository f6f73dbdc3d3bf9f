"""Hot spots of the earthquakes, against the formula written out as loops."""

import io
import math
import zipfile

import numpy as np
import pytest

from gpwidgets.convert.featuresets.frames import features_to_frame, records_to_frame
from gpwidgets.demo.data import read_earthquakes
from gpwidgets.demo.tools.hotspots import confidence_bin, gi_star, p_value


def _plain_gi_star(counts):
    """Getis and Ord's Gi* with binary weights, as in the papers."""
    rows, columns = counts.shape
    n = rows * columns
    values = [float(value) for value in counts.ravel()]
    mean = sum(values) / n
    spread = math.sqrt(sum(value**2 for value in values) / n - mean**2)
    scores = np.zeros(counts.shape)
    for row in range(rows):
        for column in range(columns):
            near = [
                counts[r, c]
                for r in range(max(row - 1, 0), min(row + 2, rows))
                for c in range(max(column - 1, 0), min(column + 2, columns))
            ]
            weights = len(near)
            error = spread * math.sqrt((n * weights - weights**2) / (n - 1))
            scores[row, column] = (sum(near) - mean * weights) / error
    return scores


def test_scores_agree_with_the_formula_written_out():
    counts = np.random.default_rng(3).poisson(1.5, (12, 17))
    assert gi_star(counts) == pytest.approx(_plain_gi_star(counts), abs=1e-12)


def test_equal_counts_have_no_hot_spots():
    assert not gi_star(np.full((4, 5), 3)).any()


def test_classes_and_p_values_follow_the_normal_distribution():
    assert [confidence_bin(z) for z in (-3, -2, -1.7, 0, 1.7, 2, 3)] == [-3, -2, -1, 0, 1, 2, 3]
    assert p_value(1.959964) == pytest.approx(0.05, abs=1e-6)


@pytest.fixture(scope="module")
def job(run_job):
    return run_job("HotSpots")


def test_the_task_counts_every_earthquake_once(job, get):
    frame = features_to_frame(get(f"{job}/results/Hot_Spots")["value"])
    events = read_earthquakes()
    chosen = events[events["type"] == "earthquake"].cx[-125:-114, 32:42.5]
    assert frame["EVENTS"].sum() == len(chosen) > 900
    assert frame.crs == "EPSG:4326"
    assert frame.is_valid.all()
    assert frame.loc[frame["GI_Z"] > 2.58, "GI_BIN"].eq(3).all()


def test_the_summary_agrees_with_the_cells(job, get):
    frame = features_to_frame(get(f"{job}/results/Hot_Spots")["value"])
    result = get(f"{job}/results/Summary")
    assert result["dataType"] == "GPRecordSet"
    table = records_to_frame(result["value"]).set_index("GI_BIN")
    assert len(table) == 7
    for level, group in frame.groupby("GI_BIN"):
        assert table.loc[level, "CELLS"] == len(group)
        assert table.loc[level, "EVENTS"] == group["EVENTS"].sum()


def test_the_report_is_a_zip_file_with_the_tables(job, get, raw):
    value = get(f"{job}/results/Report")["value"]
    with zipfile.ZipFile(io.BytesIO(raw(value["url"])[1])) as archive:
        assert archive.namelist() == ["cells.csv", "summary.csv", "report.txt"]
        assert archive.read("cells.csv").startswith(b"LON,LAT,EVENTS")


@pytest.mark.parametrize(
    ("inputs", "fewer"),
    [
        ({"From_Date": "2018-02-05T00:00:00"}, True),
        ({"To_Date": 1517702400000}, True),
        ({"Minimum_Magnitude": 2.5}, True),
        ({"Area": "World", "Cell_Size": {"distance": 500, "units": "esriKilometers"}}, False),
        ({"Area": "Alaska"}, True),
        ({"Event_Type": "all"}, False),
    ],
)
def test_filters_choose_events(job, run_job, get, inputs, fewer):
    def events(url):
        return features_to_frame(get(f"{url}/results/Hot_Spots")["value"])["EVENTS"].sum()

    assert bool(events(run_job("HotSpots", **inputs)) < events(job)) is fewer


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"From_Date": "2030-01-01T00:00:00"}, "Fewer than two events"),
        ({"Cell_Size": {"distance": 10, "units": "esriMeters"}}, "too many"),
        ({"Cell_Size": {"distance": 0, "units": "esriMeters"}}, "above 0"),
    ],
)
def test_impossible_questions_fail_with_the_reason(run_job, get, inputs, text):
    told = get(run_job("HotSpots", **inputs))
    assert told["jobStatus"] == "esriJobFailed"
    assert text in told["messages"][-2]["description"]
