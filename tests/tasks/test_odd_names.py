"""Inputs and outputs called as methods, settings and keywords are: calls, code and attributes work."""

from typing import Annotated, Any, NamedTuple

import pytest

from gpwidgets import GPTask, demo
from gpwidgets.demo.parameters import Param

NAMES = ["self", "env", "inputs", "cls", "class", "None", "save", "task", "gp", "3D view", "a-b", "outSR"]


def parrot(name: str) -> Any:
    """A function whose only input and output have this name."""
    kind = Annotated[str, Param(name=name)]

    class Said(NamedTuple):
        first: str

    def say(text: str) -> Said:
        return Said(text)

    Said.__annotations__["first"] = kind
    say.__annotations__ = {"text": kind, "return": Said}
    return say


@pytest.mark.parametrize("name", NAMES)
def test_a_task_runs_whatever_its_names_are(name: str, own_server: demo.DemoServer) -> None:
    task = GPTask(own_server.publish(parrot(name), name="Say"))
    assert task(**{name: "hello"})[name] == "hello"
    assert task.start(**{name: "hello"}).wait()[name] == "hello"
    assert task.check({name: "x"}) == {name: "x"}
    scope: dict[str, Any] = {}
    exec(task.code({name: "hello"}), scope)
    assert scope["out"][name] == "hello"


def test_names_that_python_does_not_take_have_ones_that_it_does(own_server: demo.DemoServer) -> None:
    task = GPTask(own_server.publish(parrot("3D view"), name="Say"))
    assert task(_3D_view="hello")._3D_view == "hello"
