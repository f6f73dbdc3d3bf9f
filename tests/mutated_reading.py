"""What a document is read as, without a server and without widgets."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from mutated_documents import Document

from gpwidgets.client.http.bodies import json_object
from gpwidgets.convert.featuresets.frames import read_features, records_to_frame
from gpwidgets.convert.user_input.readers import to_frame
from gpwidgets.datatypes.registry import check_value, datatype_of
from gpwidgets.errors import GPError
from gpwidgets.protocol.description import GPParameter, ServiceInfo, TaskInfo
from gpwidgets.protocol.responses.renderers import Renderer, renderer_json
from gpwidgets.protocol.responses.replies import ExecuteReply, JobInfo, ResultValue
from gpwidgets.protocol.responses.validation import Validation
from gpwidgets.tasks.results.decoding import Decoder


def read(document: Document) -> None:
    """Read a document as everything that it can be; what is refused in words is refused."""
    body = json.dumps(document).encode()
    with suppress(GPError):
        data = json_object(body, "http://127.0.0.1/x")
        for parameter in TaskInfo.from_json(data).parameters:
            _default(parameter)
        ServiceInfo.from_json(data)
        Validation.from_json(data)
        Renderer.from_json(renderer_json(data))
        job = JobInfo.from_json(data)
        assert job.progress is None or job.progress.percent is None or 0 <= job.progress.percent <= 100
        str(job).encode()
        for row in (ResultValue.from_json(data), *ExecuteReply.from_json(data).results):
            with suppress(GPError):
                repr(Decoder({}).value(row.name, row.data_type, row.value)).encode()
        for reads in (to_frame, records_to_frame, lambda _data: read_features(body)):
            _read(reads, data)


def _default(parameter: GPParameter) -> None:
    datatype_of(parameter).default(parameter)
    with suppress(GPError):
        check_value(parameter, parameter.default_value)


def _read(reads: Any, data: Document) -> None:
    with suppress(GPError):
        reads(data)
