"""Whatever JSON a server sends: a typed error or a tolerant result, never another exception."""

from __future__ import annotations

import json
import re
import warnings
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gpwidgets.convert.featuresets.frames import features_to_frame, read_features, records_to_frame
from gpwidgets.convert.user_input.readers import to_frame, to_table
from gpwidgets.datatypes.registry import check_value, datatype_of, known_names
from gpwidgets.errors import GPError, GPWarning
from gpwidgets.protocol.description import GPParameter, ServiceInfo, TaskInfo
from gpwidgets.protocol.responses.replies import ExecuteReply, JobInfo, Progress, ResultValue
from gpwidgets.protocol.responses.validation import Validation
from gpwidgets.tasks.results.decoding import Decoder

#: Words that parsers look for, so that what is made up reaches into them.
KEYS = re.findall(
    r"\w+",
    """
    attributes cancel coordinates count curvePaths curveRings dataType date defaultValue direction distance
    domain exceededTransferLimit featureSet features fieldAliases fields filter format geometry geometryType
    hasM hasZ href inputs items itemID jobId jobStatus layerDefinition layers list mapImage maximum messages
    minimum name originPosition parameterInfos parameterType parameters paramName paramUrl paths percent
    points progress results rings scale spatialReference tasks time transform translate type units url value
    wkid wkt x xmax xmin y ymax ymin z m
    """,
)
WORDS = re.findall(
    r"[\w:]+",
    """
    esriGeometryPoint esriGeometryPolygon esriGeometryPolyline esriFieldTypeDate esriFieldTypeInteger
    esriFieldTypeOID esriFieldTypeDateOnly esriFieldTypeTimeOnly esriFieldTypeTimestampOffset
    esriFieldTypeBigInteger esriJobSucceeded GPString GPComposite GPMultiValue:GPLong codedValue range NaN
    """,
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(max_size=6),
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)
objects = st.dictionaries(st.sampled_from(KEYS), anything, max_size=6)


def sometimes(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object that may have these members, each as it should be or anything else."""
    return st.fixed_dictionaries({}, optional={name: one | anything for name, one in members.items()})


vertices = st.lists(scalars, max_size=4)
geometries = sometimes(
    x=scalars,
    y=scalars,
    z=scalars,
    rings=st.lists(st.lists(vertices, max_size=6), max_size=3),
    paths=st.lists(st.lists(vertices, max_size=4), max_size=3),
    points=st.lists(vertices, max_size=4),
    curveRings=st.lists(st.lists(vertices | objects, max_size=5), max_size=2),
)
fields = sometimes(name=st.sampled_from("AB"), type=st.sampled_from(WORDS), domain=objects, alias=scalars)
feature_sets = sometimes(
    geometryType=st.sampled_from(WORDS),
    spatialReference=sometimes(wkid=scalars, wkt=scalars, latestWkid=scalars),
    fields=st.lists(fields, max_size=3),
    features=st.lists(
        sometimes(
            attributes=st.dictionaries(st.sampled_from("ABC"), anything, max_size=3), geometry=geometries
        ),
        max_size=4,
    ),
    hasZ=scalars,
    hasM=scalars,
    transform=objects,
)


@pytest.fixture(autouse=True)
def _warnings_of_ours_are_fine() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GPWarning)
        yield


def tolerated(action: Any, *given: Any) -> None:
    try:
        action(*given)
    except GPError as error:
        assert str(error)  # noqa: PT017 - that it says something is the point


@settings(max_examples=300)
@given(feature_sets)
@example({"features": [{"geometry": {"x": 10**400, "y": 1}}]})
@example({"features": [{"attributes": {"A": 10**30}}], "fields": [{"name": "A", "type": "esriFieldTypeOID"}]})
def test_feature_sets(data: dict[str, Any]) -> None:
    tolerated(features_to_frame, data)
    tolerated(records_to_frame, data)
    tolerated(read_features, json.dumps(data).encode())


@settings(max_examples=200)
@given(anything | feature_sets | geometries)
def test_what_users_give_as_features_or_rows(data: Any) -> None:
    tolerated(to_frame, data)
    tolerated(to_table, data)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_bodies_that_are_no_json(body: bytes) -> None:
    tolerated(read_features, body)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"features":' * 50_000, b'{"a":' + b"9" * 5000 + b"}"])
def test_deep_and_endless_bodies(body: bytes) -> None:
    with pytest.raises(GPError):
        read_features(body)


@pytest.mark.parametrize(
    "parser", [ExecuteReply, JobInfo, Progress, ResultValue, ServiceInfo, TaskInfo, Validation]
)
@given(data=objects)
def test_replies(parser: Any, data: dict[str, Any]) -> None:
    tolerated(parser.from_json, data)


@settings(max_examples=200)
@given(
    sometimes(
        **dict.fromkeys(
            ("name", "dataType", "filter", "choiceList", "parameterInfos", "defaultValue"), anything
        )
    )
)
def test_parameters(data: dict[str, Any]) -> None:
    parameter = GPParameter.from_json(data)
    codec = datatype_of(parameter)
    tolerated(codec.default, parameter)


@pytest.mark.parametrize(
    "kind", [*sorted(known_names()), "GPMultiValue:GPDate", "GPMultiValue:GPComposite", "GPHologram"]
)
@settings(max_examples=60)
@given(data=anything | objects | feature_sets)
def test_values_of_every_type_from_servers_and_users(kind: str, data: Any) -> None:
    infos = (GPParameter("C", "GPLong"), GPParameter("D", "Field"))
    for parameter in (GPParameter("P", kind), GPParameter("P", kind, parameter_infos=infos)):
        tolerated(Decoder({}).value, "P", kind, data)
        tolerated(check_value, parameter, data)
