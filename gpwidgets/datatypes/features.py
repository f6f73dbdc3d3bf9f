"""Feature sets, record sets and fields.

Frames and geometry are not known on this floor: they pass `check` untouched and are turned into feature sets
before `encode`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gpwidgets.datatypes.datatype import (
    DataTypeCodec,
    as_json_text,
    check_choice,
    data_type,
    shown,
    wrong,
)
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.features import FeatureSet, RecordSet
from gpwidgets.protocol.urls import is_service_url
from gpwidgets.protocol.values import UNSET, DataFile, FieldRef, LayerReference, Unset
from gpwidgets.texts import later, tr

_URL = re.compile(r"(?i)^https?://")


class _SetType(DataTypeCodec):
    """What features and records share."""

    set_class: type[RecordSet] = RecordSet

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """A set, a layer reference, an upload or a layer's name; any other object is passed on."""
        if parameter.choices and isinstance(value, str):
            return check_choice(value, parameter)
        if isinstance(value, str) and _URL.match(value.strip()):
            value = LayerReference(value.strip())
        if isinstance(value, LayerReference):
            _refuse_service(value, parameter)
            return value
        if isinstance(value, Mapping) and not _is_geojson(value):
            return self._from_object(value, parameter)
        return value

    def _from_object(self, value: Mapping[str, Any], parameter: GPParameter) -> Any:
        if isinstance(value.get("url"), str):
            if value.get("token") or value.get("serviceToken"):
                return value  # left to those who know how to keep a token
            layer = LayerReference.from_json(value)
            _refuse_service(layer, parameter)
            return layer
        if isinstance(value.get("itemID"), str):
            return DataFile(item_id=value["itemID"])
        if any(key in value for key in ("features", "layerDefinition", "layers", "fields")):
            return self.set_class(value)
        return value

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """A view of the set, a layer reference, or a layer's name."""
        if isinstance(wire, str):
            return wire if parameter.choices or not _URL.match(wire) else LayerReference(wire)
        if isinstance(wire, Mapping):
            try:
                return self._from_object(wire, parameter)
            except ParameterError:
                return LayerReference.from_json(wire)
        return wire

    def default(self, parameter: GPParameter) -> Any | Unset:
        """Example features or a layer's name; an empty schema is no value."""
        wire = parameter.default_value
        if isinstance(wire, str):
            return wire if wire else UNSET
        if isinstance(wire, Mapping):
            if wire.get("features"):
                return self.set_class(wire)
            inner = wire.get("featureSet")
            if isinstance(inner, Mapping) and inner.get("features"):
                return self.set_class(wire)
            if isinstance(wire.get("url"), str) and wire["url"]:
                return LayerReference.from_json(wire)
        return UNSET


def _refuse_service(layer: LayerReference, parameter: GPParameter) -> None:
    """Refuse the address of a whole service, of which a server does not know which layer is meant."""
    if is_service_url(layer.url):
        url = layer.url.partition("?")[0].rstrip("/")
        raise wrong(
            parameter,
            tr("{url} is a service of several layers; add the number of one, as in {url}/0.", url=url),
        )


def _is_geojson(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("type"), str) and any(
        key in value for key in ("features", "geometry", "coordinates", "geometries")
    )


@data_type("GPFeatureRecordSetLayer")
class FeatureSetType(_SetType):
    """Features."""

    title: str = later("Features")
    example: str = later("a GeoDataFrame, geometry, GeoJSON, a file, or the URL of a layer")
    set_class: type[RecordSet] = FeatureSet


@data_type("GPRecordSet")
class RecordSetType(_SetType):
    """A table."""

    title: str = later("Table")
    example: str = later("a DataFrame, a list of dicts, a file, or the URL of a table")


@data_type("Field")
class FieldType(DataTypeCodec):
    """An attribute column of another input."""

    title: str = later("Field")
    example: str = later("the name of a column")

    def check(self, value: Any, parameter: GPParameter) -> FieldRef:
        """A `FieldRef`, from itself, a name or a field object."""
        if isinstance(value, FieldRef):
            return value
        try:
            return FieldRef.from_json(as_json_text(value, parameter))
        except ValueError:
            raise wrong(
                parameter,
                tr("{shown} is no field; give {example}.", shown=shown(value), example=tr(self.example)),
            ) from None

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """A `FieldRef`; what is none is returned as it is."""
        try:
            return FieldRef.from_json(wire)
        except ValueError:
            return wire
