"""Scripts that name modules by their former paths still run."""

from importlib import import_module
from importlib.resources import files

import pytest

import gpwidgets

ROWS = files("gpwidgets").joinpath("data/former_paths.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split()[0])
def test_each_former_path_leads_to_modules_of_today(row: str) -> None:
    old, *now = row.split()
    former = import_module(f"gpwidgets.{old}")
    names = [name for name in vars(import_module(f"gpwidgets.{now[0]}")) if not name.startswith("__")]
    assert all(hasattr(former, name) for name in names)


def test_names_come_from_where_they_are() -> None:
    from gpwidgets.client.session import GPSession
    from gpwidgets.convert.frames import read_features
    from gpwidgets.protocol.datatypes.base import datatype_of

    from gpwidgets.convert import file_layers
    from gpwidgets.tasks.inputs import check_value
    from gpwidgets.widgets.form import TaskForm

    assert GPSession is gpwidgets.GPSession
    assert read_features.__module__.startswith("gpwidgets.convert.featuresets")
    assert datatype_of.__module__ == check_value.__module__ == "gpwidgets.datatypes.registry"
    assert TaskForm.__module__ == "gpwidgets.widgets.form.form"
    assert file_layers.__name__ == "gpwidgets.convert.file_layers"


def test_what_never_was_is_not_found() -> None:
    with pytest.raises(ModuleNotFoundError):
        import_module("gpwidgets.convert.nothing")
    with pytest.raises(ImportError):
        from gpwidgets.convert.frames import nothing  # noqa: F401
    with pytest.raises(AttributeError):
        _ = import_module("gpwidgets.tasks.inputs").nothing
