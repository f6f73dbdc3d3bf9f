"""What RO-Crate 1.1 and the Process Run Crate profile ask of a crate, as far as plain JSON tells."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

METADATA = "ro-crate-metadata.json"
_OF_OBJECTS = {"File", "Dataset", "Collection", "CreativeWork", "PropertyValue"}


def graph_of(folder: Path) -> dict[str, dict[str, Any]]:
    """The entities of a crate by their ``@id``."""
    rows = json.loads((folder / METADATA).read_text(encoding="utf-8"))["@graph"]
    return {row["@id"]: row for row in rows}


def action_of(folder: Path) -> dict[str, Any]:
    """The action of a crate of one run."""
    (action,) = (row for row in graph_of(folder).values() if row["@type"] == "CreateAction")
    return action


def broken_rules(folder: Path) -> list[str]:
    """The rules that a crate in a folder breaks, in words; empty when it keeps them."""
    document = json.loads((folder / METADATA).read_text(encoding="utf-8"))
    rows = document["@graph"]
    if not all(isinstance(row.get("@id"), str) and row.get("@type") for row in rows):
        return ["each entity has an @id and a @type"]
    rules = [_of_flat_graphs(rows), _of_roots(rows), _of_files(rows, folder), _of_actions(rows)]
    broken = [rule for found in rules for rule in found]
    return broken + ["the context is that of 1.1"] * (
        document["@context"] != "https://w3id.org/ro/crate/1.1/context"
    )


def _references(row: dict[str, Any]) -> list[str]:
    values = [part for value in row.values() for part in (value if isinstance(value, list) else [value])]
    return [value["@id"] for value in values if isinstance(value, dict)]


def _of_flat_graphs(rows: list[dict[str, Any]]) -> Iterator[str]:
    ids = [row["@id"] for row in rows]
    if len(ids) != len(set(ids)):
        yield "an @id names one entity"
    for row in rows:
        for value in row.values():
            if isinstance(value, list) and len(value) < 2:
                yield "a list has two parts or more"
            parts = value if isinstance(value, list) else [value]
            if any(
                isinstance(part, list) or (isinstance(part, dict) and set(part) != {"@id"}) for part in parts
            ):
                yield "entities are linked, not nested"
        if missing := set(_references(row)) - set(ids) - {"https://w3id.org/ro/crate/1.1"}:
            yield f"what is linked is described: {missing}"


def _of_roots(rows: list[dict[str, Any]]) -> Iterator[str]:
    entities = {row["@id"]: row for row in rows}
    descriptor = entities.get(METADATA, {})
    if descriptor.get("@type") != "CreativeWork" or descriptor.get("about") != {"@id": "./"}:
        yield "the descriptor is about the root"
    if descriptor.get("conformsTo") != {"@id": "https://w3id.org/ro/crate/1.1"}:
        yield "the descriptor names the specification"
    root = entities.get("./", {})
    if root.get("@type") != "Dataset" or not all(
        root.get(name) for name in ("name", "description", "license")
    ):
        yield "the root has a type, name, description and license"
    if not _is_moment(root.get("datePublished")):
        yield "the root has a date"
    profile = root.get("conformsTo", {}).get("@id", "")
    named = entities.get(profile, {}).get("@type") == "CreativeWork"
    if not named or not profile.startswith("https://w3id.org/ro/wfrun/process/"):
        yield "the root conforms to the profile"


def _of_files(rows: list[dict[str, Any]], folder: Path) -> Iterator[str]:
    described = {row["@id"] for row in rows if row["@type"] == "File"}
    (root,) = (row for row in rows if row["@id"] == "./")
    parts = root.get("hasPart", [])
    listed = {part["@id"] for part in (parts if isinstance(parts, list) else [parts])}
    there = {quote(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file()} - {
        METADATA
    }
    if described != listed:
        yield "each file is a part of the root"
    if described != there:
        yield "each file is there, and described"
    if any(".." in unquote(name).split("/") or name.startswith("/") for name in described):
        yield "no file lies elsewhere"
    if any("/" not in row.get("encodingFormat", "") for row in rows if row["@type"] == "File"):
        yield "each file has a media type"


def _of_actions(rows: list[dict[str, Any]]) -> Iterator[str]:
    entities = {row["@id"]: row for row in rows}
    actions = [row for row in rows if row["@type"] == "CreateAction"]
    if len(actions) != 1 or {"@id": actions[0]["@id"]} not in entities["./"]["mentions"]:
        yield "the root mentions the action"
        return
    action = actions[0]
    if entities.get(action.get("instrument", {}).get("@id"), {}).get("@type") != "SoftwareApplication":
        yield "the instrument is software"
    if not action.get("name") or not action.get("description"):
        yield "the action has a name and a description"
    if not _is_moment(action.get("endTime")):
        yield "the action has an end"
    failed = action.get("actionStatus") == "http://schema.org/FailedActionStatus"
    if not failed and action.get("actionStatus") != "http://schema.org/CompletedActionStatus":
        yield "the action is completed or has failed"
    if failed != ("error" in action):
        yield "an action has an error if it failed"
    links = [part for name in ("object", "result") for part in _references({name: action.get(name, [])})]
    if not links or {entities.get(link, {}).get("@type") for link in links} - _OF_OBJECTS:
        yield "objects and results are data"
    if "agent" in action and entities[action["agent"]["@id"]]["@type"] not in ("Person", "Organization"):
        yield "an agent is a person or an organization"


def _is_moment(text: Any) -> bool:
    try:
        return datetime.datetime.fromisoformat(text).tzinfo is not None
    except (TypeError, ValueError):
        return False
