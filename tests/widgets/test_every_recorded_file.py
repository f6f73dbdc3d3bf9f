"""A walk over every recorded file: each is read as what it is, and none is passed over in silence.

The counts are printed (``pytest -s``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recorded import recorded, recorded_root

from gpwidgets.client.services.uploads import item_id_of
from gpwidgets.convert.featuresets.frames import read_features
from gpwidgets.convert.user_input.readers import to_frame
from gpwidgets.datatypes.registry import check_value, datatype_of
from gpwidgets.datatypes.value_checks import form_text
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.description import GPParameter, ServiceInfo, TaskInfo
from gpwidgets.protocol.enums import JobStatus
from gpwidgets.protocol.responses.replies import ExecuteReply, JobInfo, ResultValue
from gpwidgets.protocol.responses.validation import Validation
from gpwidgets.protocol.values import UNSET
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.tasks.results.decoding import Decoder
from gpwidgets.widgets.editors.editor_table import editor_for
from gpwidgets.widgets.form.form import TaskForm

pytestmark = pytest.mark.filterwarnings("ignore::gpwidgets.errors.GPWarning")

Seen = Counter[str]

#: Defaults that name no value although they are not empty, and what they are instead.
NO_VALUE = {
    ("doc_FeatureFiltersLinePolygon_async.json", "Input_Features"): "a schema without features",
    ("test_esrileafletgp_CoolAnalysis.json", "Input_Location"): "a schema without features",
    ("exb119_derivestreamasline_ra.json", "accumulationThreshold"): "the type of a value that is null",
    ("exb119_derivestreamasraster_ra.json", "accumulationThreshold"): "the type of a value that is null",
    ("exb119_filterbyattribute.json", "inputRows"): "the type of a value that is empty",
    ("exb119_tabulatearea_ra.json", "analysisCellSize"): "the type of a value that is null",
    ("exb119_zonalgeometryastable_ra.json", "analysisCellSize"): "the type of a value that is null",
}

#: The data type of each recorded input value whose file's name does not say it.
INPUT_TYPES = {
    "featureset": "GPFeatureRecordSetLayer",
    "recordset": "GPRecordSet",
    "raster": "GPRasterDataLayer",
    "url": "GPFeatureRecordSetLayer",
}


def same(text: str, wire: Any) -> bool:
    """Whether a form field's text is the value that the server named."""
    return text == wire if isinstance(wire, str) else bool(json.loads(text) == wire)


def read_task(path: Path, data: Any, seen: Seen) -> None:
    """Defaults, taken over by the form, are sent as they were described."""
    info = TaskInfo.from_json(data)
    form = TaskForm(info)
    for one in info.inputs:
        editor = form.editors[one.name]
        assert editor.error == ""
        if (path.name, one.name) in NO_VALUE or one.default_value in (None, "", [], {}):
            assert editor.value is UNSET
            seen["inputs without a default"] += 1
            continue
        editor.take()
        assert same(Encoder(info).form({one.name: editor.value})[one.name], one.default_value), one.name
        seen["defaults encoded back to an equal value"] += 1
    form.close()


def read_task_fragment(path: Path, data: Any, seen: Seen) -> None:
    """A filter is understood, and an editor is made of it."""
    wanted = data["filter"]
    one = GPParameter.from_json({"name": "P", "dataType": "GPString", **data})
    assert one.filter is not None
    assert one.filter.type == wanted["type"]
    if wanted["type"] == "codedValue":
        rows = [(row["value"], row["name"]) for row in wanted["list"]]
        assert [(choice.value, choice.label) for choice in one.choices] == rows
        assert [label for label, _value in editor_for(one).control.options][-len(rows) :] == [
            name for _value, name in rows
        ]
    elif wanted["type"] == "range":
        assert (one.filter.minimum, one.filter.maximum) == (wanted["minimum"], wanted["maximum"])
    elif wanted["type"] == "composite":
        assert [member and member.type for member in one.filter.members] == [
            row and row["type"] for row in wanted["list"]
        ]
    else:
        assert one.geometry_types == tuple(wanted["list"])


def read_input_value(path: Path, data: Any, seen: Seen) -> None:
    """A value in the wire's own words is taken, and sent as it is."""
    words = path.stem.split("_")
    kind = INPUT_TYPES.get(words[1], words[1]) + (f":{words[2]}" if words[1] == "GPMultiValue" else "")
    one = GPParameter("Value", kind)
    assert json.loads(form_text(datatype_of(one).encode(check_value(one, data), one))) == data


def read_results(path: Path, data: Any, seen: Seen) -> None:
    """Each value is decoded, or says in words why not; rows are all there."""
    whole = "results" in data
    for result in ExecuteReply.from_json(data).results if whole else [ResultValue.from_json(data)]:
        try:
            value = Decoder({}).value(result.name, result.data_type, result.value)
        except ConversionError as error:
            assert result.name in str(error)  # noqa: PT017 - the message is the point
            seen["values refused in words"] += 1
            continue
        assert (value is None) == (result.value is None)
        if isinstance(result.value, dict) and "features" in result.value:
            assert len(value) == len(result.value["features"])
        seen["values decoded"] += 1


def read_features_file(path: Path, data: Any, seen: Seen) -> None:
    """A row for each feature; the reader of bytes and that of parsed JSON agree."""
    frame = read_features(path.read_bytes())
    assert frame.equals(to_frame(data))
    seen["features"] += len(frame)


def read_geometry(path: Path, data: Any, seen: Seen) -> None:
    """One shape, or none where the file holds an empty one."""
    frame = to_frame(data)
    assert len(frame) == 1
    assert (frame.geometry[0] is None or frame.geometry[0].is_empty) == path.stem.endswith("_empty")


def read_job(path: Path, data: Any, seen: Seen) -> None:
    """A status that is known, and every message."""
    job = JobInfo.from_json(data)
    assert job.status is JobStatus(data["jobStatus"])
    assert len(job.messages) == len(data.get("messages") or [])


def read_job_fragment(path: Path, data: Any, seen: Seen) -> None:
    """What is there of a job is read; the rest is unknown."""
    assert isinstance(JobInfo.from_json(data), JobInfo)


def read_service(path: Path, data: Any, seen: Seen) -> None:
    """The tasks in their order."""
    assert list(ServiceInfo.from_json(data).tasks) == data["tasks"]


def read_catalog(path: Path, data: Any, seen: Seen) -> None:
    """A services directory is no service, and does no harm as one."""
    assert ServiceInfo.from_json(data).tasks == ()


def read_upload(path: Path, data: Any, seen: Seen) -> None:
    """The id of what was uploaded."""
    assert item_id_of(data) == data["item"]["itemID"]


def read_validation(path: Path, data: Any, seen: Seen) -> None:
    """What the server says of each input."""
    named = [row["name"] for row in data["validationResults"]]
    assert list(Validation.from_json(data).inputs) == named


def read_other_form(path: Path, data: Any, seen: Seen) -> None:
    """Other programs' forms of the same things do no harm."""
    for row in data if isinstance(data, list) else [data]:
        for parser in (JobInfo, TaskInfo, ServiceInfo, ExecuteReply, ResultValue, Validation):
            assert isinstance(parser.from_json(row if isinstance(row, dict) else {}), parser)


def read_error(path: Path, data: Any, seen: Seen) -> None:
    """An error in the place of a job is no job that goes on."""
    assert JobInfo.from_json(data if isinstance(data, dict) else {}).job_id == ""


READERS: dict[str, Callable[[Path, Any, Seen], None]] = {
    "catalog": read_catalog,
    "error": read_error,
    "featureset": read_features_file,
    "geometry": read_geometry,
    "input-value": read_input_value,
    "job": read_job,
    "job-fragment": read_job_fragment,
    "job-wrapper": read_other_form,
    "pair": lambda path, data, seen: None if to_frame(data) is not None else pytest.fail("no frame"),
    "result": read_results,
    "result-fragment": read_results,
    "service": read_service,
    "spec": read_other_form,
    "task": read_task,
    "task-fragment": read_task_fragment,
    "task-wab": read_other_form,
    "upload": read_upload,
    "validate": read_validation,
}


def test_every_recorded_file_is_read_as_what_it_is(tell: Callable[[str, str], None]) -> None:
    root = recorded_root()
    if root is None:
        assert recorded("task") == []
        return
    assert {path.name for path in root.iterdir() if path.is_dir()} == set(READERS)
    seen: Seen = Counter()
    for kind, reader in READERS.items():
        for path in recorded(kind):
            text = path.read_text("utf-8-sig")
            data = json.loads(text) if path.suffix == ".json" else text
            try:
                reader(path, data, seen)
            except Exception as error:
                error.add_note(f"while reading {kind}/{path.name}")
                raise
            seen[f"files: {kind}"] += 1
    assert sum(number for name, number in seen.items() if name.startswith("files:")) == len(
        [path for path in root.glob("*/*") if path.is_file()]
    )
    counts = [f"{number:5d} {name}" for name, number in sorted(seen.items())]
    reasons = [f"      {file}, {name}: {reason}" for (file, name), reason in sorted(NO_VALUE.items())]
    told = [*counts, f"{len(reasons):5d} defaults that name no value:", *reasons]
    tell("recorded files read", "\n".join(told))
