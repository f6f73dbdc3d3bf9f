"""Tasks of forty and of three hundred inputs, on an embedded server in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from importlib import import_module
from types import TracebackType
from typing import Any

INPUTS = 40
KINDS = ("plain", "map")
#: A task of very many inputs, and how many fields its form has at first.
MANY, SHOWN_OF_MANY = 300, 60
_AROUND_FORMS = (
    "call_code", "draft_note", "earlier_run", "form", "other_values", "preset_note", "refusal",
    "server_check", "share_section", "unplaced",
)  # fmt: skip
_EDITORS = (
    "choice", "composite", "date", "expression", "extent", "features.features", "field", "file",
    "tables.records", "tables.rows", "text", "unit",
)  # fmt: skip
_KINDS = (
    "boolean", "choice", "composite", "date", "extent", "features", "field", "file", "multivalue", "number",
    "raster", "records", "spatial_reference", "text", "unit", "value_table",
)  # fmt: skip
#: What the first form loads; it is there before a form is timed.
WARM = (
    "geopandas",
    "gpwidgets.tasks.journal.draft_store",
    "gpwidgets.tasks.journal.drafts",
    "gpwidgets.tasks.task",
    "gpwidgets.widgets._connector",
    "gpwidgets.widgets.kit.task_header",
    "gpwidgets.widgets.map.task_map",
    "gpwidgets.widgets.page.this_notebook",
    "gpwidgets.widgets.runs.run_buttons",
    "gpwidgets.widgets.runs.run_list",
    "gpwidgets.widgets.runs.snapshot",
    *(f"gpwidgets.widgets.form.{name}" for name in _AROUND_FORMS),
    *(f"gpwidgets.widgets.editors.{name}" for name in _EDITORS),
    *(f"gpwidgets.datatypes.kinds.{name}" for name in _KINDS),
)
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
    serve()
