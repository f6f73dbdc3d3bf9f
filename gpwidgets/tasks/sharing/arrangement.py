"""A preset held against a task: what its form shows and starts with, and what of the preset does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gpwidgets.datatypes.registry import check_value, datatype_named, datatype_of, words_of
from gpwidgets.errors import GPError, ParameterError
from gpwidgets.protocol.description import Choice, GPParameter, TaskInfo
from gpwidgets.protocol.names import python_name
from gpwidgets.protocol.plain_text import one_line
from gpwidgets.protocol.values import UNSET
from gpwidgets.secrets import mask, without_secrets
from gpwidgets.tasks.inputs.checking import has_usable_default
from gpwidgets.tasks.inputs.environment import ENVIRONMENT
from gpwidgets.tasks.journal.kept_inputs import refuse_local_files
from gpwidgets.tasks.sharing._preset_file import Fault, PresetParts, hint
from gpwidgets.tasks.sharing.settings import fingerprint
from gpwidgets.texts import tr

__all__ = ["Arrangement", "arrange"]

#: Characters of labels, headings and titles.
_LONGEST = 200

Row = Mapping[str, Any]

#: What reading a value may raise, which can be anything that JSON has.
_UNUSABLE = (GPError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Arrangement:
    """What a form of a task is with a preset.

    Attributes
    ----------
    info : TaskInfo
        The task with the labels, groups, choices and order of the preset.
    preset : Preset
    fixed : dict
        Checked values that cannot be changed, by name of the input; `UNSET` where nothing is sent.
    hidden : frozenset of str
        Those of the fixed inputs that are folded away.
    first : dict
        Checked values that the form starts with and that can be changed.
    environment : dict
        The same for settings of the run.
    outputs : tuple of str or None
        Names of the outputs that are shown; None for all.
    faults : tuple of Fault
        What of the preset does not fit the task.
    """

    info: TaskInfo
    preset: PresetParts
    fixed: Mapping[str, Any] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    first: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    outputs: tuple[str, ...] | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def title(self) -> str:
        """What stands above the form; empty for the name of the task."""
        return one_line(self.preset.title, _LONGEST)

    def narrowed(self, parameter: GPParameter) -> GPParameter:
        """A parameter that the server has just changed, with no more choices than the preset leaves."""
        rows = {python_name(name): row for name, row in self.preset.inputs.items()}
        wanted = rows.get(python_name(parameter.name), {}).get("choices")
        return _narrowed(parameter, wanted, "", [])[0] if wanted else parameter


def arrange(preset: PresetParts, info: TaskInfo) -> Arrangement:
    """Hold a preset against a task.

    Parameters
    ----------
    preset
        What its author wants; parts that do not fit are left out.
    info
        The task as it is today.
    """
    faults = list(preset.faults)
    if preset.fingerprint and preset.fingerprint != fingerprint(info):
        words = tr("the description of the task is not what it was when the preset was made.")
        faults.append(Fault("fingerprint", words))
    known = {python_name(one.name): one.name for one in info.inputs}
    known |= {one.name: one.name for one in info.inputs}
    rows: dict[str, Row] = {}
    for name, row in preset.inputs.items():
        if name in known:
            rows[known[name]] = row
        else:
            faults.append(Fault(f"inputs.{name}", _no_such_input(name, known.values())))
    order = _order(preset, known, faults)
    parts = _Parts(info, faults)
    parameters = {one.name: parts.take(one, rows.get(one.name, {})) for one in info.inputs}
    names = [*order, *(name for name in parameters if name not in order)]
    others = [one for one in info.parameters if not one.is_input]
    return Arrangement(
        info=replace(info, parameters=(*(parameters[name] for name in names), *others)),
        preset=preset,
        fixed=parts.fixed,
        hidden=frozenset(parts.hidden),
        first=parts.first,
        environment=_environment(preset, faults),
        outputs=_outputs(preset, info, faults),
        faults=tuple(faults),
    )


def _no_such_input(name: str, known: Iterable[str]) -> str:
    return tr("the task has no such input") + hint(name, known)


def _order(preset: PresetParts, known: Mapping[str, str], faults: list[Fault]) -> list[str]:
    found: dict[str, None] = {}
    for name in preset.order:
        if name in known:
            found[known[name]] = None
        else:
            faults.append(Fault("order", f"{name}: {_no_such_input(name, known.values())}"))
    return list(found)


def _environment(preset: PresetParts, faults: list[Fault]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name, value in preset.environment.items():
        place = f"environment.{name}"
        if name not in ENVIRONMENT:
            faults.append(Fault(place, tr("there is no such setting of a run") + hint(name, ENVIRONMENT)))
            continue
        try:
            checked[name] = _read(ENVIRONMENT[name], value)
        except _UNUSABLE as error:
            faults.append(Fault(place, mask(str(error))))
    return checked


def _outputs(preset: PresetParts, info: TaskInfo, faults: list[Fault]) -> tuple[str, ...] | None:
    if preset.outputs is None:
        return None
    known = [one.name for one in info.parameters if not one.is_input]
    for name in preset.outputs:
        if name not in known:
            faults.append(Fault("outputs", f"{name}: {tr('the task has no such output')}{hint(name, known)}"))
    return tuple(dict.fromkeys(name for name in preset.outputs if name in known)) or None


class _Parts:
    """What becomes of the inputs, one after the other."""

    def __init__(self, info: TaskInfo, faults: list[Fault]) -> None:
        self.fixed: dict[str, Any] = {}
        self.hidden: set[str] = set()
        self.first: dict[str, Any] = {}
        self._faults = faults

    def take(self, parameter: GPParameter, row: Row) -> GPParameter:
        """One input as the form has it; its value goes where it belongs."""
        name = parameter.name
        shown = replace(
            parameter,
            display_name=one_line(row["label"], _LONGEST) if row.get("label") else parameter.display_name,
            description=row.get("help", parameter.description),
            category=one_line(row.get("group", parameter.category), _LONGEST),
        )
        is_fixed = row.get("fixed", False) or row.get("hidden", False)
        if not is_fixed and "choices" in row:
            shown, tells = _narrowed(shown, row["choices"], f"inputs.{name}.choices", self._faults)
            if tells and "value" not in row:
                shown = self._without_foreign_default(shown)
        value = self._value(shown, row)
        if not is_fixed:
            if value is not UNSET:
                self.first[name] = value
        elif self._can_be_fixed(parameter, row, value):
            self.fixed[name] = datatype_of(parameter).default(parameter) if value is UNSET else value
            if row.get("hidden", False):
                self.hidden.add(name)
        return shown

    def _value(self, parameter: GPParameter, row: Row) -> Any:
        if row.get("value") is None:
            return UNSET
        place = f"inputs.{parameter.name}.value"
        try:
            return _read(parameter, row["value"])
        except _UNUSABLE as error:
            words = error.problem if isinstance(error, ParameterError) else str(error)
        self._faults.append(Fault(place, mask(words), parameter.name))
        return UNSET

    def _can_be_fixed(self, parameter: GPParameter, row: Row, value: Any) -> bool:
        """Whether the task can run with what the preset fixes; else the input is shown as any other."""
        place = f"inputs.{parameter.name}.{'hidden' if row.get('hidden') else 'fixed'}"
        if value is UNSET and row.get("value") is not None:
            words = tr("the value of the preset cannot be used, so the input is shown as the task has it.")
        elif value is UNSET and parameter.required and not has_usable_default(parameter):
            words = tr("the task needs a value and the preset gives none, so the input is shown.")
        else:
            return True
        self._faults.append(Fault(place, words, parameter.name))
        return False

    def _without_foreign_default(self, parameter: GPParameter) -> GPParameter:
        """Without a default that is none of the choices that are left."""
        wire = parameter.default_value
        if wire in (None, "", []) or _is_among(wire, _choices(parameter)):
            return parameter
        words = tr("the task's default, {value}, is none of these; give a value.", value=words_of(wire)[:80])
        self._faults.append(Fault(f"inputs.{parameter.name}.choices", words, parameter.name))
        return replace(parameter, default_value=None, has_default=False)


def _read(parameter: GPParameter, raw: Any) -> Any:
    """A value of a preset, which may be a stranger's: no secrets, and no file of this computer.

    Raises
    ------
    GPError and others of `_UNUSABLE`
        It is no value of the input.
    """
    if parameter.is_hidden:
        raise ParameterError(parameter.name, tr("hidden texts are not taken from a preset."))
    if isinstance(raw, str | list | Mapping):
        if without_secrets(raw) != raw:
            raise ParameterError(parameter.name, tr("it holds a token or password, which a preset may not."))
        refuse_local_files(parameter, raw)
    try:
        return check_value(parameter, raw)
    except _UNUSABLE as error:
        try:
            return datatype_of(parameter).from_journal(raw, parameter)
        except _UNUSABLE:
            raise error from None


def _choices(parameter: GPParameter) -> tuple[Choice, ...]:
    return parameter.member.choices if parameter.is_multi else parameter.choices


def _is_among(wire: Any, choices: Iterable[Choice]) -> bool:
    wanted = wire if isinstance(wire, list) else [wire]
    known = {str(one) for choice in choices for one in (choice.value, choice.label)}
    return all(str(one) in known for one in wanted)


def _narrowed(
    parameter: GPParameter, wanted: Iterable[Any], place: str, faults: list[Fault]
) -> tuple[GPParameter, bool]:
    """A parameter with those of its choices that are wanted, and whether that are other ones."""
    choices = _choices(parameter)
    name = parameter.name
    if not choices:
        if not datatype_named(parameter.member_type).is_text or parameter.is_hidden:
            words = tr("the task offers no choices for this input, so there is nothing to narrow.")
            faults.append(Fault(place, words, name))
            return parameter, False
        return replace(parameter, choice_list=tuple(dict.fromkeys(map(str, wanted)))), True
    by_text = {choice.label: choice for choice in choices} | {str(one.value): one for one in choices}
    kept: dict[str, Choice] = {}
    for one in wanted:
        if str(one) in by_text:
            kept[str(one)] = by_text[str(one)]
        else:
            words = tr("the task has no choice {choice!r}", choice=one_line(str(one), 80))
            faults.append(Fault(place, words + hint(str(one), by_text), name))
    found = tuple({id(choice): choice for choice in kept.values()}.values())
    if not found:
        words = tr("none of them is left, so all choices of the task are offered.")
        faults.append(Fault(place, words, name))
        return parameter, False
    source = parameter.member.filter if parameter.is_multi else parameter.filter
    if source is not None and source.type == "codedValue" and source.coded:
        return replace(parameter, filter=replace(source, coded=found)), True
    return replace(parameter, choice_list=tuple(choice.label for choice in found)), True
