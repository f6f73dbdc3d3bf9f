"""The form of a task: one editor for each input, in groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import ipywidgets as w
import traitlets

from gpwidgets.errors import InputErrors, ParameterError
from gpwidgets.protocol.values import UNSET
from gpwidgets.tasks.inputs.checking import resolve_names
from gpwidgets.tasks.inputs.environment import KEYWORD, split
from gpwidgets.tasks.sharing.arrangement import Arrangement
from gpwidgets.tasks.sharing.presets import Preset
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import EditorContext, ParameterEditor
from gpwidgets.widgets.editors.editor_table import editor_for, plain_editor
from gpwidgets.widgets.form._environment_section import EnvironmentSection
from gpwidgets.widgets.form._fixed_editor import FixedEditor
from gpwidgets.widgets.form._more_inputs import MoreInputs, is_needed, next_inputs
from gpwidgets.widgets.form._same_value import same_value
from gpwidgets.widgets.form.run_settings import DEADLINE, RunSettings
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.kit.late_looks import LateLooks, Note
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.page.open_forms import forget_form, remember_form

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter, TaskInfo
    from gpwidgets.protocol.responses.validation import Validation

__all__ = ["TaskForm"]

#: So many optional inputs are shown at once; more of them are folded.
_FEW = 4


class TaskForm(Owner, LateLooks, w.VBox):
    """Editors for the inputs of a task: what is needed first, the rest below or folded by category.

    Parameters
    ----------
    info
        The task.
    context
        Map and task for the editors.
    arrangement
        What a preset makes of the form.

    Attributes
    ----------
    editors : dict
        Editor by parameter name, in the task's order; of a task with very many inputs, those that are shown.
    arrangement : Arrangement
        What a preset makes of the form; nothing without one.
    """

    values: traitlets.Dict[str, Any] = traitlets.Dict(
        help="Checked values by parameter name, settings of the environment in env; without what is unset."
    )

    problems: traitlets.Dict[str, Any] = traitlets.Dict(
        read_only=True, help="What is wrong at the fields, by parameter name."
    )

    deadline: traitlets.Float[int | None, int | float | None] = traitlets.Float(
        None, allow_none=True, read_only=True, help="Seconds after which a run is to be given up."
    )

    def __init__(
        self, info: TaskInfo, context: EditorContext | None = None, arrangement: Arrangement | None = None
    ) -> None:
        self.arrangement: Arrangement = arrangement or Arrangement(info, Preset())
        info = self.arrangement.info
        self.info: TaskInfo = info
        self.context: EditorContext = context or EditorContext()
        self.editors: dict[str, ParameterEditor] = cast("dict[str, ParameterEditor]", self.context.editors)
        self._sections: dict[str, Fold] = {}
        self._binding = Binding()
        self._waiting = {one.name: one for one in _told_apart(info.inputs)}
        self._more = MoreInputs(self._make_more, self.focus)
        hidden = self._make_editors([one for one in info.inputs if one.name in self.arrangement.hidden])
        groups = self._groups(self._make_editors(self._first_inputs()))
        self._more.show(len(self.editors), self._waiting.values())
        self.environment: EnvironmentSection = self.own(
            EnvironmentSection(info, self.context, self._gather, self._gather_problems)
        )
        self._sections |= dict.fromkeys(self.environment.settings, self.environment)
        #: Shown beside the button that runs the task.
        self.run_settings: RunSettings = self.own(
            RunSettings(self.arrangement.preset.deadline, self._take_run_settings)
        )
        settings = [self.environment] if self.environment.settings else []
        folded = [self._hidden_section(hidden)] if hidden else []
        super().__init__(
            [style_sheet(), *groups, self._more, *folded, *settings], _dom_classes=("gpw-wide", "gpw-form")
        )
        self.environment.show(self.arrangement.environment)
        self._sections[DEADLINE] = self.run_settings
        self._take_run_settings()
        remember_form(self)
        self._gather()

    def _first_inputs(self) -> list[GPParameter]:
        """The inputs of which fields are made at first; those that a preset gives a value among them."""
        first = {one.name for one in next_inputs(self._waiting.values())}
        first |= {*self.arrangement.fixed, *self.arrangement.first}
        return [one for one in self._waiting.values() if one.name in first]

    def _make_editors(self, parameters: Iterable[GPParameter]) -> list[ParameterEditor]:
        made = []
        for parameter in parameters:
            titled = self._waiting.pop(parameter.name, parameter)
            editor = self._make(titled)
            self.context.place(parameter.name, editor)
            editor.observe(self._gather, names="value")
            editor.observe(self._gather_problems, names="error")
            made.append(editor)
        return made

    def _make(self, parameter: GPParameter) -> ParameterEditor:
        """Make an editor with what the preset says of its input."""
        name, arranged = parameter.name, self.arrangement
        if name in arranged.fixed:
            editor: ParameterEditor = FixedEditor(parameter, self.context, arranged.fixed[name])
        else:
            editor = _make(parameter, self.context)
            if name in arranged.first:
                editor.start_with(arranged.first[name])
        editor.show_notice(" ".join(fault.words for fault in arranged.faults if fault.input == name))
        return editor

    def _make_more(self, parameters: Iterable[GPParameter] | None = None) -> None:
        """Make fields of inputs that have none yet: of these, or of as many as the bounds allow."""
        made = self._make_editors(next_inputs(self._waiting.values()) if parameters is None else parameters)
        parts: list[w.Widget] = list(self.children)
        at = parts.index(self._more)
        replace_children(self, [*parts[:at], *self._groups(made), *parts[at:]])
        self._more.show(len(self.editors), self._waiting.values())
        self._gather()
        self._gather_problems()

    def _groups(self, editors: list[ParameterEditor]) -> list[w.Widget]:
        if not editors:
            return [Note(f'<div class="gpw-muted">{tr("This task takes no inputs.")}</div>')]
        groups: list[w.Widget] = []
        by_category: dict[str, list[ParameterEditor]] = {}
        for editor in editors:
            by_category.setdefault(editor.parameter.category, []).append(editor)
        for category, of_it in by_category.items():
            if category:
                needed = any(is_needed(editor.parameter) for editor in of_it)
                groups.append(self._section(category, of_it, is_open=needed))
                continue
            ordered = bool(self.arrangement.preset.order)
            first = [editor for editor in of_it if ordered or editor.parameter.required]
            rest = [editor for editor in of_it if editor not in first]
            groups += first
            if first and len(rest) > _FEW:
                groups.append(
                    self._section(tr("Optional inputs ({count})", count=len(rest)), rest, is_open=False)
                )
            else:
                groups += rest
        return groups

    def _hidden_section(self, editors: list[ParameterEditor]) -> Fold:
        """The values that a preset sets out of sight: whoever wants to know what is sent opens it."""
        title = tr("Set by the preset ({count})", count=len(editors))
        section = self._section(title, editors, is_open=False)
        section.button.tooltip = tr("Inputs whose values are sent and cannot be changed here")
        return section

    def _section(self, title: str, editors: list[ParameterEditor], *, is_open: bool) -> Fold:
        words = tr("Inputs of {title}", title=title)
        section = Fold(title, editors, tooltip=words, opened=is_open, classes=("gpw-section",))
        for editor in editors:
            self._sections[editor.parameter.name] = section
        return section

    # Values

    def _gather(self, change: Mapping[str, Any] | None = None) -> None:
        if self._binding.silent:
            return
        with self._binding.silently():
            self.values = self._with(change) or self.checked_values()

    def _with(self, change: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The values with the one that has changed; None where more than one could have."""
        name = change["owner"].parameter.name if change is not None else ""
        if change is None or name not in self.values or self.editors.get(name) is not change["owner"]:
            return None
        return None if change["new"] is UNSET else {**self.values, name: change["new"]}

    def checked_values(self) -> dict[str, Any]:
        """What the editors hold; `values` has what it was given until all of it has been checked."""
        values = {name: one.value for name, one in list(self.editors.items())}
        settings = self.environment.values
        given = {name: value for name, value in values.items() if value is not UNSET}
        return {**given, **({KEYWORD: settings} if settings else {})}

    def _gather_problems(self, _change: object = None) -> None:
        editors = {**self.environment.made, **self.run_settings.made, **self.editors}
        self.set_trait("problems", {name: one.error for name, one in editors.items() if one.error})

    def _take_run_settings(self) -> None:
        self.set_trait("deadline", self.run_settings.deadline)
        self._gather_problems()

    def title_of(self, name: str) -> str:
        """What the label of an input or a setting says; the name where there is none."""
        editor = self.editor(name)
        return name if editor is None else editor.title

    def titled(self, error: ParameterError) -> ParameterError:
        """Return an error that calls the inputs what their labels say."""
        if isinstance(error, InputErrors):
            return InputErrors([self.titled(one) for one in error.errors])
        return ParameterError(self.title_of(error.parameter), error.problem)

    def add_values(self, values: Mapping[str, Any]) -> TypeError | None:
        """Take values beside those that are there; return what is wrong with a name, the others are taken."""
        known: dict[str, Any] = {}
        wrong: TypeError | None = None
        for name, value in values.items():
            try:
                known |= self.known_values({name: value})
            except TypeError as error:
                wrong = wrong or error
        if known:
            self.values = {**self.values, **known}
        return wrong

    def known_names(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return those values whose names are the task's, by these names; settings are left out."""
        names = {one.name for one in self.info.inputs}
        found: dict[str, Any] = {}
        for name, value in values.items():
            with suppress(TypeError):
                found |= self.known_values({name: value})
        return {name: value for name, value in found.items() if name in names}

    def known_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by the task's own names, settings of the environment in ``env``.

        Raises
        ------
        TypeError
            A name is neither an input nor a setting.
        """
        inputs, settings = split(self.info, values)
        return {**resolve_names(self.info, inputs), **({KEYWORD: settings} if settings else {})}

    @traitlets.validate("values")
    def _known_names(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        given: dict[str, Any] = proposal["value"]
        return given if self._binding.silent else self.known_values(given)  # what it gathers, it knows

    @traitlets.observe("values")
    def _spread(self, change: Mapping[str, Any]) -> None:
        """Give each editor its value; those that are not named become unset."""
        if self._binding.silent:
            return
        with self._binding.silently():
            named = [self._waiting[name] for name in change["new"] if name in self._waiting]
            if named:
                self._make_more(named)
            for name, editor in self.editors.items():
                given = change["new"].get(name, UNSET)
                if given is not editor.value:
                    editor.set_value(given)
            self.environment.show(split(self.info, change["new"])[1])
        self._gather()

    def fixed_against(self, values: Mapping[str, Any]) -> list[str]:
        """The labels of the inputs whose values a preset has fixed to others than these."""
        others = [
            editor
            for name, editor in self.editors.items()
            if editor.is_fixed and name in values and not same_value(editor.value, values[name])
        ]
        return [editor.title for editor in others]

    def show_validation(self, checked: Validation) -> None:
        """Show what the server says of each input: remarks, what is enabled, choices and offered values.

        What the user has set is never changed; a value is taken over only where there is none.
        """
        for name, editor in list(self.editors.items()):
            said = checked.inputs.get(name)
            if said is None:
                editor.show_remark("")
                continue
            changed = said.filter is not None and said.filter != editor.parameter.filter
            if changed and not editor.error and not editor.is_fixed:  # what is not yet right stays as it is
                parameter = replace(editor.parameter, filter=said.filter)
                editor = self._renew(name, self.arrangement.narrowed(parameter))
            editor.set_enabled(said.is_enabled)
            is_open = editor.value is UNSET and not editor.is_fixed
            if said.value is not None and not said.is_altered and is_open:
                editor.set_value(said.value)
            message = said.message
            editor.show_remark(message.words if message else "", message.level if message else "info")
            if message is not None and message.level == "error":
                self.open_section(name)

    def _renew(self, name: str, parameter: GPParameter) -> ParameterEditor:
        """Put a new editor with the same value into the place of an old one; no value is lost for it."""
        old = self.editors[name]
        new = self._make(parameter)
        kept = old.value
        if kept is not UNSET:
            new.set_value(kept)
        if new.error:  # what the user has chosen is worth more than a list that may change back
            new.close()
            return old
        self.context.place(name, new)
        new.observe(self._gather, names="value")
        new.observe(self._gather_problems, names="error")
        for box in _boxes(self):
            if old in box.children:
                box.children = [new if child is old else child for child in box.children]
        old.close()
        self._gather()
        return new

    def pause(self) -> None:
        """End drawing and changing shapes, so that a click on the map means what it shows."""
        for editor in (*self.editors.values(), *self.environment.made.values()):
            editor.pause()

    def take_pending(self) -> None:
        """Take what has been typed or chosen and not used yet; what cannot be taken is said at its field."""
        for editor in (*self.editors.values(), *self.environment.made.values()):
            editor.take_pending()

    def check(self) -> list[ParameterError]:
        """Mark every field that is missing or wrong, and return what is wrong with each."""
        wrong = [editor for editor in self.editors.values() if not editor.check()]
        wrong += [*self.environment.check(), *self.run_settings.check()]
        return [ParameterError(editor.parameter.name, editor.error) for editor in wrong]

    def reset(self) -> None:
        """Put all defaults back."""
        with self._binding.silently():
            for editor in self.editors.values():
                editor.reset()
            self.environment.show(self.arrangement.environment)
            self.run_settings.reset()
        self._gather()

    def show_errors(self, errors: Iterable[ParameterError]) -> None:
        """Show errors at their fields and open the sections that hold them."""
        errors = list(errors)
        hidden = [self._waiting[one.parameter] for one in errors if one.parameter in self._waiting]
        if hidden:
            self._make_more(next_inputs(hidden))
        for error in errors:
            editor = self.editor(error.parameter)
            if editor is not None:
                editor.error = error.problem
                self.open_section(error.parameter)

    def open_section(self, name: str) -> None:
        """Unfold the section that a parameter's field is in."""
        if name in self._sections:
            self._sections[name].opened = True

    def focus(self, name: str) -> None:
        """Lead the user to a parameter's field, which is made if it was not there yet."""
        if name in self._waiting:
            self._make_more([self._waiting[name]])
        self.open_section(name)
        editor = self.editor(name)
        if editor is not None:
            editor.focus()

    def editor(self, name: str) -> ParameterEditor | None:
        """The editor of an input or a setting; None when there is none of this name."""
        if name in self.environment.settings and name not in self.editors:
            return self.environment.editors[name]
        if name == DEADLINE:
            return self.run_settings.editor
        return self.editors.get(name)

    def let_go(self) -> None:
        """Be no target for results any more."""
        forget_form(self)


def _boxes(box: w.Box) -> Iterator[w.Box]:
    yield box
    for child in box.children:
        if isinstance(child, w.Box) and not isinstance(child, ParameterEditor):
            yield from _boxes(child)


def _told_apart(inputs: Iterable[GPParameter]) -> list[GPParameter]:
    """Inputs whose display names differ: the name is added to those that are alike."""
    titled = [replace(one, display_name=one.display_name or one.name) for one in inputs]
    often = Counter(one.display_name for one in titled)
    return [
        replace(one, display_name=f"{one.display_name} ({one.name})") if often[one.display_name] > 1 else one
        for one in titled
    ]


def _make(parameter: GPParameter, context: EditorContext) -> ParameterEditor:
    """Make an editor; one that cannot be made gives way to raw JSON, so that no input is missing."""
    try:
        return editor_for(parameter, context)
    except Exception as error:  # an editor registered by the user may raise anything
        plain = plain_editor(replace(parameter, filter=None, choice_list=()), context)
        plain.error = tr(
            "the usual field could not be made ({kind}); give JSON instead.", kind=type(error).__name__
        )
        return plain
