"""From what the caller gives to checked values: every problem is told at once and by name."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from gpwidgets.datatypes.registry import check_value, datatype_of
from gpwidgets.errors import InputErrors, ParameterError
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.names import python_name
from gpwidgets.protocol.values import UNSET
from gpwidgets.secrets import shielded
from gpwidgets.tasks.inputs.fields import settle_fields
from gpwidgets.texts import tr

__all__ = [
    "as_sent",
    "check_given",
    "check_inputs",
    "has_usable_default",
    "hidden_shielded",
    "merged",
    "resolve_names",
]


def resolve_names(info: TaskInfo, given: Mapping[str, Any]) -> dict[str, Any]:
    """Match keywords with parameter names.

    Names with spaces or hyphens may be written with underscores. Servers ignore a misspelt name without a
    word, so it is refused here.

    Raises
    ------
    TypeError
        A name is none of the task's inputs; the nearest one is named.
    """
    names = {parameter.name: parameter.name for parameter in info.inputs}
    for name in list(names):
        names.setdefault(python_name(name), name)
    resolved = {}
    for name, value in given.items():
        if name not in names:
            import difflib  # only a misspelt name needs it

            near = difflib.get_close_matches(name, names, 1, 0.5)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            known = ", ".join(parameter.name for parameter in info.inputs) or "none"
            raise TypeError(f"{info.name} has no input {name!r}{hint} Its inputs are: {known}.")
        resolved[names[name]] = value
    return resolved


def check_inputs(info: TaskInfo, given: Mapping[str, Any]) -> dict[str, Any]:
    """Check and normalise values for a task.

    Parameters
    ----------
    info
        The task.
    given
        Values by parameter name; `UNSET` and None mean not given.

    Returns
    -------
    dict
        Normalised values of the inputs that are given, in the task's order.

    Raises
    ------
    InputErrors
        Values are missing or wrong; one `ParameterError` for each.
    TypeError
        A name is none of the task's inputs.
    """
    return _check(info, given, needed=True)


def check_given(info: TaskInfo, given: Mapping[str, Any]) -> dict[str, Any]:
    """The same for values that need not be all there."""
    return _check(info, given, needed=False)


def _check(info: TaskInfo, given: Mapping[str, Any], *, needed: bool) -> dict[str, Any]:
    resolved = resolve_names(info, given)
    checked: dict[str, Any] = {}
    problems: list[ParameterError] = []
    for parameter in info.inputs:
        value = resolved.get(parameter.name, UNSET)
        if value is UNSET or value is None:
            if needed and parameter.required and not has_usable_default(parameter):
                problems.append(ParameterError(parameter.name, tr("a value is needed here.")))
            continue
        try:
            checked[parameter.name] = check_value(parameter, value)
        except ParameterError as error:
            problems.append(error)
    if problems:
        raise InputErrors(problems)
    return hidden_shielded(info, settle_fields(info, checked))


def hidden_shielded(info: TaskInfo, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values whose hidden texts, tokens and passwords show in no representation.

    Parameters
    ----------
    info
        The task.
    values
        By parameter name; names that belong to no input are kept.
    """
    hidden = {parameter.name for parameter in info.inputs if parameter.is_hidden}
    hidden |= {python_name(name) for name in hidden}
    return {name: shielded(value, secret=name in hidden) for name, value in values.items()}


def merged(info: TaskInfo, values: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs that are given in a mapping, by keywords, or both, where a keyword counts more.

    Raises
    ------
    TypeError
        What is given without a name is no mapping.
    """
    if values is not None and not isinstance(values, Mapping):
        first = next((f", such as {python_name(one.name)}=…" for one in info.inputs), "")
        given = type(values).__name__
        raise TypeError(f"{info.name} takes its inputs by name{first}; a {given} was given without one.")
    # Of two spellings of one name the later one counts, see `resolve_names`.
    return hidden_shielded(info, {**(values or {}), **inputs})


def as_sent(info: TaskInfo, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a run would take them, in the task's order; one that cannot be checked stays as it is.

    Raises
    ------
    TypeError
        A name is none of the task's inputs.
    """
    resolved = resolve_names(info, given)
    values: dict[str, Any] = {}
    for parameter in info.inputs:
        if parameter.name not in resolved:
            continue
        value = resolved[parameter.name]
        values[parameter.name] = value
        if value is not UNSET and value is not None:
            with contextlib.suppress(ParameterError):
                values[parameter.name] = check_value(parameter, value)
    return values


def has_usable_default(parameter: GPParameter) -> bool:
    """Whether the server can run without a value: a default that is more than an empty schema."""
    return datatype_of(parameter).has_default(parameter)
