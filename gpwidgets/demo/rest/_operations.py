"""What each operation of the REST interface answers; no HTTP in here."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gpwidgets.demo.data import read_earthquakes
from gpwidgets.demo.jobs.jobs import Job, JobStore
from gpwidgets.demo.publishing.input_validation import validation_json
from gpwidgets.demo.publishing.parameters import FEATURES, ParameterSpec
from gpwidgets.demo.publishing.publish import Service
from gpwidgets.demo.publishing.refusals import InputRefused, Refusal, ToolError, invalid_input, invalid_url
from gpwidgets.demo.publishing.tool_inputs import FILE_TYPES, read_field, to_python
from gpwidgets.demo.publishing.tool_outputs import OutputOptions, result_json
from gpwidgets.demo.rest import _map_service as map_service
from gpwidgets.demo.rest._calls import Call
from gpwidgets.demo.rest._hosted_layers import HostedLayer
from gpwidgets.demo.rest._server_files import ServerFiles
from gpwidgets.demo.rest._upload_calls import UPLOAD_CALLS
from gpwidgets.demo.rest._upload_items import UploadStore
from gpwidgets.demo.rest.faults import FaultBoard
from gpwidgets.demo.rest.portal import PortalStub
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
    services
        By name.
    workers
        Jobs that run at the same time.
    jobs_each
        Jobs of one machine that may wait or run at the same time.
    """

    def __init__(
        self,
        origin: str,
        root: Path,
        services: Mapping[str, Service],
        workers: int,
        jobs_each: int | None = None,
    ) -> None:
        self.origin = origin
        self.services = dict(services)
        self.jobs = JobStore(root / "jobs", workers, jobs_each)
        self.uploads = UploadStore(root / "uploads")
        self.tokens = TokenStore()
        self.portal: PortalStub | None = None
        self.faults = FaultBoard()
        self.layers: dict[str, HostedLayer] = {
            "Hosted/Earthquakes": HostedLayer("Hosted/Earthquakes", read_earthquakes),
            "Secured/Earthquakes": HostedLayer("Secured/Earthquakes", read_earthquakes, secured=True),
        }
        self.files = ServerFiles(origin, root / "output", self.jobs, self.uploads, self.layers, self.tokens)

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
        if call.route.operation == "file":
            return self.files.path_of(call.route.name)
        answer = UPLOAD_CALLS.get(call.route.operation)
        return (
            getattr(self, f"_{call.route.operation}")(call) if answer is None else answer(self.uploads, call)
        )

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
        return validation_json(call.tool, call.fields, self.files.find)

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
        return (
            picture if call.fields.get("f") == "image" else {"href": self.files.url_of(job, picture), **told}
        )

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
        return Job(call.service, call.tool, inputs, call.fields, self.jobs.root, call.sender)

    def _arguments(self, call: Call) -> Any:
        def decode(job: Job) -> dict[str, Any]:
            if "fail_job" in call.faults:
                raise ToolError(call.faults["fail_job"].message)
            if job.tool.raw:
                return {spec.name: self._raw_value(job, spec) for spec in job.tool.inputs}
            given = [spec for spec in job.tool.inputs if spec.name in job.inputs]
            return {spec.argument: to_python(job.inputs[spec.name], spec, self.files.find) for spec in given}

        return decode

    def _raw_value(self, job: Job, spec: ParameterSpec) -> Any:
        """A wire value; of uploads the file, or the set that it holds."""
        value = job.inputs.get(spec.name, spec.default)
        if not isinstance(value, Mapping) or not value.get("itemID"):
            return value
        path = self.files.find(value)
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
        return result_json(spec, value, options, lambda path: self.files.url_of(job, path))


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
