"""The signature and the docstring of one task, made from what its server says of it.

They make ``task?``, ``help(task)`` and tab completion show the inputs of that very task.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from gpwidgets.datatypes.kinds.composite import CompositeType
from gpwidgets.datatypes.kinds.field import FieldType
from gpwidgets.datatypes.kinds.value_table import ValueTableType
from gpwidgets.datatypes.registry import FEW_CHOICES, datatype_of, kind_words
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.names import python_name
from gpwidgets.protocol.plain_text import plain_words
from gpwidgets.protocol.values import UNSET
from gpwidgets.secrets import mask
from gpwidgets.tasks.inputs.checking import has_usable_default, hidden_shielded
from gpwidgets.tasks.inputs.environment import ENVIRONMENT, KEYWORD, applicable
from gpwidgets.texts import tr

__all__ = [
    "call_signature",
    "default_words",
    "keywords",
    "shows_its_inputs",
    "takes_inputs",
    "task_docstring",
]

_F = TypeVar("_F", bound=Callable[..., Any])
_Task = TypeVar("_Task")
_LONG = 60
_WIDTH = 88
_INDENT = "    "


class _Words(str):
    """Words in a signature, which show there as they are."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


_SERVERS_OWN = _Words("…")


def keywords(info: TaskInfo) -> dict[str, GPParameter]:
    """The inputs of a task by the name that a call gives them.

    Of two names that Python does not take and that become one, the first has it; the other is given in a
    mapping.
    """
    own = {parameter.name for parameter in info.inputs}
    named: dict[str, GPParameter] = {}
    for parameter in info.inputs:
        name = python_name(parameter.name)
        if name == parameter.name or name not in own:
            named.setdefault(name, parameter)
    return named


def call_signature(info: TaskInfo, *, needed: bool = True) -> inspect.Signature:
    """The signature of a call with the inputs of a task and the settings that make sense for it.

    Parameters
    ----------
    info
        The task.
    needed
        Whether inputs that are required have to be given.
    """
    named = keywords(info)
    settings = [one for one in applicable(info) if one.name not in named]
    parameters = [_keyword(name, one, needed=needed) for name, one in named.items()]
    parameters += [_keyword(one.name, one, needed=False) for one in settings]
    if KEYWORD not in named:
        kind = inspect.Parameter.KEYWORD_ONLY
        parameters.append(inspect.Parameter(KEYWORD, kind, default=None, annotation=_Words("dict")))
    return inspect.Signature(parameters)


def _keyword(name: str, parameter: GPParameter, *, needed: bool) -> inspect.Parameter:
    default = None
    if has_usable_default(parameter):
        default = _shown_default(parameter)
    elif needed and parameter.required:
        default = inspect.Parameter.empty
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=_Words(kind_words(parameter)))


def default_words(parameter: GPParameter) -> str:
    """The default of an input in a few letters; empty without one, and a mere hint where it is longer."""
    if not has_usable_default(parameter):
        return ""
    default = _shown_default(parameter)
    return default if default is _SERVERS_OWN else repr(default)


def _shown_default(parameter: GPParameter) -> Any:
    """The default where it can be shown in a few letters; hidden texts have none that is shown."""
    wire = parameter.default_value
    if parameter.is_hidden or (isinstance(wire, Mapping) and "features" in wire) or len(str(wire)) > 1000:
        return _SERVERS_OWN
    value = datatype_of(parameter).default(parameter)
    labels = [choice.label for choice in parameter.choices if choice.value == value]
    value = plain_words(labels[0]) if labels else value
    shown = repr(value)
    return _SERVERS_OWN if value is UNSET or len(shown) > _LONG or mask(shown) != shown else value


def task_docstring(info: TaskInfo, url: str, *, asynchronous: bool | None = None) -> str:
    """The docstring of one task.

    Parameters
    ----------
    info
        The task.
    url
        Where it is.
    asynchronous
        Whether its runs are jobs; None when that is not known yet.

    Returns
    -------
    str
        In the sections of numpydoc, without markup of the server and without its hidden defaults.
    """
    title = plain_words(info.display_name or info.name, _LONG)
    parts = [f"{title.rstrip('.')}.", _filled(plain_words(info.description, 2000), "")]
    named = keywords(info)
    parts.append(_section("Parameters", [_entry(name, one) for name, one in named.items()]))
    with_name = {one.name for one in named.values()}
    unnamed = [one for one in info.inputs if one.name not in with_name]
    if unnamed:
        names = ", ".join(repr(plain_words(one.name)) for one in unnamed)
        parts.append(
            _filled(tr("Given in a mapping, since Python takes no such names: {names}.", names=names))
        )
    settings = [_entry(one.name, one) for one in applicable(info) if one.name not in named]
    if KEYWORD not in named:
        about = tr("All settings in one mapping: {names}.", names=", ".join(ENVIRONMENT))
        settings.append(f"{KEYWORD} : dict, {tr('optional')}\n{_filled(about)}")
    parts.append(_section("Other Parameters", settings))
    outputs = "\n".join(_result(one) for one in info.outputs)
    parts.append(_section("Returns", [f"Outputs\n{outputs}".rstrip()]))
    parts.append(_section("Notes", [_notes(url, asynchronous)]))
    return mask("\n\n".join(part for part in parts if part)) + "\n"


def _notes(url: str, asynchronous: bool | None) -> str:
    ways = {
        None: tr("A call waits for the outputs."),
        True: tr("Runs are jobs on the server; a call waits for the outputs."),
        False: tr("The server answers with the outputs; a call waits for them."),
    }
    more = tr("`start` takes the same and returns at once, `check` and `code` run nothing.")
    return f"{_filled(f'{ways[asynchronous]} {more}', '')}\n\n{url}"


def _section(title: str, entries: Iterable[str]) -> str:
    body = "\n".join(entries)
    return f"{title}\n{'-' * len(title)}\n{body}" if body else ""


def _entry(name: str, parameter: GPParameter) -> str:
    told = [tr("required")] if parameter.required else [tr("optional")]
    if default := default_words(parameter):
        told = [tr("default: {value}", value=default)]
    return (
        f"{name} : {', '.join([kind_words(parameter), *told])}\n{_filled(' '.join(_about(name, parameter)))}"
    )


def _about(name: str, parameter: GPParameter) -> list[str]:
    told = []
    title, words = parameter.display_name, parameter.description
    if parameter is ENVIRONMENT.get(name):
        title, words = tr(title), tr(words)
    title, words = plain_words(title, 200), plain_words(words)
    if title and title not in (name, name.replace("_", " ")):
        told.append(_sentence(title))
    if words:
        told.append(_sentence(words))
    told += [_sentence(text) for text in (_limits(parameter), _parts(parameter)) if text]
    if not parameter.choices:
        example = datatype_of(parameter.member if parameter.is_multi else parameter).example
        example = tr(example)
        listed = tr("For example a list of: {example}", example=example)
        told.append(_sentence(listed if parameter.is_multi else tr("For example {example}", example=example)))
    elif len(parameter.choices) > FEW_CHOICES:
        labels = ", ".join(plain_words(choice.label, _LONG) for choice in parameter.choices[:FEW_CHOICES])
        told.append(_sentence(tr("One of: {labels} …", labels=labels)))
    return told


def _limits(parameter: GPParameter) -> str:
    if parameter.geometry_types:
        kinds = [kind.word for kind in parameter.geometry_types]
        return tr("Of geometry type {kinds}", kinds=tr(" or ").join(kinds))
    limits = parameter.filter
    if limits is None:
        return ""
    if limits.type == "range" and limits.minimum is not None and limits.maximum is not None:
        return tr("From {low:g} to {high:g}", low=limits.minimum, high=limits.maximum)
    if limits.type == "range" and limits.minimum is not None:
        return tr("At least {low:g}", low=limits.minimum)
    if limits.type == "range" and limits.maximum is not None:
        return tr("At most {high:g}", high=limits.maximum)
    if limits.type == "file" and limits.values:
        return tr("Files of type {endings}", endings=plain_words(", ".join(limits.values), 200))
    return ""


def _parts(parameter: GPParameter) -> str:
    kind = datatype_of(parameter)
    if isinstance(kind, ValueTableType):
        columns = [
            f"{plain_words(column.display_name or column.name, _LONG)} ({kind_words(column)})"
            for column in ValueTableType.columns(parameter)
        ]
        return tr("Columns: {columns}", columns=", ".join(columns)) if columns else ""
    if isinstance(kind, CompositeType):
        kinds = [kind_words(member) for member in CompositeType.members(parameter)]
        return tr(" or ").join(kinds)
    if isinstance(kind, FieldType) and parameter.dependency:
        return tr("A column of {name}", name=plain_words(parameter.dependency, _LONG))
    return ""


def _result(parameter: GPParameter) -> str:
    title = plain_words(parameter.display_name, 200)
    shown = f": {title}" if title not in ("", parameter.name, parameter.name.replace("_", " ")) else ""
    return f"{_INDENT}{python_name(parameter.name)} ({kind_words(parameter)}){shown}"


def _sentence(text: str) -> str:
    return text if text[-1:] in (".", "!", "?", "…", ":") else f"{text}."


def _filled(text: str, indent: str = _INDENT) -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )


def _hidden(info: TaskInfo, value: Any) -> Any:
    return hidden_shielded(info, value) if isinstance(value, Mapping) else value


class _MadeForEach:
    """An attribute that each object makes for itself when it is asked for it, while the class has its own.

    Parameters
    ----------
    make
        Called with the object.
    of_class
        What the class has; None where it has none.
    """

    def __init__(self, make: Callable[[Any], Any], of_class: Any = None) -> None:
        self._make, self._of_class = make, of_class
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is not None:
            made = instance.__dict__[self._name] = self._make(instance)
            return made
        if self._of_class is None:
            raise AttributeError(self._name)
        return self._of_class


def shows_its_inputs(kind: type[_Task]) -> type[_Task]:
    """Make each task of a class show its own inputs in its signature and docstring.

    Most tasks are made for a form or a call and never asked for either, which take long to write.
    """

    def docstring(task: Any) -> str:
        return task_docstring(task.info, task.url.task, asynchronous=task._told_asynchronous)

    for name, made in (
        ("__signature__", _MadeForEach(lambda task: call_signature(task.info))),
        ("__doc__", _MadeForEach(docstring, kind.__doc__)),
    ):
        made.__set_name__(kind, name)
        setattr(kind, name, made)
    return kind


class _Described(Protocol):
    """A task with the signatures that its inputs make."""

    info: TaskInfo
    __signature__: inspect.Signature
    _signature_of_some: inspect.Signature


class _TakesInputs:
    """A method whose signature, as that of one task, names the inputs of this task."""

    def __init__(self, method: Callable[..., Any], *, needed: bool) -> None:
        self._method = method
        self._needed = needed
        only = inspect.Parameter.KEYWORD_ONLY
        self._options = [one for one in inspect.signature(method).parameters.values() if one.kind is only]
        self.__doc__ = method.__doc__

    def __get__(self, task: _Described | None, owner: type | None = None) -> Any:
        if task is None:
            return self._method
        method = self._method

        @wraps(method)
        def call(*values: Any, **inputs: Any) -> Any:
            # Tracebacks may show variables, also those of this frame.
            inputs = hidden_shielded(task.info, inputs)
            values = tuple(_hidden(task.info, value) for value in values)
            return method(task, *values, **inputs)

        call.__signature__ = self._signature(task)  # type: ignore[attr-defined]
        return call

    def _signature(self, task: _Described) -> inspect.Signature:
        signature = task.__signature__ if self._needed else task._signature_of_some
        options = [one for one in self._options if one.name not in signature.parameters]
        return signature.replace(parameters=[*signature.parameters.values(), *options])


def takes_inputs(*, needed: bool) -> Callable[[_F], _F]:
    """Make a method of `GPTask` show the inputs of each task in its signature.

    Parameters
    ----------
    needed
        Whether required inputs have to be given.
    """

    def decorate(method: _F) -> _F:
        return cast(_F, _TakesInputs(method, needed=needed))

    return decorate
