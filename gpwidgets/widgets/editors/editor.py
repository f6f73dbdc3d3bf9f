"""What the editors of all data types share, and the table from data type to editor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

import ipywidgets as w
import traitlets

from gpwidgets.datatypes.registry import check_value, datatype_of, words_of
from gpwidgets.datatypes.value_checks import shown
from gpwidgets.errors import GPError, ParameterError
from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.protocol.values import UNSET
from gpwidgets.tasks.inputs.checking import has_usable_default
from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors._cleared import ClearedChoice, empty_value, has_default, is_empty
from gpwidgets.widgets.editors._field_help import FieldHelp, help_html
from gpwidgets.widgets.editors._keep import KeepButton
from gpwidgets.widgets.editors.form_context import EditorContext
from gpwidgets.widgets.kit.accessibility import LabelNote
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import icon_button, lean, status_html
from gpwidgets.widgets.kit.late_looks import LateLooks
from gpwidgets.widgets.kit.owner import Owner

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter

__all__ = ["EditorContext", "ParameterEditor"]

_NEEDED = later("a value is needed here.")
T = TypeVar("T")


class ParameterEditor(Owner, LateLooks, w.VBox):
    """The field of one parameter: label, controls, help and what is wrong with it.

    A subclass makes its controls in `build`, reads them in `read` and fills them in `show`; it calls
    `take` when the user has changed something.

    Parameters
    ----------
    parameter
        The parameter.
    context
        Map, task and the other editors.
    compact
        Whether the label is shown by a surrounding editor, as in a row of a list.

    Examples
    --------
    `register_editor` has one from beginning to end.

    >>> import gpwidgets as gp
    >>> {"build", "read", "show"} <= set(dir(gp.ParameterEditor))
    True
    """

    #: Whether a preset has set the value, so that it cannot be changed.
    is_fixed = False

    value: traitlets.Any = traitlets.Any(
        UNSET, help="The checked value; UNSET when nothing is given or what is given is wrong."
    )
    error: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="What is wrong, shown at the field; empty when all is well."
    )

    def __init__(
        self, parameter: GPParameter, context: EditorContext | None = None, *, compact: bool = False
    ) -> None:
        self.parameter = parameter
        self.context: EditorContext = context or EditorContext()
        self.compact = compact
        self.codec: Any = datatype_of(parameter)
        self.default: Any = self.codec.default(parameter)
        self._server_default = self.default
        self._may_be_cleared = not compact and has_default(parameter, self.default)
        self._binding = Binding()
        self._sends_empty = True
        self._label_note = LabelNote()
        self._enabled = True
        self._foot: dict[str, w.Widget] = {}
        self._built: tuple[w.Widget, ...] = ()
        self._built = tuple(self.build())
        self._add_help()
        super().__init__(self._parts, _dom_classes=(*self._dom_classes, "gpw-field"))
        self.reset()

    # For subclasses

    def build(self) -> list[w.Widget]:
        """Make the controls and watch them."""
        raise NotImplementedError

    def read(self) -> Any:
        """Return what the controls hold, `UNSET` when that is nothing; ParameterError when it is no value."""
        raise NotImplementedError

    def show(self, value: Any) -> None:
        """Put a checked value, or `UNSET`, into the controls."""
        raise NotImplementedError

    def show_raw(self, value: Any) -> bool | None:
        """Put a value that was refused into the controls; False where they cannot hold it."""
        return False

    @property
    def focus_target(self) -> w.DOMWidget | None:
        """The control that takes the keyboard when the user is led here."""
        return None

    @property
    def labelled(self) -> w.DOMWidget | None:
        """The control whose label says what is wrong."""
        return self.focus_target

    def take(self, change: object = None) -> None:
        """Read the controls after the user has changed something."""
        if self._binding.silent:
            return
        try:
            raw = self.read()
            checked = self._when_cleared() if raw is UNSET else check_value(self.parameter, raw)
        except ParameterError as error:
            self._refuse(error.problem)
            return
        except GPError as error:
            self._refuse(str(error))
            return
        with self._binding.silently():
            self._pardon()
            self.value = checked

    def _pardon(self) -> None:
        """Say that all is well where something else was said; setting a trait takes time, whatever to."""
        if self.error:
            self.error = ""

    def _refuse(self, problem: str) -> None:
        with self._binding.silently():
            self.value = UNSET
            self.error = problem

    def _when_cleared(self) -> Any:
        """What stands for a field without a value: sent empty, where else the server's default came back."""
        sent_empty = self._may_be_cleared and not self.parameter.required
        return empty_value(self.parameter) if sent_empty and self._sends_empty else UNSET

    def _choose_cleared(self, sent_empty: bool) -> None:
        self._sends_empty = sent_empty
        self.take()

    # For callers

    @property
    def title(self) -> str:
        """The name that is shown."""
        return self.parameter.display_name or self.parameter.name

    @property
    def label(self) -> str:
        """Text of the label: the name, with a star when a value is needed; empty in a row of a list."""
        if self.compact:
            return ""
        title = plain_label(self.title)
        return f"{title} *" if self.parameter.required else title

    def set_value(self, value: Any, *, picked: bool = False) -> bool:
        """Take a value of any accepted form; whether it could be taken.

        One that is wrong is said at the field. It is shown in the place of what was there only by a control
        that can hold it, such as a box of text; elsewhere, and where it was `picked` and not typed,
        everything stays as it was.
        """
        if value is None:
            value = UNSET
        try:
            checked = value if value is UNSET else check_value(self.parameter, value)
        except GPError as error:
            problem = error.problem if isinstance(error, ParameterError) else str(error)
            with self._binding.silently():
                is_shown = not picked and self.show_raw(_writable(value)) is not False
            if not is_shown:
                self.refuse(problem)
            else:
                self._refuse(problem)
            self.look_into(error, value)
            return False
        with self._binding.silently():
            self.value = checked
            self.error = ""
            self._display(checked)
        self._follow_default()
        return True

    def look_into(self, error: GPError, value: Any) -> None:
        """Ask for what would make a refused value usable, where there is something to ask for."""

    def refuse(self, problem: str) -> None:
        """Say what is wrong with something that was given; what was there stays, and can be kept."""
        self.error = problem
        if self.value is not UNSET:
            self._keep_button.show(words_of(self.value))

    def dismiss(self) -> None:
        """Keep what was there: say no more of what was refused."""
        self.error = ""

    def take_pending(self) -> None:
        """Take what has been typed or chosen and not been used yet, or say at the field why it cannot be."""

    def pause(self) -> None:
        """End what goes on beside the field, such as drawing on the map; what is there stays."""

    def check(self) -> bool:
        """Say at the field what is missing; whether the value can be sent."""
        if not self.error and self.value is UNSET and self.is_missing:
            self.error = tr(_NEEDED)
        return not self.error

    @property
    def is_missing(self) -> bool:
        """Whether the task cannot run as the field is."""
        return self.value is UNSET and self.parameter.required and not has_usable_default(self.parameter)

    def reset(self) -> None:
        """Put the server's default back."""
        with self._binding.silently():
            self._sends_empty = True
            self.show(self.default)
            self.value: Any = self.default
            self.error: str = ""
        self._follow_default()

    def focus(self) -> None:
        """Put the keyboard into the field."""
        if self.focus_target is not None:
            self.focus_target.focus()

    @traitlets.validate("value")
    def _checked(self, proposal: Mapping[str, Any]) -> Any:
        value = proposal["value"]
        if value is UNSET or self._binding.silent:
            return value
        return check_value(self.parameter, value)

    @traitlets.observe("value")
    def _show_value(self, change: Mapping[str, Any]) -> None:
        if not self._binding.silent:
            with self._binding.silently():
                self._display(change["new"])
            self._pardon()
        elif change["new"] is not UNSET:
            self._pardon()
        self._follow_default()

    def _display(self, value: Any) -> None:
        """Show a value; one that is sent empty leaves the controls empty."""
        self.show(UNSET if is_empty(value) else value)

    @traitlets.observe("error")
    def _show_error(self, _change: Mapping[str, Any]) -> None:
        if not self.error and "error" not in self._foot:
            return
        text = self.error[:1].upper() + self.error[1:]
        self._error_box.value = (
            f'<div class="gpw-problem" role="alert"><span aria-hidden="true">✖ </span>{escape(text)}</div>'
        )
        self._error_box.layout.display = "" if self.error else "none"
        (self.add_class if self.error else self.remove_class)("gpw-invalid")
        self._label_note.show(self.labelled, self.error)
        if "_keep_button" in self.__dict__:
            self._keep_button.hide()
        self._follow_default()

    def show_remark(self, text: str, level: str = "info") -> None:
        """Show what the server says of the value; empty text takes it away. It keeps nobody from running."""
        if not text and "remark" not in self._foot:
            return
        sign = {"error": "✖", "warning": "⚠"}.get(level, "•")
        self._remark_box.value = status_html(
            tr("The server says: {text}", text=text), look=f"gpw-remark gpw-{level}", sign=sign
        )
        self._remark_box.layout.display = "" if text else "none"

    def show_notice(self, text: str) -> None:
        """Show what is to be known of the field beside its value; empty text takes it away."""
        if text or "notice" in self._foot:
            text = text[:1].upper() + text[1:]
            self._notice_box.value = status_html(text, look="gpw-remark gpw-warning", sign="⚠")
            self._notice_box.layout.display = "" if text else "none"

    def start_with(self, value: Any) -> None:
        """Take a checked value as what the field starts with, and what *Put the default back* puts back."""
        self.default = value
        self.reset()

    def set_enabled(self, enabled: bool) -> None:
        """Let the user change the value or not; a value that is there stays."""
        self._enabled = enabled
        for control in _controls(self):
            control.disabled = not enabled

    def _follow_default(self) -> None:
        changed = not self.compact and self.default is not UNSET and self.value is not self.default
        is_other = changed and not _same(self.value, self.default)
        if is_other or "_undo" in self.__dict__:
            display = "" if is_other else "none"
            if self._undo.layout.display != display:
                self._undo.layout.display = display
        is_clear = self._may_be_cleared and not self.error and (self.value is UNSET or is_empty(self.value))
        if is_clear or "_cleared" in self.__dict__:
            self._cleared.show(is_clear, sent_empty=self.value is not UNSET)

    # The foot: help, the way back to the default, remarks and errors. Most fields need little of it, and
    # what is never shown should not be made in the page: so each part is made when it is needed first.

    @property
    def _parts(self) -> list[w.Widget]:
        feet = (self._foot.get(name) for name in ("error", "keep", "cleared", "remark", "notice", "help"))
        return [*self._built, *(foot for foot in feet if foot is not None)]

    def arrange(self, parts: Sequence[w.Widget]) -> None:
        """Show these controls in the place of those that `build` has returned; the foot stays below them."""
        if tuple(parts) != self._built:
            self._built = tuple(parts)
            self._show_parts()

    def _add_foot(self, name: str, made: T) -> T:
        self._foot[name] = made
        self._show_parts()
        return made

    def _show_parts(self) -> None:
        self.children: list[Any] = self._parts

    @cached_property
    def _error_box(self) -> w.HTML:
        return self._add_foot("error", lean(w.HTML, layout=w.Layout(display="none")))

    @cached_property
    def _remark_box(self) -> w.HTML:
        return self._add_foot("remark", lean(w.HTML, layout=w.Layout(display="none")))

    @cached_property
    def _notice_box(self) -> w.HTML:
        return self._add_foot("notice", lean(w.HTML, layout=w.Layout(display="none")))

    @cached_property
    def _keep_button(self) -> KeepButton:
        return self._add_foot("keep", KeepButton(self.title, self.dismiss))

    @cached_property
    def _cleared(self) -> ClearedChoice:
        made = ClearedChoice(self.parameter, self._server_default, self._choose_cleared)
        return self._add_foot("cleared", made)

    @cached_property
    def _undo(self) -> w.Button:
        button = icon_button(
            "undo",
            tr("Put the default of {title} back", title=self.title),
            layout=w.Layout(display="none"),
            disabled=not self._enabled,
            _dom_classes=("gpw-default",),
        )
        button.on_click(lambda _button: self._press_undo())
        self._foot["help"] = self._help.beside(button)
        self._show_parts()
        return button

    def _press_undo(self) -> None:
        self.reset()
        self.focus()  # the button is gone, and the keyboard would be nowhere

    def _add_help(self) -> None:
        self._help = FieldHelp("" if self.compact else help_html(self.parameter))  # a row's is above it
        if self._help.shown is not None:
            self._foot["help"] = self._help.shown

    def __repr__(self) -> str:
        # Values stay out: they may be hidden, and the text form of a widget is saved in the notebook.
        return f"<{type(self).__name__} {self.parameter.name!r}>"


def _writable(value: Any) -> Any:
    """A refused value as a page can show it: whole letters, and no number of thousands of digits."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | tuple):
        return [_writable(row) for row in value]
    if isinstance(value, Mapping):
        return {_writable(key): _writable(row) for key, row in value.items()}
    try:
        return str(value) if isinstance(value, int) else value
    except ValueError:
        return shown(value)


def _controls(box: w.Widget) -> Iterator[w.Widget]:
    for child in getattr(box, "children", ()):
        if child.has_trait("disabled"):
            yield child
        yield from _controls(child)


def _same(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except (ValueError, TypeError):
        return False  # frames answer with a frame
