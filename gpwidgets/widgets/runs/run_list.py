"""The runs of one form: the latest with its status and results, earlier ones in a line each below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.secrets import mask
from gpwidgets.tasks.results.outputs import summary
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import WIDE, lean, shared_layout, text_button
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.late_looks import Note, Section
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.runs.run_look import RunLook
from gpwidgets.widgets.runs.run_status import state_words
from gpwidgets.widgets.words.run_times import began_text, duration_text

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.widgets.map.task_map import TaskMap
    from gpwidgets.widgets.runs.run_widget import RunWidget

__all__ = ["EarlierRunView", "RunList"]

#: So many earlier runs stay in sight; all of them are in the history.
MOST = 10

_FOLLOWED = ("status", "progress")


class EarlierRunView(Owner, w.HBox):
    """A line on an earlier run, live while it goes on; its status and results at a click.

    A line of a run that has ended is three models, so that a form which runs all day stays light.

    Parameters
    ----------
    run
        The run; closing this leaves it alone.
    number
        Which run of its form it is, from 1.
    started
        When it began, in words.
    map
        Where its features are drawn while its results are open.
    reuse
        Called with the run when its values are to be those of the form; None where there is no form.
    look
        How much of it is shown at first.
    """

    def __init__(
        self,
        run: Run,
        number: int,
        started: str,
        map: TaskMap | None,
        reuse: Callable[[Run], None] | None = None,
        look: RunLook | None = None,
    ) -> None:
        self.run = run
        self._look = look
        self.view: RunWidget | None = None
        self._map, self._reuse = map, reuse
        self._number, self._began = number, started
        self._trouble = ""
        name = tr("run {number}", number=number)
        self._text = lean(w.HTML)
        self.opener: w.Button = text_button(
            tr("Show"), "eye", tr("Show {name}", name=name), self._open_or_close
        )
        self.canceller: w.Button = text_button(
            tr("Cancel"),
            "stop",
            tr("Ask the server to stop {name}", name=name),
            self._cancel,
            layout=w.Layout(width="auto"),
        )
        super().__init__(
            [self._text, self.opener, self.canceller],
            layout=shared_layout(**WIDE, flex_flow="row wrap", align_items="center"),
        )
        self.add_class("gpw-history-row")
        self.follow(run, self._follow, _FOLLOWED)
        self._show()

    def _follow(self, _change: Mapping[str, object]) -> None:
        self._show()

    @guarded
    def _show(self) -> None:
        run = self.run
        sign, words, state = state_words(run)
        if run.progress is not None and not run.done:
            words += f", {run.progress:.0f} %"
        took = f", {escape(duration_text(run))}" if run.done else ""
        hidden = {parameter.name for parameter in run.task.inputs if parameter.is_hidden}
        values = ", ".join(
            f"{name}: {'•••' if name in hidden else summary(value)}" for name, value in run.inputs.items()
        )
        role = ' role="status"' if run.done else ""  # each per cent read out would be too much
        self._text.value = (
            f'<span class="gpw-state-{state}"{role}>{self._number}. '
            f'<span aria-hidden="true">{sign}</span> <b>{escape(words)}</b></span> '
            f'<span class="gpw-muted">{escape(self._began)}{took} · {escape(mask(values)[:200])}</span>'
            f"{self._trouble}"
        )
        if run.done and self.canceller in self.children:
            replace_children(self, [one for one in self.children if one is not self.canceller])

    @guarded
    def _open_or_close(self) -> None:
        line = self.children[: self.children.index(self.opener) + 1]
        rest = [self.canceller] if self.canceller in self.children else []
        if self.view is None:
            self.view = _view_of(self.run, self._map, self._look)
            replace_children(self, [*line, *self._make_reuse(), *rest, self.view])
        else:
            self.view = None
            replace_children(self, [*line, *rest])
        is_open = self.view is not None
        self.opener.description, self.opener.icon = (
            (tr("Hide"), "eye-slash") if is_open else (tr("Show"), "eye")
        )

    def _make_reuse(self) -> list[w.Widget]:
        reuse = self._reuse
        if reuse is None:
            return []
        tooltip = tr("Put the values of run {number} back into the form", number=self._number)
        return [text_button(tr("Use these values"), "reply", tooltip, lambda: reuse(self.run))]

    @guarded
    def _cancel(self) -> None:
        self.opener.focus()  # the button that was pressed goes with the run
        self.run.cancel()

    def show_error(self, error: Exception) -> None:
        """Show what went wrong here; the run itself is not touched."""
        self._trouble = error_html(error)
        self._show()


class RunList(Section):
    """The runs of a form; nothing but the latest while there is only one.

    Parameters
    ----------
    reuse
        Called with an earlier run when its values are to be those of the form.

    Attributes
    ----------
    view : RunWidget or None
        The latest run.
    earlier : tuple of EarlierRunView
        The runs before it, newest first.
    look : RunLook
        How much of each run is shown at first.
    """

    def __init__(self, reuse: Callable[[Run], None] | None = None) -> None:
        self._reuse = reuse
        self.look: RunLook = RunLook()
        self.view: RunWidget | None = None
        self.earlier: tuple[EarlierRunView, ...] = ()
        self._count = 0
        self._began = ""
        super().__init__()

    def show(self, run: Run, map: TaskMap | None) -> None:
        """Show a run as the latest; the one that was there moves down."""
        if self.view is not None:
            before = self.view.run
            one = EarlierRunView(before, self._count, self._began, map, self._reuse, self.look)
            self.earlier = (one, *self.earlier)
        self._drop_old_ones()
        self._count += 1
        self._began = began_text(run) or datetime.now().strftime("%H:%M")
        self.view = _view_of(run, map, self.look)
        if map is not None:
            self.follow(run, lambda _change: self._outdate(run, map), names="status")
            self._outdate(run, map)
        heads: list[w.Widget] = []
        if self.earlier:
            title = tr("Earlier runs of this form ({count})", count=len(self.earlier))
            heads.append(Note(f'<h4 class="gpw-output-name">{title}</h4>'))
        replace_children(self, [self.view, *heads, *self.earlier])

    @guarded
    def _outdate(self, run: Run, task_map: TaskMap) -> None:
        """After a run without results, say of what is still on the map that it is of an earlier one."""
        if not run.status.is_final or run.outputs is not None or task_map.comm is None:
            return
        before = [one.run.outputs for one in self.earlier if one.run.outputs is not None]
        task_map.outdate(
            [outputs[name] for outputs in before for name in outputs if name not in outputs.errors]
        )

    def show_error(self, error: Exception) -> None:
        """Leave it at that: the run and its results are not touched."""

    def _drop_old_ones(self) -> None:
        """Close the oldest lines; those of runs that go on stay whatever their number."""
        over = len(self.earlier) - MOST
        for old in [one for one in reversed(self.earlier) if one.run.done][: max(0, over)]:
            self.earlier = tuple(one for one in self.earlier if one is not old)


def _view_of(run: Run, map: TaskMap | None, look: RunLook | None) -> RunWidget:
    """A run with its status and results, which come in with the first run: a form does not wait for them."""
    from gpwidgets.widgets.runs.run_widget import RunWidget

    return RunWidget(run, map=map, bare=True, look=look)
