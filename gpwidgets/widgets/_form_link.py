"""An output of one form as an input of another: it follows each run, and runs the second if asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.errors import GPError, InputErrors, ParameterError
from gpwidgets.secrets import mask
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import lean, status_html, text_button
from gpwidgets.widgets.kit.errors_shown import guarded
from gpwidgets.widgets.kit.late_looks import Note, Section
from gpwidgets.widgets.kit.owner import replace_children

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets._connector import Connector
    from gpwidgets.widgets.form.form import TaskForm

__all__ = ["FormLink", "LinkedForm"]


class FormLink(Section):
    """Takes an output of each run of a form into an input of another; shown in the second.

    Parameters
    ----------
    source, target
        The forms; both have been reached.
    output
        Of the first task; None where only one fits.
    to
        Input of the second; None where only one fits.
    rerun
        Whether the second is run as soon as it has the results of a run of the first.

    Attributes
    ----------
    source, target
        The forms.
    output, to : str
        What is linked.

    Raises
    ------
    GPError
        There is no such output or input, or it is not clear which; or the forms would run in a circle.
    """

    def __init__(
        self, source: LinkedForm, target: LinkedForm, output: str | None, to: str | None, *, rerun: bool
    ) -> None:
        if source.task is None or target.task is None:
            raise GPError(tr("A form can be linked only after its task has been reached."))
        self.source: LinkedForm = source
        self.target: LinkedForm = target
        outputs, inputs = source.task.outputs, target.task.inputs
        self.output: str
        self.to: str
        self.output, self.to = _fitting(outputs, output, inputs, to, source.task.name, target.task.name)
        self._rerun = rerun
        self._run: Run | None = None
        self._titles = (
            next(one.display_name or one.name for one in outputs if one.name == self.output),
            source.task.info.display_name or source.task.name,
            next(one.display_name or one.name for one in inputs if one.name == self.to),
        )
        self._note = Note()
        words = tr("Let {title} be filled in by hand again", title=self._titles[2])
        button = text_button(tr("Unlink"), "unlink", words, self.unlink)
        super().__init__([self._note, lean(w.HBox, [button])])
        self._tell(tr("It is filled in by the next run."))
        self.follow(source, lambda _change: self._follow_run(new=True), "run")
        self._follow_run(new=False)

    def unlink(self) -> None:
        """Take nothing over any more; the value stays."""
        self.source.links = tuple(one for one in self.source.links if one is not self)
        notes = self.target.link_notes
        replace_children(notes, [one for one in notes.children if one is not self])

    # Following

    def _follow_run(self, *, new: bool) -> None:
        run = self.source.run
        if run is None:
            return
        self._run = run
        self._take_state(run, may_run=new)
        if not run.done:
            self.follow(run, lambda _change: self._take_state(run, may_run=True), "status")
            self._take_state(run, may_run=True)  # it may have ended meanwhile

    @guarded
    def _take_state(self, run: Run, *, may_run: bool) -> None:
        """Do with a run what its state asks for; with its end once."""
        from gpwidgets.tasks.runs.status import RunStatus
        from gpwidgets.widgets.runs.run_status import state_words

        if run is not self._run or self.comm is None:
            return
        if not run.status.is_final:
            self._tell(tr("Its run goes on: {state}.", state=state_words(run)[1]))
            return
        self._run = None
        if run.status is RunStatus.SUCCEEDED and run.outputs is not None:
            self._take(run, may_run=may_run)
        else:
            why = mask(str(run.error)) if run.error is not None else state_words(run)[1]
            self._complain(tr("Its run gave no result to use: {error}", error=why))

    def _take(self, run: Run, *, may_run: bool) -> None:
        from gpwidgets.datatypes.registry import check_value, words_of

        outputs, form, task = run.outputs, self.target.form, self.target.task
        if form is None or task is None or outputs is None:
            return
        value = outputs[self.output]
        if value is None:
            self._complain(tr("Its run gave no value."))
            return
        checked = check_value(task.info.parameter(self.to), value)
        form.add_values({self.to: checked})
        told = tr("It has the value of the last run: {value}.", value=words_of(checked))
        if self.output in outputs.truncated:
            told += " " + tr("The server held rows back, so it is not complete.")
        self._tell(told)
        if may_run and self._rerun:
            self._run_target()

    def _run_target(self) -> None:
        try:
            self.target.start()
        except InputErrors:
            pass  # said at the fields
        except GPError as error:
            self.target.show_error(error)

    # Telling

    def _head(self) -> str:
        output, task, to = (f"<b>{escape(one)}</b>" for one in self._titles)
        return tr("{to} comes from {output} of {task}.", to=to, output=output, task=task)

    def _tell(self, words: str) -> None:
        again = " " + escape(tr("This form is run then, too.")) if self._rerun else ""
        text = f"{self._head()} {escape(words)}{again}"
        self._note.value = status_html(text, look="gpw-note mathjax_ignore", is_html=True)

    def _complain(self, words: str) -> None:
        self._note.value = (
            f'<div class="gpw-alert gpw-error mathjax_ignore" role="alert">{self._head()}<br>'
            f"{escape(words)}</div>"
        )

    def show_error(self, error: Exception) -> None:
        """Say why the value could not be taken."""
        problem = error.problem if isinstance(error, ParameterError) else mask(str(error))
        self._complain(tr("It could not be taken: {error}", error=problem))

    def __repr__(self) -> str:
        return f"<FormLink {self.output} to {self.to}>"


class LinkedForm(w.Widget):
    """A form whose results can go into another; put it before the class of ipywidgets among the bases.

    Attributes
    ----------
    links : tuple of FormLink
        What goes from this form into others.
    """

    task: GPTask | None = None
    form: TaskForm | None = None
    run: Any
    links: tuple[FormLink, ...] = ()
    _help: Connector

    @cached_property
    def link_notes(self) -> Section:
        """Where it is said what comes from other forms."""
        return Section()

    def start(self) -> Run:
        """Run the task with the form's values."""
        raise NotImplementedError

    def show_error(self, error: Exception) -> None:
        """Show an exception in the widget."""

    def link(
        self, other: LinkedForm, output: str | None = None, to: str | None = None, *, rerun: bool = False
    ) -> FormLink:
        """Let an output of this form's runs be an input of another form, now and after each further run.

        A run that fails is said in the other form, whose value stays as it was.

        Parameters
        ----------
        other
            Another form.
        output
            Name of an output of this task; may be left out where only one fits.
        to
            Name of an input of the other task; may be left out where only one fits.
        rerun
            Whether the other form is run, too, each time a run of this one has succeeded.

        Returns
        -------
        FormLink
            `FormLink.unlink` ends it; so does a button in the other form.

        Raises
        ------
        GPError
            There is no such output or input, or it is not clear which; a task could not be reached; or the
            links would lead in a circle.
        """
        for form in (self, other):
            form._help.connecting.wait()
        if leads_to(other, self):
            raise GPError(
                tr("Its results would come back to the form itself: forms cannot be linked in a circle.")
            )
        made = FormLink(self, other, output, to, rerun=rerun)
        self.links = (*self.links, made)
        replace_children(other.link_notes, [*other.link_notes.children, made])
        return made


def leads_to(start: LinkedForm, wanted: LinkedForm) -> bool:
    """Whether links lead from one form to another."""
    open_ones, seen = [start], set()
    while open_ones:
        form = open_ones.pop()
        if form is wanted:
            return True
        if id(form) not in seen:
            seen.add(id(form))
            open_ones += [link.target for link in form.links if link.comm is not None]
    return False


def _fitting(
    outputs: Sequence[GPParameter],
    output: str | None,
    inputs: Sequence[GPParameter],
    to: str | None,
    first: str,
    second: str,
) -> tuple[str, str]:
    """The names of an output and an input: those that are named, or the only pair that is of one type."""
    wrong = tr("{task} has no output {name!r}; it has: {names}.", **_told(first, output, outputs))
    given = _named(outputs, output, wrong)
    wrong = tr("{task} has no input {name!r}; it has: {names}.", **_told(second, to, inputs))
    taken = _named(inputs, to, wrong)
    pairs = [(one.name, other.name) for one in given for other in taken if _alike(one, other)]
    if output is not None and to is not None:
        return given[0].name, taken[0].name
    if len(pairs) == 1:
        return pairs[0]
    told = "; ".join(f"output={one!r}, to={other!r}" for one, other in pairs) or tr("none")
    raise GPError(
        tr("Say which output goes to which input. These pairs have the same type: {pairs}.", pairs=told)
    )


def _told(task: str, name: str | None, there: Sequence[GPParameter]) -> dict[str, Any]:
    return {"task": task, "name": name, "names": ", ".join(one.name for one in there) or tr("none")}


def _named(there: Sequence[GPParameter], name: str | None, wrong: str) -> list[GPParameter]:
    from gpwidgets.protocol.names import python_name

    found = [one for one in there if name is None or name in (one.name, python_name(one.name))]
    if not found:
        raise GPError(wrong)
    return found


def _alike(output: GPParameter, given: GPParameter) -> bool:
    return output.data_type == given.data_type and not given.is_hidden
