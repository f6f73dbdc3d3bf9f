"""The runs of one form: the latest with its status and results, earlier ones in a line each below it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.errors import mask
from gpwidgets.tasks.outputs import summary
from gpwidgets.texts import tr
from gpwidgets.widgets.guard import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.run import RunWidget
from gpwidgets.widgets.status import STATES, elapsed_text

if TYPE_CHECKING:
    from gpwidgets.tasks.run import Run
    from gpwidgets.widgets.map import TaskMap

__all__ = ["EarlierRunView", "RunList"]

#: So many earlier runs stay in sight; all of them are in the history.
MOST = 10

_FOLLOWED = ("status", "progress")


class EarlierRunView(Owner, w.VBox):
    """A line on an earlier run, live while it goes on; its status and results at a click.

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
    """

    def __init__(self, run: Run, number: int, started: str, map: TaskMap | None) -> None:  # noqa: A002
        self.run = run
        self.view: RunWidget | None = None
        self._map = map
        self._number, self._began = number, started
        self._text = w.HTML()
        name = tr("run {number}", number=number)
        self.opener = w.Button(
            description=tr("Show"), icon="eye", tooltip=tr("Show {name}", name=name), layout={"width": "auto"}
        )
        self.canceller = w.Button(
            description=tr("Cancel"),
            icon="stop",
            tooltip=tr("Ask the server to stop {name}", name=name),
            layout={"width": "auto"},
        )
        self.opener.on_click(lambda _button: self._open_or_close())
        self.canceller.on_click(lambda _button: self._cancel())
        head = w.HBox(
            [self._text, self.opener, self.canceller],
            layout=w.Layout(flex_flow="row wrap", align_items="center"),
        )
        self._said = w.HTML()
        self._place = w.VBox(layout=w.Layout(width="100%", min_width="0"))
        super().__init__([head, self._said, self._place], layout=w.Layout(width="100%", min_width="0"))
        self.add_class("gpw-history-row")
        self.follow(run, self._follow, _FOLLOWED)
        self._show()

    def _follow(self, _change: Mapping[str, object]) -> None:
        self._show()

    @guarded
    def _show(self) -> None:
        run = self.run
        sign, words = STATES[run.status][0], tr(STATES[run.status][1])
        if run.progress is not None and not run.done:
            words += f", {run.progress:.0f} %"
        took = f", {elapsed_text(run.elapsed)}" if run.done else ""
        hidden = {parameter.name for parameter in run.task.inputs if parameter.is_hidden}
        values = ", ".join(
            f"{name}: {'•••' if name in hidden else summary(value)}" for name, value in run.inputs.items()
        )
        role = ' role="status"' if run.done else ""  # each per cent read out would be too much
        self._text.value = (
            f'<span class="gpw-state-{run.status.value}"{role}>{self._number}. '
            f'<span aria-hidden="true">{sign}</span> <b>{words}</b></span> '
            f'<span class="gpw-muted">{self._began}{took} · {escape(mask(values)[:200])}</span>'
        )
        self.canceller.layout.display = "none" if run.done else ""

    @guarded
    def _open_or_close(self) -> None:
        if self.view is None:
            self.view = RunWidget(self.run, map=self._map, bare=True)
            replace_children(self._place, [self.view])
        else:
            self.view = None
            replace_children(self._place, ())
        is_open = self.view is not None
        self.opener.description, self.opener.icon = (
            (tr("Hide"), "eye-slash") if is_open else (tr("Show"), "eye")
        )

    @guarded
    def _cancel(self) -> None:
        self.run.cancel()

    def show_error(self, error: Exception) -> None:
        """Show what went wrong here; the run itself is not touched."""
        self._said.value = error_html(error)


class RunList(Owner, w.VBox):
    """The runs of a form; nothing but the latest while there is only one.

    Attributes
    ----------
    view : RunWidget or None
        The latest run.
    earlier : tuple of EarlierRunView
        The runs before it, newest first.
    """

    def __init__(self) -> None:
        self.view: RunWidget | None = None
        self.earlier: tuple[EarlierRunView, ...] = ()
        self._count = 0
        self._began = ""
        self._latest = w.VBox(layout=w.Layout(width="100%", min_width="0"))
        self._list = w.VBox(layout=w.Layout(width="100%", min_width="0"))
        super().__init__([self._latest, self._list], layout=w.Layout(width="100%", min_width="0"))

    def show(self, run: Run, map: TaskMap | None) -> None:  # noqa: A002
        """Show a run as the latest; the one that was there moves down."""
        if self.view is not None:
            before = self.view.run
            one = EarlierRunView(before, self._count, self._began, map)
            self.earlier = (one, *self.earlier)
        self._drop_old_ones()
        self._count += 1
        self._began = datetime.now().strftime("%H:%M")
        self.view = RunWidget(run, map=map, bare=True)
        replace_children(self._latest, [self.view])
        if self.earlier:
            title = tr("Earlier runs of this form ({count})", count=len(self.earlier))
            head = w.HTML(f'<h4 class="gpw-output-name">{title}</h4>')
            replace_children(self._list, [head, *self.earlier])

    def _drop_old_ones(self) -> None:
        """Close the oldest lines; those of runs that go on stay whatever their number."""
        over = len(self.earlier) - MOST
        for old in [one for one in reversed(self.earlier) if one.run.done][: max(0, over)]:
            self.earlier = tuple(one for one in self.earlier if one is not old)
