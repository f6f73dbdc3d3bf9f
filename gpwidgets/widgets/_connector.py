"""Reading the description of a task for a form, and what to do where that does not work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.errors import (
    AuthenticationError,
    BadReply,
    ConnectionFailed,
    GPError,
    ServerError,
    TaskChoice,
    TaskNotFound,
    URLError,
)
from gpwidgets.protocol.urls import GPURL
from gpwidgets.tasks.task import GPTask
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.background import Background, Job
from gpwidgets.widgets.kit.late_looks import Section
from gpwidgets.widgets.kit.owner import close_tree, replace_children
from gpwidgets.widgets.patience import wait_a_moment

if TYPE_CHECKING:
    from gpwidgets.client.http.session import GPSession
    from gpwidgets.client.sign_in.auth import Auth
    from gpwidgets.tasks.diagnosis.diagnosing import Diagnosis

__all__ = ["Connector"]


class Connector(Section):
    """Connects beside the cell, and shows what a user can do: mend the address, choose a task, sign in.

    Parameters
    ----------
    source
        A task, or an address.
    auth
        For a secured service.
    session
        A session to share, for its certificates, proxies and limits.
    build
        Called with the task once its description has been read.
    tell
        Called with what is wrong, None when nothing is, and with words on what goes on.

    Attributes
    ----------
    connecting : Background
        Asks the server.
    """

    def __init__(
        self,
        source: GPTask | GPURL | str,
        auth: Auth | None,
        session: GPSession | None,
        build: Callable[[GPTask], None],
        tell: Callable[[Exception | None, str], None],
    ) -> None:
        self.source, self.auth, self.session = source, auth, session
        self._reached = False
        self._build, self._tell = build, tell
        self.connecting: Background = self.own(Background("gpwidgets-connect", failed=self._show))
        super().__init__()

    @property
    def address(self) -> str:
        """What is connected to."""
        return self.source.url.task if isinstance(self.source, GPTask) else str(self.source)

    def connect(self) -> None:
        """Connect and wait for it, but not for long; what takes longer goes on beside the cell."""
        job = self._begin()
        if wait_a_moment(job):
            return
        from gpwidgets.widgets._way_in import WayIn  # like all of its kind, not before it is needed

        way_in = WayIn(self.address, self.go_to)
        # The answer may have come just now, and what it shows stays.
        if not self.connecting.show_meanwhile(job, lambda: replace_children(self, [way_in])):
            close_tree(way_in)

    def go_to(self, address: str) -> None:
        """Connect to another address, or to the same one again.

        A sign-in goes along, unless it has been used at another server.
        """
        before = self._url()
        if address != self.address or not isinstance(self.source, GPTask):
            self.source = address
        after = self._url()
        if before is not None and after is not None and before.server != after.server:
            self._sign(None if self._reached else self._own_auth())
            self._reached = False
        self._begin()

    def again(self, auth: Auth, task: GPTask | None) -> None:
        """Connect once more, signed in."""
        known = task or (self.source if isinstance(self.source, GPTask) else None)
        if known is not None:
            self.source, self.session = known.url, known.session
        self._sign(auth)
        self._begin()

    def _own_auth(self) -> Auth | None:
        return self.session.auth if self.session is not None else self.auth

    def _sign(self, auth: Auth | None) -> None:
        self.auth = auth
        self.session = None if self.session is None else self.session.with_auth(auth)

    def _begin(self) -> Job:
        self._tell(None, tr("Connecting…"))
        return self.connecting.start(self._find, self._use)

    def _find(self) -> GPTask | None:
        """Read the description; None where the address is that of a server, which has many tasks."""
        if self._is_server():
            return None
        source = self.source
        try:
            task = source if isinstance(source, GPTask) else GPTask(source, self.auth, session=self.session)
        except (ConnectionFailed, URLError):
            raise
        except Exception:
            self._reached = True
            raise
        self._reached = True
        return task

    def _use(self, task: GPTask | None) -> None:
        if task is None:
            self._show_server()
        else:
            self._build(task)

    def _is_server(self) -> bool:
        url = self._url()
        return url is not None and not url.service_name

    def _url(self) -> GPURL | None:
        if isinstance(self.source, GPTask):
            return self.source.url
        try:
            return self.source if isinstance(self.source, GPURL) else GPURL.parse(self.source)
        except URLError:
            return None

    def _show_server(self) -> None:
        """Let the user find the task from the folders and services of a server."""
        from gpwidgets.widgets._task_finder import TaskChooser

        self._tell(None, tr("This is the address of a server or folder: choose a service and a task."))
        chooser = TaskChooser(self.address, self.auth, session=self.session, take=self._take)
        replace_children(self, [chooser])

    def _take(self, url: GPURL, session: GPSession) -> None:
        self.source, self.session = url, session
        self._begin()

    def _show(self, error: Exception) -> None:
        """Show what can be done about an error."""
        from gpwidgets.tasks.finding import tasks_beside
        from gpwidgets.widgets._way_in import WayIn, other_scheme

        url = self._url()
        tasks: Sequence[str] = ()
        if url is not None:
            tasks = tasks_beside(url, error, self.auth, session=self.session)
            error = _without_task(url) if tasks else error
        is_plain = isinstance(error, ConnectionFailed) and not error.may_pass
        proposal = other_scheme(self.address) if is_plain else ""
        parts: list[w.Widget] = [WayIn(self.address, self.go_to, tasks, proposal)]
        if isinstance(error, AuthenticationError):
            parts.insert(0, self._sign_in_box())
        elif url is not None and isinstance(error, ConnectionFailed | BadReply | ServerError):
            parts.append(self._report_on(url))
        replace_children(self, parts)
        self._tell(error, "")

    def _report_on(self, url: GPURL) -> w.Widget:
        """A way to ask the server's administrator."""
        from gpwidgets.widgets.runs.diagnosis_saver import DiagnosisSaver

        auth, session = self.auth, self.session

        def diagnose_address() -> Diagnosis:
            from gpwidgets.tasks.diagnosis.diagnosing import diagnose

            return diagnose(url, auth=auth, session=session)

        return DiagnosisSaver(diagnose_address)

    def _sign_in_box(self) -> w.Widget:
        return self.connecting.sign_in_box(self.signed_in, self.address)

    def ask_sign_in(self) -> None:
        """Ask for a sign-in, for a task that was open already."""
        replace_children(self, [self._sign_in_box()])

    def signed_in(self, auth: Auth) -> None:
        """Connect with what the user has signed in with."""
        self.again(auth, None)

    def done(self) -> None:
        """Show nothing: there is a form."""
        replace_children(self, ())

    def __repr__(self) -> str:
        return "<Connector>"


def _without_task(url: GPURL) -> GPError:
    if not url.task_name:
        return TaskChoice(tr("{service} has several tasks; choose one of them.", service=url.service_name))
    return TaskNotFound(
        tr(
            "{service} has no task {name!r}; choose one of its tasks, or mend the address.",
            service=url.service_name,
            name=url.task_name,
        )
    )
