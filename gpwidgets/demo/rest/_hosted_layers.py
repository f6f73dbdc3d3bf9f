"""Feature layers that the server holds: their description, and queries with paging."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gpwidgets.demo.publishing.drawing_info import drawing_info
from gpwidgets.demo.publishing.refusals import Refusal, invalid_input
from gpwidgets.demo.rest._layer_grids import grid_asked
from gpwidgets.protocol.enums import GeometryType

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

PAGE = 1000
"""Rows of one page, as hosted layers have it by default."""

_COMPARED = re.compile(r"(\w+)\s*(=|<>|<=|>=|<|>)\s*('(?:[^']|'')*'|-?\d+(?:\.\d+)?)", re.ASCII)
_LISTED = re.compile(r"(\w+)\s+(NOT\s+)?IN\s*\(([^()]*)\)", re.I)
_LIKE = re.compile(r"(\w+)\s+(NOT\s+)?LIKE\s+'((?:[^']|'')*)'", re.I)
_NULL = re.compile(r"(\w+)\s+IS\s+(NOT\s+)?NULL", re.I)


@dataclass
class HostedLayer:
    """A layer with an object id for each row.

    Parameters
    ----------
    name
        With the folder: ``"Hosted/Earthquakes"``.
    read
        Gives the frame, when it is needed first.
    secured
        Whether a token is asked for.
    page
        Most rows in one answer.
    renderer
        How it is drawn, as `gpwidgets.demo.publishing.drawing_info` writes it; nothing when left out.
    """

    name: str
    read: Callable[[], GeoDataFrame]
    secured: bool = False
    page: int = PAGE
    renderer: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def frame(self) -> GeoDataFrame:
        """The rows, with their numbers in OBJECTID."""
        frame = self.read().reset_index(drop=True)
        if "OBJECTID" not in frame.columns:
            frame.insert(0, "OBJECTID", range(1, len(frame) + 1))
        return frame

    def describe(self, number: int = 0) -> dict[str, Any]:
        """The layer resource."""
        from gpwidgets.convert.featuresets.frames import frame_to_features

        told = frame_to_features(self.frame.iloc[:0])
        kinds = set(self.frame.geom_type.dropna())
        return {
            "currentVersion": 11.5,
            "id": number,
            "name": self.name.rpartition("/")[2],
            "type": "Feature Layer",
            "geometryType": _geometry_type(kinds) or told.get("geometryType"),
            "objectIdField": "OBJECTID",
            "maxRecordCount": self.page,
            "supportedQueryFormats": "JSON, PBF" if self.speaks_pbf else "JSON",
            "supportsCoordinatesQuantization": self.speaks_pbf,
            "supportsQuantizationEditMode": self.speaks_pbf,
            "advancedQueryCapabilities": {"supportsPagination": True},
            "capabilities": "Query",
            "extent": self.extent(),
            "fields": _fields(told["fields"]),
            **drawing_info(self.renderer),
        }

    def extent(self) -> dict[str, Any] | None:
        """Where the rows are."""
        from gpwidgets.convert.featuresets.frames import frame_to_features

        if not len(self.frame):
            return None
        edges = (float(edge) for edge in self.frame.total_bounds)
        told = dict(zip(("xmin", "ymin", "xmax", "ymax"), edges, strict=True))
        return {**told, "spatialReference": frame_to_features(self.frame.iloc[:0])["spatialReference"]}

    @cached_property
    def speaks_pbf(self) -> bool:
        """Whether all that the layer holds has a form in protocol buffers."""
        from gpwidgets.convert.featuresets.pbf_writing import has_form

        return has_form(self.frame)

    def query(self, fields: Mapping[str, str]) -> dict[str, Any] | bytes:
        """The ``query`` operation: where, ids, a box, order, pages, out fields, out coordinates and formats.

        Returns
        -------
        dict or bytes
            JSON, or protocol buffers.

        Raises
        ------
        Refusal
            The query cannot be understood, or the format is none of the layer's.
        """
        from gpwidgets.convert.featuresets.pbf_writing import write_buffer, write_count, write_ids

        is_pbf = fields.get("f", "").lower() == "pbf"
        if is_pbf and not self.speaks_pbf:
            raise invalid_input("Output format pbf is not supported.")
        rows = self._chosen(fields)
        if _flag(fields, "returnCountOnly"):
            return write_count(len(rows)) if is_pbf else {"count": len(rows)}
        if _flag(fields, "returnIdsOnly"):
            ids = [int(one) for one in rows["OBJECTID"]]
            told = {"objectIdFieldName": "OBJECTID", "objectIds": ids}
            return write_ids("OBJECTID", ids) if is_pbf else told
        start = _whole(fields, "resultOffset", 0)
        count = min(_whole(fields, "resultRecordCount", self.page), self.page)
        page = _shown(rows.iloc[start : start + count], fields)
        more = start + count < len(rows)
        if not is_pbf:
            return self._answer(page, fields, more=more)
        grid = grid_asked(fields.get("quantizationParameters", ""), page)
        return write_buffer(page, grid, id_field="OBJECTID", more=more, geometry=_wants_geometry(fields))

    def _chosen(self, fields: Mapping[str, str]) -> GeoDataFrame:
        rows = self.frame[_where(self.frame, fields.get("where") or "1=1")]
        if fields.get("objectIds"):
            wanted = {int(one) for one in fields["objectIds"].split(",")}
            rows = rows[rows["OBJECTID"].isin(wanted)]
        if fields.get("geometry"):
            west, south, east, north = _box(fields["geometry"])
            rows = rows.cx[west:east, south:north]
        if fields.get("orderByFields"):
            name, _, way = fields["orderByFields"].split(",")[0].strip().partition(" ")
            rows = rows.sort_values(
                _column(rows, name), ascending=way.strip().upper() != "DESC", kind="stable"
            )
        return rows

    def _answer(self, page: GeoDataFrame, fields: Mapping[str, str], *, more: bool) -> dict[str, Any]:
        from gpwidgets.convert.featuresets.frames import frame_to_features

        told = frame_to_features(page)
        told = {**told, "objectIdFieldName": "OBJECTID", "fields": _fields(told["fields"])}
        if not _wants_geometry(fields):
            told = {
                key: value for key, value in told.items() if key not in ("geometryType", "spatialReference")
            }
            told["features"] = [{"attributes": row["attributes"]} for row in told["features"]]
        return {**told, "exceededTransferLimit": more}


def _shown(page: GeoDataFrame, fields: Mapping[str, str]) -> GeoDataFrame:
    """The rows in the coordinates and with the columns that are asked for."""
    from gpwidgets.convert.coordinates.crs import to_crs

    if fields.get("outSR"):
        asked = json.loads(fields["outSR"])
        crs = to_crs(asked if isinstance(asked, Mapping) else {"wkid": int(asked)})
        page = page.to_crs(crs) if crs is not None else page
    wanted = [name.strip() for name in (fields.get("outFields") or "OBJECTID").split(",")]
    if wanted != ["*"]:
        page = page[[*(_column(page, name) for name in wanted), page.geometry.name]]
    return page


def _wants_geometry(fields: Mapping[str, str]) -> bool:
    return fields.get("returnGeometry", "true").lower() != "false"


def _fields(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "type": "esriFieldTypeOID"} if each["name"] == "OBJECTID" else each for each in fields]


def _geometry_type(kinds: set[str]) -> str:
    return next(filter(None, map(GeometryType.of_shape, kinds)), "")


def _flag(fields: Mapping[str, str], name: str) -> bool:
    return fields.get(name, "").lower() == "true"


def _whole(fields: Mapping[str, str], name: str, otherwise: int) -> int:
    try:
        number = int(fields.get(name) or otherwise)
    except ValueError:
        raise invalid_input(f"'{name}' is not a number") from None
    return max(0, number)


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        told = json.loads(text) if text.lstrip().startswith("{") else None
        edges = [told[key] for key in ("xmin", "ymin", "xmax", "ymax")] if told else text.split(",")
        west, south, east, north = (float(edge) for edge in edges)
    except (ValueError, KeyError):
        raise invalid_input("'geometry' parameter is invalid") from None
    return west, south, east, north


def _column(frame: GeoDataFrame, name: str) -> str:
    found = next((str(each) for each in frame.columns if str(each).lower() == name.lower()), None)
    if found is None:
        raise Refusal(400, "Unable to complete operation.", [f"'{name}' is no field of the layer"])
    return found


def _where(frame: GeoDataFrame, clause: str) -> Any:
    """Which rows a where clause takes: comparisons, IN, LIKE and IS NULL, joined by AND."""
    import pandas as pd

    taken = pd.Series(True, index=frame.index)
    for part in _terms(clause):
        if part.replace(" ", "") not in ("1=1", ""):
            taken &= _term(frame, part.strip())
    return taken


def _terms(clause: str) -> list[str]:
    """The parts of a clause between its ANDs, except for those inside of quotes."""
    terms: list[list[str]] = [[]]
    for number, piece in enumerate(clause.strip().split("'")):
        first, *further = [piece] if number % 2 else re.split(r"\sAND\s", piece, flags=re.I)
        terms[-1] += ["'", first] if number else [first]
        terms += [[term] for term in further]
    return ["".join(term).strip() for term in terms]


def _is_like(text: str, parts: list[str]) -> bool:
    """Whether a text is what stands between the % of a pattern, in order, with anything in between."""
    if len(parts) == 1:
        return len(text) == len(parts[0]) and _fits(text, 0, parts[0])
    first, *middle, last = parts
    at, end = len(first), len(text) - len(last)
    if at > end or not _fits(text, 0, first) or not _fits(text, end, last):
        return False
    for part in middle:
        at = next((start for start in range(at, end - len(part) + 1) if _fits(text, start, part)), -1)
        if at < 0:
            return False
        at += len(part)
    return True


def _fits(text: str, start: int, part: str) -> bool:
    return all(letter in ("_", text[start + place]) for place, letter in enumerate(part))


def _term(frame: GeoDataFrame, term: str) -> Any:
    if found := _NULL.fullmatch(term):
        empty = frame[_column(frame, found[1])].isna()
        return ~empty if found[2] else empty
    if found := _LISTED.fullmatch(term):
        values = [_literal(one.strip()) for one in found[3].split(",")]
        inside = frame[_column(frame, found[1])].isin(values)
        return ~inside if found[2] else inside
    if found := _LIKE.fullmatch(term):
        parts = found[3].replace("''", "'").split("%")
        texts = frame[_column(frame, found[1])].astype(str)
        alike = texts.map(lambda text: _is_like(text, parts))
        return ~alike if found[2] else alike
    if found := _COMPARED.fullmatch(term):
        column, value = frame[_column(frame, found[1])], _literal(found[3])
        method = {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}[found[2]]
        try:
            return getattr(column, method)(value).fillna(False).astype(bool)
        except TypeError:
            pass
    raise Refusal(400, "Unable to complete operation.", ["Unable to perform query operation.", f"{term!r}"])


def _literal(text: str) -> Any:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        raise invalid_input("'where' parameter is invalid") from None
