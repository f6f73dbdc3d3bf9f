"""A server's folders and geoprocessing services, to find a task in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services import resources
from gpwidgets.client.sign_in.auth import as_auth
from gpwidgets.errors import GPError
from gpwidgets.html_blocks import block, paragraph, table, title
from gpwidgets.protocol.description import ServiceInfo
from gpwidgets.protocol.urls import GPURL
from gpwidgets.tasks.task import GPTask
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.client.services.resources import Catalog
    from gpwidgets.client.sign_in.auth import Auth


class GPService:
    """A geoprocessing service, or a folder of services.

    Parameters
    ----------
    url
        A services root, folder, service or anything below; what comes after the service is ignored.
    auth
        `Token`, `Login` or an authentication object of requests, for secured services.
    session
        A session to share; made here otherwise.

    Notes
    -----
    Reads ``…/rest/services[/folder]`` and ``…/GPServer``, each on first use.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> root = gp.GPService(server.url)
    >>> "Elevation" in root.services
    True
    >>> root.service("Elevation").tasks
    ['Viewshed']
    >>> root.service("Elevation")["Viewshed"].name
    'Viewshed'
    """

    def __init__(
        self, url: str | GPURL, auth: Auth | None = None, *, session: GPSession | None = None
    ) -> None:
        self.url: GPURL = url if isinstance(url, GPURL) else GPURL.parse(url)
        auth = as_auth(auth)  # shows no password, in a traceback with variables neither
        self.session: GPSession = session if session is not None else GPSession(auth)

    @cached_property
    def _catalog(self) -> Catalog:
        return resources.read_catalog(self.session, self.url)

    @property
    def is_folder(self) -> bool:
        """Whether the URL is that of a folder or root."""
        return not self.url.service_name

    @property
    def folders(self) -> list[str]:
        """Names of the folders below a root."""
        return list(self._catalog.folders)

    @property
    def services(self) -> list[str]:
        """Names of the geoprocessing services in a folder, with the folder before a slash."""
        return list(self._catalog.services)

    @cached_property
    def info(self) -> ServiceInfo:
        """Description of the service.

        Raises
        ------
        GPError
            The URL is that of a folder.
        """
        if self.is_folder:
            raise GPError(
                f"{self.url.catalog} is a folder; its services are: {', '.join(self.services) or 'none'}"
            )
        return resources.read_service(self.session, self.url)

    @property
    def tasks(self) -> list[str]:
        """Names of the service's tasks."""
        return list(self.info.tasks)

    def folder(self, name: str) -> GPService:
        """A folder below the root."""
        return GPService(GPURL(self.url.server, folder=name), session=self.session)

    def service(self, name: str) -> GPService:
        """A service by its name, with its folder before a slash."""
        folder, _, short = name.rpartition("/")
        return GPService(GPURL(self.url.server, folder or self.url.folder, short), session=self.session)

    def task(self, name: str) -> GPTask:
        """A task of the service."""
        return GPTask(self.url.for_task(name), session=self.session)

    def __getitem__(self, name: str) -> GPTask:
        return self.task(name)

    def _repr_html_(self) -> str:
        known: dict[str, Sequence[str]] = {}
        catalog, info = self.__dict__.get("_catalog"), self.__dict__.get("info")  # nothing is read for this
        if catalog is not None:
            known = {tr("Folders"): catalog.folders, tr("Services"): catalog.services}
        if info is not None:
            known = {tr("Tasks"): info.tasks}
        ways = "folders, services" if self.is_folder else "tasks"
        hint = tr("Nothing is there.") if known else tr("Not read yet; to read it: {ways}.", ways=ways)
        tables = [table([(name,) for name in names], caption=what) for what, names in known.items()]
        return block(
            title("GPService", self.url.service_name or self.url.folder or ""),
            "".join(tables) or paragraph(hint),
            paragraph(self.url.catalog if self.is_folder else self.url.service, code=True),
        )

    def __repr__(self) -> str:
        kind = "folder" if self.is_folder else "service"
        return f"<GPService {kind} {self.url.catalog if self.is_folder else self.url.service}>"
