"""Copied code holds values and one call, whatever a server or a file puts into them.

`GPWIDGETS_CODES=20000` tries more of it than the usual test run does.
"""

import builtins
import datetime
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

import gpwidgets as gp
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import CompositeValue, FieldRef
from gpwidgets.secrets import mask
from gpwidgets.tasks.code import call_code

pytestmark = pytest.mark.once

CODES = int(os.environ.get("GPWIDGETS_CODES", "400"))

#: What could end a literal, a line, a call or a comment, and what masking changes.
PIECES = [
    "\\", "'", '"', "'''", '"""', "\n", "\r", "\r\n", "\x0c", "\u2028", "\x85", "\0", "\ud800", "\u202e",
    "#", ")", "(", "}", "{", "]", ",", ";", "=", ":", " ", "*", "**", "&", "%", "a", "é", "𝐱", "ﬁ", "self",
    "class", "token=", "?token=x\\", "&token='", "password=", "api_key: ", "Bearer ", "https://u:p@h/",
    "token%3D", "token=\\' + boom() + '", "'); boom(); ('", "\\'); boom() #", "\nboom()\n", "{boom()}",
    "__import__('os')", "***",
]  # fmt: skip
hostile = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=12)
names = st.sampled_from(
    ["self", "cls", "class", "None", "__debug__", "gp", "task", "out", "In", "a b", "ﬁ"]
) | (hostile.filter(bool))
finite = st.floats(-1e9, 1e9)
numbers = st.integers() | st.floats()


class Text(str):
    """A text that calls itself something else."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "boom()"


def frames(texts: list[str]) -> st.SearchStrategy[Any]:
    texts = [text.replace("\ud800", "?") for text in texts if text.isprintable() or text.isascii()]
    shapes = [Point(number, 1) for number in range(len(texts))]
    column = (texts or ["NAME"])[0] or "NAME"
    return st.sampled_from(
        [
            geopandas.GeoDataFrame({column: texts}, geometry=shapes, crs=4326),
            geopandas.GeoSeries(shapes, crs=3857),
            pd.DataFrame({column: texts, "N": range(len(texts))}),
        ]
    )


simple = st.one_of(
    hostile,
    hostile.map(Text),
    numbers,
    st.booleans(),
    st.datetimes() | st.dates() | st.times(),
    st.builds(gp.DataFile, url=hostile, item_id=hostile, path=hostile),
    st.builds(gp.RasterData, url=hostile, format=hostile, type=hostile),
    st.builds(
        gp.LayerReference, url=hostile, filter=hostile, time=hostile, auth=st.none() | st.just(gp.Token("t"))
    ),
    st.builds(gp.SpatialReference, wkid=st.none() | st.integers(), wkt=hostile),
    st.builds(gp.Extent, *[numbers] * 4, st.builds(gp.SpatialReference, wkt=hostile)),
    st.builds(FieldRef, hostile),
    st.builds(gp.LinearUnit, finite, st.sampled_from(["esriMeters", "esriFeet"])),
    st.builds(gp.ArealUnit, finite, st.just("esriSquareMeters")),
    st.builds(gp.TimeUnit, finite, st.just("esriTimeUnitsDays")),
    st.lists(hostile, max_size=3).flatmap(frames),
)
values = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(hostile, inner, max_size=3),
        st.builds(CompositeValue, hostile, inner),
    ),
    max_leaves=5,
)


class Task:
    """The only thing that may be called."""

    calls: list[dict[str, Any]]

    def __init__(self, url: str, auth: object = None) -> None:
        self.url = url
        Task.calls = []

    def __call__(*arguments: Any, **inputs: Any) -> str:
        assert len(arguments) == 1
        Task.calls.append(inputs)
        return "outputs"


def made(*arguments: Any, **named: Any) -> tuple[Any, ...]:
    return arguments, named


MAKERS = (
    "ArealUnit",
    "DataFile",
    "Extent",
    "LayerReference",
    "LinearUnit",
    "RasterData",
    "SpatialReference",
    "TimeUnit",
    "Token",
)
MODULES = {
    "gpwidgets": SimpleNamespace(
        GPTask=Task,
        **dict.fromkeys(MAKERS, made),
    ),
    "geopandas": SimpleNamespace(GeoDataFrame=made, GeoSeries=SimpleNamespace(from_wkt=made)),
    "pandas": SimpleNamespace(DataFrame=made),
    "getpass": SimpleNamespace(getpass=made),
    "datetime": datetime,
}


def run_alone(code: str) -> tuple[str, dict[str, Any]]:
    """Run code where nothing can be called but a task and what makes values; its address and inputs."""

    def bring(name: str, *_more: object) -> Any:
        return MODULES[name]

    space: dict[str, Any] = {"__builtins__": {"__import__": bring, "float": float}}
    exec(compile(code, "code", "exec"), space)  # it is our own code that is tested
    assert space["out"] == "outputs"
    assert set(space) <= {"__builtins__", "gp", "task", "out", *MODULES}
    (inputs,) = Task.calls
    return space["task"].url, inputs


@settings(max_examples=CODES, suppress_health_check=list(HealthCheck))
@given(hostile, st.dictionaries(names, values, max_size=4), st.booleans(), st.data())
def test_code_calls_the_task_and_nothing_else(
    url: str, inputs: dict[str, Any], signed_in: bool, data: st.DataObject
) -> None:
    hidden = data.draw(st.sets(st.sampled_from(sorted(inputs)))) if inputs else set()
    parameters = [GPParameter(name, "GPStringHidden" if name in hidden else "GPString") for name in inputs]
    with tempfile.TemporaryDirectory() as folder:
        try:
            code = call_code(url, inputs, parameters, signed_in=signed_in, folder=folder)
        except (gp.ConversionError, ValueError):
            return  # what cannot be written is refused
        address, received = run_alone(code)
    assert address == mask(url)
    assert list(received) == list(inputs)
    for name, value in inputs.items():
        if isinstance(value, str) and name not in hidden:
            assert received[name] == mask("".join(value))


def test_what_the_test_would_find(monkeypatch: pytest.MonkeyPatch) -> None:
    for bad in ("boom()", "import os", "task = gp.GPTask('u'); out = task(a=open('f'))", "().__class__"):
        with pytest.raises((NameError, KeyError, AssertionError)):
            run_alone(bad)
    assert not hasattr(builtins, "boom")


@pytest.mark.parametrize(
    "default",
    [
        {"url": "https://h/a.csv?token=\\' + boom() + '"},
        {"url": "token%3Da'+boom()+\""},
        {"url": "Bearer a'+boom()+\""},
        {"url": "x?token=\\"},
        {"url": "token='); boom(); ('"},
        {"url": 'https://h/?token=a\\"+boom()+"'},
    ],
)
def test_a_default_of_a_server_stays_a_text(own_server, default: dict[str, str]) -> None:
    def tool(file: str = "") -> str:
        """Echo."""
        return file

    task = gp.GPTask(own_server.publish(tool, name="Echo", output="Out"))
    code = task.code({"File": default["url"]})
    assert run_alone(code)[1] == {"File": mask(default["url"])}
    code = call_code(task.url.task, {"File": gp.DataFile.from_json(default)}, ())
    assert run_alone(code)[1] == {"File": ((), {"url": mask(default["url"])})}


@pytest.mark.parametrize(
    "address",
    [
        "{}?token=SECRETMARK",
        "{}?f=json&Token=SECRETMARK#x",
        "http://user:SECRETMARK@{}",
        "{}/execute?serviceToken=SECRETMARK",
    ],
)
def test_a_token_in_an_address_is_not_printed(server, address: str, own_history: Path) -> None:
    plain = server.url_of("BufferPoints")
    given = address.format(plain.removeprefix("http://") if "@" in address else plain)
    task = gp.GPTask(given)
    inputs = {
        "Input_Points": gp.LayerReference("https://h/rest/services/S/FeatureServer/0?token=SECRETMARK"),
        "Distance": "1 km",
    }
    assert "SECRETMARK" not in task.code(inputs)
    assert "SECRETMARK" not in task.code({"Input_Points": inputs["Input_Points"].url})
    task.start(Input_Points="POINT (1 2)", Distance="1 km").wait(60)
    assert "SECRETMARK" not in gp.history()[0].code()
