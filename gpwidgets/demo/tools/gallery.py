"""A task with a parameter of every data type, which hands back exactly what it received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.parameters import FEATURES, RECORDS, Param, ParameterSpec
from gpwidgets.demo.publishing.publish import Tool
from gpwidgets.protocol.enums import Direction, ParameterType

_FIELDS = {"NAME": "esriFieldTypeString", "VALUE": "esriFieldTypeDouble", "SEEN": "esriFieldTypeDate"}
_SIMPLE, _UNITS, _SHAPES, _FILES = "Simple values", "Units and dates", "Features and tables", "Files"
_LISTS, _PLACES = "Lists and value tables", "Extents and coordinate systems"

_TABLE_COLUMNS = (
    Param("GPLong", name="Count", minimum=0, maximum=100),
    Param("GPString", name="Kind", choices=("small", "large")),
    Param("GPLinearUnit", name="Width"),
    Param("GPBoolean", name="Keep"),
)
_COMPOSITE = (Param("GPLinearUnit", name=""), Param("Field", name=""))

PARAMS: Mapping[str, Param] = {
    "Boolean": Param("GPBoolean", category=_SIMPLE, default=False),
    "Long": Param("GPLong", category=_SIMPLE, minimum=-1000, maximum=1_000_000_000_000),
    "Double": Param("GPDouble", category=_SIMPLE),
    "String": Param("GPString", category=_SIMPLE),
    "Choice": Param("GPString", category=_SIMPLE, choices=("PLANAR", "GEODESIC"), default="PLANAR"),
    "Coded": Param(
        "GPString", category=_SIMPLE, coded={"Keep apart": "NONE", "Join all": "ALL"}, default="NONE"
    ),
    "Hidden": Param("GPStringHidden", category=_SIMPLE),
    "SQL": Param("GPSQLExpression", category=_SIMPLE, dependency="Input_Points"),
    "Date": Param("GPDate", category=_UNITS),
    "Linear_Unit": Param("GPLinearUnit", category=_UNITS, default={"distance": 10, "units": "esriMiles"}),
    "Areal_Unit": Param("GPArealUnit", category=_UNITS),
    "Time_Unit": Param("GPTimeUnit", category=_UNITS),
    "Points": Param(FEATURES, category=_SHAPES, geometry="esriGeometryPoint", fields=_FIELDS),
    "Multipoints": Param(FEATURES, category=_SHAPES, geometry="esriGeometryMultipoint", fields=_FIELDS),
    "Lines": Param(FEATURES, category=_SHAPES, geometry="esriGeometryPolyline", fields=_FIELDS),
    "Polygons": Param(FEATURES, category=_SHAPES, geometry="esriGeometryPolygon", fields=_FIELDS),
    "Layer": Param(FEATURES, category=_SHAPES, choices=("Counties", "Street Lights")),
    "Records": Param(RECORDS, category=_SHAPES, fields=_FIELDS),
    "Field": Param(
        "Field",
        category=_SHAPES,
        dependency="Input_Points",
        field_types=("esriFieldTypeString", "esriFieldTypeDouble"),
    ),
    "File": Param("GPDataFile", category=_FILES, extensions=("txt", "csv", "zip")),
    "Raster_Layer": Param("GPRasterDataLayer", category=_FILES),
    "Raster": Param("GPRasterData", category=_FILES),
    "Strings": Param("GPMultiValue:GPString", category=_LISTS),
    "Choices": Param("GPMultiValue:GPString", category=_LISTS, choices=("Red", "Green", "Blue, dark")),
    "Doubles": Param("GPMultiValue:GPDouble", category=_LISTS),
    "Linear_Units": Param("GPMultiValue:GPLinearUnit", category=_LISTS),
    "Value_Table": Param("GPValueTable", category=_LISTS, members=_TABLE_COLUMNS),
    "Composite": Param("GPComposite", category=_LISTS, members=_COMPOSITE),
    "Extent": Param("GPExtent", category=_PLACES),
    "Envelope": Param("GPEnvelope", category=_PLACES),
    "Spatial_Reference": Param("GPSpatialReference", category=_PLACES),
    "Coordinate_System": Param("GPCoordinateSystem", category=_PLACES),
}
"""Parameters of the gallery: ``Input_<name>`` goes in, ``Output_<name>`` comes out."""


def _spec(name: str, param: Param, direction: Direction) -> ParameterSpec:
    inward = direction is Direction.INPUT
    kind = ParameterType.OPTIONAL if inward else ParameterType.DERIVED
    if not inward:
        param = replace(param, category="", dependency="", choices=(), coded={}, default=None)
    told = replace(
        param, description=f"{'Any' if inward else 'The'} {param.data_type}" + ("." if inward else " given.")
    )
    return ParameterSpec(f"{'Input' if inward else 'Output'}_{name}", param.data_type, direction, kind, told)


def echo(inputs: Mapping[str, Any], job: JobContext) -> dict[str, Any]:
    """Hand every input back as the output of the same name."""
    job.progress(50, f"Looking at {len(inputs)} values")
    job.message(f"Received {', '.join(inputs) or 'nothing'}.")
    return {name.replace("Input_", "Output_", 1): value for name, value in inputs.items()}


def gallery(name: str, *, asynchronous: bool) -> Tool:
    """The gallery as a synchronous task or as a job."""
    ways = (Direction.INPUT, Direction.OUTPUT)
    return Tool(
        name=name,
        function=echo,
        parameters=tuple(_spec(each, param, way) for way in ways for each, param in PARAMS.items()),
        display_name="Parameter Gallery",
        description="Takes a value of every data type and hands each back. Everything is optional.",
        asynchronous=asynchronous,
        raw=True,
    )
