"""What each field of a request is for, in half a line."""

from __future__ import annotations

from collections.abc import Iterable

from gpwidgets.datatypes.registry import kind_words
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.plain_text import plain_words
from gpwidgets.tasks.inputs.environment import ENVIRONMENT
from gpwidgets.texts import later, tr

__all__ = ["field_meaning"]

_PROTOCOL = {
    "f": later("The answer comes as JSON."),
    "token": later("The sign-in; it is hidden here."),
    "context": later("Settings of the run: coordinate systems and extent."),
    "returnFeatureCollection": later("Features come with the symbols the server draws them in."),
}
#: Of other requests than the one that starts a run.
_OTHERS = {
    "returnType": later("Whether to send the value itself or an address to fetch it from."),
    "returnMessages": later("Whether the messages of the tool come along."),
    "where": later("Which rows, as a condition of SQL."),
    "outFields": later("Which columns."),
    "orderByFields": later("The order of the rows, so that pages do not overlap."),
    "resultOffset": later("How many rows to skip."),
    "resultRecordCount": later("How many rows at the most."),
    "returnCountOnly": later("Only the number of rows is wanted."),
    "returnIdsOnly": later("Only the ids of the rows are wanted."),
    "objectIds": later("Which rows, by their ids."),
    "returnGeometry": later("Whether shapes come along."),
    "returnZ": later("Whether heights come along."),
    "returnM": later("Whether measures come along."),
    "outSR": later("Coordinate system of the answer."),
    "geometry": later("Where to look."),
    "bbox": later("The part of the map."),
    "size": later("Width and height of the picture in pixels."),
    "file": later("The file itself."),
    "itemName": later("Name of the file that will come in parts."),
    "partId": later("Which part of the file this is."),
    "parts": later("The parts that make up the file."),
    "username": later("The account; it is hidden here."),
    "password": later("The password; it is hidden here."),
    "client": later("To what the token will be bound."),
    "referer": later("The address that the token will be bound to."),
    "expiration": later("Minutes the token is valid."),
}


def field_meaning(inputs: Iterable[GPParameter], name: str, *, starts: bool = True) -> str:
    """Say what a field is for; empty where that is not known.

    Parameters
    ----------
    inputs
        The parameters of the task.
    name
        Of the field.
    starts
        Whether the request starts a run, or checks what one would start with; inputs are in no others.
    """
    for parameter in inputs if starts else ():
        if parameter.name == name:
            return f"{plain_words(parameter.display_name or name, 80)} ({kind_words(parameter)})"
    if name in _PROTOCOL:
        return tr(_PROTOCOL[name])
    if not starts and name in _OTHERS:
        return tr(_OTHERS[name])
    setting = ENVIRONMENT.get(name.removeprefix("env:"))
    return tr(setting.description) if setting is not None else ""
