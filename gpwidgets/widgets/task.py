"""A task as a form: describe it, fill it in, draw, run it, follow it and see what comes back.

The parts of the widget come in with the first one that is made, not with the class: a kernel that imports
the class and never shows a form should not wait for editors, tasks and results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import traitlets

from gpwidgets.errors import AuthenticationError, InputErrors, ParameterError
from gpwidgets.texts import tr
from gpwidgets.widgets.access import let_rest
from gpwidgets.widgets.code_view import code_html
from gpwidgets.widgets.fold import Fold
from gpwidgets.widgets.guard import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.theme import style_sheet
from gpwidgets.widgets.twin import ShownWithTwin, StaticTwin

if TYPE_CHECKING:
    from threading import Thread

    import ipyleaflet

    from gpwidgets.client.auth import Auth
    from gpwidgets.client.session import GPSession
    from gpwidgets.protocol.description import GPParameter, TaskInfo
    from gpwidgets.protocol.urls import GPURL
    from gpwidgets.tasks.history import HistoryEntry
    from gpwidgets.tasks.run import Run
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.form import TaskForm
    from gpwidgets.widgets.map import TaskMap
    from gpwidgets.widgets.server_check import ServerCheck
    from gpwidgets.widgets.sign_in import SignInBox

_MAP_TYPES = frozenset({"GPFeatureRecordSetLayer", "GPExtent", "GPEnvelope"})


def _wide(**more: str) -> w.Layout:
    return w.Layout(width="100%", min_width="0", **more)


def needs_map(info: TaskInfo) -> bool:
    """Whether features or extents go into a task or come out of it."""
    return any(_on_map(parameter) for parameter in info.parameters)


def _on_map(parameter: GPParameter) -> bool:
    return parameter.data_type in _MAP_TYPES or parameter.member_type in _MAP_TYPES


class TaskWidget(Owner, ShownWithTwin, w.VBox):
    """The form of a geoprocessing task, with map, Run and Cancel, status and results.

    A server that cannot be reached, an address that is wrong or a sign-in that is needed is said in the
    widget, with a way to go on; making the widget never raises for it. The values survive every error.

    Parameters
    ----------
    task_or_url
        A `GPTask`, or the task's address; that of a service will do when it has one task. The address of a
        job, or an entry of `gpwidgets.history`, brings that run's values back, and the run with its results
        while the server has it.
    map
        An ipyleaflet map of your own to draw and show results on; nothing of yours on it is changed.
    auth
        `Token`, `Login` or an authentication object of requests, for a secured service.
    session
        A `GPSession` of your own, for certificates and proxies; a sign-in in the form keeps those.
    values
        First values by parameter name; the other inputs keep their defaults. The trait of this name holds
        the whole form: setting it leaves out what it does not name.

    Attributes
    ----------
    task : GPTask or None
        None until the description could be read.
    form : TaskForm or None
        The form; None until then.
    map : TaskMap or None
        None when the task has nothing to do with a map.
    runs : gpwidgets.widgets.run_list.RunList
        All runs of this form.
    """

    values = traitlets.Dict(help="Values of the form by parameter name; what is not set is left out.")
    run = traitlets.Instance("gpwidgets.tasks.run.Run", allow_none=True, help="The run started last.")
    outputs = traitlets.Any(
        None, allow_none=True, read_only=True, help="Outputs of the run that succeeded last."
    )
    error = traitlets.Any(None, allow_none=True, help="The exception that is shown; None when all is well.")

    def __init__(
        self,
        task_or_url: GPTask | GPURL | HistoryEntry | str,
        *,
        map: ipyleaflet.Map | None = None,  # noqa: A002
        auth: Auth | None = None,
        session: GPSession | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        from gpwidgets.tasks.history import HistoryEntry
        from gpwidgets.widgets.earlier import earlier_run
        from gpwidgets.widgets.run_list import RunList

        self._earlier = earlier_run(task_or_url)
        source = self._earlier.url if self._earlier is not None else task_or_url
        assert not isinstance(source, HistoryEntry)  # an entry always is an earlier run
        self._source = source
        self._auth = auth
        self._session = session
        self._user_map = map
        self._start_values = dict(values or {})
        self.task: GPTask | None = None
        self.form: TaskForm | None = None
        self.map: TaskMap | None = None
        self._server_check: ServerCheck | None = None
        self._updating = False
        self._worker: Thread | None = None
        self._signing: SignInBox | None = None
        self._signed_in_for: Run | None = None
        self._started_with: Mapping[str, Any] | None = None
        self._header = w.HTML(layout=_wide())
        self._work = w.HBox(layout=_wide(flex_flow="row wrap", align_items="stretch", grid_gap="4px 16px"))
        self._said = w.HTML(layout=_wide())
        self._missing = w.HBox(layout=w.Layout(flex_flow="row wrap"))
        self._help = w.VBox()
        self.runs = RunList(self._reuse)
        self.twin = StaticTwin(self.snapshot)
        self._buttons = self._make_buttons()
        self._code, self._code_text = self._make_code()
        super().__init__(
            [
                style_sheet(),
                self.twin.hider,
                self._header,
                self._work,
                self._buttons,
                self._said,
                self._missing,
                self._help,
                self.runs,
                self._code,
            ],
            layout=_wide(),
        )
        self.add_class("gpw")
        self._connect()

    def _make_buttons(self) -> w.HBox:
        self._run_button = w.Button(description=tr("Run"), icon="play", button_style="primary")
        self._cancel_button = w.Button(
            description=tr("Cancel"), icon="stop", tooltip=tr("Ask the server to stop the run"), disabled=True
        )
        self._reset_button = w.Button(
            description=tr("Reset"), icon="undo", tooltip=tr("Put the default values back")
        )
        self._another_button = w.Button(
            description=tr("Run these values too"),
            icon="plus",
            tooltip=tr("Start a second run beside the one that goes on"),
            layout=w.Layout(width="auto", display="none"),
        )
        self._run_button.on_click(self._press_run)
        self._another_button.on_click(self._start_another)
        self._cancel_button.on_click(self._press_cancel)
        self._reset_button.on_click(self._reset_form)
        box = w.HBox(
            [self._run_button, self._cancel_button, self._reset_button, self._another_button],
            layout=w.Layout(flex_flow="row wrap"),
        )
        box.add_class("gpw-buttons")
        return box

    def _make_code(self) -> tuple[Fold, w.HTML]:
        text = w.HTML(layout=_wide())
        fold = Fold(tr("This form as Python"), [text], tooltip=tr("The call that this form stands for"))
        fold.add_class("gpw-section")
        fold.observe(lambda _change: self._show_code(), names="opened")
        return fold, text

    # Connecting

    def _connect(self) -> None:
        """Read the description and build the form, or say why not."""
        from gpwidgets.tasks.task import GPTask

        try:
            source = self._source
            task = source if isinstance(source, GPTask) else GPTask(source, self._auth, session=self._session)
            self._build(task)
            self._come_back(task)
        except Exception as error:
            self._show_unusable(error)

    def _build(self, task: GPTask) -> None:
        from gpwidgets.widgets.header import header_html

        self.task = task
        if needs_map(task.info) and self.map is None:
            from gpwidgets.widgets.map import TaskMap

            self.map = self.own(TaskMap(self._user_map))
        if self.form is None:
            self._make_form(task)
        self._header.value = header_html(task)
        replace_children(self._work, self._work_parts())
        replace_children(self._help, ())
        self._said.value = ""
        self.error = None
        self._show_buttons(True)
        self._take_values()
        self._follow_state()

    def _make_form(self, task: GPTask) -> None:
        from gpwidgets.tasks.environment import KEYWORD, split
        from gpwidgets.tasks.inputs import resolve_names
        from gpwidgets.widgets.editors.base import EditorContext
        from gpwidgets.widgets.form import TaskForm
        from gpwidgets.widgets.server_check import ServerCheck, can_validate

        self.form = self.own(TaskForm(task.info, EditorContext(map=self.map, task=task)))
        self.form.observe(self._take_values, names="values")
        if can_validate(task):
            self._server_check = self.own(ServerCheck(task, self.form))
        if self._start_values:
            given, settings = split(task.info, self._start_values)
            env = {KEYWORD: settings} if settings else {}
            self.form.values = {**self.form.values, **resolve_names(task.info, given), **env}

    def _come_back(self, task: GPTask) -> None:
        """Bring back the run that this widget was made for, once."""
        earlier, self._earlier = self._earlier, None
        if earlier is None or self.form is None:
            return
        earlier.fill(self.form, task)
        try:
            self._started_with = self.form.values
            self.run = earlier.attach(task)
        except Exception as error:  # the form is good all the same
            self.error = error

    def _work_parts(self) -> list[w.Widget]:
        assert self.form is not None
        checks = [self._server_check] if self._server_check is not None else []
        form_box = w.VBox(
            [self.form, *checks], layout=w.Layout(flex="1 1 340px", min_width="0", width="auto")
        )
        if self.map is None:
            return [form_box]
        map_box = w.VBox([self.map], layout=w.Layout(flex="1.4 1 380px", min_width="0", width="auto"))
        return [form_box, map_box]

    def _show_unusable(self, error: Exception) -> None:
        """Show why there is no form, and what can be done."""
        from gpwidgets.tasks.task import GPTask

        if self.form is None:
            address = self._source.url.task if isinstance(self._source, GPTask) else str(self._source)
            self._header.value = f'<h3 class="gpw-title">{escape(_short(address))}</h3>'
            self._show_buttons(False)
        retry = w.Button(description=tr("Try again"), icon="refresh")
        retry.on_click(lambda _button: self._reconnect())
        signing = [self._sign_in_box()] if isinstance(error, AuthenticationError) else []
        replace_children(self._help, [*signing, retry])
        self.error = error

    def _sign_in_box(self) -> w.Widget:
        from gpwidgets.tasks.task import GPTask
        from gpwidgets.widgets.sign_in import SignInBox

        address = self._source.url.task if isinstance(self._source, GPTask) else str(self._source)
        self._signing = SignInBox(self._sign_in, address, before=self._signing)
        return self._signing

    @guarded
    def _reconnect(self) -> None:
        from gpwidgets.tasks.workers import start_worker

        for child in self._help.children:
            if isinstance(child, w.Button):
                child.disabled = True
        self.error = None
        self._say(tr("Connecting…"))
        self._worker = start_worker(self._connect, "gpwidgets-connect")

    def _sign_in(self, auth: Auth) -> None:
        from gpwidgets.tasks.task import GPTask

        known = self._source if isinstance(self._source, GPTask) else self.task
        session = self._session if known is None else known.session
        self._auth = auth
        self._session = None if session is None else session.with_auth(auth)
        self._signed_in_for = self.run  # its refusal is dealt with
        if known is not None:
            self._source = known.url
        self._reconnect()

    def _show_buttons(self, shown: bool) -> None:
        for part in (self._buttons, self._code):
            part.layout.display = "" if shown else "none"

    # Values

    def _take_values(self, _change: object = None) -> None:
        """Follow the form."""
        form = self.form
        if form is not None and not self._updating:
            self._while_updating(lambda: self.set_trait("values", dict(form.values)))
            self._another_button.layout.display = "" if self._may_run_another else "none"
        self._show_code()

    @traitlets.observe("values")
    def _give_values(self, change: Mapping[str, Any]) -> None:
        """Follow a caller who sets the trait."""
        if self._updating:
            return
        if self.form is None:
            self._start_values = dict(change["new"])
            return
        form = self.form
        self._while_updating(lambda: form.set_trait("values", dict(change["new"])))
        self._take_values()

    def _while_updating(self, action: Callable[[], None]) -> None:
        self._updating = True
        try:
            action()
        finally:
            self._updating = False

    def _show_code(self) -> None:
        if not self._code.opened or self.task is None or self.form is None:
            return
        try:
            self._code_text.value = code_html(self.task.code(self.form.values))
        except Exception as error:
            self._code_text.value = error_html(error)

    @guarded
    def _reset_form(self, _button: w.Button) -> None:
        if self.form is not None:
            self.form.reset()
        replace_children(self._missing, ())
        self.error = None

    # Running

    @guarded
    def _press_run(self, _button: w.Button) -> None:
        if self._is_busy:
            self._say(tr("It runs already. Cancel stops it; change a value to run the task a second time."))
        else:
            self._start()

    @guarded
    def _start_another(self, _button: w.Button) -> None:
        if self._may_run_another:
            self._start()
            self._cancel_button.focus()  # the button that was pressed is gone now

    def _start(self) -> None:
        """Run the task with the form's values, or say what is wrong with them."""
        if self.task is None or self.form is None:
            return
        replace_children(self._missing, ())
        self.error = None
        try:
            self.form.pause()
            self.form.take_pending()
            wrong = self.form.check()
            if wrong:
                raise InputErrors(wrong)
            self._started_with = self.form.values
            self.run = self.task.start(**self.form.values)
        except ParameterError as error:
            self._refuse(error)

    def _refuse(self, error: ParameterError) -> None:
        """Say which inputs are missing or wrong; each entry leads to its field."""
        assert self.form is not None
        errors = list(error.errors) if isinstance(error, InputErrors) else [error]
        self.form.show_errors(errors)
        self.error = error
        ways = [self._way_to(one) for one in errors if self.form.editor(one.parameter)]
        replace_children(self._missing, ways)

    def _way_to(self, error: ParameterError) -> w.Button:
        form = self.form
        assert form is not None
        title = self._title_of(error.parameter)
        button = w.Button(
            description=tr("Go to {title}", title=title), tooltip=error.problem, layout=w.Layout(width="auto")
        )
        button.on_click(lambda _button: form.focus(error.parameter))
        return button

    @guarded
    def _reuse(self, run: Run) -> None:
        """Put the values of an earlier run back into the form."""
        from gpwidgets.tasks.environment import KEYWORD

        if self.form is None:
            return
        self.form.values = {**run.inputs, **({KEYWORD: run.settings} if run.settings else {})}
        self._say(tr("The form has the values of that run again."))
        self._run_button.focus()

    @guarded
    def _press_cancel(self, _button: w.Button) -> None:
        if self.run is None or not self._is_busy:
            self._say(tr("Nothing runs now."))
        elif self.run.cancel_requested:
            self._say(tr("The server has been asked to stop the run."))
        else:
            self.run.cancel()

    @property
    def _is_busy(self) -> bool:
        return self.run is not None and not self.run.status.is_final

    @property
    def _may_run_another(self) -> bool:
        """Whether a job goes on and the form has other values by now."""
        run, form = self.run, self.form
        is_job = run is not None and run.job_id is not None and self._is_busy
        return is_job and form is not None and form.values is not self._started_with

    @traitlets.observe("run")
    def _show_run(self, change: Mapping[str, Any]) -> None:
        if change["old"] is not None:
            change["old"].unobserve(self._follow, names="status")
        if self.run is not None:
            self.run.observe(self._follow, names="status")
            self.runs.show(self.run, self.map)
        self._follow_state()

    def _follow(self, _change: Mapping[str, Any]) -> None:
        self._follow_state()

    @guarded
    def _follow_state(self) -> None:
        """Let buttons and traits follow the run's state; no path can leave them locked."""
        run, busy = self.run, self._is_busy
        self._run_button.disabled = self.task is None
        self._run_button.description = tr("Running…") if busy else tr("Run")
        self._cancel_button.disabled = run is None
        # One that is disabled loses the keyboard's focus, so after a press they only look like it.
        let_rest(self._run_button, busy)
        let_rest(self._cancel_button, run is None or not busy or run.cancel_requested)
        self._another_button.layout.display = "" if self._may_run_another else "none"
        self._show_the_error()  # what was said of the state before is over
        self.twin.refresh()
        if run is None or busy:
            return
        if run.outputs is not None:
            self.set_trait("outputs", run.outputs)
        elif isinstance(run.error, AuthenticationError) and run is not self._signed_in_for:
            replace_children(self._help, [self._sign_in_box()])

    def snapshot(self) -> str:
        """Return the widget as a reader without a kernel sees it: HTML without scripts."""
        from gpwidgets.widgets.static import snapshot

        if self.task is None or self.form is None:
            return self._header.value + self._said.value
        return snapshot(self.task, self.form.values, self.run)

    @traitlets.observe("error")
    def _show_the_error(self, _change: object = None) -> None:
        error = self.error
        self._said.value = error_html(self._titled(error) if isinstance(error, ParameterError) else error)

    def _titled(self, error: ParameterError) -> ParameterError:
        """Return an error that calls the inputs what their labels say."""
        if isinstance(error, InputErrors):
            return InputErrors([self._titled(one) for one in error.errors])
        return ParameterError(self._title_of(error.parameter), error.problem)

    def _title_of(self, name: str) -> str:
        editor = self.form.editor(name) if self.form is not None else None
        return name if editor is None else editor.title

    def _say(self, text: str) -> None:
        self._said.value = f'<div class="gpw-muted" role="status">{escape(text)}</div>'

    def show_error(self, error: Exception) -> None:
        """Show an exception in the widget; values and drawings stay."""
        self.error = error

    def let_go(self) -> None:
        """Stop following the run; it goes on. A map of the user's own is left as it was."""
        if self.run is not None:
            self.run.unobserve(self._follow, names="status")

    def __repr__(self) -> str:
        # Values stay out: the text form of a widget is saved in the notebook.
        name = self.task.name if self.task is not None else "no task"
        return f"<TaskWidget {name}>"


def _short(text: str) -> str:
    from gpwidgets.errors import mask

    shown = mask(text)
    return shown if len(shown) <= 120 else shown[:117] + "…"
