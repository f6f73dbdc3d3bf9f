"""Inputs and outputs called as methods, settings and keywords are: calls, code and attributes work."""

from typing import Any

import pytest
from parrots import NAMES, parrot

from gpwidgets import GPTask, demo


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
