"""Features and rows: GPFeatureRecordSetLayer, and what it shares with tables.

Whatever holds features becomes a frame when it is checked, and a frame becomes a feature set when it is sent;
what servers read themselves, such as the address of a layer, stays as it is.
"""

from __future__ import annotations

import ast
import logging
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gpwidgets.caller_warnings import warn_caller
from gpwidgets.datatypes.contexts import ReplyContext, RequestContext
from gpwidgets.datatypes.dataclass_literals import dataclass_call
from gpwidgets.datatypes.datatype import PLAIN_REPLY, PLAIN_REQUEST, DataType, LiteralWriter
from gpwidgets.datatypes.feature_counts import counted, kind_of
from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.datatypes.kinds.file import is_upload_id, is_url
from gpwidgets.datatypes.kinds.unknown import cut
from gpwidgets.datatypes.layer_addresses import layer_given
from gpwidgets.datatypes.registry import datatype_of_value
from gpwidgets.datatypes.value_checks import as_json_text, check_choice, form_text, refuse_unwritable, wrong
from gpwidgets.errors import ConversionError, CRSMissing, GPError, ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.features import FeatureSet, RecordSet
from gpwidgets.protocol.geometry_types import check_geometry_types
from gpwidgets.protocol.urls import is_service_url
from gpwidgets.protocol.values import UNSET, DataFile, LayerReference, NameOnServer, Unset
from gpwidgets.secrets import mask
from gpwidgets.texts import later, tr

__all__ = ["LARGE_FEATURES", "FeatureSetType", "SetType"]

#: Features of more bytes are uploaded where the service takes files: web servers limit the size of a form,
#: some to 2 MB.
LARGE_FEATURES = 2_000_000

_LOG = logging.getLogger("gpwidgets.tasks")


class SetType(DataType):
    """What features and tables share: a value is rows, or what a server reads itself."""

    set_class: type[RecordSet] = RecordSet
    is_set = True
    has_parts = True
    empty_is_none = True

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """A frame or table from whatever holds one; a layer, an upload or a layer's name as it is."""
        if isinstance(value, NameOnServer) and not parameter.choices:
            return value
        if isinstance(value, str) or (isinstance(value, Mapping) and "url" in value):
            refuse_unwritable(value, parameter)
        if isinstance(value, str) and not parameter.choices:
            value = _from_text(value, parameter)
        value = self._named(layer_given(value), parameter)
        if _is_on_the_wire(value, parameter):
            return value
        try:
            return self.to_rows(value, parameter)
        except ConversionError as error:
            raise wrong(parameter, str(error)) from error
        except ValueError:
            refuse_unwritable(value, parameter)
            raise

    def to_rows(self, value: Any, parameter: GPParameter) -> Any:
        """The frame or table of what a caller gives.

        Raises
        ------
        ConversionError
            There are no rows in it.
        ParameterError
            The parameter does not take these.
        """
        raise NotImplementedError

    def rows_of(self, wire: Mapping[str, Any]) -> Any:
        """The frame or table of a result."""
        raise NotImplementedError

    def _named(self, value: Any, parameter: GPParameter) -> Any:
        """A set, a layer reference, an upload or a layer's name; any other object is passed on."""
        if parameter.choices and isinstance(value, str):
            return check_choice(value, parameter)
        if isinstance(value, str) and is_url(value.strip()):
            value = LayerReference(value.strip())
        if isinstance(value, LayerReference):
            _refuse_service(value, parameter)
            return value
        if isinstance(value, Mapping) and not _is_geojson(value):
            return self._from_object(value, parameter)
        return value

    def _from_object(self, value: Mapping[str, Any], parameter: GPParameter) -> Any:
        if isinstance(value.get("url"), str):
            layer = LayerReference.from_json(value)
            _refuse_service(layer, parameter)
            return layer
        if isinstance(value.get("itemID"), str):
            return DataFile(item_id=value["itemID"])
        if any(key in value for key in ("features", "layerDefinition", "layers", "fields")):
            return self.set_class(value)
        return value

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> Any:
        """The set as an object; a layer with the token that its server needs; an upload by its item id."""
        if isinstance(value, LayerReference):
            token = request.layer_token(value)
            return {**value.to_json(), **({value.token_key or "token": token} if token else {})}
        if isinstance(value, DataFile):
            return datatype_of_value(value).encode(value, parameter, request)
        return super().encode(value, parameter, request)

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """A frame, a layer reference, or a layer's name."""
        if not isinstance(wire, Mapping):
            return self.view(wire, parameter)
        if "url" in wire and "features" not in wire:
            return LayerReference.from_json(wire, reply.reader)
        return self.rows_of(wire)

    def view(self, wire: Any, parameter: GPParameter) -> Any:
        """A view of the set, a layer reference, or a layer's name."""
        if isinstance(wire, str):
            return NameOnServer(wire) if parameter.choices or not is_url(wire) else LayerReference(wire)
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
            return NameOnServer(wire) if wire else UNSET
        if isinstance(wire, Mapping):
            inner = wire.get("featureSet")
            if wire.get("features") or (isinstance(inner, Mapping) and inner.get("features")):
                return self.set_class(wire)
            if isinstance(wire.get("url"), str) and wire["url"]:
                return LayerReference.from_json(wire)
        return UNSET

    def has_default(self, parameter: GPParameter) -> bool:
        """Whether the default has rows, or names a layer."""
        default = parameter.default_value
        return bool(default.get("features")) if isinstance(default, Mapping) else bool(default)

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """A frame or a layer as a call that makes it."""
        if isinstance(value, LayerReference):
            return _layer_literal(value, write)
        if isinstance(value, RecordSet) and not isinstance(value.json.get("features"), list):
            return write.value(dict(value.json), name)
        return write.rows(value, name)

    def words(self, value: Any) -> str:
        """How many there are of what; the address of a layer."""
        if isinstance(value, LayerReference):
            return cut(value.url)
        rows = len(value.features) if isinstance(value, RecordSet) else len(value)
        return counted(rows, kind_of(value))


class FeatureSetType(SetType):
    """Features."""

    title: str = later("Features")
    example: str = later("a GeoDataFrame, geometry, GeoJSON, a file, or the URL of a layer")
    set_class: type[RecordSet] = FeatureSet
    python_types: tuple[type, ...] = (FeatureSet, LayerReference)
    is_spatial = True

    def holds(self, value: Any) -> bool:
        """A frame with geometry, too."""
        return super().holds(value) or is_frame(value)

    def to_rows(self, value: Any, parameter: GPParameter) -> Any:
        """A GeoDataFrame, its degrees between -180 and 180."""
        from gpwidgets.convert.coordinates.reprojecting import system_note
        from gpwidgets.convert.tables.plain import check_columns
        from gpwidgets.convert.user_input.checks import placed_frame, wrap_frame
        from gpwidgets.convert.user_input.readers import to_frame

        try:
            frame = wrap_frame(placed_frame(to_frame(value, kinds=parameter.geometry_types)))
        except CRSMissing as error:
            raise CRSMissing(f"{error}{_own_system(parameter)}", place=error.place) from error
        check_columns(frame)
        if note := system_note(frame):
            warn_caller(note)
        if parameter.required and frame.empty:
            raise wrong(parameter, tr("there are no features in it; draw or give at least one."))
        check_geometry_types(parameter, frame.geom_type.dropna().unique())
        return frame

    def rows_of(self, wire: Mapping[str, Any]) -> Any:
        """A GeoDataFrame."""
        from gpwidgets.convert.featuresets.frames import features_to_frame

        return features_to_frame(wire)

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> Any:
        """A feature set, for a frame."""
        if is_frame(value):
            from gpwidgets.convert.featuresets.frames import frame_to_features

            return frame_to_features(value)
        return super().encode(value, parameter, request)

    def field_text(
        self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST
    ) -> tuple[str, bool]:
        """A frame as text at once; as the item id of an upload where it is large."""
        if not is_frame(value):
            return super().field_text(value, parameter, request)
        from gpwidgets.convert.featuresets.frames import write_features

        text = write_features(value)
        in_file = _as_file(text, request) if len(text) > LARGE_FEATURES else ""
        return in_file or text.decode(), True


def _as_file(features: bytes, request: RequestContext) -> str:
    """Upload features as a file; ``""`` where that does not work, and they go into the form."""
    try:
        upload = request.large_upload()
        if upload is None:
            return ""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "features.json"
            path.write_bytes(features)
            return form_text({"itemID": upload(path)})
    except (GPError, OSError) as error:
        _LOG.info("large features go into the form, as they cannot be uploaded: %s", mask(str(error)))
        return ""


def _from_text(text: str, parameter: GPParameter) -> Any:
    text = text.strip()
    if not text:
        raise wrong(parameter, tr("the text is empty."))
    if is_upload_id(text):
        return DataFile(item_id=text)
    # Rows of coordinates may begin with a bracket too; only objects are JSON beyond doubt.
    return as_json_text(text, parameter) if text.startswith("{") else text


def _is_on_the_wire(value: Any, parameter: GPParameter) -> bool:
    """Whether a server reads a value as it is."""
    if isinstance(value, str):
        # Some services name a layer of their own as the default, without listing it as a choice.
        return bool(parameter.choices) or value == parameter.default_value
    if isinstance(value, RecordSet) and "layers" in value.json:
        return False  # a task takes one layer, so it has to be told which
    return isinstance(value, RecordSet | LayerReference | DataFile)


def _own_system(parameter: GPParameter) -> str:
    """The system of the task's own features, which a user may have meant."""
    reference = parameter.spatial_reference
    if not reference:
        return ""
    return tr(
        " Features of this input are usually in {reference}: if these are too, name it with set_crs().",
        reference=reference,
    )


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


def _layer_literal(value: LayerReference, write: LiteralWriter) -> ast.expr:
    asked = {}
    if value.auth is not None:
        asked = {"auth": write.call("gp.Token", write.asked("Token of the layer: "))}
    return dataclass_call(replace(value, auth=None), write, **asked)
