"""The public names: each is loaded from where it is defined, documented, and asks for nothing private."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import traitlets

import gpwidgets
from gpwidgets import errors

OBJECTS = {name: getattr(gpwidgets, name) for name in gpwidgets.__all__}


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """The methods and properties that a class of ours defines or inherits from one of ours."""
    for owner in value.__mro__ if inspect.isclass(value) else ():
        if owner.__module__.startswith("gpwidgets"):
            yield from ((name, each) for name, each in vars(owner).items() if not name.startswith("_"))


def signatures() -> Iterator[tuple[str, inspect.Signature]]:
    """Those of all public callables and of their public methods."""
    for name, value in OBJECTS.items():
        if callable(value) and not (inspect.isclass(value) and issubclass(value, BaseException)):
            yield name, inspect.signature(value)
        for member_name, member in members(value):
            if inspect.isfunction(member):
                yield f"{name}.{member_name}", inspect.signature(member)


@pytest.mark.parametrize("name", gpwidgets.__all__)
def test_each_public_name_is_documented(name: str) -> None:
    value = OBJECTS[name]
    assert inspect.getdoc(value), name
    for member_name, member in members(value):
        if inspect.isfunction(member) or isinstance(member, property):
            assert inspect.getdoc(member), f"{name}.{member_name}"


def test_all_that_is_public_comes_by_a_star() -> None:
    scope: dict[str, Any] = {}
    exec("from gpwidgets import *", scope)
    assert {name: scope[name] for name in OBJECTS} == OBJECTS
    assert dir(gpwidgets) == sorted(OBJECTS)
    assert {"GPTask", "TaskWidget", "Run", "Outputs", "ParameterEditor", "demo", "history"} <= OBJECTS.keys()


def test_no_signature_asks_for_something_private() -> None:
    asked = {f"{name}({each})" for name, one in signatures() for each in one.parameters if each[0] == "_"}
    assert not asked
    assert len(list(signatures())) > 100


def test_all_exceptions_are_in_one_module_and_in_the_root() -> None:
    found = {
        value
        for module in pkgutil.walk_packages(gpwidgets.__path__, "gpwidgets.")
        if module.name not in ("gpwidgets.__main__", "gpwidgets.demo.__main__")
        for value in vars(importlib.import_module(module.name)).values()
        if inspect.isclass(value) and issubclass(value, errors.GPError | errors.GPWarning)
    }
    assert {value.__module__ for value in found} == {"gpwidgets.errors"}
    assert found == {value for value in OBJECTS.values() if inspect.isclass(value)} & found


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'GPTasks'"):
        _ = gpwidgets.GPTasks


def test_a_run_offers_only_what_its_user_needs() -> None:
    own = set(dir(gpwidgets.Run)) - set(dir(traitlets.HasTraits))
    assert {name for name in own if name[0] != "_"} == {
        *("status", "progress", "progress_text", "messages", "error", "outputs", "elapsed", "expected"),
        *("job_id", "job_url", "note", "wants_sign_in", "done", "started", "ended", "age"),
        *("wait", "result", "call_when_done", "cancel", "sign_in", "results_kept_until", "report", "trace"),
        *("to_crate", "deadline", "give_up_after", "left_running"),
    }


def test_outputs_offer_only_what_their_user_needs() -> None:
    own = {name for name in dir(gpwidgets.Outputs) if name[0] != "_"} - set(dir(Mapping))
    assert own == {
        *("can_fetch", "fetch_missing", "call_when_completed", "result_map", "unsaved", "note"),
        *("save", "open", "is_hidden"),
    }
