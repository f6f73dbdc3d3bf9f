"""Feature sets and record sets as the wire holds them: thin views that tolerate missing keys."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpwidgets.protocol.values import SpatialReference


@dataclass(frozen=True)
class Field:
    """An attribute column of a feature set.

    Attributes
    ----------
    name, type, alias : str
        Column name, ``esriFieldType…`` word, and name to show.
    length : int or None
        Longest text, or 8 for a 64-bit object id.
    nullable, editable : bool
        True unless the server says no.
    domain : mapping or None
        Coded values or a range, as sent; without codes and ends that are none.
    default : object
        Value for new rows.
    """

    name: str
    type: str = "esriFieldTypeString"
    alias: str = ""
    length: int | None = None
    nullable: bool = True
    editable: bool = True
    domain: Mapping[str, Any] | None = None
    default: Any = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Field:
        """Read a field object."""
        name = str(data.get("name") or "")
        return cls(
            name,
            str(data.get("type") or "esriFieldTypeString"),
            str(data.get("alias") or name),
            _length(data.get("length")),
            data.get("nullable") is not False,
            data.get("editable") is not False,
            _domain(data.get("domain")),
            data.get("defaultValue"),
        )

    @property
    def coded_values(self) -> Mapping[Any, str]:
        """Label of each code of a coded-value domain; empty without one."""
        rows = (self.domain or {}).get("codedValues") or ()
        return {row.get("code"): str(row.get("name")) for row in rows}


def _length(value: Any) -> int | None:
    is_text = isinstance(value, str) and value.isdecimal() and len(value) < _MANY_DIGITS
    return int(value) if is_text or isinstance(value, int) else None


#: No length of a text has so many; Python reads no whole number of thousands of digits.
_MANY_DIGITS = 19


def _domain(data: Any) -> Mapping[str, Any] | None:
    """A domain as sent, without what cannot be one of its codes or ends."""
    if not isinstance(data, Mapping):
        return None
    kept = dict(data)
    if "codedValues" in kept:
        rows = kept["codedValues"]
        kept["codedValues"] = (
            [row for row in rows if _is_coded(row)] if isinstance(rows, list | tuple) else []
        )
    ends = kept.get("range")
    if not (isinstance(ends, list | tuple) and len(ends) == 2 and all(map(_is_end, ends))):
        kept.pop("range", None)
    return kept


def _is_coded(row: Any) -> bool:
    return isinstance(row, Mapping) and isinstance(row.get("code"), str | int | float)


def _is_end(value: Any) -> bool:
    """Whether it is a number that can be shown and compared, or a missing one, which bounds nothing."""
    try:
        return value is None or (isinstance(value, int | float) and math.isfinite(value))
    except OverflowError:  # hundreds of digits
        return False


@dataclass(frozen=True)
class RecordSet:
    """A table.

    Attributes
    ----------
    json : mapping
        The object as it is on the wire.
    """

    json: Mapping[str, Any]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns; empty when the server names none."""
        rows = self.json.get("fields") or self.json.get("Fields")
        if not isinstance(rows, list | tuple):
            return ()
        return tuple(Field.from_json(row) for row in rows if isinstance(row, Mapping) and row.get("name"))

    @property
    def features(self) -> Sequence[Mapping[str, Any]]:
        """The rows, each with ``attributes``."""
        rows = self.json.get("features")
        return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, Sequence) else []

    @property
    def exceeded(self) -> bool:
        """Whether the server held rows back."""
        return self.json.get("exceededTransferLimit") is True

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return dict(self.json)


@dataclass(frozen=True)
class FeatureSet(RecordSet):
    """Features: rows with ``attributes`` and ``geometry``."""

    @property
    def geometry_type(self) -> str:
        """``esriGeometry…``, ``""`` when it is not said."""
        kind = self.json.get("geometryType")
        return kind if isinstance(kind, str) else ""

    @property
    def spatial_reference(self) -> SpatialReference:
        """Reference of all coordinates; empty when it is not said."""
        return SpatialReference.from_json(self.json.get("spatialReference"))

    @property
    def has_z(self) -> bool:
        """Whether vertices carry a z."""
        return self.json.get("hasZ") is True

    @property
    def has_m(self) -> bool:
        """Whether vertices carry a measure."""
        return self.json.get("hasM") is True
