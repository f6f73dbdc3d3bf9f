"""The widget of a server: its folders, services and tasks, and the form of the task that is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from gpwidgets.protocol.urls import GPURL
from gpwidgets.widgets._task_finder import TaskFinder
from gpwidgets.widgets.kit.owner import replace_children
from gpwidgets.widgets.task_widget import TaskWidget

if TYPE_CHECKING:
    from gpwidgets.client.http.session import GPSession


class ServiceWidget(TaskFinder):
    """Folders, services and tasks of a server; choosing a task opens its form.

    Making it never raises for a server that cannot be reached: the widget says so and offers to try again.

    Parameters
    ----------
    url
        A services root, a folder, a service or a task.
    auth
        `Token`, `Login` or an authentication object of requests, for secured services.
    session
        A `GPSession` of your own, for certificates and proxies; a sign-in in the form keeps those.

    Attributes
    ----------
    task_widget : TaskWidget or None
        The form that is shown.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> browser = gp.ServiceWidget(server.url)  # the last line of a cell shows it
    >>> browser.close()
    """

    task_widget: traitlets.Instance[TaskWidget | None] = traitlets.Instance(
        TaskWidget, allow_none=True, read_only=True, help="The form that is shown."
    )

    def _clear(self) -> None:
        self.set_trait("task_widget", None)
        replace_children(self._below, ())

    def _open_form(self, url: GPURL, session: GPSession) -> TaskWidget:
        return TaskWidget(url, session=session)

    def _show_form(self, made: TaskWidget) -> None:
        made.twin.around = self.twin
        self.set_trait("task_widget", made)
        replace_children(self._below, [made])
        self.twin.refresh()

    def _snapshot(self) -> str:
        task = self.task_widget.snapshot() if self.task_widget is not None else ""
        return f"{super()._snapshot()}{task}"
