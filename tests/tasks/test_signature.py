"""Each task shows its own inputs: in `inspect.signature`, `help`, and completion of keywords."""

import inspect
import json
import pydoc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import IPCompleter, provisionalcompleter
from parrots import NAMES, parrot

from gpwidgets import GPTask, LinearUnit, Run, demo
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.tasks.signature import call_signature, task_docstring

pytestmark = pytest.mark.once

METHODS = ("__call__", "start", "check", "code", "validate")


@pytest.fixture(scope="module")
def viewshed(server: demo.DemoServer) -> GPTask:
    return GPTask(server.url_of("Viewshed"))


@pytest.fixture(scope="module")
def gallery(server: demo.DemoServer) -> GPTask:
    return GPTask(server.url_of("ParameterGallery"))


def described(*rows: dict[str, Any], **more: Any) -> TaskInfo:
    given = [{"direction": "esriGPParameterDirectionInput", **row} for row in rows]
    return TaskInfo.from_json({"name": "Made", "parameters": given, **more})


def text_input(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "dataType": "GPString", **more}


def test_the_signature_has_the_inputs_and_then_the_settings(viewshed: GPTask) -> None:
    signature = inspect.signature(viewshed)
    assert list(signature.parameters)[:5] == [
        "Input_Points",
        "Distance",
        "Observer_Height",
        "Target_Height",
        "outSR",
    ]
    assert signature.parameters["Input_Points"].default is inspect.Parameter.empty
    assert signature.parameters["Distance"].default == LinearUnit(5, "km")
    assert str(signature).startswith("(*, Input_Points: Features, Distance: Distance = LinearUnit(")
    assert signature.bind(Input_Points=1).arguments == {"Input_Points": 1}


def test_other_methods_need_what_they_need(viewshed: GPTask) -> None:
    given = {name: inspect.signature(getattr(viewshed, name)).parameters for name in METHODS}
    needed = {name for name, parameters in given.items() if parameters["Input_Points"].default is not None}
    assert needed == {"__call__", "start", "check"}
    assert [name for name, parameters in given.items() if "folder" in parameters] == ["code"]


def test_the_class_keeps_the_general_signature_and_docstring(viewshed: GPTask) -> None:
    assert list(inspect.signature(GPTask).parameters) == ["url", "auth", "session"]
    assert list(inspect.signature(GPTask.start).parameters) == ["self", "values", "inputs"]
    assert "Call it with its inputs as keywords" in pydoc.plain(pydoc.render_doc(GPTask))


def test_choices_and_defaults_are_shown_as_people_write_them(gallery: GPTask) -> None:
    shown = str(inspect.signature(gallery))
    assert "Input_Choice: {'PLANAR', 'GEODESIC'} = 'PLANAR'" in shown
    assert "Input_Coded: {'Keep apart', 'Join all'} = 'Keep apart'" in shown
    assert "Input_Choices: List: {'Red', 'Green', 'Blue, dark'} = None" in shown


def test_help_tells_all_of_a_task(viewshed: GPTask) -> None:
    text = pydoc.plain(pydoc.render_doc(viewshed))
    for line in (
        "Find the ground that observers can see",
        "Input_Points : Features, required",
        "Distance : Distance, default: LinearUnit(distance=5.0, units='esriKilometers')",
        "Of geometry type point.",
        "From 0 to 1000.",
        "outSR : Coordinate system, optional",
        "Viewshed_Result (Features)",
        "Runs are jobs on the server",
        viewshed.url.task,
    ):
        assert line in text, line


@pytest.mark.parametrize("with_jedi", [True, False])
@pytest.mark.parametrize("code", ["task(", "task.start(", "task.check(", "task.code(", "task(Distance=3, "])
def test_keywords_are_completed(viewshed: GPTask, code: str, with_jedi: bool) -> None:
    completer = IPCompleter(namespace={"task": viewshed}, use_jedi=with_jedi)
    text = f"{code}Input_"
    with provisionalcompleter():
        assert "Input_Points=" in {found.text for found in completer.completions(text, len(text))}


@pytest.mark.parametrize("name", [*NAMES, "x²", "½ mile", "ﬁle", "Größe", "self.x"])
def test_a_name_in_the_signature_can_be_called(name: str, own_server: demo.DemoServer) -> None:
    task = GPTask(own_server.publish(parrot(name), name="Say"))
    first = next(iter(inspect.signature(task).parameters))
    assert eval(f"task({first}='hello')", {"task": task})[name] == "hello"


def test_of_two_names_that_become_one_the_second_is_named_in_the_docstring() -> None:
    info = described(text_input("a b"), text_input("a-b"), text_input("c_d"), text_input("c d"))
    assert list(call_signature(info).parameters)[:3] == ["a_b", "c_d", "env"]
    assert "Given in a mapping, since Python takes no such names: 'a-b', 'c d'." in task_docstring(info, "")


def test_a_secret_default_is_not_shown() -> None:
    info = described({"name": "Key", "dataType": "GPStringHidden", "defaultValue": "between us"})
    assert "between us" not in f"{call_signature(info)}{task_docstring(info, '')}"
    assert call_signature(info).parameters["Key"].default is not inspect.Parameter.empty


def test_texts_of_a_server_are_plain_and_short() -> None:
    nasty = "<p onclick=x>Turn\x1b[2J\u202e it &lt;up&gt;</p>" + "<b>" * 50_000 + "word " * 50_000
    nasty = f"?token=SECRETMARK {nasty}"
    choices = [f"{number}\x1b<i>" for number in range(500)]
    info = described(
        text_input("A", description=nasty, displayName=nasty, category=nasty, choiceList=choices),
        text_input("B", defaultValue="?token=SECRETMARK"),
        description=nasty,
    )
    text = f"{call_signature(info)}\n{task_docstring(info, 'https://host')}"
    assert "Turn[2J it <up>" in text
    assert "\x1b" not in text
    assert "SECRETMARK" not in text
    assert "<b>" not in text
    assert len(text) < 10_000


def test_every_recorded_task_has_a_signature_and_a_docstring(
    recorded_files: Callable[..., list[Path]],
) -> None:
    for path in recorded_files("task"):
        info = TaskInfo.from_json(json.loads(path.read_text("utf-8-sig")))
        signature, text = call_signature(info), task_docstring(info, "https://host")
        for name, parameter in signature.parameters.items():
            assert name.isidentifier()
            assert f"{name} : " in text
            assert str(parameter)
        assert "<p>" not in text


def test_inputs_are_given_alike_everywhere(viewshed: GPTask) -> None:
    given = {"Input_Points": "POINT (-84.2 36.3)", "Distance": "2 km"}
    by_name = viewshed.check(**given)
    assert by_name["Distance"] == LinearUnit(2, "km")
    assert repr(viewshed.check(given)) == repr(by_name)
    assert viewshed.check(by_name, Distance="3 km")["Distance"] == LinearUnit(3, "km")
    assert viewshed.code(given) == viewshed.code(**given)
    assert viewshed(given).Viewshed_Result.equals(viewshed(**given).Viewshed_Result)
    run = viewshed.start(by_name, Distance="1 km", env={"outSR": 3857})
    assert isinstance(run, Run)
    assert run.wait(60).Viewshed_Result.crs == "EPSG:3857"


@pytest.mark.parametrize("method", METHODS)
def test_an_input_without_a_name_is_refused_with_the_name_to_use(viewshed: GPTask, method: str) -> None:
    with pytest.raises(TypeError, match=r"by name, such as Input_Points=…; a list was given without one"):
        getattr(viewshed, method)([(8, 50)])


def test_a_keyword_in_the_other_spelling_counts_more(own_server: demo.DemoServer) -> None:
    task = GPTask(own_server.publish(parrot("3D view"), name="Say"))
    assert task.check({"3D view": "first"}, _3D_view="second") == {"3D view": "second"}


def test_an_input_called_folder_is_no_option(own_server: demo.DemoServer, tmp_path: Path) -> None:
    task = GPTask(own_server.publish(parrot("folder"), name="Say"))
    assert "folder='hello'" in task.code(folder="hello")
    assert "folder='hello'" in task.code({"folder": "hello"}, folder=tmp_path)
    assert "folder" not in task.code({}, folder=tmp_path)
