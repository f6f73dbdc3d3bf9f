"""The public names are complete, sorted, loadable and documented."""

import inspect

import pytest

import gpwidgets


def test_the_list_of_names_is_sorted_and_complete() -> None:
    assert gpwidgets.__all__ == sorted(gpwidgets.__all__)
    assert set(gpwidgets.__all__) == {*gpwidgets._HOMES, "demo"}
    assert set(dir(gpwidgets)) == set(gpwidgets.__all__)


@pytest.mark.parametrize("name", gpwidgets.__all__)
def test_each_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(gpwidgets, name)
    assert inspect.getdoc(value), name
    for member_name, member in vars(value).items() if inspect.isclass(value) else ():
        if not member_name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
            assert inspect.getdoc(member), f"{name}.{member_name}"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'GPTasks'"):
        _ = gpwidgets.GPTasks
