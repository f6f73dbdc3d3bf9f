"""The arithmetic of many runs, held against a simulation with the package's own rules in made-up time."""

import runpy
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

SCALE = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "batch_scale.py"))


@pytest.mark.parametrize(
    ("seconds", "instances"), [(0.5, 4), (2.0, 2), (20.0, 2), (20.0, 64), (200.0, 16), (3000.0, 4)]
)
def test_the_arithmetic_of_the_page_is_that_of_the_scheduler(seconds: float, instances: int) -> None:
    made = SCALE["simulated"](60 * instances, seconds, instances, instances)
    told = SCALE["expected"](60 * instances, seconds, instances, instances)
    assert told.seconds == pytest.approx(made.seconds, rel=0.1)
    assert told.looks == pytest.approx(made.looks, rel=0.1)
    assert told.rate == pytest.approx(made.rate, rel=0.15)


def test_more_jobs_than_the_server_has_instances_give_no_more_rows() -> None:
    alone, crowd = (SCALE["simulated"](400, 20.0, 4, at_once) for at_once in (4, 12))
    assert crowd.seconds > 0.85 * alone.seconds
    assert crowd.looks > 1.15 * alone.looks


def test_what_a_row_takes_on_disk_and_in_memory_is_what_the_page_says() -> None:
    on_disk, in_memory = SCALE["bytes_of_a_row"]()
    assert on_disk == pytest.approx(220, rel=0.15)
    assert in_memory < 800
