"""Where the features are in an answer, and what it says about all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from gpwidgets.convert.geometry.geometries import type_of
from gpwidgets.convert.geometry.quantised import Quantisation
from gpwidgets.errors import ConversionError, LayerChoice
from gpwidgets.protocol.features import FeatureSet, Field
from gpwidgets.protocol.frame_info import FrameInfo
from gpwidgets.protocol.responses.renderers import renderer_json
from gpwidgets.protocol.values import SpatialReference
from gpwidgets.texts import tr

__all__ = ["FeatureSource", "Noticed", "chosen_layers", "find_features", "find_layers", "mappings", "noticed"]


class Noticed(NamedTuple):
    """What features tell of all of them.

    Attributes
    ----------
    rows : int
        How many there are.
    geometry_type : str
        ``esriGeometry…`` of the first geometry; may be empty.
    references : tuple
        The references that geometries name themselves, as sent, and how many rows in a row name each; None
        where they name none.
    """

    rows: int
    geometry_type: str
    references: tuple[tuple[Any, int], ...]


def mappings(values: Any) -> list[Mapping[str, Any]]:
    """The values of a list, `{}` in place of each that is no object; empty for what is no list."""
    if not isinstance(values, list):
        return []
    if set(map(type, values)) <= {dict}:
        return values
    return [value if isinstance(value, Mapping) else {} for value in values]


def noticed(rows: Sequence[Mapping[str, Any]]) -> Noticed:
    """What these features tell of all of them."""
    geometries = [row.get("geometry") for row in rows]
    kind = next(filter(None, map(type_of, geometries)), "")
    told = [_named(geometry) for geometry in geometries]
    return Noticed(len(rows), kind, tuple((one, len(list(group))) for one, group in groupby(told)))


def _named(geometry: Any) -> Any:
    """The reference that a geometry names; None without one."""
    if not isinstance(geometry, Mapping) or "spatialReference" not in geometry:
        return None
    return (geometry["spatialReference"] or None) if type_of(geometry) else None


@dataclass
class FeatureSource:
    """A feature set or record set, wherever it was found.

    Attributes
    ----------
    json : mapping
        The object that holds ``features``.
    layer : mapping
        The ``layerDefinition`` next to it; empty without one.
    name : str
        What it is called where there are several; may be empty.
    read : Noticed or None
        What is known of the features once they have been read; they need not be in `json` then.
    """

    json: Mapping[str, Any]
    layer: Mapping[str, Any]
    name: str = ""
    read: Noticed | None = field(default=None, compare=False)

    @property
    def noticed(self) -> Noticed:
        """What the features tell of all of them."""
        if self.read is None:
            self.read = noticed(self.rows)
        return self.read

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """The features; what is no object counts as a feature with nothing."""
        return mappings(self.json.get("features"))

    def without_features(self) -> FeatureSource:
        """The same without the features themselves, once they have been read."""
        kept = {key: value for key, value in self.json.items() if key != "features"}
        return FeatureSource(kept, self.layer, self.name, self.read)

    @property
    def count(self) -> int:
        """How many features there are."""
        return self.read.rows if self.read is not None else len(self.rows)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The columns, without the geometry; empty when nothing names them."""
        named = FeatureSet(self.json).fields or FeatureSet(self.layer).fields
        return tuple(field for field in named if field.type != "esriFieldTypeGeometry")

    @property
    def geometry_type(self) -> str:
        """``esriGeometry…``, from the first geometry when it is not said."""
        said = FeatureSet(self.json).geometry_type or FeatureSet(self.layer).geometry_type
        return said or self.noticed.geometry_type

    @property
    def reference(self) -> SpatialReference:
        """Reference of the coordinates; empty when nothing names one."""
        own = (SpatialReference.from_json(one) for one, _ in self.noticed.references if one)
        return self.common_reference or next(filter(None, own), SpatialReference())

    @cached_property
    def common_reference(self) -> SpatialReference:
        """The reference that is said of all features; empty when none is, or none that means a system."""
        extent = self.layer.get("extent")
        holders = (self.json, self.layer, extent if isinstance(extent, Mapping) else {})
        told = [SpatialReference.from_json(holder.get("spatialReference")) for holder in holders]
        known = [one for one in told if one and one != SpatialReference(wkid=0)]
        return known[0] if known else SpatialReference()

    @property
    def flags(self) -> tuple[bool, bool]:
        """Whether vertices carry z, and whether they carry a measure."""
        has_z, has_m = (
            self.json.get(key) is True or (key not in self.json and self.layer.get(key) is True)
            for key in ("hasZ", "hasM")
        )
        return has_z, has_m

    @property
    def quantisation(self) -> Quantisation | None:
        """How whole numbers become coordinates; None when they already are."""
        return Quantisation.from_json(self.json.get("transform"))

    @property
    def renderer(self) -> Mapping[str, Any] | None:
        """How the server draws the features, as sent; None when it does not say."""
        return renderer_json(self.layer) or renderer_json(self.json)

    def describe(self) -> FrameInfo:
        """What a frame keeps of it."""
        fields = self.fields
        aliases = {field.name: field.alias for field in fields if field.alias}
        said = self.json.get("fieldAliases")
        aliases.update(said if isinstance(said, Mapping) else {})
        return {
            "aliases": {name: str(alias) for name, alias in aliases.items() if alias},
            "domains": {field.name: dict(field.domain) for field in fields if field.domain},
            "field_types": {field.name: field.type for field in fields},
            "object_id_field": self._object_id_field(fields),
            "long_ids": [one.name for one in fields if one.type == "esriFieldTypeOID" and one.length == 8],
            "geometry_type": self.geometry_type,
            "spatial_reference": self.reference.to_json(),
            "truncated": _flag(self.json.get("exceededTransferLimit")),
            **({"renderer": dict(self.renderer)} if self.renderer else {}),
        }

    def _object_id_field(self, fields: tuple[Field, ...]) -> str:
        for holder, key in ((self.json, "objectIdFieldName"), (self.layer, "objectIdField")):
            if isinstance(holder.get(key), str) and holder[key]:
                return str(holder[key])
        return next((field.name for field in fields if field.type == "esriFieldTypeOID"), "")


def _flag(value: Any) -> bool | None:
    """Whether rows were held back; None where the server does not say."""
    return None if value is None else value is True


def find_features(data: Any) -> FeatureSource:
    """Find the first feature set in what a server sent.

    Parameters
    ----------
    data
        A feature set, a record set, a feature collection, a result ``{"paramName", "dataType", "value"}``,
        or several results.

    Raises
    ------
    ConversionError
        There are no features in it.
    """
    return find_layers(data)[0]


def find_layers(data: Any) -> list[FeatureSource]:
    """Find all feature sets in what a server sent, or a file holds: layers of a collection, of map notes.

    Raises
    ------
    ConversionError
        There are no features in it.
    """
    found = _search(data, {}, "")
    if found:
        return found
    if isinstance(data, Mapping) and isinstance(data.get("error"), Mapping):
        message = data["error"].get("message") or "no reason given"
        raise ConversionError(tr("The server sent an error in place of features: {message}", message=message))
    raise ConversionError(tr("There is no feature set in {described}.", described=_described(data)))


def chosen_layers(sources: Sequence[FeatureSource], layer: str | None) -> list[FeatureSource]:
    """The layers to read: the named one, else those that have features, else the first."""
    if layer is not None:
        named = [source for source in sources if source.name == layer]
        if not named:
            names = [source.name for source in sources]
            raise LayerChoice(
                tr("There is no layer {layer!r}; there are: {names}.", layer=layer, names=", ".join(names)),
                layers=names,
            )
        return named
    return [source for source in sources if source.count] or [sources[0]]


#: What may hold feature sets, outermost last; the last two are of web maps.
_INNER = ("featureSet", "value", "layers", "featureCollection", "results", "operationalLayers")


def _search(data: Any, layer: Mapping[str, Any], name: str) -> list[FeatureSource]:
    if isinstance(data, list):
        return [source for entry in data for source in _search(entry, layer, name)]
    if not isinstance(data, Mapping):
        return []
    if "features" in data and data.get("type") != "FeatureCollection":
        return [FeatureSource(data, layer, name)]
    definition = data.get("layerDefinition")
    layer = definition if isinstance(definition, Mapping) else layer
    names = (layer.get("name"), data.get("title"), data.get("paramName"), data.get("name"))
    name = next((one for one in names if isinstance(one, str) and one), name)
    found = [source for key in _INNER if key in data for source in _search(data[key], layer, name)]
    if not found and ("fields" in data or "geometryType" in data):
        return [FeatureSource(data, layer, name)]
    return found


def _described(data: Any) -> str:
    if isinstance(data, Mapping):
        if data.get("type") == "FeatureCollection":
            return "this object; it is GeoJSON, which gpwidgets.convert.user_input.readers.to_frame reads"
        return f"an object with {', '.join(map(repr, list(data)[:8])) or 'nothing in it'}"
    return "a list of other things" if isinstance(data, list) else f"{str(data)[:40]!r}"
