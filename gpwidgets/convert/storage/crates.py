"""What the metadata of an RO-Crate tell of a run, whoever wrote them: the Process Run Crate profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["METADATA", "provenance_in_crate"]

#: The file of the metadata.
METADATA = "ro-crate-metadata.json"
_ACTIONS = frozenset({"CreateAction", "ActivateAction", "UpdateAction"})


def provenance_in_crate(document: Any) -> dict[str, Any]:
    """Read where the results of a crate came from, as `gpwidgets.provenance` has it.

    Parameters
    ----------
    document
        The metadata as JSON.

    Returns
    -------
    dict
        Of the first action; empty when there is none.
    """
    rows = document.get("@graph") if isinstance(document, Mapping) else None
    listed = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    entities = {row["@id"]: row for row in listed if isinstance(row.get("@id"), str)}
    action = next((row for row in entities.values() if _ACTIONS.intersection(_texts(row.get("@type")))), None)
    if action is None:
        return {}
    given = [entities.get(id_, {}) for id_ in _references(action.get("object"))]
    status = str(_first(action.get("actionStatus")) or "").rpartition("/")[2].removesuffix("ActionStatus")
    found = {
        "task": _first(action.get("instrument")),
        "job_id": _first(action.get("identifier")),
        "inputs": {name: value for row in given for name, value in _named_value(row)},
        "started": _first(action.get("startTime")),
        "time": _first(action.get("endTime")),
        "status": status.lower() or None,
        "error": _first(action.get("error")),
    }
    return {name: value for name, value in found.items() if value is not None}


def _named_value(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    name = row.get("name")
    if isinstance(name, str) and name:
        is_value = "PropertyValue" in _texts(row.get("@type"))
        value = row.get("description") or row.get("value") if is_value else row.get("description")
        yield name, value if value is not None else row.get("@id")


def _references(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else [value]
    return [part["@id"] for part in parts if isinstance(part, Mapping) and isinstance(part.get("@id"), str)]


def _texts(value: Any) -> list[str]:
    return [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, str)]


def _first(value: Any) -> Any:
    """The text of a property, or the address of what it refers to."""
    one = value[0] if isinstance(value, list) and value else value
    one = one.get("@id") if isinstance(one, Mapping) else one
    return one if isinstance(one, str) else None
