"""Finding a task: folders, services and tasks of a server as lists to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

import ipywidgets as w
import traitlets

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.errors import AuthenticationError, ConnectionFailed, TaskNotFound, URLError
from gpwidgets.protocol.urls import GPURL
from gpwidgets.secrets import mask
from gpwidgets.tasks.service import GPService
from gpwidgets.texts import tr
from gpwidgets.widgets._way_in import WayIn, other_scheme
from gpwidgets.widgets.kit.background import Background, Job
from gpwidgets.widgets.kit.controls import status_line, wide
from gpwidgets.widgets.kit.errors_shown import guarded
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.page.twin import ShownWithTwin, StaticTwin
from gpwidgets.widgets.patience import wait_a_moment

if TYPE_CHECKING:
    from gpwidgets.client.http.session import GPSession
    from gpwidgets.client.sign_in.auth import Auth

Answer = TypeVar("Answer")

#: Lists longer than this get a search box.
MANY = 12


class PickList(Owner, w.VBox):
    """A list to choose one name from, with a search box when there are many."""

    value: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="The chosen name; empty when none is."
    )

    def __init__(self, label: str) -> None:
        self._names: tuple[str, ...] = ()
        style = {"description_width": "70px"}
        self.search: w.Text = w.Text(
            placeholder=tr("part of the name"),
            description=tr("Search"),
            layout=w.Layout(width="auto"),  # with its margins it is as wide as the column
            style=style,
        )
        self.list: w.Dropdown = w.Dropdown(description=label, layout=w.Layout(width="auto"), style=style)
        self.search.observe(lambda _change: self._narrow(), names="value")
        self.list.observe(self._choose, names="value")
        layout = w.Layout(flex="1 1 240px", min_width="0", overflow="visible")  # it scrolls for nothing
        super().__init__([self.search, self.list], layout=layout)
        self.show(())

    def show(self, names: Sequence[str], *, choose_single: bool = True) -> None:
        """Offer these names; the first is chosen when it is the only one."""
        self._names = tuple(names)
        self.search.value = ""
        self.search.layout.display = "" if len(self._names) > MANY else "none"
        self._narrow()
        if len(self._names) == 1 and choose_single:
            self.list.value = self._names[0]

    def _narrow(self) -> None:
        wanted = self.search.value.strip().casefold()
        names = [name for name in self._names if wanted in name.casefold()]
        kept = self.value if self.value in names else ""
        self._offer(names, kept)
        self.list.value = kept
        self.list.disabled = not names

    def _offer(self, names: Sequence[str], chosen: str) -> None:
        """Put as many names into the list as a page can hold, the chosen one among them."""
        listed = list(names[: limit("choices")])
        if chosen and chosen not in listed:
            listed.append(chosen)
        head = tr("choose one of {count}", count=len(names)) if names else tr("none")
        if len(listed) < len(names):
            head = tr(
                "{shown} of {count}; search finds the others, {hint}",
                shown=len(listed),
                count=len(names),
                hint=how_to_raise("choices"),
            )
        self.list.options = [(head, ""), *((n, n) for n in listed)]

    def choose(self, name: str) -> None:
        """Choose a name, also one that only a search would list."""
        self._offer(self._names, name)
        self.value = self.list.value = name

    def _choose(self, change: Mapping[str, Any]) -> None:
        self.value = change["new"] or ""


class TaskFinder(Owner, ShownWithTwin, w.VBox):
    """Folders, services and tasks of a server as lists; what a chosen task is for, a subclass says.

    Parameters
    ----------
    url, auth, session
        As `gpwidgets.ServiceWidget`.
    """

    error: traitlets.Any = traitlets.Any(
        None, allow_none=True, help="The exception that is shown; None when all is well."
    )

    def __init__(
        self, url: str | GPURL, auth: Auth | None = None, *, session: GPSession | None = None
    ) -> None:
        self._url = url
        self._auth = auth
        self._session = session
        self._root: GPService | None = None
        self._top = tr("(top level)")
        self._service: GPService | None = None
        self.folders: PickList = PickList(tr("Folder"))
        self.services: PickList = PickList(tr("Service"))
        self.tasks: PickList = PickList(tr("Task"))
        self._said = status_line()
        self._reading = self.own(Background("gpwidgets-browse", said=self._said, failed=self.show_error))
        self._help = w.VBox()
        self.twin: StaticTwin = StaticTwin(self._snapshot)
        self._below = w.VBox(layout=wide())
        pickers = w.HBox(
            [self.folders, self.services, self.tasks], layout=w.Layout(flex_flow="row wrap", width="100%")
        )
        super().__init__(
            [style_sheet(), self.twin.hider, pickers, self._said, self._help, self._below],
            layout=wide(),
        )
        self.add_class("gpw")
        for picker, follow in (
            (self.folders, self._open_folder),
            (self.services, self._open_service),
            (self.tasks, self._open_task),
        ):
            picker.observe(follow, names="value")
        wait_a_moment(self._open())

    def _open(self) -> Job:
        return self._read(self._find, self._show_found)

    def _find(self) -> tuple[GPURL, GPService, Sequence[str]]:
        """Read what is at the address: a folder with its services, or a service with its tasks."""
        parsed = self._url if isinstance(self._url, GPURL) else GPURL.parse(self._url)
        found = GPService(parsed, self._auth, session=self._session)
        return parsed, found, found.services if found.is_folder else found.tasks

    def _show_found(self, answer: tuple[GPURL, GPService, Sequence[str]]) -> None:
        parsed, found, names = answer
        if found.is_folder:
            folders, services = found.folders, names
            self._root = found
            self.folders.show([self._top, *folders] if folders else [])
            self.folders.list.value = self._top if folders else ""
            self.services.show(services)
        else:
            self._root = None
            self._show_tasks(found, names, choose_single=not parsed.task_name)
        self.folders.layout.display = "" if self._root is not None and self._root.folders else "none"
        self.services.layout.display = "" if self._root is not None else "none"
        if parsed.task_name and not found.is_folder:
            self._choose_task(parsed, found)

    def _choose_task(self, url: GPURL, service: GPService) -> None:
        """Open the task that the address names, and no other one in its place."""
        if url.task_name not in service.tasks:
            words = tr(
                "{service} has no task {name!r}; choose one of the list.",
                service=url.service_name,
                name=url.task_name,
            )
            raise TaskNotFound(words)
        self.tasks.choose(url.task_name)

    def _open_folder(self, change: Mapping[str, Any]) -> None:
        name = change["new"]
        if self._root is None:
            return
        self.tasks.show(())
        if not name:
            self._reading.forget()
            return

        def read() -> Sequence[str]:
            root = self._root  # the one of now: somebody may have signed in since
            assert root is not None
            return (root if name == self._top else root.folder(name)).services

        self._read(read, self.services.show)

    def _open_service(self, change: Mapping[str, Any]) -> None:
        name = change["new"]
        if self._root is None:
            return
        self.tasks.show(())
        if not name:
            self._reading.forget()
            return

        def read() -> tuple[GPService, Sequence[str]]:
            root = self._root
            assert root is not None
            found = root.service(name)
            return found, found.tasks

        self._read(read, lambda answer: self._show_tasks(*answer))

    def _show_tasks(self, service: GPService, names: Sequence[str], *, choose_single: bool = True) -> None:
        self._service = service
        self.tasks.show(names, choose_single=choose_single)

    def _open_task(self, change: Mapping[str, Any]) -> None:
        service, name = self._service, change["new"]
        self._clear()
        if service is None or not name:
            self._reading.forget()
            return
        url = service.url.for_task(name)
        self._read(lambda: self._open_form(url, service.session), self._show_form)

    def _clear(self) -> None:
        """Take away what is shown of the task that was chosen before."""

    def _open_form(self, url: GPURL, session: GPSession) -> Any:
        """Make what a task was chosen for, beside the cell."""
        raise NotImplementedError

    def _show_form(self, made: Any) -> None:
        """Show what was made, unless another task has been chosen meanwhile."""
        raise NotImplementedError

    def _read(self, work: Callable[[], Answer], then: Callable[[Answer], object]) -> Job:
        """Ask the server without holding up the kernel; the latest question counts."""
        replace_children(self._help, ())

        def show(answer: Answer) -> None:
            self.error = None
            then(answer)

        return self._reading.start(work, show, tr("Reading from the server…"))

    def _read_again(self) -> None:
        replace_children(self._help, ())
        self._reading.again()

    def show_error(self, error: Exception) -> None:
        """Show an exception and a way to go on."""
        is_plain = isinstance(error, ConnectionFailed) and not error.may_pass
        proposal = other_scheme(str(self._url)) if is_plain else ""
        parts: list[w.Widget] = [WayIn(str(self._url), self._go, proposal=proposal)]
        if isinstance(error, AuthenticationError):
            parts.insert(0, self._reading.sign_in_box(self._sign_in, str(self._url)))
        replace_children(self._help, parts)
        self.error = error
        self._said.show_error(error)

    def _go(self, address: str) -> None:
        """Open another address, or try the last step again."""
        if address == mask(str(self._url)):
            self._read_again()
        else:
            self._leave(address)
            self._url = address
            self._open()

    def _leave(self, address: str) -> None:
        """Leave the sign-in behind, when another server is to be opened."""
        try:
            is_other = GPURL.parse(address).server != GPURL.parse(str(self._url)).server
        except URLError:
            return
        if is_other:
            self._auth = None
            self._session = None if self._session is None else self._session.with_auth(None)

    @guarded
    def _sign_in(self, auth: Auth) -> None:
        self._auth = auth
        if self._session is not None:
            self._session = self._session.with_auth(auth)
        if self._root is None:
            self._open()
        else:  # what was chosen so far stays chosen
            self._root = GPService(self._root.url, auth, session=self._session)
            self._read_again()

    def _snapshot(self) -> str:
        """The widget as a reader without a kernel sees it."""
        chosen = [(tr("Folder"), self.folders), (tr("Service"), self.services), (tr("Task"), self.tasks)]
        lines = [f"<li>{name}: {escape(picker.value)}</li>" for name, picker in chosen if picker.value]
        if not lines:
            names = [name for name, value in self.services.list.options if value]
            lines = [f"<li>{escape(name)}</li>" for name in names]
        return f"<ul>{''.join(lines)}</ul>{self._said.value}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class TaskChooser(TaskFinder):
    """Finding a task only: what is chosen is handed on.

    Parameters
    ----------
    url, auth, session
        As `gpwidgets.ServiceWidget`.
    take
        Called with the address of the task, and the session that has found it.
    """

    def __init__(
        self,
        url: str | GPURL,
        auth: Auth | None = None,
        *,
        session: GPSession | None = None,
        take: Callable[[GPURL, GPSession], None],
    ) -> None:
        self._take = take
        super().__init__(url, auth, session=session)

    def _open_form(self, url: GPURL, session: GPSession) -> tuple[GPURL, GPSession]:
        return url, session

    def _show_form(self, made: tuple[GPURL, GPSession]) -> None:
        self._take(*made)
