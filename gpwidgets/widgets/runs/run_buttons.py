"""The buttons below a form: run, cancel, reset, and run once more beside a run that goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.accessibility import let_rest
from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.kit.late_looks import LateLooks
from gpwidgets.widgets.kit.owner import Owner, replace_children

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run

__all__ = ["RunButtons"]

Press = Callable[[w.Button], object]


class RunButtons(Owner, LateLooks, w.HBox):
    """Buttons that follow the state of a run.

    Parameters
    ----------
    run, another, cancel, reset
        Called when the button is pressed.
    """

    def __init__(self, *, run: Press, another: Press, cancel: Press, reset: Press) -> None:
        self.run: w.Button = lean(w.Button, description=tr("Run"), icon="play", button_style="primary")
        self.cancel: w.Button = lean(
            w.Button,
            description=tr("Cancel"),
            icon="stop",
            tooltip=tr("Ask the server to stop the run"),
            disabled=True,
            _dom_classes=("gpw-resting",),
        )
        self.reset: w.Button = lean(
            w.Button, description=tr("Reset"), icon="undo", tooltip=tr("Put the default values back")
        )
        self._press_another = another
        self._buttons: tuple[w.Widget, ...] = (self.run, self.cancel, self.reset)
        for button, press in zip((self.run, self.cancel, self.reset), (run, cancel, reset), strict=True):
            button.on_click(press)
        super().__init__(self._buttons, _dom_classes=("gpw-buttons", "gpw-wrapping"))

    @cached_property
    def another(self) -> w.Button:
        """The button that starts a second run."""
        button: w.Button = self.own(
            lean(
                w.Button,
                description=tr("Run these values too"),
                icon="plus",
                tooltip=tr("Start a second run beside the one that goes on"),
                layout={"width": "auto"},
            )
        )
        button.on_click(self._press_another)
        return button

    def add_settings(self, settings: w.Widget) -> None:
        """Have the settings of a run beside the buttons."""
        self._buttons = (*self._buttons, settings)
        replace_children(self, self._buttons)

    def follow_run(self, run: Run | None, *, busy: bool, has_task: bool) -> None:
        """Show what can be pressed now."""
        self.run.disabled = not has_task
        self.run.description = tr("Running…") if busy else tr("Run")
        self.cancel.disabled = run is None
        # One that is disabled loses the keyboard's focus, so after a press they only look like it.
        let_rest(self.run, busy)
        let_rest(self.cancel, run is None or not busy or run.cancel_requested)

    def offer_another(self, offered: bool) -> None:
        """Offer a second run or not."""
        if offered != (len(self.children) > len(self._buttons)):
            self.children: Sequence[w.Widget] = (*self._buttons, self.another) if offered else self._buttons
