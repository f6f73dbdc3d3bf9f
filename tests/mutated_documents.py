"""The documents that are changed: recorded answers of real servers, and small ones of each kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from bad_server import parameter
from recorded import recorded_root

Document = dict[str, Any]

LARGEST = 60_000
RENDERERS: tuple[Document, ...] = (
    {"type": "simple", "symbol": {"type": "esriSMS", "style": "esriSMSCircle", "color": [9, 8, 7, 255]}},
    {
        "type": "uniqueValue",
        "field1": "a",
        "defaultSymbol": None,
        "uniqueValueInfos": [
            {"value": "1", "label": "one", "symbol": {"type": "esriSFS", "color": [1, 2, 3]}}
        ],
    },
    {
        "type": "classBreaks",
        "field": "a",
        "minValue": 0,
        "classBreakInfos": [
            {"classMaxValue": 5, "label": "few", "symbol": {"type": "esriSLS", "width": 2}},
            {"classMaxValue": 9, "label": "many", "symbol": {"type": "esriPMS", "width": 9, "height": 9}},
        ],
    },
)
_FIELDS = [
    {"name": "OBJECTID", "type": "esriFieldTypeOID", "alias": "OBJECTID"},
    {
        "name": "a",
        "type": "esriFieldTypeInteger",
        "alias": "A",
        "domain": {"type": "codedValue", "name": "D", "codedValues": [{"name": "one", "code": 1}]},
    },
    {"name": "t", "type": "esriFieldTypeString", "alias": "T", "length": 20},
    {"name": "d", "type": "esriFieldTypeDate", "alias": "When"},
]
_ROW = {"OBJECTID": 1, "a": 1, "t": "x", "d": 1700000000000}
_SHAPES: Document = {
    "esriGeometryPoint": {"x": 7.5, "y": 46.5},
    "esriGeometryMultipoint": {"points": [[7, 46], [8, 47]]},
    "esriGeometryPolyline": {"paths": [[[7, 46], [8, 47]], [[7, 47], [8, 46]]]},
    "esriGeometryPolygon": {
        "rings": [[[0, 0], [0, 9], [9, 9], [9, 0], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 1]]]
    },
    "esriGeometryEnvelope": {"xmin": 7, "ymin": 46, "xmax": 8, "ymax": 47},
}


def feature_set(kind: str, at: int = 0) -> Document:
    """A feature set with fields, a renderer and two rows."""
    renderer = RENDERERS[at % len(RENDERERS)]
    return {
        "displayFieldName": "t",
        "geometryType": kind,
        "spatialReference": {"wkid": 102100, "latestWkid": 3857} if at % 2 else {"wkid": 4326},
        "fields": _FIELDS,
        "drawingInfo": {"renderer": renderer, "transparency": 20},
        "features": [{"attributes": _ROW, "geometry": _SHAPES[kind]}, {"attributes": {**_ROW, "a": 2}}],
        "exceededTransferLimit": False,
    }


_VALUES: Document = {
    "GPBoolean": True,
    "GPLong": 3,
    "GPDouble": 2.5,
    "GPString": "x",
    "GPStringHidden": "x",
    "GPSQLExpression": "a > 1",
    "GPDate": 1700000000000,
    "GPLinearUnit": {"distance": 1, "units": "esriMeters"},
    "GPArealUnit": {"area": 1, "units": "esriSquareMeters"},
    "GPTimeUnit": {"time": 1, "units": "esriTimeUnitsHours"},
    "GPExtent": {**_SHAPES["esriGeometryEnvelope"], "spatialReference": {"wkid": 4326}},
    "GPSpatialReference": {"wkid": 102100, "latestWkid": 3857},
    "GPDataFile": {"itemID": "i1", "url": "http://127.0.0.1/a.txt"},
    "GPRasterDataLayer": {"itemID": "i1", "format": "tif"},
    "Field": {"name": "a"},
    "GPMultiValue:GPString": ["a", "b"],
    "GPMultiValue:GPLong": [1, 2],
    "GPMultiValue:GPLinearUnit": [{"distance": 1, "units": "esriMeters"}],
    "GPValueTable": [["a", 1], ["b", 2]],
    "GPComposite": {"dataType": "GPLinearUnit", "value": {"distance": 1, "units": "esriMeters"}},
    "GPFeatureRecordSetLayer": feature_set("esriGeometryPolygon", 1),
    "GPRecordSet": {"fields": _FIELDS, "features": [{"attributes": _ROW}]},
    "GPUnheardOf": {"a": [1, None]},
}
_COLUMNS = [parameter("Name"), parameter("Count", "GPLong")]
_MORE: Document = {
    "GPString": {"choiceList": ["x", "y"]},
    "GPLong": {"filter": {"type": "range", "minimum": 1, "maximum": 9}},
    "GPDouble": {"filter": {"type": "codedValue", "list": [{"name": "two", "value": 2.5}]}},
    "Field": {"dependency": "GPFeatureRecordSetLayer", "filter": {"type": "field", "list": ["Integer"]}},
    "GPMultiValue:GPString": {"choiceList": ["a", "b", "c"]},
    "GPMultiValue:GPLong": {"filter": {"type": "range", "minimum": 1, "maximum": 9}},
    "GPValueTable": {
        "parameterInfos": _COLUMNS,
        "filter": {"type": "composite", "list": [None, {"type": "range", "minimum": 0, "maximum": 9}]},
    },
    "GPComposite": {"parameterInfos": [parameter("Unit", "GPLinearUnit"), parameter("Text")]},
    "GPDataFile": {"filter": {"type": "file", "list": ["txt", "csv"]}},
    "GPFeatureRecordSetLayer": {"filter": {"type": "featureClass", "list": ["esriGeometryPolygon"]}},
}


def _small_task() -> Document:
    rows = [
        parameter(kind, kind, defaultValue=value, **_MORE.get(kind, {})) for kind, value in _VALUES.items()
    ]
    rows[0] |= {"parameterType": "esriGPParameterTypeRequired", "description": "<p>Yes or <b>no</b></p>"}
    rows[3] |= {"category": "More"}
    about = {
        "name": "Task",
        "displayName": "Task",
        "description": "What it does.",
        "category": "",
        "helpUrl": "",
    }
    return {**about, "executionType": "esriExecutionTypeAsynchronous", "parameters": rows}


def _small_job(status: str, **more: Any) -> Document:
    lines = [{"type": "esriJobMessageTypeWarning", "description": "Slow."}]
    return {
        "jobId": "j1",
        "jobStatus": status,
        "messages": lines,
        "progress": {"type": "default", "message": "half", "percent": 50},
        **more,
    }


_JOBS = [
    _small_job("esriJobExecuting"),
    _small_job(
        "esriJobSucceeded",
        results={"Out": {"paramUrl": "results/Out"}},
        inputs={"A": {"paramUrl": "inputs/A"}},
        submittedTime=1700000000000,
        startTime=1700000001000,
        elapsedTime="1 s",
    ),
]
_IMAGE = {
    "href": "http://127.0.0.1/i.png",
    "width": 400,
    "height": 300,
    "scale": 5,
    **_SHAPES["esriGeometryEnvelope"],
}
_RESULTS = [{"paramName": "Out", "dataType": kind, "value": value} for kind, value in _VALUES.items()]
_RESULTS += [{"paramName": "Out", "dataType": "GPRasterDataLayer", "value": {"mapImage": _IMAGE}}]
_CHECKS = {
    "validationResults": [
        {
            "name": "GPLong",
            "isAltered": True,
            "isEnabled": True,
            "message": {"type": "error", "description": "No."},
        },
        {
            "name": "GPString",
            "isEnabled": False,
            "filter": {"type": "codedValue", "list": [{"name": "z", "value": "z"}]},
        },
        {"name": "GPDouble", "hasBeenValidated": True, "value": 2.5},
    ],
    "additionalMessages": [{"type": "warning", "code": 735, "description": "Odd."}],
}

SMALL: dict[str, list[Document]] = {
    "task": [_small_task()],
    "job": _JOBS,
    "result": _RESULTS,
    "execute": [{"results": _RESULTS[at : at + 3], "messages": _JOBS[0]["messages"]} for at in (0, 7, 20)],
    "features": [feature_set(kind, at) for at, kind in enumerate([*_SHAPES, *_SHAPES, *_SHAPES])],
    "records": [_VALUES["GPRecordSet"]],
    "error": [{"error": {"code": 500, "message": "It broke.", "details": ["Here.", "There."]}}],
    "service": [
        {"tasks": ["Task"], "currentVersion": 11.3, "capabilities": "Uploads,Validate", "maximumRecords": 9}
    ],
    "catalog": [{"currentVersion": 11.3, "folders": ["F"], "services": [{"name": "S", "type": "GPServer"}]}],
    "validate": [_CHECKS],
    "layer": [
        {
            "id": 0,
            "name": "L",
            "geometryType": "esriGeometryPoint",
            "objectIdField": "OBJECTID",
            "maxRecordCount": 1,
            "fields": _FIELDS,
            "advancedQueryCapabilities": {"supportsPagination": True},
            "drawingInfo": {"renderer": RENDERERS[0]},
        }
    ],
    "input": [{"paramName": "A", "dataType": kind, "value": value} for kind, value in _VALUES.items()],
}


def _of_geometry(data: Document) -> Document:
    return {"features": [{"attributes": {"a": 1}, "geometry": data}]}


#: What a folder of recorded answers is taken as, where that is not told by its name.
_TAKEN_AS: dict[str, Callable[[Document], tuple[str, Document]]] = {
    "task-wab": lambda data: ("task", data),
    "task": lambda data: ("task", data),
    "job": lambda data: ("job", data),
    "job-wrapper": lambda data: ("job", data),
    "result": lambda data: ("execute" if "results" in data else "result", data),
    "featureset": lambda data: ("features", data),
    "geometry": lambda data: ("features", _of_geometry(data)),
    "pair": lambda data: ("features", data if "features" in data else _of_geometry(data)),
    "error": lambda data: ("error", data),
    "service": lambda data: ("service", data),
    "catalog": lambda data: ("catalog", data),
    "validate": lambda data: ("validate", data),
    "spec": lambda data: ("result", {"paramName": "Out", "dataType": "GPString", "value": data, **data}),
}


@cache
def documents() -> dict[str, list[Document]]:
    """Documents by kind: recorded ones, and at least one small one of each."""
    found = {kind: list(rows) for kind, rows in SMALL.items()}
    root = recorded_root()
    for folder, taken_as in _TAKEN_AS.items() if root is not None else ():
        for path in sorted((root / folder).glob("*.json")) if root is not None else ():
            if path.stat().st_size > LARGEST:
                continue
            data = json.loads(path.read_text(encoding="utf-8-sig"))
            if isinstance(data, dict):
                kind, document = taken_as(data)
                found[kind].append(document)
    return found
