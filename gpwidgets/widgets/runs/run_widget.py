"""One run with its status and, once it has succeeded, its results."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import traitlets

from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.errors import RunCancelled
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import wide
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.page.twin import ShownWithTwin, StaticTwin
from gpwidgets.widgets.runs.run_look import RunLook
from gpwidgets.widgets.runs.run_status import RunStatusView
from gpwidgets.widgets.runs.snapshot import snapshot

if TYPE_CHECKING:
    from gpwidgets.tasks.diagnosis.diagnosing import Diagnosis
    from gpwidgets.widgets.map.task_map import TaskMap
    from gpwidgets.widgets.results.results import ResultsView


def how_to_attach(job_url: str | None) -> str:
    """Say how a job is found again from another place; empty without a job."""
    if not job_url:
        return ""
    code = f'gpwidgets.attach("{job_url}")'
    return (
        f'<div class="gpw-muted">{tr("The job goes on without this notebook; this finds it again:")} '
        f'<code style="overflow-wrap:anywhere">{escape(code)}</code></div>'
    )


def _title(run: Run) -> w.HTML:
    return w.HTML(f'<h3 class="gpw-title mathjax_ignore">{escape(run.task.name)}</h3>')


class RunWidget(Owner, ShownWithTwin, w.VBox):
    """Status and results of one run, for example one that `gpwidgets.attach` has found again.

    Parameters
    ----------
    run
        The run; it goes on whether this widget is shown or not.
    map
        Map for features among the results. Left out, one is made when there are any.
    bare
        Leave out the title and the Cancel button, for use inside another widget.
    look
        How much is shown at first; all of it when left out.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> run = gp.GPTask(server.url_of("SlowCount")).start(Seconds=0, Steps=3)
    >>> view = gp.RunWidget(run)  # state, messages and results, while it goes on
    >>> out = run.wait(30)
    >>> view.close()
    """

    outputs: traitlets.Any = traitlets.Any(
        None, allow_none=True, read_only=True, help="The run's Outputs, once it has succeeded."
    )

    def __init__(
        self,
        run: Run,
        *,
        map: TaskMap | None = None,
        bare: bool = False,
        look: RunLook | None = None,
    ) -> None:
        self.run = run
        self._look = look or RunLook()
        self._bare = bare
        self._map = map
        self._own_map = w.VBox()
        self.status: RunStatusView = RunStatusView(run, self._look.messages)
        self._results = w.VBox(layout=wide())
        self._files = w.VBox(layout=wide())
        self._cancel = self.own(
            w.Button(description=tr("Cancel"), icon="stop", tooltip=tr("Ask the server to stop the run"))
        )
        self._cancel.on_click(self._cancel_run)
        self._said, self._elsewhere, self._kept = w.HTML(), self.own(w.HTML()), w.HTML()
        self.twin: StaticTwin = StaticTwin(lambda: snapshot(run.task, run.inputs, run))
        head: list[w.Widget] = [] if bare else [style_sheet(), self.twin.hider, _title(run)]
        foot: list[w.Widget] = [] if bare else [self._cancel, self._elsewhere]
        results = [self._own_map, self._results, self._files]
        below = [self._said, self._kept, *results, *self._looking_inside()]
        super().__init__(
            [*head, self.status, *foot, *below],
            layout=wide(),
        )
        self.add_class("gpw")
        self.follow(run, self._follow, ["status", "job_id"])
        self._follow_state()

    def _looking_inside(self) -> list[w.Widget]:
        from gpwidgets.widgets.runs.requests_fold import RequestsFold

        # A run that was kept by the history asks for nothing.
        return [RequestsFold(self.run)] if not self.run.done or len(self.run.trace) else []

    @property
    def results(self) -> ResultsView | None:
        """The view of the results, once there are any."""
        return self._results.children[0] if self._results.children else None

    def _follow(self, _change: Mapping[str, Any]) -> None:
        self._follow_state()

    @guarded
    def _follow_state(self) -> None:
        status = self.run.status
        self._cancel.disabled = status.is_final or status is RunStatus.CANCELLING
        self._cancel.layout.display = "none" if status.is_final else ""
        self._elsewhere.value = "" if status.is_final else how_to_attach(self.run.job_url)
        if status is RunStatus.SUCCEEDED and self.results is None and self.run.outputs is not None:
            from gpwidgets.widgets.results.results import ResultsView  # not before there is something to show

            view = ResultsView(self.run.outputs, self._map_for_results(), self._look.outputs)
            replace_children(self._results, [view])
            self._show_retention()
            self.run.outputs.call_when_completed(self._refresh_twin)
            self.set_trait("outputs", self.run.outputs)
        if status.is_final and not self._files.children:
            from gpwidgets.widgets.runs.report_saver import ReportSaver

            replace_children(self._files, [ReportSaver(self.run), *self._for_the_administrator()])
        self.twin.refresh()

    def _for_the_administrator(self) -> list[w.Widget]:
        """A report on what went wrong, where something did."""
        from gpwidgets.widgets.runs.diagnosis_saver import DiagnosisSaver

        run = self.run
        went_wrong = run.error is not None or (run.outputs is not None and run.outputs.errors)
        if not went_wrong or isinstance(run.error, RunCancelled):
            return []

        def diagnose_run() -> Diagnosis:
            from gpwidgets.tasks.diagnosis.diagnosing import diagnose

            return diagnose(run)

        return [DiagnosisSaver(diagnose_run)]

    def _refresh_twin(self) -> None:
        self.twin.refresh()

    def _show_retention(self) -> None:
        """Say until when result files can be saved."""
        note = self.run.outputs.note
        self._kept.value = f'<div class="gpw-note" role="note">{escape(note)}</div>' if note else ""

    def _map_for_results(self) -> TaskMap | None:
        if self._map is not None or self._bare:
            return self._map
        outputs = self.run.outputs
        values = {name: outputs[name] for name in outputs if name not in outputs.errors}
        if any(
            is_frame(value) and (len(value) or name in outputs.truncated) for name, value in values.items()
        ):
            from gpwidgets.widgets.map.task_map import TaskMap

            self._map = TaskMap()
            replace_children(self._own_map, [self._map])
        return self._map

    @guarded
    def _cancel_run(self, _button: w.Button) -> None:
        self.run.cancel()

    def show_error(self, error: Exception) -> None:
        """Show what went wrong here; the run itself is not touched."""
        self._said.value = error_html(error)

    def __repr__(self) -> str:
        return f"<RunWidget of {self.run!r}>"
