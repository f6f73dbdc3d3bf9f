"""A task as a form: describe it, fill it in, draw, run it, follow it and see what comes back.

The parts of the widget come in with the first one that is made, not with the class: a kernel that imports
the class and never shows a form should not wait for editors, tasks and results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import traitlets

from gpwidgets.errors import AuthenticationError, GPError, InputErrors, ParameterError
from gpwidgets.texts import tr
from gpwidgets.widgets._form_link import LinkedForm
from gpwidgets.widgets.kit.after_typing import when_typed
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import lean, status_html
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.late_looks import LateLooks, Note
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.page.twin import ShownWithTwin, StaticTwin

if TYPE_CHECKING:
    import ipyleaflet

    from gpwidgets.client.http.session import GPSession
    from gpwidgets.client.sign_in.auth import Auth
    from gpwidgets.protocol.urls import GPURL
    from gpwidgets.tasks.history_entry import HistoryEntry
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.sharing.presets import Preset
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.form.form import TaskForm
    from gpwidgets.widgets.form.server_check import ServerCheck
    from gpwidgets.widgets.map.task_map import TaskMap


class TaskWidget(LinkedForm, Owner, ShownWithTwin, LateLooks, w.VBox):
    """The form of a geoprocessing task, with map, Run and Cancel, status and results.

    A server that cannot be reached, an address that is wrong or a sign-in that is needed is said in the
    widget, with a way to go on; making the widget never raises for it. Values survive errors and restarts.

    Parameters
    ----------
    task_or_url
        A `GPTask`, or the task's address; that of a service will do when it has one task. The address of a
        job, or an entry of `gpwidgets.history`, brings that run back, its results while the server has them.
    map
        An ipyleaflet map of your own to draw and show results on; nothing of yours on it is changed.
    auth
        `Token`, `Login` or an authentication object of requests, for a secured service.
    session
        A `GPSession` of your own, for certificates and proxies; a sign-in in the form keeps those.
    values
        First values by parameter name; the other inputs keep their defaults. The trait of this name holds
        the whole form: setting it leaves out what it does not name.
    preset
        How its author wants the form to be: a `Preset`, the path of its file, or its JSON.

    Attributes
    ----------
    task : GPTask or None
        None until the description could be read.
    form : TaskForm or None
        The form; None until then.
    map : TaskMap or None
        None when the task has nothing to do with a map.
    runs : gpwidgets.widgets.runs.run_list.RunList
        All runs of this form.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> form = gp.TaskWidget(server.url_of("BufferPoints"), values={"Distance": "2 km"})
    >>> form.values = {**form.values, "Input_Points": "POINT (-84.2 36.4)"}
    >>> out = form.start().wait(30)  # what a press of Run does
    """

    values: traitlets.Dict[str, Any] = traitlets.Dict(help="Values by parameter name, without those not set.")
    run: traitlets.Instance[Any] = traitlets.Instance(
        "gpwidgets.tasks.runs.run.Run", allow_none=True, help="The run started last."
    )
    outputs: traitlets.Any = traitlets.Any(
        None, allow_none=True, read_only=True, help="Outputs of the run that succeeded last."
    )
    error: traitlets.Any = traitlets.Any(None, allow_none=True, help="The exception that is shown, if any.")

    def __init__(
        self,
        task_or_url: GPTask | GPURL | HistoryEntry | str,
        *,
        map: ipyleaflet.Map | None = None,
        auth: Auth | None = None,
        session: GPSession | None = None,
        values: Mapping[str, Any] | None = None,
        preset: Preset | Mapping[str, Any] | Path | str | None = None,
    ) -> None:
        from gpwidgets.tasks.history_entry import HistoryEntry
        from gpwidgets.widgets._connector import Connector
        from gpwidgets.widgets.form.earlier_run import earlier_run

        self._earlier = earlier_run(task_or_url)
        source = self._earlier.url if self._earlier is not None else task_or_url
        assert not isinstance(source, HistoryEntry)  # an entry always is an earlier run
        self._user_map = map
        self._start_values = dict(values or {})
        self.map: TaskMap | None = None
        self._server_check: ServerCheck | None = None
        self._binding = Binding()
        self._signed_in_for: Run | None = None
        self._preset_given = preset
        self._started_with: Mapping[str, Any] | None = None
        self._help = Connector(source, auth, session, self._build, self._tell_connection)
        self._make_parts()
        super().__init__(self._parts(), _dom_classes=("gpw-wide", "gpw"))
        self._help.connect()

    def _parts(self) -> list[w.Widget]:
        """What is shown: buttons and code only once there is a form."""
        buttons, code = ([], []) if self.form is None else ([self._buttons], [self._code, self._share])
        heads = [style_sheet(), self.twin.hider, self._header, self._preset, self._draft, self._unplaced]
        below = [self._said, self._missing, self._help, self._other_values, self.runs, *code]
        return [*heads, self.link_notes, self._work, *buttons, *below]

    def _make_parts(self) -> None:
        """Make what stands around the form."""
        from gpwidgets.widgets.form.call_code import CallCode
        from gpwidgets.widgets.form.draft_note import DraftNote
        from gpwidgets.widgets.form.other_values import OtherValues
        from gpwidgets.widgets.form.preset_note import PresetNote
        from gpwidgets.widgets.form.refusal import Refusal
        from gpwidgets.widgets.form.share_section import ShareSection
        from gpwidgets.widgets.form.unplaced import UnplacedValues
        from gpwidgets.widgets.kit.task_header import title_html
        from gpwidgets.widgets.runs.run_buttons import RunButtons
        from gpwidgets.widgets.runs.run_list import RunList

        self._header = Note(title_html(self._help.address))
        self._work = lean(w.HBox, _dom_classes=("gpw-wide", "gpw-work"))
        self._said = Note(status_html(tr("Connecting…")))  # now, else the page is told twice
        self._missing, self._preset = Refusal(self._show_refusal), PresetNote(self._preset_given)
        self._other_values, self._unplaced = OtherValues(), UnplacedValues()
        self.runs: RunList = RunList(self._reuse)
        self.twin: StaticTwin = StaticTwin(self.snapshot)
        self._buttons = self.own(
            RunButtons(
                run=lambda _button: when_typed(self._press_run),
                another=lambda _button: when_typed(self._start_another),
                cancel=self._press_cancel,
                reset=self._reset_form,
            )
        )
        self._code = self.own(CallCode(self._task_and_form))
        self._draft = self.own(DraftNote(keeps=self._earlier is None))
        self._share = self.own(ShareSection(self._task_and_form, lambda: self._draft.words))

    # Connecting

    def _tell_connection(self, error: Exception | None, words: str) -> None:
        """Say how connecting goes on; what there is of a form stays."""
        from gpwidgets.widgets.kit.task_header import title_html

        if self.form is None:
            self._header.value = title_html(self._help.address)
        self.error = error
        if words:
            self._say(words)

    def _build(self, task: GPTask) -> None:
        from gpwidgets.widgets.kit.task_header import header_html, needs_map

        self.task = task
        if needs_map(task.info) and self.map is None:
            from gpwidgets.widgets.map.task_map import TaskMap

            self.map = self.own(TaskMap(self._user_map))
        is_new, form = self.form is None, self.form or self._make_form(task)
        self._header.value = header_html(task, self._preset.title)
        replace_children(self._work, self._work_parts())
        self._help.done()
        self._said.value = ""
        values, self._start_values = self._start_values, {}
        self.error = form.add_values(values)
        if is_new:
            self._draft.begin(task, form, form.known_names(values))
            self._preset.show_place(self.map)
        self._take_values()
        self._follow_state()
        self.children: Sequence[w.Widget] = self._parts()
        self._come_back(task)

    def _make_form(self, task: GPTask) -> TaskForm:
        from gpwidgets.widgets.form.preset_note import arranged_form
        from gpwidgets.widgets.form.server_check import ServerCheck, can_validate

        form = self.form = self.own(arranged_form(task, self.map, self._preset, self.runs))
        form.observe(self._take_values, names=["values", "deadline"])
        self._buttons.add_settings(form.run_settings)
        if can_validate(task):
            self._server_check = self.own(ServerCheck(task, form))
        return form

    def _come_back(self, task: GPTask) -> None:
        """Bring back the run that this widget was made for, once."""
        earlier, self._earlier = self._earlier, None
        if earlier is None or self.form is None:
            return
        self._unplaced.show(earlier.fill(self.form, task))
        try:
            self._started_with = self.form.values
            self.run = earlier.attach(task)
        except Exception as error:  # the form is good all the same
            self.error = error
            if isinstance(error, AuthenticationError):
                self._earlier = earlier  # comes back once somebody has signed in
                self._help.ask_sign_in()

    def _work_parts(self) -> list[w.Widget]:
        assert self.form is not None
        checks = [self._server_check] if self._server_check is not None else []
        form_box = lean(w.VBox, [self.form, *checks], _dom_classes=("gpw-form-side",))
        if self.map is None:
            return [form_box]
        return [form_box, lean(w.VBox, [self.map], _dom_classes=("gpw-map-side",))]

    # Values

    def _take_values(self, _change: object = None) -> None:
        form = self.form
        if form is not None and not self._binding.silent:
            with self._binding.silently():
                self.values = form.values
            self._buttons.offer_another(self._may_run_another)
            self._tell_other_values()
        self._code.refresh()
        self._share.refresh()
        self.twin.refresh_later()

    def _tell_other_values(self) -> None:
        """Say that results belong to other values, as long as they do."""
        if self.run is None or self.form is None or self._started_with is None:
            self._other_values.hide()
        else:
            self._other_values.show(self.form, self._started_with)

    @traitlets.validate("values")
    def _known_names(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        given = dict(proposal["value"])
        return given if self.form is None or self._binding.silent else self.form.known_values(given)

    @traitlets.observe("values")
    def _give_values(self, change: Mapping[str, Any]) -> None:
        """Follow a caller who sets the trait."""
        if self._binding.silent:
            return
        if self.form is None:
            self._start_values = dict(change["new"])
            return
        with self._binding.silently():
            self.form.values = dict(change["new"])
        self._take_values()

    def _task_and_form(self) -> tuple[GPTask, TaskForm] | None:
        return (self.task, self.form) if self.task is not None and self.form is not None else None

    @guarded
    def _reset_form(self, _button: w.Button) -> None:
        if self.form is not None:
            self.form.reset()
        self._missing.clear()
        self.error = None

    # Running

    def start(self) -> Run:
        """Run the task with the form's values, as the button Run does, and return at once.

        What is typed and not used yet is taken, too. The run is `run` from then on, and the widget shows it;
        one that goes on is not stopped.

        Returns
        -------
        Run
            Goes on in the background: `Run.wait`, ``await run`` or its traits tell how.

        Raises
        ------
        InputErrors
            Values are missing or wrong; the form shows each at its field.
        GPError
            The task could not be reached, or wants a sign-in; the widget shows it.

        Notes
        -----
        Speaks to ``…/execute`` or ``…/submitJob``, as `GPTask.start`.
        """
        self._help.connecting.wait()
        if self.task is None or self.form is None:
            raise (
                self.error if isinstance(self.error, GPError) else GPError(tr("There is no task to run yet."))
            )
        try:
            return self._start(self.task, self.form)
        except ParameterError as error:
            self._refuse(error)
            raise

    @guarded
    def _press_run(self, _button: object = None) -> None:
        if self._is_busy:
            self._say(tr("It runs already. Cancel stops it; change a value to run the task a second time."))
        else:
            self._start_or_refuse()

    @guarded
    def _start_another(self) -> None:
        if self._may_run_another:
            self._start_or_refuse()
            self._buttons.cancel.focus()  # the button that was pressed is gone now

    def _start_or_refuse(self) -> None:
        """Run the task with the form's values, or say what is wrong with them."""
        if self.task is None or self.form is None:
            return
        try:
            self._start(self.task, self.form)
        except ParameterError as error:
            self._refuse(error)

    def _start(self, task: GPTask, form: TaskForm) -> Run:
        self._missing.clear()
        self.error = None
        self._show_the_error()
        form.pause()
        form.take_pending()
        wrong = form.check()
        if wrong:
            raise InputErrors(wrong)
        self._started_with = form.values
        with self._unplaced.keeping():
            self.run = run = task.start(form.values)
        run.give_up_after(form.deadline)
        return run

    def _refuse(self, error: ParameterError) -> None:
        """Say which inputs are missing or wrong; each entry leads to its field."""
        assert self.form is not None
        self._missing.show(self.form, error)

    def _show_refusal(self, error: ParameterError | None) -> None:
        self.error = error

    @guarded
    def _reuse(self, run: Run) -> None:
        """Put the values of an earlier run back into the form."""
        from gpwidgets.tasks.inputs.environment import KEYWORD

        if self.form is None:
            return
        self.form.values = {**run.inputs, **({KEYWORD: run.settings} if run.settings else {})}
        self._say(tr("The form has the values of that run again."))
        self._buttons.run.focus()

    @guarded
    def _press_cancel(self, _button: w.Button) -> None:
        if not self._is_busy or self.run is None:
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
            change["old"].unobserve(self._follow_state, names="status")
        if self.run is not None:
            self.run.observe(self._follow_state, names="status")
            self.runs.show(self.run, self.map)
        self._tell_other_values()
        self._follow_state()

    @guarded
    def _follow_state(self, _change: object = None) -> None:
        """Let buttons and traits follow the run's state; no path can leave them locked."""
        run, busy = self.run, self._is_busy
        self._buttons.follow_run(run, busy=busy, has_task=self.task is not None)
        self._buttons.offer_another(self._may_run_another)
        if not busy:
            self._show_the_error()  # what was said of the run that went on is over
        self.twin.refresh()
        if run is None or busy:
            return
        if run.outputs is not None:
            self.set_trait("outputs", run.outputs)
        elif isinstance(run.error, AuthenticationError) and run is not self._signed_in_for:
            self._signed_in_for = run  # what it asks for is asked for once
            self._help.ask_sign_in()

    def snapshot(self) -> str:
        """Return the widget as a reader without a kernel sees it: HTML without scripts."""
        from gpwidgets.widgets.runs.snapshot import snapshot

        if self.task is None or self.form is None:
            return f"{self._header.value}{self._said.value}"
        return snapshot(self.task, self.form.values, self.run) + self._unplaced.html()

    @traitlets.observe("error")
    def _show_the_error(self, _change: object = None) -> None:
        error = self.error
        if isinstance(error, ParameterError) and self.form is not None:
            error = self.form.titled(error)
        self._said.value = error_html(error)

    def _say(self, text: str) -> None:
        self._said.value = status_html(text)

    def show_error(self, error: Exception) -> None:
        """Show an exception in the widget; values and drawings stay."""
        self.error = error

    def let_go(self) -> None:
        """Stop following the run; it goes on. A map of the user's own is left as it was."""
        if self.run is not None:
            self.run.unobserve(self._follow_state, names="status")

    def __repr__(self) -> str:
        # Values stay out: the text form of a widget is saved in the notebook.
        name = self.task.name if self.task is not None else "no task"
        return f"<TaskWidget {name}>"
