"""Many runs of a task: a grid of rows, each a run; what is the same for all stands in the form above."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import traitlets

from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.errors import InputErrors
from gpwidgets.tasks.batch.batch import Batch
from gpwidgets.texts import tr, trn
from gpwidgets.widgets._connector import Connector
from gpwidgets.widgets.kit.after_typing import when_typed
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import StatusLine, lean, shared_layout, status_line, text_button
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.kit.late_looks import LateLooks, Note, Section
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.page.twin import ShownWithTwin, StaticTwin

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import ipyleaflet

    from gpwidgets.client.http.session import GPSession
    from gpwidgets.client.sign_in.auth import Auth
    from gpwidgets.protocol.urls import GPURL
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.batch.batch_view import BatchView
    from gpwidgets.widgets.batch.rows_form import RowsForm
    from gpwidgets.widgets.map.task_map import TaskMap

__all__ = ["BatchWidget"]


class BatchWidget(Owner, ShownWithTwin, LateLooks, w.VBox):
    """A table of runs: its rows are written, pasted or imported, checked, sent, followed and seen together.

    Columns are the inputs that differ between rows, the others are in the form above. It is `gpwidgets.batch`
    on the screen: rows are sent few at a time, and what comes back is in a folder with which any kernel can
    go on. Making the widget never raises for a server that cannot be reached.

    Parameters
    ----------
    task_or_url
        A `GPTask`, its address, or a `Batch` that was begun elsewhere.
    rows
        What stands in the grid at first: a DataFrame or GeoDataFrame, a list of dicts, or a dict of columns,
        by names or labels of inputs. Each geometry goes into the feature input.
    folder, at_once, most_at_once, deadline, executor, each
        As `gpwidgets.batch`.
    geometry
        The input that takes the geometries, where the task has several feature inputs.
    map
        An ipyleaflet map of your own.
    auth, session
        As `TaskWidget`.
    values, **fixed
        First values of the form, by parameter name.

    Attributes
    ----------
    task : GPTask or None
        None until the description could be read.
    batch : Batch or None
        What was begun last.

    Examples
    --------
    >>> import tempfile
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> rows = {"Distance": ["1 km", "2 km"]}
    >>> grid = gp.BatchWidget(
    ...     server.url_of("BufferPoints"), rows, folder=tempfile.mkdtemp(), Input_Points="POINT (-84.2 36.4)"
    ... )
    >>> grid.start().wait(60).counts  # what a press of Run does
    {'succeeded': 2}
    """

    _map_in_form = False

    batch: traitlets.Instance[Any] = traitlets.Instance(
        Batch, allow_none=True, read_only=True, help="The batch that was begun last."
    )

    def __init__(
        self,
        task_or_url: GPTask | GPURL | Batch | str,
        rows: Any = None,
        *,
        folder: str | Path | None = None,
        geometry: str | None = None,
        at_once: int = 2,
        most_at_once: int | None = None,
        deadline: float | None = None,
        executor: Executor | None = None,
        each: Callable[[Any], Any] | None = None,
        map: ipyleaflet.Map | None = None,
        auth: Auth | None = None,
        session: GPSession | None = None,
        values: Mapping[str, Any] | None = None,
        **fixed: Any,
    ) -> None:
        from gpwidgets.tasks.batch.starting import BatchOptions

        self.task: GPTask | None = None
        self.map: TaskMap | None = None
        self._user_map = map
        self._first_rows, self._geometry = rows, geometry
        self._first_values = {**(values or {}), **fixed}
        self._folder_given = "" if folder is None else str(folder)
        self._options = BatchOptions(at_once, most_at_once, deadline, executor=executor, each=each)
        self._rows_form: RowsForm | None = None
        self._view: BatchView | None = None
        begun = task_or_url if isinstance(task_or_url, Batch) else None
        source = task_or_url.task if isinstance(task_or_url, Batch) else task_or_url
        self._make_parts()
        self._help = Connector(source, auth, session, self._build, self._tell_connection)
        super().__init__(self._parts(), _dom_classes=("gpw-wide", "gpw"))
        if begun is not None:
            self._show_begun(begun)
        else:
            self._help.connect()

    @classmethod
    def of(cls, batch: Batch) -> BatchWidget:
        """Show a batch that was begun in code; so does a batch at the end of a cell."""
        return cls(batch)

    # What is shown

    def _make_parts(self) -> None:
        self.twin: StaticTwin = StaticTwin(self.snapshot)
        self._header = Note()
        self._form_place, self._map_place, self._shown = Section(), Section(), Section()
        self._said: StatusLine = status_line()
        self._folder = lean(
            w.Text,
            value=self._folder_given,
            description=tr("Folder"),
            placeholder=tr("named after the task"),
            tooltip=tr("Where the ledger and the results go"),
            layout=shared_layout(width="min(100%, 380px)", min_width="0"),
        )
        self._run = text_button(
            tr("Run all rows"),
            "play",
            tr("Check all rows, then send them"),
            self._press_run,
            button_style="primary",
        )
        self._running = self.own(
            Background("gpwidgets-batch", said=self._said, failed=self.show_error, button=self._run)
        )
        self._change = text_button(
            tr("Change the rows"), "pencil", tr("Back to the grid, for another batch"), self._show_rows
        )
        self._earlier = Fold(
            tr("Go on with an earlier batch"), self._make_earlier, tooltip=tr("Open the folder of a batch")
        )
        row = {"flex_flow": "row wrap", "align_items": "center"}
        self._buttons = lean(
            w.HBox, [self._run, self._folder], layout=w.Layout(**row), _dom_classes=("gpw-buttons",)
        )
        self._back = text_button(
            tr("Back to the batch"), "undo", tr("Show the batch again"), lambda: self._show_form(False)
        )
        self._ways = {way is self._back: self.own(w.HBox([way])) for way in (self._change, self._back)}
        self._changing = Section()

    def _parts(self) -> list[w.Widget]:
        above = [style_sheet(), self.twin.hider, self._header, self._form_place]
        buttons = [] if self._rows_form is None else [self._buttons]
        earlier = [] if self._rows_form is None else [self._earlier]
        return [
            *above,
            *buttons,
            self._changing,
            self._said,
            self._help,
            self._map_place,
            self._shown,
            *earlier,
        ]

    def _make_earlier(self) -> list[w.Widget]:
        box = lean(
            w.Text,
            placeholder=tr("folder of a batch"),
            tooltip=tr("Folder of an earlier batch"),
            layout=shared_layout(width="min(100%, 380px)", min_width="0"),
        )
        opener = text_button(
            tr("Open"),
            "folder-open",
            tr("Go on with the batch in the folder"),
            lambda: self._resume(box.value),
        )
        return [lean(w.HBox, [box, opener], layout={"flex_flow": "row wrap"})]

    def _tell_connection(self, error: Exception | None, words: str) -> None:
        from gpwidgets.widgets.kit.task_header import title_html

        if self.task is None:
            self._header.value = title_html(self._help.address)
        self._said.show_error(error)
        if words:
            self._said.say(words)

    def _build(self, task: GPTask) -> None:
        from gpwidgets.widgets.batch.rows_form import RowsForm
        from gpwidgets.widgets.editors.editor import EditorContext
        from gpwidgets.widgets.form.form import TaskForm
        from gpwidgets.widgets.kit.task_header import header_html

        self.task = task
        self._header.value = header_html(task)
        self._help.done()
        self._said.say("")
        if self._rows_form is not None:  # signed in meanwhile
            return
        task_map = self._task_map() if any(datatype_of(one).is_spatial for one in task.inputs) else None
        form = TaskForm(task.info, EditorContext(map=task_map, task=task))
        rows_form = self._rows_form = RowsForm(task, form, self.twin.refresh_later)
        layout = {"flex": "1 1 340px", "min_width": "0", "width": "auto"}
        beside = [lean(w.VBox, [form], layout=layout)]
        if task_map is not None:
            self._map_in_form = True
            beside.append(lean(w.VBox, [task_map], layout={**layout, "flex": "1.4 1 380px"}))
        work = lean(w.HBox, beside, _dom_classes=("gpw-wide", "gpw-work"))
        replace_children(self._form_place, [work, rows_form])
        self.children: Sequence[w.Widget] = self._parts()
        wrong = form.add_values(self._first_values)
        self._said.show_error(wrong)
        try:
            rows_form.begin(self._first_rows, self._geometry)
        except Exception as error:
            self._said.show_error(error)
            rows_form.begin(None, None)

    def _task_map(self) -> TaskMap:
        if self.map is None:
            from gpwidgets.widgets.map.task_map import TaskMap

            self.map = self.own(TaskMap(self._user_map))
        return self.map

    def _map_for_results(self) -> TaskMap | None:
        """The map of the form; where it has none one below it, once there is something to show on it."""
        from gpwidgets.widgets.kit.task_header import needs_map

        if self.task is None or not needs_map(self.task.info):
            return None
        made = self._task_map()
        if not self._map_in_form and not self._map_place.children:
            replace_children(self._map_place, [made])
        return made

    # Running

    def start(self) -> Batch:
        """Send the rows of the grid, as the button does, once all have been checked.

        Returns
        -------
        Batch
            Goes on in the background.

        Raises
        ------
        InputErrors
            Rows or inputs of the form are missing or wrong; each is marked at its place.
        GPError
            There are no rows, the task could not be reached, or the folder holds another batch.
        """
        from gpwidgets.errors import GPError

        self._help.connecting.wait()
        form = self._rows_form
        if self.task is None or form is None:
            raise GPError(tr("There is no task to run yet."))
        fixed, rows = form.fixed(), form.ready_rows()
        begun = self._begin(form, rows, fixed)
        self._show_outcome(begun)
        if isinstance(begun, Batch):
            return begun
        raise InputErrors([one for error in begun.values() for one in error.errors])

    def _press_run(self) -> None:
        when_typed(self._run_or_refuse)

    @guarded
    def _run_or_refuse(self) -> None:
        form = self._rows_form
        if form is None:
            return
        self._said.say("")
        fixed, rows = form.fixed(), form.ready_rows()
        count = len(rows)
        words = trn("Checking {n:,} row…", "Checking {n:,} rows…", count)
        self._running.start(lambda: self._begin(form, rows, fixed), self._show_outcome, words)

    def _begin(self, form: RowsForm, rows: Any, fixed: Mapping[str, Any]) -> Batch | dict[int, InputErrors]:
        """Check all rows and begin the batch; else return what is wrong, by row."""
        from gpwidgets.tasks.batch.starting import start_rows

        assert self.task is not None
        wrong = form.wrong_rows(rows, fixed)
        if wrong:
            return wrong
        folder = self._folder.value.strip() or None
        return start_rows(self.task, rows, fixed, folder, self._options, False)

    def _show_outcome(self, begun: Batch | dict[int, InputErrors]) -> None:
        if isinstance(begun, Batch):
            self._show_begun(begun)
            return
        assert self._rows_form is not None
        self._rows_form.show_wrong(begun)
        words = trn(
            "{n:,} row is wrong; nothing was sent.", "{n:,} rows are wrong; nothing was sent.", len(begun)
        )
        self._said.say(words, sign="✖")

    @guarded
    def _resume(self, folder: str) -> None:
        from gpwidgets.tasks.batch.starting import resume

        if self.task is None:
            return
        auth, options = self.task.session.auth, self._options
        self._running.start(
            lambda: resume(
                folder.strip(),
                auth,
                at_once=options.at_once,
                most_at_once=options.most_at_once,
                deadline=options.deadline,
                executor=options.executor,
                each=options.each,
            ),
            self._show_begun,
            tr("Reading the ledger…"),
        )

    def _show_begun(self, batch: Batch) -> None:
        """Show a batch in the place of the rows it was made of."""
        from gpwidgets.widgets.batch.batch_view import BatchView
        from gpwidgets.widgets.kit.task_header import header_html

        if self.task is None or self.task.url.task != batch.task.url.task:
            self.task = batch.task
            self._header.value = header_html(batch.task)
        self.set_trait("batch", batch)
        self._view = BatchView(batch, self._map_for_results, self.twin.refresh)
        replace_children(self._shown, [self._view])
        self._show_form(False)
        self.twin.refresh()

    @guarded
    def _show_rows(self) -> None:
        self._show_form(True)

    def _show_form(self, visible: bool) -> None:
        if self._rows_form is None:
            return
        self._rows_form.set_visible(visible)
        self._shown.set_visible(not visible)
        self._buttons.layout.display = "" if visible else "none"
        self._changing.children = [self._ways[visible]]

    def snapshot(self) -> str:
        """Return the widget as a reader without a kernel sees it: HTML without scripts."""
        return f"{self._header.value}{self._view.html() if self._view is not None else ''}"

    def show_error(self, error: Exception) -> None:
        """Show an exception in the widget; rows and values stay."""
        if isinstance(error, InputErrors) and self._rows_form is not None:
            error = self._rows_form.titled(error)
        self._said.value = error_html(error)

    def __repr__(self) -> str:
        # Values stay out: the text form of a widget is saved in the notebook.
        name = self.task.name if self.task is not None else "no task"
        return f"<BatchWidget {name}>"
