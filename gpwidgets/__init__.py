"""Widgets and calls for ArcGIS geoprocessing services.

Everything public is named in ``__init__.pyi``, which type checkers read, and loaded on first use, so that
``import gpwidgets`` costs next to nothing and geometry libraries are only loaded when geometry is handled.

Examples
--------
>>> import gpwidgets as gp
>>> with gp.demo.serve() as server:
...     task = gp.GPTask(server.url_of("BufferPoints"))
...     out = task(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
>>> out
Outputs
  Buffers: 1 feature (EPSG:4326)
"""

from __future__ import annotations

import importlib
from typing import Any

from gpwidgets import views
from gpwidgets.former_paths import find_former_paths
from gpwidgets.version import __version__ as __version__


def _read_homes() -> dict[str, str]:
    """The module of each public name, as the stub imports it: ``from module import name as name``."""
    with open(f"{__path__[0]}/__init__.pyi", encoding="utf-8") as stub:  # pathlib and ast take longer to load
        imports = [line.split() for line in stub if line.startswith("from ")]
    return {name: module for _from, module, _import, name, *_as in imports}


_HOMES = _read_homes()
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gpwidgets' has no attribute {name!r}")
    home = _HOMES[name]
    if home == __name__:
        return importlib.import_module(f"{__name__}.{name}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


# What lower floors ask of higher ones is loaded only then.
views.provide(
    form=lambda *given, **options: __getattr__("TaskWidget")(*given, **options),
    run_view=lambda run: __getattr__("RunWidget")(run),
    batch_view=lambda batch: __getattr__("BatchWidget").of(batch),
    report=lambda run: importlib.import_module("gpwidgets.widgets.runs.report").report_html(run),
    crate=lambda run, path, **options: importlib.import_module("gpwidgets.tasks.sharing.crate").write_crate(
        run, path, **options
    ),
)
find_former_paths()
