"""A pasted URL is understood whatever it ends in, and leads nowhere else."""

import pytest

from gpwidgets.errors import URLError
from gpwidgets.protocol.urls import GPURL

ROOT = "https://gis.example.com/arcgis/rest/services"


@pytest.mark.parametrize(
    "pasted",
    [
        f"{ROOT}/Elevation/GPServer/Viewshed",
        f"{ROOT}/Elevation/GPServer/Viewshed/",
        f"{ROOT}/Elevation/GPServer/Viewshed?f=html",
        f"{ROOT}/Elevation/GPServer/Viewshed/execute?f=json&token=abc",
        f"  {ROOT}/Elevation/GPServer/Viewshed/submitJob#top\n",
        f"<{ROOT}/Elevation/GPServer/Viewshed>",
        "gis.example.com/arcgis/rest/services/Elevation/GPServer/Viewshed",
        f"{ROOT}/Elevation/GPServer/Viewshed/jobs",
    ],
)
def test_a_task_is_found_whatever_follows_it(pasted: str) -> None:
    assert GPURL.parse(pasted).task == f"{ROOT}/Elevation/GPServer/Viewshed"


def test_folders_services_and_jobs_are_told_apart() -> None:
    url = GPURL.parse(f"{ROOT}/Water/Flow/GPServer/Trace%20Down/jobs/j12/results/Out%20Lines?f=json")
    assert (url.folder, url.service_name, url.task_name) == ("Water", "Flow", "Trace Down")
    assert (url.job_id, url.result_name) == ("j12", "Out Lines")
    assert url.service == f"{ROOT}/Water/Flow/GPServer"
    assert url.catalog == f"{ROOT}/Water"
    assert str(url) == f"{ROOT}/Water/Flow/GPServer/Trace%20Down/jobs/j12/results/Out%20Lines"
    assert url.cancel == f"{ROOT}/Water/Flow/GPServer/Trace%20Down/jobs/j12/cancel"
    assert url.map_service_job == f"{ROOT}/Water/Flow/MapServer/jobs/j12"
    assert url.info == "https://gis.example.com/arcgis/rest/info"


def test_a_root_or_folder_has_no_service() -> None:
    assert GPURL.parse(ROOT + "/").service_name == ""
    assert GPURL.parse(f"{ROOT}/Water").service == f"{ROOT}/Water"


def test_the_service_type_keeps_the_spelling_of_the_url() -> None:
    assert GPURL.parse(f"{ROOT}/abc/gpServer/run").task == f"{ROOT}/abc/gpServer/run"


def test_a_service_behind_a_gateway_path_is_accepted() -> None:
    url = GPURL.parse("https://example.com/tools/Flow/GPServer/Trace")
    assert url.task == "https://example.com/tools/Flow/GPServer/Trace"


def test_percent_signs_are_encoded_once() -> None:
    name = "50% of 100"
    task = GPURL.parse(f"{ROOT}/S/GPServer").for_task(name).task
    assert task.endswith("/50%25%20of%20100")
    assert GPURL.parse(task).task_name == name


@pytest.mark.parametrize(
    "text",
    ["", "ftp://host/arcgis/rest/services/S/GPServer", "https://example.com/page", "javascript:alert(1)"],
)
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(URLError, match="rest/services"):
        GPURL.parse(text)


def test_credentials_in_a_url_are_dropped() -> None:
    assert "secret" not in str(
        GPURL.parse("https://me:secret@gis.example.com/arcgis/rest/services/S/GPServer/T")
    )


@pytest.mark.parametrize("reference", ["https://evil.example/x", "../../other/results/a", ""])
def test_a_result_outside_the_job_is_refused(reference: str) -> None:
    job = GPURL.parse(f"{ROOT}/S/GPServer/T/jobs/j1")
    with pytest.raises(URLError):
        job.below_job(reference)


def test_a_param_url_is_used_as_given() -> None:
    job = GPURL.parse(f"{ROOT}/S/GPServer/T/jobs/j1")
    assert job.below_job("results/out_features") == f"{ROOT}/S/GPServer/T/jobs/j1/results/out_features"


def test_asking_for_a_task_that_is_not_named_says_so() -> None:
    with pytest.raises(URLError, match="names no task"):
        _ = GPURL.parse(f"{ROOT}/S/GPServer").task
    with pytest.raises(URLError, match="names no job"):
        _ = GPURL.parse(f"{ROOT}/S/GPServer/T").job
