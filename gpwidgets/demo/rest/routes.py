"""Which operation a path and its method ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from gpwidgets.demo.publishing.publish import Service, Tool
from gpwidgets.demo.publishing.refusals import Refusal, invalid_url

CONTEXT = "/arcgis"
SERVICES = ("rest", "services")


@dataclass(frozen=True)
class Route:
    """One request, understood.

    Attributes
    ----------
    operation
        One of :data:`OPERATIONS`.
    service, tool
        What the path names, if it does.
    ident
        Job id, upload id, name of hosted layers, or folder of the catalog.
    name
        Parameter name, number of a layer, path of a file, or resource of the portal.
    """

    operation: str
    service: Service | None = None
    tool: Tool | None = None
    ident: str = ""
    name: str = ""


OPERATIONS = (
    *("info", "token", "catalog", "service", "task", "validate", "execute", "submit", "poll", "cancel"),
    *("result", "results", "input", "inputs", "file", "uploads", "upload_info", "upload"),
    *("register", "part", "parts", "commit", "item", "delete"),
    *("portal", "layers", "layer", "query", "map", "map_layer", "map_query", "map_export", "map_legend"),
)
"""Names of all operations, as the fault switchboard knows them."""


def find_route(path: str, services: Mapping[str, Service]) -> Route:
    """Resolve a raw (percent-encoded) path.

    Raises
    ------
    Refusal
        The path leads nowhere; the code and text are those of real servers.
    """
    parts = [unquote(part) for part in path.split("/") if part]
    if parts[:3] == ["portal", "sharing", "rest"]:
        return Route("portal", name="/".join(parts[3:]))
    if parts[:1] != [CONTEXT.strip("/")]:
        raise invalid_url()
    parts = parts[1:]
    if parts == ["rest", "info"]:
        return Route("info")
    if parts in (["tokens"], ["tokens", "generateToken"]):
        return Route("token")
    if parts[:2] == ["rest", "directories"]:
        return Route("file", name="/".join(parts[2:]), service=_file_owner(parts[2:], services))
    if tuple(parts[:2]) != SERVICES:
        raise invalid_url()
    return _below_services(parts[2:], services)


def _file_owner(parts: list[str], services: Mapping[str, Service]) -> Service | None:
    if len(parts) < 2:
        return None
    owners = {folder_name(service): service for service in services.values()}
    return owners.get(parts[1].lower())


def folder_name(service: Service) -> str:
    """Name of a service's folder below the output directories."""
    return f"{service.name.replace('/', '_')}_gpserver".lower()


def _below_services(parts: list[str], services: Mapping[str, Service]) -> Route:
    kinds = [part.lower() for part in parts]
    if "featureserver" in kinds:
        return _below_layers(parts, kinds.index("featureserver"))
    if "mapserver" in kinds:
        return _below_map(parts, kinds.index("mapserver"), services)
    types = [index for index, part in enumerate(kinds) if part == "gpserver"]
    if not types:
        folder = "/".join(parts)
        if folder and folder not in {service.folder for service in services.values()}:
            raise Refusal(404, f"Folder {folder} not found")
        return Route("catalog", ident=folder)
    name = "/".join(parts[: types[0]])
    if name not in services:
        raise Refusal(404, f"Service {name}/GPServer not found")
    return _below_service(services[name], parts[types[0] + 1 :])


def _below_layers(parts: list[str], at: int) -> Route:
    name = "/".join(parts[:at])
    match parts[at + 1 :]:
        case []:
            return Route("layers", ident=name)
        case ["0"]:
            return Route("layer", ident=name, name="0")
        case ["0", "query"]:
            return Route("query", ident=name, name="0")
    raise invalid_url()


def _below_map(parts: list[str], at: int, services: Mapping[str, Service]) -> Route:
    service = services.get("/".join(parts[:at]))
    if service is None or not service.result_map:
        raise Refusal(404, f"Service {'/'.join(parts[:at])}/MapServer not found")
    match parts[at + 1 :]:
        case ["jobs", job]:
            return Route("map", service, ident=job)
        case ["jobs", job, ("export" | "legend") as operation]:
            return Route(f"map_{operation}", service, ident=job)
        case ["jobs", job, layer]:
            return Route("map_layer", service, ident=job, name=layer)
        case ["jobs", job, layer, "query"]:
            return Route("map_query", service, ident=job, name=layer)
    raise invalid_url()


def _below_service(service: Service, parts: list[str]) -> Route:
    if not parts:
        return Route("service", service)
    if parts[0] == "uploads":
        return _below_uploads(service, parts[1:])
    tool = service.tasks.get(parts[0])
    if tool is None:
        raise invalid_url()
    match parts[1:]:
        case []:
            return Route("task", service, tool)
        case ["execute"]:
            return Route("execute", service, tool)
        case ["validate"]:
            return Route("validate", service, tool)
        case ["submitJob"]:
            return Route("submit", service, tool)
        case ["jobs", job]:
            return Route("poll", service, tool, job)
        case ["jobs", job, "cancel"]:
            return Route("cancel", service, tool, job)
        case ["jobs", job, ("results" | "inputs") as kind]:
            return Route(kind, service, tool, job)
        case ["jobs", job, ("results" | "inputs") as kind, name]:
            return Route(kind[:-1], service, tool, job, name)
    raise invalid_url()


def _below_uploads(service: Service, parts: list[str]) -> Route:
    if not service.uploads:
        raise Refusal(400, "Uploads are not supported by this service.")
    match parts:
        case []:
            return Route("uploads", service)
        case ["info"]:
            return Route("upload_info", service)
        case [("upload" | "register") as operation]:
            return Route(operation, service)
        case [item]:
            return Route("item", service, ident=item)
        case [item, ("uploadPart" | "parts" | "commit" | "delete") as operation]:
            return Route(operation.removeprefix("upload").lower(), service, ident=item)
    raise invalid_url()
