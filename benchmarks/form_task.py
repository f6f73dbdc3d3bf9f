"""Tasks of forty and of three hundred inputs, on an embedded server in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from types import TracebackType
from typing import Any

from measuring import in_a_process

INPUTS = 40
KINDS = ("plain", "map")
#: A task of very many inputs, and how many fields its form has at first.
MANY, SHOWN_OF_MANY = 300, 60
_ON_MAP = frozenset({"GPFeatureRecordSetLayer", "GPExtent", "GPEnvelope"})


class FormServer:
    """Serves both tasks while the context lasts; yields their addresses by kind."""

    def __enter__(self) -> dict[str, str]:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        addresses: dict[str, str] = json.loads(self._process.stdout.readline())
        return addresses

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate("stop\n", timeout=30)


def modules_of_form(url: str, path: str = "") -> list[str]:
    """Names of the modules that the first form of a task loads, in order; `path` as for `in_a_process`."""
    found: list[str] = in_a_process(__file__, ["--modules", url], path=path)["modules"]
    return found


def print_modules(url: str) -> None:
    there = set(sys.modules)
    from gpwidgets import TaskWidget

    widget = TaskWidget(url)
    assert widget.form is not None, widget.error
    print(json.dumps({"modules": [name for name in sys.modules if name not in there]}))


def load(modules: list[str]) -> None:
    """Load what the first form loads, so that it is there before one is timed."""
    for name in modules:
        with suppress(ImportError):  # some are known by a name that nobody can import
            import_module(name)


def tool(kind: str, inputs: int = INPUTS) -> Any:
    """Required inputs, so that all of them are in sight: each type of the gallery, then again."""
    from gpwidgets.demo.publishing.publish import Tool
    from gpwidgets.protocol.enums import Direction, ParameterType

    gallery = import_module("gpwidgets.demo.tools.gallery")
    plain = {n: one for n, one in gallery.PARAMS.items() if one.data_type not in _ON_MAP}
    chosen = dict(gallery.PARAMS if kind == "map" else plain)
    again = iter(range(inputs))
    while len(chosen) < inputs:
        number = next(again)
        name = list(plain)[number % len(plain)]
        chosen[f"{name}_{number}"] = plain[name]
    made = (gallery._spec(n, replace(one, category=""), Direction.INPUT) for n, one in chosen.items())
    return Tool(
        name=f"Inputs_{inputs}_{kind}",
        function=gallery.echo,
        parameters=tuple(replace(one, parameter_type=ParameterType.REQUIRED) for one in made),
        raw=True,
    )


def serve() -> None:
    from gpwidgets import demo

    with demo.serve() as server:
        addresses = {kind: server.publish(tool(kind)) for kind in KINDS}
        print(json.dumps({**addresses, "many": server.publish(tool("plain", MANY))}), flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    os.environ.setdefault("GPWIDGETS_HISTORY", tempfile.mkdtemp(prefix="gpwidgets-history-"))
    if sys.argv[1:2] == ["--modules"]:
        print_modules(sys.argv[2])
    else:
        serve()
