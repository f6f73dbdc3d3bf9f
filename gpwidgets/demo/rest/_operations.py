"""What each operation of the REST interface answers; no HTTP in here."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from gpwidgets.demo.data import read_earthquakes
from gpwidgets.demo.jobs.jobs import Job, JobStore
from gpwidgets.demo.publishing.input_validation import validation_json
from gpwidgets.demo.publishing.parameters import FEATURES, ParameterSpec
from gpwidgets.demo.publishing.publish import Service
from gpwidgets.demo.publishing.refusals import InputRefused, Refusal, ToolError, invalid_input, invalid_url
from gpwidgets.demo.publishing.tool_inputs import FILE_TYPES, read_field, to_python
from gpwidgets.demo.publishing.tool_outputs import OutputOptions, result_json
from gpwidgets.demo.rest import _map_service as map_service
from gpwidgets.demo.rest._calls import Call, check_posted, sent_file
from gpwidgets.demo.rest._hosted_layers import HostedLayer
from gpwidgets.demo.rest._upload_items import MAX_MEGABYTES, UploadStore
from gpwidgets.demo.rest.faults import FaultBoard
from gpwidgets.demo.rest.portal import PortalStub
from gpwidgets.demo.rest.routes import folder_name
from gpwidgets.demo.rest.security import TokenStore
from gpwidgets.protocol.enums import JobStatus
from gpwidgets.protocol.values import UNSET


class Operations:
    """State of a server, and one method per operation.

    Parameters
    ----------
    origin
        ``http://127.0.0.1:port``.
    root
        Folder for output files and uploads.
    """

    def __init__(self, origin: str, root: Path, services: Mapping[str, Service], workers: int) -> None:
        self.origin = origin
        self.services = dict(services)
        self.jobs = JobStore(root / "jobs", workers)
        self.uploads = UploadStore(root / "uploads")
        self.tokens = TokenStore()
        self.portal: PortalStub | None = None
        self.faults = FaultBoard()
        self.layers: dict[str, HostedLayer] = {
            "Hosted/Earthquakes": HostedLayer("Hosted/Earthquakes", read_earthquakes),
            "Secured/Earthquakes": HostedLayer("Secured/Earthquakes", read_earthquakes, secured=True),
        }
        self._outputs = root / "output"

    def answer(self, call: Call) -> Any:
        """The JSON value that answers a call, or a Path for a file; may take as long as the tool does.

        Raises
        ------
        Refusal
            Everything that is answered by the error envelope.
        """
        if "expire_tokens" in call.faults:
            self.expire_tokens()
        if "vanish_job" in call.faults:
            self.jobs.remove(call.route.ident)
        if call.route.service is not None and call.service.secured:
            self._check_token(call)
        elif call.fields.get("token") == "":
            raise Refusal(498, "Invalid Token", ["Invalid Token"])
        return getattr(self, f"_{call.route.operation}")(call)

    def expire_tokens(self) -> None:
        """Make every token issued so far invalid, those of the portal as well."""
        self.tokens.expire_all()
        if self.portal is not None:
            self.portal.tokens.expire_all()

    def _check_token(self, call: Call) -> None:
        """Ask for a token of this server; a federated one takes those of its portal as well."""
        try:
            self.tokens.check(call.fields, call.headers)
        except Refusal as refused:
            if self.portal is None or refused.code != 498:
                raise
            self.portal.tokens.check(call.fields, call.headers)

    # Server and catalog

    def _info(self, call: Call) -> Any:
        tokens = f"{self.origin}/arcgis/tokens/generateToken"
        owner = {}
        if self.portal is not None:
            tokens = f"{self.portal.url}/sharing/rest/generateToken"
            owner = {"owningSystemUrl": self.portal.url}
        return {
            "currentVersion": 11.5,
            "fullVersion": "11.5.0",
            "soapUrl": f"{self.origin}/arcgis/services",
            **owner,
            "authInfo": {
                "isTokenBasedSecurity": True,
                "tokenServicesUrl": tokens,
                "shortLivedTokenValidity": self.tokens.longest_minutes,
            },
        }

    def _token(self, call: Call) -> Any:
        if call.method != "POST":
            raise Refusal(405, "Method Not Allowed", ["generateToken answers POST requests only."])
        return self.tokens.sign_in(call.fields)

    def _portal(self, call: Call) -> Any:
        if self.portal is None:
            raise invalid_url()
        return self.portal.answer(call.route.name, call.method, call.fields, call.headers)

    def _catalog(self, call: Call) -> Any:
        folder = call.route.ident
        listed = [s for s in self.services.values() if s.folder == folder]
        folders = sorted({s.folder for s in self.services.values() if s.folder}) if not folder else []
        return {
            "currentVersion": 11.5,
            "folders": folders,
            "services": [{"name": service.name, "type": "GPServer"} for service in listed],
        }

    def _service(self, call: Call) -> Any:
        return call.service.to_json()

    def _task(self, call: Call) -> Any:
        return call.tool.to_json()

    def _validate(self, call: Call) -> Any:
        if call.tool.validator is None:
            raise Refusal(400, "Unable to complete operation.", ["Validate is not supported by this task."])
        return validation_json(call.tool, call.fields, self.find_file)

    # Layers

    def _hosted(self, call: Call) -> HostedLayer:
        layer = self.layers.get(call.route.ident)
        if layer is None:
            raise Refusal(404, f"Service {call.route.ident}/FeatureServer not found")
        if layer.secured:
            self._check_token(call)
        return layer

    def _layers(self, call: Call) -> Any:
        layer = self._hosted(call)
        return {"currentVersion": 11.5, "layers": [{"id": 0, "name": layer.describe()["name"]}]}

    def _layer(self, call: Call) -> Any:
        return self._hosted(call).describe()

    def _query(self, call: Call) -> Any:
        return self._hosted(call).query(call.fields)

    def _host(self, job: Job, spec: ParameterSpec, asked: str) -> str:
        """Keep an output of features as a hosted layer; its URL."""
        told = json.loads(asked) if asked.lstrip().startswith("{") else {}
        given = str(told.get("serviceProperties", {}).get("name") or asked)
        several = sum(each.data_type == FEATURES for each in job.tool.outputs) > 1
        name = "".join(letter if letter.isalnum() else "_" for letter in given)
        name = f"Hosted/{name}_{spec.name}" if several else f"Hosted/{name}"
        frame = job.values[spec.name]
        self.layers[name] = HostedLayer(
            name, lambda: frame, secured=job.service.secured, renderer=spec.param.renderer
        )
        return f"{self.origin}/arcgis/rest/services/{quote(name)}/FeatureServer/0"

    # Result map service

    def _map_job(self, call: Call) -> Job:
        job = self.jobs[call.route.ident]
        if job.service is not call.service or job.status is not JobStatus.SUCCEEDED:
            raise Refusal(400, f"Job with id: {job.id} has no map.")
        return job

    def _map(self, call: Call) -> Any:
        return map_service.describe(self._map_job(call))

    def _map_legend(self, call: Call) -> Any:
        return map_service.legend(self._map_job(call))

    def _map_layer(self, call: Call) -> Any:
        return map_service.layer_of(self._map_job(call), call.route.name).describe(int(call.route.name))

    def _map_query(self, call: Call) -> Any:
        return map_service.layer_of(self._map_job(call), call.route.name).query(call.fields)

    def _map_export(self, call: Call) -> Any:
        job = self._map_job(call)
        picture = job.folder / f"map_{uuid.uuid4().hex}.png"
        told = map_service.export(job, call.fields, picture)
        return picture if call.fields.get("f") == "image" else {"href": self._file_url(job, picture), **told}

    # Running

    def _execute(self, call: Call) -> Any:
        if call.tool.asynchronous:
            raise Refusal(
                400, "Unable to complete operation.", ["Execute is not supported: the task is asynchronous."]
            )
        job = self._new_job(call)
        job.run(self._arguments(call))
        if job.status is not JobStatus.SUCCEEDED:
            texts = [m["description"] for m in job.messages if m["type"].endswith("Error")]
            raise Refusal(400, "Unable to complete operation.", texts)
        results = [self._result_of(call, job, spec) for spec in call.tool.outputs]
        shutil.rmtree(job.folder.parent, ignore_errors=True)
        shown = call.fields.get("returnMessages", "true").lower() != "false"
        return {"results": results, "messages": job.messages if shown else []}

    def _submit(self, call: Call) -> Any:
        if not call.tool.asynchronous:
            raise Refusal(
                400,
                "Unable to complete operation.",
                ["Submit job is not supported: the task is synchronous."],
            )
        job = self._new_job(call)
        self.jobs.create(job)
        told = {"jobId": job.id, "jobStatus": job.status.value}
        if "missing_status" in call.faults:
            del told["jobStatus"]
        return told

    def start(self, call: Call, job_id: str) -> None:
        """Let a job go on its way, once its submission has been answered."""
        if "hold_job" not in call.faults:
            self.jobs.start(self.jobs[job_id], self._arguments(call))

    def _new_job(self, call: Call) -> Job:
        inputs: dict[str, Any] = {}
        for spec in call.tool.inputs:
            value = read_field(call.fields.get(spec.name, ""), spec) if spec.name in call.fields else UNSET
            if value is not UNSET:
                inputs[spec.name] = value
            elif spec.required:
                raise InputRefused(spec.name, "a value is required.")
        return Job(call.service, call.tool, inputs, call.fields, self.jobs.root)

    def _arguments(self, call: Call) -> Any:
        def decode(job: Job) -> dict[str, Any]:
            if "fail_job" in call.faults:
                raise ToolError(call.faults["fail_job"].message)
            if job.tool.raw:
                return {spec.name: self._raw_value(job, spec) for spec in job.tool.inputs}
            given = [spec for spec in job.tool.inputs if spec.name in job.inputs]
            return {spec.argument: to_python(job.inputs[spec.name], spec, self.find_file) for spec in given}

        return decode

    def _raw_value(self, job: Job, spec: ParameterSpec) -> Any:
        """A wire value; of uploads the file, or the set that it holds."""
        value = job.inputs.get(spec.name, spec.default)
        if not isinstance(value, Mapping) or not value.get("itemID"):
            return value
        path = self.find_file(value)
        return path if spec.data_type in FILE_TYPES else json.loads(path.read_text("utf-8"))

    # Jobs

    def _job(self, call: Call) -> Job:
        job = self.jobs[call.route.ident]
        if job.tool is not call.tool:
            raise Refusal(400, f"Job with id: {job.id} does not exist or is inaccessible.")
        return job

    def _poll(self, call: Call) -> Any:
        told = self._job(call).to_json(messages=call.fields.get("returnMessages", "true").lower() != "false")
        for kind, key in (("missing_status", "jobStatus"), ("missing_results", "results")):
            if kind in call.faults:
                told.pop(key, None)
        return told

    def _cancel(self, call: Call) -> Any:
        job = self._job(call)
        job.cancel()
        return {"jobId": job.id, "jobStatus": job.status.value, "messages": []}

    def _result(self, call: Call) -> Any:
        job = self._job(call)
        spec = next((s for s in job.tool.outputs if s.name == call.route.name), None)
        if spec is None or (job.status is not JobStatus.SUCCEEDED and spec.name not in job.values):
            raise invalid_input(f"There is no result {call.route.name!r}.")
        return self._result_of(call, job, spec)

    def _results(self, call: Call) -> Any:
        job = self._job(call)
        return [self._result_of(call, job, spec) for spec in job.tool.outputs if spec.name in job.values]

    def _input(self, call: Call) -> Any:
        job = self._job(call)
        spec = next((s for s in job.tool.inputs if s.name == call.route.name), None)
        if spec is None:
            raise invalid_input(f"There is no input {call.route.name!r}.")
        return _input_json(spec, job)

    def _inputs(self, call: Call) -> Any:
        job = self._job(call)
        return [_input_json(spec, job) for spec in job.tool.inputs]

    def _result_of(self, call: Call, job: Job, spec: ParameterSpec) -> Any:
        limit = -1 if "truncate" in call.faults else job.service.maximum_records
        # A task may have a parameter called context of its own.
        own = {each.name for each in job.tool.inputs}
        said = {key: text for key, text in {**job.options, **call.fields}.items() if key not in own}
        options = OutputOptions.read(said, limit, has_map=job.service.result_map)
        value = job.values.get(spec.name)
        hosted = said.get("esri_out_feature_service_name", "")
        if hosted and spec.data_type == FEATURES and hasattr(value, "geometry") and job.tool.asynchronous:
            return {
                "paramName": spec.name,
                "dataType": FEATURES,
                "value": {"url": self._host(job, spec, hosted)},
            }
        if options.out_sr is None and spec.data_type == FEATURES and hasattr(value, "geometry"):
            options = replace(options, out_sr=_input_reference(job))
        return result_json(spec, value, options, lambda path: self._file_url(job, path))

    # Files

    def _file_url(self, job: Job, path: Path) -> str:
        base = f"{self.origin}/arcgis/rest/directories"
        if job.tool.asynchronous:
            kept = path if path.is_relative_to(job.folder) else _copy(path, job.folder / path.name)
            return f"{base}/arcgisjobs/{quote(folder_name(job.service))}/{job.id}/scratch/{quote(kept.name)}"
        folder = f"{job.service.name.replace('/', '_')}_GPServer"
        target = self._outputs / folder.lower() / f"_ags_{path.stem}_{job.id[1:9]}{path.suffix}"
        return f"{base}/arcgisoutput/{quote(folder)}/{quote(_copy(path, target).name)}"

    def _file(self, call: Call) -> Path:
        return self._local_file(call.route.name)

    def _local_file(self, name: str) -> Path:
        match name.split("/"):
            case ["arcgisjobs", _, job_id, "scratch", file]:
                path = self.jobs[job_id].folder / Path(file).name
            case ["arcgisoutput", folder, file]:
                path = self._outputs / Path(folder.lower()).name / Path(file).name
            case _:
                raise Refusal(404, "File not found")
        if not path.is_file():
            raise Refusal(404, "File not found")
        return path

    def find_file(self, value: Mapping[str, Any]) -> Path:
        """The file behind an upload, or behind a URL of this server.

        Raises
        ------
        ValueError
            The URL is another server's: this one fetches nothing.
        """
        if value.get("itemID"):
            return self.uploads.find(value["itemID"])
        url = urlsplit(str(value.get("url", "")))
        own = f"{url.scheme}://{url.netloc}{url.path}".startswith(f"{self.origin}/")
        if own and url.path.lower().endswith("/featureserver/0"):
            return self._layer_file(unquote(url.path), value)
        _, found, name = unquote(url.path).partition("/rest/directories/")
        if not (own and found):
            raise ValueError("only uploads and files of this server can be read")
        return self._local_file(name)

    def _layer_file(self, path: str, value: Mapping[str, Any]) -> Path:
        """The rows of a hosted layer that an input names, as a file with a feature set."""
        name = path.partition("/rest/services/")[2][: -len("/FeatureServer/0")]
        layer = self.layers.get(name)
        if layer is None:
            raise ValueError(f"there is no layer {name!r}")
        if layer.secured:
            try:
                self.tokens.check({"token": str(value["token"])} if value.get("token") else {}, {})
            except Refusal as refused:
                raise ValueError(f"the layer cannot be read: {refused.message}") from None
        every = {"where": str(value.get("filter") or "1=1"), "outFields": "*"}
        whole = replace(layer, page=len(layer.frame))
        file = self._outputs / "layers" / f"{uuid.uuid4().hex}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(whole.query(every), default=str), "utf-8")
        return file

    # Uploads

    def _uploads(self, call: Call) -> Any:
        return {"uploads": len(self.uploads)}

    def _upload_info(self, call: Call) -> Any:
        return {"maxUploadFileSize": MAX_MEGABYTES}

    def _upload(self, call: Call) -> Any:
        name, body = sent_file(call)
        item = self.uploads.upload(name, body, call.fields.get("description", ""))
        return {"success": True, "item": item.to_json()}

    def _register(self, call: Call) -> Any:
        check_posted(call)
        item = self.uploads.register(call.fields.get("itemName", ""), call.fields.get("description", ""))
        return {"success": True, "item": item.to_json()}

    def _part(self, call: Call) -> Any:
        self.uploads.add_part(call.route.ident, call.fields, sent_file(call)[1])
        return {"success": True}

    def _parts(self, call: Call) -> Any:
        return {"parts": [str(number) for number in sorted(self.uploads[call.route.ident].parts)]}

    def _commit(self, call: Call) -> Any:
        check_posted(call)
        item = self.uploads.commit(call.route.ident, call.fields.get("parts", ""))
        return {"success": True, "item": item.to_json()}

    def _item(self, call: Call) -> Any:
        return self.uploads[call.route.ident].to_json()

    def _delete(self, call: Call) -> Any:
        check_posted(call)
        self.uploads.delete(call.route.ident)
        return {"success": True}


def _input_json(spec: ParameterSpec, job: Job) -> dict[str, Any]:
    value = "" if spec.data_type == "GPStringHidden" else job.inputs.get(spec.name, spec.default)
    return {"paramName": spec.name, "dataType": spec.data_type, "value": value}


def _input_reference(job: Job) -> Any:
    """Spatial reference of the first feature input: results come back in it unless told otherwise."""
    for spec in job.tool.inputs:
        value = job.inputs.get(spec.name)
        if spec.data_type == FEATURES and isinstance(value, Mapping) and value.get("spatialReference"):
            return value["spatialReference"]
    return None


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target
