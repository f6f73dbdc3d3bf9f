"""What all ways to give features share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import ipywidgets as w

from gpwidgets.errors import BadReply, ParameterError
from gpwidgets.secrets import mask
from gpwidgets.widgets.kit.after_typing import when_typed
from gpwidgets.widgets.kit.controls import WIDE, lean, status_html, text_button
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.late_looks import Note, Section

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter
    from gpwidgets.protocol.values.spatial import Bounds
    from gpwidgets.widgets.editors.editor import EditorContext
    from gpwidgets.widgets.kit.background import Background
    from gpwidgets.widgets.map.drawing.draw_target import DrawTarget


class FeatureInput(Protocol):
    """The input that features are given for; its editor is one."""

    parameter: GPParameter
    context: EditorContext
    target: DrawTarget | None
    error: str

    @property
    def title(self) -> str:
        """Its name, to be read by people."""

    @property
    def label(self) -> str:
        """What stands before its field."""

    def give(self, value: Any, by: Source | None = None) -> bool:
        """Take a value from one of the ways to give it; whether it could be taken."""
        ...

    def refuse(self, problem: str) -> None:
        """Say what is wrong with a value."""

    def dismiss(self) -> None:
        """Forget what was refused."""

    def surroundings(self) -> list[Bounds]:
        """Boxes in degrees where the user is at work."""
        ...

    def ask_order(self, text: str, near: list[Bounds], *, taken: bool) -> None:
        """Ask about the order of typed coordinates, where it is probably the other one."""


class Source(Section):
    """One way to give features.

    Parameters
    ----------
    editor
        The input's editor: `give` hands a value to it.

    Attributes
    ----------
    label : str
        What the list of ways shows.
    touched : bool
        Whether something has been typed or chosen that is not the input's value yet.
    """

    label: ClassVar[str] = ""

    def __init__(self, editor: FeatureInput) -> None:
        self.editor = editor
        self.touched: bool = False
        self.title: str = editor.title
        self.said: w.HTML = Note()
        super().__init__([*self.build(), self.said], _dom_classes=("gpw-plain",))

    @classmethod
    def fits(cls, parameter: GPParameter, context: EditorContext) -> bool:
        """Whether this way leads to something for an input."""
        return True

    def build(self) -> list[w.Widget]:
        """Make the controls."""
        raise NotImplementedError

    def opened(self) -> None:
        """Bring lists up to date: the user has chosen this way."""

    def left(self) -> None:
        """Clean up: the user has chosen another way."""

    @property
    def focus_target(self) -> w.DOMWidget | None:
        """The control that takes the keyboard when the user is led here."""
        return None

    def take_pending(self) -> None:
        """Use what has been typed or chosen; what is in the way is raised, or said at the input."""

    def drop(self) -> None:
        """Take away what has been typed or chosen and was refused."""
        self.touched = False

    def settle(self) -> None:
        """The input has a value now: nothing that was typed before waits to be used."""
        self.touched = False

    def stop_reading(self, reading: Background) -> None:
        """Drop what is still being read: the input has got a value from elsewhere, or none is wanted."""
        if reading.working:
            reading.forget()
            self.say("")

    def give(self, value: Any) -> bool:
        """Hand a value to the input, whether it was taken; what is wrong with it appears at the input."""
        self.say("")
        taken = self.editor.give(value, self)
        if taken:
            self.touched = False
        return taken

    def say(self, text: str) -> None:
        """Say something in this panel; an empty text takes it away."""
        self.said.value = status_html(text)

    def show_error(self, error: Exception) -> None:
        """Show why it did not work: at the input where the value is wrong, else here."""
        if isinstance(error, ValueError) and not isinstance(error, BadReply):
            self.say("")
            problem = error.problem if isinstance(error, ParameterError) else mask(str(error))
            self.editor.refuse(problem)
            return
        self.said.value = error_html(error)

    def button(
        self, words: str, icon: str, tooltip: str, act: Callable[[], None], layout: w.Layout | None = None
    ) -> w.Button:
        """Make a button whose failures are shown in this panel; with a layout if that changes."""

        def press() -> None:
            when_typed(lambda: self._act(act))

        button: w.Button = text_button(words, icon, tooltip, press, layout=layout)
        return button

    @guarded
    def _act(self, act: Callable[[], None]) -> None:
        act()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for {self.title!r}>"


def row(*parts: w.Widget) -> w.HBox:
    """Put controls in a row that breaks where it must."""
    layout = {"flex_flow": "row wrap", "align_items": "flex-end", **WIDE}
    made: w.HBox = lean(w.HBox, list(parts), layout=layout, _dom_classes=("gpw-plain",))
    return made
