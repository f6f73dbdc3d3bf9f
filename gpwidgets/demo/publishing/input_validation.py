"""Checking inputs without running: what ``…/<task>/validate`` answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gpwidgets.demo.publishing.refusals import InputRefused
from gpwidgets.demo.publishing.tool_inputs import read_field, to_python
from gpwidgets.demo.publishing.verdict import Verdict
from gpwidgets.protocol.values import UNSET

if TYPE_CHECKING:
    from gpwidgets.demo.publishing.parameters import ParameterSpec
    from gpwidgets.demo.publishing.publish import Tool

__all__ = ["validation_json"]


def validation_json(
    tool: Tool, fields: Mapping[str, str], find_file: Callable[[Mapping[str, Any]], Any]
) -> dict[str, Any]:
    """Check each field by itself, then all together by the tool's validator."""
    verdicts: dict[str, Verdict] = {}
    arguments: dict[str, Any] = {}
    altered: set[str] = set()
    for spec in tool.inputs:
        try:
            value = read_field(_inner(fields[spec.name]), spec) if spec.name in fields else UNSET
            if value is not UNSET:
                altered.add(spec.name)
                arguments[spec.argument] = to_python(value, spec, find_file)
            elif spec.required:
                verdicts[spec.argument] = Verdict(error=f"ERROR 000735: {spec.name}: Value is required")
        except InputRefused as refused:
            altered.add(spec.name)
            verdicts[spec.argument] = Verdict(error=" ".join(refused.details) or str(refused))
    if tool.validator is not None:
        verdicts = {**tool.validator(**arguments), **verdicts}
    rows = [_row(spec, verdicts.get(spec.argument, Verdict()), spec.name in altered) for spec in tool.inputs]
    told = [row["message"] for row in rows if "message" in row]
    worst = "error" if any(each["type"] == "error" for each in told) else "warning"
    text = "\n".join(each["description"] for each in told)
    return {
        "validationResults": rows,
        "additionalMessages": [{"code": 0, "description": text, "type": worst}] if told else [],
    }


def _inner(text: str) -> str:
    """The text that ``execute`` takes, from an object with the key ``value``.

    Plain values are taken too, as they are by no server that is known.
    """
    try:
        told = json.loads(text)
    except ValueError:
        return text
    if not isinstance(told, dict) or "value" not in told or "dataType" in told:
        return text
    value = told["value"]
    return value if isinstance(value, str) else json.dumps(value)


def _row(spec: ParameterSpec, verdict: Verdict, altered: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": spec.name,
        "isAltered": altered,
        "hasBeenValidated": True,
        "isEnabled": verdict.enabled,
    }
    if verdict.error or verdict.warning:
        kind = "error" if verdict.error else "warning"
        text = verdict.error or verdict.warning
        row["message"] = {"code": 735 if "000735" in text else 0, "description": text, "type": kind}
    if verdict.value is not None:
        row["value"] = verdict.value
    if verdict.choices is not None:
        coded = [{"name": each, "value": each} for each in verdict.choices]
        row["filter"] = {"type": "codedValue", "list": coded}
    return row
