"""A typed function becomes a task."""

import json
import math
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import pytest

from gpwidgets import demo
from gpwidgets.demo.publishing.publish import Service, as_tool, read_annotation
from gpwidgets.errors import PublishError
from gpwidgets.protocol.values.units import LinearUnit


def greet(name: str, times: int = 1, tone: Literal["low", "loud"] = "low") -> str:
    """Greet someone.

    Parameters
    ----------
    name : str
        Who is greeted.
    times, tone
        How.
    """
    return " ".join([f"Hello {name}"] * times).upper() if tone == "loud" else f"Hello {name}"


class Pair(NamedTuple):
    Smaller: float
    Larger: float


def order(first: float, second: Annotated[float, demo.Param(minimum=0, category="More")]) -> Pair:
    """Put two numbers in order."""
    return Pair(min(first, second), max(first, second))


def test_a_function_is_published_and_runs(own_server, post, get):
    url = own_server.publish(greet)
    assert url.endswith("/Published/GPServer/Greet")
    told = get(url)
    assert told["description"] == "Greet someone."
    name, times, tone, result = told["parameters"]
    assert (name["name"], name["parameterType"], name["description"]) == (
        "Name",
        "esriGPParameterTypeRequired",
        "Who is greeted.",
    )
    assert (times["dataType"], times["defaultValue"], times["parameterType"]) == (
        "GPLong",
        1,
        "esriGPParameterTypeOptional",
    )
    assert (tone["choiceList"], tone["defaultValue"], tone["description"]) == (["low", "loud"], "low", "How.")
    assert (result["name"], result["direction"]) == ("Result", "esriGPParameterDirectionOutput")
    assert (
        post(f"{url}/execute", Name="Ada", Tone="loud", Times=2)["results"][0]["value"]
        == "HELLO ADA HELLO ADA"
    )


def test_the_same_function_can_run_as_a_job(own_server, post, get):
    url = own_server.publish(greet, asynchronous=True, name="Greet later", output="Text")
    job = own_server.jobs[post(f"{url}/submitJob", Name="Ada")["jobId"]]
    assert job.wait()
    assert get(f"{url}/jobs/{job.id}/results/Text")["value"] == "Hello Ada"


def test_a_named_tuple_gives_several_outputs():
    with demo.serve(services=[order]) as server:
        assert [service.name for service in server.services] == ["Published"]
        spec = server.services[0].tasks["Order"]
        assert [each.name for each in spec.outputs] == ["Smaller", "Larger"]
        assert spec.inputs[1].to_json()["filter"] == {"type": "range", "minimum": 0}
        assert spec.inputs[1].param.category == "More"


def test_a_function_without_outputs_is_a_task_without_outputs(own_server, post, get):
    def silent(job: demo.JobContext) -> None:
        job.warning("nothing to tell")

    url = own_server.publish(silent, asynchronous=True)
    job = own_server.jobs[post(f"{url}/submitJob")["jobId"]]
    assert job.wait()
    told = get(f"{url}/jobs/{job.id}")
    assert told["jobStatus"] == "esriJobSucceeded"
    assert "results" not in told
    assert "error" in get(f"{url}/jobs/{job.id}/results/undefined")


def test_an_exception_in_a_function_becomes_an_error_that_names_it(own_server, post):
    def divide(number: float = 0) -> float:
        return 1 / number

    details = post(own_server.publish(divide) + "/execute")["error"]["details"]
    assert "ZeroDivisionError: " in details[0]


def test_a_function_that_returns_the_wrong_type_gives_an_error_not_a_crash(own_server, post, caplog):
    def numbers() -> list[int]:
        return 5

    error = post(own_server.publish(numbers) + "/execute")["error"]
    assert (error["code"], error["message"]) == (500, "Error performing execute operation")
    assert "could not be made" in caplog.text


def test_files_and_dates_and_units_reach_the_function_as_python_values(own_server, post, post_file, raw):
    seen = []

    def stamp(file: Path, when: datetime, far: LinearUnit, often: list[int], *, job: demo.JobContext) -> Path:
        seen.extend([when, far, often])
        out = job.output_file("out.txt")
        out.write_text(file.read_text() + "!")
        return out

    url = own_server.publish(stamp)
    upload = post_file(own_server.url_of("Published") + "/uploads/upload", "in.txt", b"read")["item"][
        "itemID"
    ]
    far = {"distance": 2, "units": "esriKilometers"}
    reply = post(f"{url}/execute", File={"itemID": upload}, When=1000, Far=far, Often=[1, 2])
    assert raw(reply["results"][0]["value"]["url"])[1] == b"read!"
    assert seen == [datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), LinearUnit(2, "esriKilometers"), [1, 2]]


def test_what_cannot_be_published_is_refused_with_the_reason():
    with pytest.raises(PublishError, match="complex"):
        read_annotation(complex)
    with pytest.raises(PublishError, match="'x' of <lambda>"):
        as_tool(lambda x: x)
    with pytest.raises(PublishError, match="two services"):
        Service("Mixed", [greet, as_tool(order, asynchronous=True)])


def test_later_params_win_over_those_of_an_alias():
    param, optional = read_annotation(Annotated[demo.Points, demo.Param(display_name="Where")])
    assert (param.data_type, param.geometry_types, param.display_name) == (
        "GPFeatureRecordSetLayer",
        ("esriGeometryPoint",),
        "Where",
    )
    assert optional is False


@pytest.mark.parametrize("default", [math.inf, -math.inf, math.nan, np.float32("inf")])
@pytest.mark.parametrize("kind", [float, str, int])
def test_a_default_that_json_cannot_hold_is_left_to_the_function(
    default: Any, kind: type, own_server: demo.DemoServer, get: Any, post: Any
) -> None:
    def tell(top: float = default) -> str:
        return repr(float(top))

    tell.__annotations__["top"] = kind
    url = own_server.publish(tell)
    text = urllib.request.urlopen(f"{url}?f=json").read()
    told = json.loads(text, parse_constant=pytest.fail)
    assert told["parameters"][0]["defaultValue"] in (None, "")
    assert post(f"{url}/execute")["results"][0]["value"] == repr(float(default))


def test_a_result_that_json_cannot_hold_is_null(own_server: demo.DemoServer) -> None:
    def tell() -> list[float]:
        return [1.0, math.inf, math.nan]

    text = urllib.request.urlopen(f"{own_server.publish(tell)}/execute?f=json").read()
    assert json.loads(text, parse_constant=pytest.fail)["results"][0]["value"] == [1.0, None, None]


@pytest.mark.parametrize("rows", [[{"Count": 1, "Cuont": 2}], [[1, "small", None, True, 5]]])
def test_rows_with_more_than_the_columns_are_refused(rows: Any, server: demo.DemoServer, post: Any) -> None:
    told = post(f"{server.url_of('ParameterGallery')}/execute", Input_Value_Table=rows)
    assert "Input_Value_Table" in str(told["error"])
