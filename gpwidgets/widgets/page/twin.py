"""A widget's static twin: an output beside the widget's own that stays where the widget cannot live.

The widget hides its twin by a style that only the living widget brings into the page. A page without a
kernel, without scripts or without widgets therefore shows the twin.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import cached_property
from typing import Any

import ipywidgets as w

from gpwidgets.notebook import publish
from gpwidgets.tasks.scheduling.watcher import shared_watcher
from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.kit.errors_shown import error_html

#: Seconds after a change of the form; a twin holds all values and draws the map.
_MOMENT = 0.5


class StaticTwin:
    """Shows HTML as an output of its own and keeps it up to date.

    Parameters
    ----------
    make
        Returns the HTML of now.

    Attributes
    ----------
    around : StaticTwin or None
        The twin of the widget that this one's widget is in, refreshed with it.
    """

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._name = f"gpw-twin-{uuid.uuid4().hex[:12]}"
        self._shown: list[str] = []
        self._waits = False
        self.around: StaticTwin | None = None

    @cached_property
    def hider(self) -> w.HTML:
        """The part of the widget that hides the twin as long as the widget is there."""
        style = f"<style>.{self._name} {{ display: none; }}</style>"
        hider: w.HTML = lean(w.HTML, style, layout={"display": "none"})
        return hider

    def show(self) -> None:
        """Put the twin into the output of the cell that runs."""
        handle = f"{self._name}-{len(self._shown)}"
        self._shown.append(handle)
        publish({"text/html": self._html(), "text/plain": ""}, handle)

    def refresh(self) -> None:
        """Bring every twin that was shown up to date; from any thread."""
        data = {"text/html": self._html(), "text/plain": ""} if self._shown else {}
        for handle in self._shown:
            publish(data, handle, update=True)
        if self.around is not None:
            self.around.refresh()

    def refresh_later(self) -> None:
        """Bring the twins up to date in a moment, once for all that changes until then."""
        if not self._waits and (self._shown or self.around is not None):
            self._waits = True
            shared_watcher().add(self._refresh_once, _MOMENT)

    def _refresh_once(self) -> None:
        self._waits = False
        if self.hider.comm is not None:  # else the widget is closed; what was shown last stays
            self.refresh()

    def _html(self) -> str:
        try:
            return f'<div class="{self._name}"><div class="mathjax_ignore">{self._make()}</div></div>'
        except Exception as error:  # a reader's copy never troubles the run
            return f'<div class="{self._name}">{error_html(error)}</div>'


class ShownWithTwin:
    """A widget that is shown together with its static twin, ``twin``."""

    twin: StaticTwin
    _repr_mimebundle_: Any

    def _ipython_display_(self) -> None:
        alive = self._repr_mimebundle_ is not None
        if alive and publish(self._repr_mimebundle_()):
            self.twin.show()
        else:
            print(repr(self))  # noqa: T201 - what a terminal shows of any object
