"""What is entered in a form is kept on this computer, and is back when its cell runs again."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import ipywidgets as w

from gpwidgets.errors import ParameterError
from gpwidgets.protocol.plain_text import one_line
from gpwidgets.secrets import mask
from gpwidgets.tasks.inputs.environment import KEYWORD
from gpwidgets.tasks.journal.draft_store import DraftStore, current_drafts
from gpwidgets.tasks.journal.drafts import NO_DRAFT, Draft, DraftWriter, draft_name, read_draft
from gpwidgets.tasks.scheduling.watcher import shared_watcher
from gpwidgets.texts import tr
from gpwidgets.widgets.form.other_values import changed_values
from gpwidgets.widgets.kit.controls import StatusLine, lean, status_line, text_button
from gpwidgets.widgets.kit.late_looks import Section
from gpwidgets.widgets.map.options import options
from gpwidgets.widgets.page.this_notebook import Place, this_place

if TYPE_CHECKING:
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.form.form import TaskForm

__all__ = ["DraftNote"]

#: Seconds after a change until it is written, and how many times longer than the writing itself that is at
#: least: large drawings must not slow down whoever types beside them.
_MOMENT, _TIMES = 0.4, 20.0
#: Bytes of a draft besides its values.
_REST = 100_000

_open: WeakSet[DraftNote] = WeakSet()


class DraftNote(Section):
    """Keeps the values of a form, brings them back, and says so; nothing is to be seen otherwise.

    Parameters
    ----------
    keeps
        Whether values are kept; else this is never anything to be seen.
    """

    def __init__(self, *, keeps: bool = True) -> None:
        self._place = this_place() if keeps else None
        self.path: Path | None = None
        self.source: Path | None = None
        self._store: DraftStore | None = None
        self._lock = threading.Lock()
        self._waits = False
        self._pause = _MOMENT
        self._start: Mapping[str, Any] = {}
        self._back: Mapping[str, Any] = {}
        super().__init__()

    @cached_property
    def _said(self) -> StatusLine:
        return self.own(status_line())

    @cached_property
    def _button(self) -> w.Button:
        tooltip = tr("Reset the form to how it was before anything was entered")
        made: w.Button = self.own(text_button(tr("Start afresh"), "undo", tooltip, self._start_afresh))
        return made

    @cached_property
    def _redo(self) -> w.Button:
        tooltip = tr("Restore the values that were there before")
        made: w.Button = self.own(text_button(tr("Bring them back"), "repeat", tooltip, self._bring_back))
        return made

    @property
    def words(self) -> str:
        """Whether what is entered is kept, and if not, why."""
        if self._store is not None:
            return tr(
                "What you enter is kept on this computer, without passwords, and is back when this cell runs "
                "again. gpwidgets.options.autosave = False in a cell before it ends that."
            )
        if self._place is None:
            return tr("What you enter is not kept: nothing tells which notebook this form is in.")
        return tr("What you enter is not kept: that is switched off.")

    def begin(self, task: GPTask, form: TaskForm, given: Mapping[str, Any]) -> None:
        """Bring back what was entered before, and keep what is entered from now on.

        Parameters
        ----------
        task, form
            Whose values are kept.
        given
            Values by parameter name, settings in ``env``, that were given in code and stay as they are.
        """
        self._form = form
        try:
            store = current_drafts() if options.autosave and self._place is not None else None
            if store is not None and self._place is not None:
                self._begin(store, self._place, task, {*given})
        except Exception as error:  # whatever is on the disk, there is a form
            self._tell_trouble(error)

    def _begin(self, store: DraftStore, place: Place, task: GPTask, given: set[str]) -> None:
        form, name = self._form, draft_name(task.url)
        self._store, self._writer = store, DraftWriter(task, store.largest - _REST)
        self._start = form.values
        self.path = store.path(place.notebook, name, place.cell)
        self.follow(form, self._note_change, "values")
        taken = [path for one in _open for path in (one.path, one.source) if path is not None]
        _open.add(self)
        self.source = store.find(place.notebook, name, place.cell, taken)
        document = store.load(self.source) if self.source is not None else None
        if document is not None:
            self._restore(
                read_draft(document, task), given | {*form.arrangement.fixed, *form.arrangement.first}
            )

    def _restore(self, draft: Draft, stays: set[str]) -> None:
        form, before = self._form, self._start
        names = {one.name for one in form.info.inputs} - stays
        own = {name: value for name, value in draft.values.items() if name in names}
        kept = {*draft.values, *draft.problems, *draft.left_out}
        cleared = (draft.names & names) - kept
        settings = {**draft.values.get(KEYWORD, {}), **before.get(KEYWORD, {})}
        values = {name: value for name, value in before.items() if name not in cleared} | own
        form.values = {**values, **({KEYWORD: settings} if settings else {})}
        problems = {name: error for name, error in draft.problems.items() if name in names}
        form.show_errors(
            ParameterError(name, error.problem if isinstance(error, ParameterError) else str(error))
            for name, error in problems.items()
        )
        self._back = form.values
        if problems or changed_values(before, self._back):
            self._tell_back(draft)

    def _tell_back(self, draft: Draft) -> None:
        text = tr("What was entered here {when} is back.", when=_when(draft.saved))
        missing = [one_line(self._form.title_of(name), 60) for name in draft.left_out]
        if missing:
            text += " " + tr("Not kept: {names}.", names=", ".join(missing))
        self._show(text, self._button)

    def _show(self, text: str, *buttons: w.Widget) -> None:
        self._said.say(text)
        row = {"flex_flow": "row wrap", "align_items": "center"}
        self.children: Any = [lean(w.HBox, [self._said, *buttons], layout=row)]

    def _start_afresh(self) -> None:
        self._back = self._form.values
        self._form.reset()
        self._form.values = dict(self._start)
        self._show(tr("The form is as it was at first."), self._redo)
        self._redo.focus()  # the button that was pressed is gone

    def _bring_back(self) -> None:
        self._form.values = dict(self._back)
        self._show(tr("The form has these values again."), self._button)
        self._button.focus()

    # Keeping

    def _note_change(self, _change: object) -> None:
        if not self._waits:
            self._waits = True
            shared_watcher().add(self._keep, self._pause)

    def _keep(self) -> None:
        """Write the values of now; in a thread of the watcher."""
        store, path = self._store, self.path
        if store is None or path is None:
            return
        with self._lock:
            self._waits = False  # a change from here on is written by itself
            began = time.monotonic()
            values = self._form.checked_values()
            try:
                changed = changed_values(self._start, values)
                store.save(path, self._writer.draft(values, time.time()) if changed else NO_DRAFT)
            except Exception as error:  # whatever it is, the form goes on
                self._tell_trouble(error)
            self._pause = max(_MOMENT, _TIMES * (time.monotonic() - began))

    def _tell_trouble(self, error: Exception) -> None:
        words = mask(str(getattr(error, "strerror", None) or error))
        if not self.children:
            self._show(tr("What you enter cannot be kept on this computer: {error}", error=words))

    def let_go(self) -> None:
        """Write what has just been changed, and keep nothing more."""
        _open.discard(self)
        if self._waits:
            self._keep()
        self._store = None


def _when(saved: float) -> str:
    """``at 14:05``, or with its date where that was on another day."""
    try:
        moment = datetime.fromtimestamp(saved)
    except (OSError, OverflowError, ValueError):
        return tr("before")
    clock = moment.strftime("%H:%M")
    if moment.date() == datetime.now().date():
        return tr("at {clock}", clock=clock)
    return tr("on {date} at {clock}", date=moment.date().isoformat(), clock=clock)
