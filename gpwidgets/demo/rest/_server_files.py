"""The files of the embedded server: those of results, of uploads, and of hosted layers that inputs name."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from gpwidgets.demo.jobs.jobs import Job, JobStore
from gpwidgets.demo.publishing.refusals import Refusal
from gpwidgets.demo.rest._hosted_layers import HostedLayer
from gpwidgets.demo.rest._map_service import layer_of
from gpwidgets.demo.rest._upload_items import UploadStore
from gpwidgets.demo.rest.routes import folder_name
from gpwidgets.demo.rest.security import TokenStore


class ServerFiles:
    """Finds files by their addresses, and gives addresses to files.

    Parameters
    ----------
    origin
        ``http://127.0.0.1:port``.
    folder
        Gets copies of what results name.
    jobs, uploads, layers, tokens
        Of the server.
    """

    def __init__(
        self,
        origin: str,
        folder: Path,
        jobs: JobStore,
        uploads: UploadStore,
        layers: Mapping[str, HostedLayer],
        tokens: TokenStore,
    ) -> None:
        self._origin, self._outputs = origin, folder
        self._jobs, self._uploads, self._layers, self._tokens = jobs, uploads, layers, tokens

    def url_of(self, job: Job, path: Path) -> str:
        """Where a file of a result is to be had; one from elsewhere is copied first."""
        base = f"{self._origin}/arcgis/rest/directories"
        if job.tool.asynchronous:
            kept = path if path.is_relative_to(job.folder) else _copy(path, job.folder / path.name)
            return f"{base}/arcgisjobs/{quote(folder_name(job.service))}/{job.id}/scratch/{quote(kept.name)}"
        folder = f"{job.service.name.replace('/', '_')}_GPServer"
        target = self._outputs / folder.lower() / f"_ags_{path.stem}_{job.id[1:9]}{path.suffix}"
        return f"{base}/arcgisoutput/{quote(folder)}/{quote(_copy(path, target).name)}"

    def path_of(self, name: str) -> Path:
        """The file behind an address below ``/rest/directories/``.

        Raises
        ------
        Refusal
            There is none.
        """
        match name.split("/"):
            case ["arcgisjobs", _, job_id, "scratch", file]:
                path = self._jobs[job_id].folder / Path(file).name
            case ["arcgisoutput", folder, file]:
                path = self._outputs / Path(folder.lower()).name / Path(file).name
            case _:
                raise Refusal(404, "File not found")
        if not path.is_file():
            raise Refusal(404, "File not found")
        return path

    def find(self, value: Mapping[str, Any]) -> Path:
        """The file behind an upload, or behind a URL of this server.

        Raises
        ------
        ValueError
            The URL is another server's: this one fetches nothing.
        """
        if value.get("itemID"):
            return self._uploads.find(value["itemID"])
        url = urlsplit(str(value.get("url", "")))
        own = f"{url.scheme}://{url.netloc}{url.path}".startswith(f"{self._origin}/")
        if own and url.path.lower().endswith("/featureserver/0"):
            return self._layer_file(unquote(url.path), value)
        _, of_job, layer = url.path.partition("/MapServer/jobs/")
        if own and of_job:
            return self._written(self._layer_of_job(unquote(layer)), value)
        _, found, name = unquote(url.path).partition("/rest/directories/")
        if not (own and found):
            raise ValueError("only uploads and files of this server can be read")
        return self.path_of(name)

    def _layer_file(self, path: str, value: Mapping[str, Any]) -> Path:
        """The rows of a hosted layer that an input names, as a file with a feature set."""
        name = path.partition("/rest/services/")[2][: -len("/FeatureServer/0")]
        layer = self._layers.get(name)
        if layer is None:
            raise ValueError(f"there is no layer {name!r}")
        if layer.secured:
            try:
                self._tokens.check({"token": str(value["token"])} if value.get("token") else {}, {})
            except Refusal as refused:
                raise ValueError(f"the layer cannot be read: {refused.message}") from None
        return self._written(layer, value)

    def _layer_of_job(self, place: str) -> HostedLayer:
        """A layer of the map service of a job."""
        job_id, _, number = place.partition("/")
        try:
            return layer_of(self._jobs[job_id], number)
        except Refusal as refused:
            raise ValueError(f"the layer cannot be read: {refused.message}") from None

    def _written(self, layer: HostedLayer, value: Mapping[str, Any]) -> Path:
        """The rows of a layer, in a file."""
        every = {"where": str(value.get("filter") or "1=1"), "outFields": "*"}
        whole = replace(layer, page=len(layer.frame))
        file = self._outputs / "layers" / f"{uuid.uuid4().hex}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(whole.query(every), default=str), "utf-8")
        return file


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target
