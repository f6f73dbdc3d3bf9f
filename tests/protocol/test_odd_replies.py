"""What servers mean although they do not say it as it is documented."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from gpwidgets.client.http._retry import asked_wait
from gpwidgets.errors import URLError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.enums import JobStatus
from gpwidgets.protocol.names import python_name
from gpwidgets.protocol.urls import GPURL, is_service_url
from gpwidgets.tasks.results.decoding import Decoder
from gpwidgets.tasks.results.outputs import Outputs


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("expectedFailure Failure Error esriJobStatusFailed Aborted rejected KILLED Unsuccessful", "FAILED"),
        (
            "Succeeded SUCCESS esrijobsucceeded Completed finished PartialSucceeded CompletedWithErrors",
            "SUCCEEDED",
        ),
        ("Cancelled canceled esriJobStatusCancelled cancelled_by_user", "CANCELLED"),
        ("TimedOut time-out esriJobTimeOut timed_out", "TIMED_OUT"),
        ("Deleted expired", "DELETED"),
        ("Cancelling canceling", "CANCELLING"),
        ("Etatus Running Retrying ErrorRetrying completing Queued InProgress Undone", "UNKNOWN"),
    ],
)
def test_words_that_end_a_job_end_it(words: str, status: str) -> None:
    for word in words.split():
        assert JobStatus(word) is JobStatus[status], word


def test_every_documented_word_is_itself() -> None:
    for status in JobStatus:
        assert JobStatus(status.value) is status


@pytest.mark.parametrize("asked", ["Wed, 21 Oct 2015 07:28:00 GMT", "-5", "soon", "", "0"])
def test_a_time_in_the_past_is_no_wait(asked: str) -> None:
    now = format_datetime(datetime(2026, 1, 1, tzinfo=UTC), usegmt=True)
    assert asked_wait({"Retry-After": asked, "Date": now}) == 0.0
    assert asked_wait({"Retry-After": asked}) == 0.0


NOTHING: list[tuple[str, Any]] = [
    *((kind, "") for kind in ("GPLong", "GPDouble", "GPBoolean", "GPDate", "GPLinearUnit", "GPDataFile")),
    *((kind, "") for kind in ("GPFeatureRecordSetLayer", "GPRecordSet", "GPExtent", "Field", "GPValueTable")),
    *((kind, {}) for kind in ("GPFeatureRecordSetLayer", "GPRecordSet", "GPExtent", "Field", "GPRasterData")),
    ("GPDataFile", {"url": ""}),
    ("GPLinearUnit", {"distance": None, "units": "esriMeters"}),
    (
        "GPExtent",
        {"xmin": "NaN", "ymin": "NaN", "xmax": "NaN", "ymax": "NaN", "spatialReference": {"wkid": 1}},
    ),
    ("GPExtent", {"xmin": None, "ymin": float("nan"), "xmax": "nan", "ymax": ""}),
    ("GPMultiValue:GPString", ""),
]


@pytest.mark.parametrize(("kind", "wire"), NOTHING, ids=str)
def test_a_result_that_says_nothing_is_none(kind: str, wire: Any) -> None:
    assert Decoder({}).value("Out", kind, wire) is None


@pytest.mark.parametrize("kind", ["GPString", "GPStringHidden", "GPSQLExpression", "Unknown"])
def test_an_empty_text_is_a_text(kind: str) -> None:
    assert Decoder({}).value("Out", kind, "") == ""


def test_cells_that_say_nothing_are_none() -> None:
    columns = [{"name": name, "dataType": kind} for name, kind in (("n", "GPLong"), ("t", "GPString"))]
    table = GPParameter.from_json({"name": "T", "dataType": "GPValueTable", "parameterInfos": columns})
    assert Decoder({"T": table}).value("T", "GPValueTable", [["", ""], {"n": 1}, {"zz": 1}]) == [
        [None, ""],
        [1, None],
        {"zz": 1},
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "https://h/arcgis/services/F/S/GPServer?wsdl",
            "SOAP .* https://h/arcgis/rest/services/F/S/GPServer",
        ),
        ("https://h/portal/home/item.html?id=0123456789abcdef0123456789abcdef", "item of a portal"),
        ("https://h/portal/sharing/rest/content/items/0123456789abcdef0123456789abcdef", "item of a portal"),
        ("0123456789abcdef0123456789abcdef", "item of a portal"),
        ("https://h/arcgis/manager/service.html?name=S.GPServer", "administrators"),
        ("https://h/arcgis/admin/services/S.GPServer", "administrators"),
        ("https://h/", "is not the address of an ArcGIS service"),
    ],
)
def test_addresses_beside_the_right_one_are_answered_with_it(text: str, words: str) -> None:
    with pytest.raises(URLError, match=words):
        GPURL.parse(text)


@pytest.mark.parametrize("name", ["MapServer", "FeatureServer/", "featureserver?token=x"])
def test_a_service_is_no_layer(name: str) -> None:
    assert is_service_url(f"https://h/arcgis/rest/services/A/{name}")
    assert not is_service_url(f"https://h/arcgis/rest/services/A/{name.partition('?')[0].rstrip('/')}/0")


@pytest.mark.parametrize(
    ("name", "python"),
    [("a b-c", "a_b_c"), ("3D", "_3D"), ("class", "class_"), ("save", "save"), ("größe", "größe")],
)
def test_names_become_those_of_python(name: str, python: str) -> None:
    assert python_name(name) == python
    assert python.isidentifier()


@pytest.mark.parametrize(
    "name", ["save", "keys", "messages", "class", "self", "3D", "open", "items", "errors"]
)
def test_every_output_is_an_attribute(name: str) -> None:
    outputs = Outputs({name: 7})
    shown = [one for one in dir(outputs) if one not in dir(Outputs({}))]
    assert [getattr(outputs, one) for one in shown] == [7]
    assert outputs[name] == 7
