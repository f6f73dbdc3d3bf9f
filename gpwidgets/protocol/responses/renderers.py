"""Renderers of the REST API: which symbol a layer's features get.

Reads ``drawingInfo.renderer`` of layers, feature collections and hosted layers: simple, uniqueValue (with
``uniqueValueInfos`` or ``uniqueValueGroups``) and classBreaks. Other kinds, such as heatmap, are named in
`Renderer.problem` and left undrawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import itemgetter
from typing import Any

from gpwidgets.protocol.responses.symbols import Color, Symbol, number_of
from gpwidgets.texts import tr

__all__ = ["Normalization", "Renderer", "RendererClass", "renderer_json", "value_key", "value_text"]

#: An expression that only names a field: ``$feature.NAME`` or ``$feature["NAME"]``.
_FIELD = re.compile(r"""\$feature(?:\.(\w++)|\[\s*+["']([^"'\]]++)["']\s*+\])""")


@dataclass(frozen=True)
class RendererClass:
    """One class of a renderer.

    Attributes
    ----------
    label : str
        As the server says it; empty when it does not.
    symbol : Symbol or None
        None for features that are not drawn, or whose symbol cannot be read.
    values : tuple of str
        Values that belong to it as `value_key` writes them; for uniqueValue.
    lowest, highest : float or None
        Limits, for classBreaks: a value on the upper one belongs to the class. None when the class begins
        where the one before ends.
    """

    label: str
    symbol: Symbol | None
    values: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class Normalization:
    """What numbers are divided by before they are put into classes.

    Attributes
    ----------
    kind : str
        ``esriNormalizeByField``, ``esriNormalizeByLog`` or ``esriNormalizeByPercentOfTotal``.
    field : str
        Column of the divisor.
    total : float or None
    """

    kind: str
    field: str = ""
    total: float | None = None


@dataclass(frozen=True)
class Renderer:
    """How a server draws a layer.

    Attributes
    ----------
    kind : str
        ``simple``, ``uniqueValue`` or ``classBreaks``; another word when `problem` is set.
    fields : tuple of str
        Columns that tell the class.
    classes : tuple of RendererClass
        In the order of the legend; none when `problem` is set.
    default : RendererClass or None
        For what belongs to no class.
    lowest : float or None
        Lower end of the first class of numbers.
    normalization : Normalization or None
    omitted : str
        What is left out of how the server draws it, in words; empty when nothing is.
    problem : str
        Why it is not drawn, in words; empty when it is.
    """

    kind: str
    fields: tuple[str, ...] = ()
    classes: tuple[RendererClass, ...] = ()
    default: RendererClass | None = None
    lowest: float | None = None
    normalization: Normalization | None = None
    omitted: str = ""
    problem: str = ""

    @classmethod
    def from_json(cls, data: Any) -> Renderer | None:
        """Read a renderer object.

        Returns
        -------
        Renderer or None
            None when there is none; one with a `problem` when there is one that cannot be drawn.
        """
        if not isinstance(data, Mapping) or not data:
            return None
        kind = str(data.get("type") or "")
        if kind not in _READERS:
            return cls(kind, problem=tr("the server's style ({kind}) is not drawn", kind=kind[:40] or "?"))
        found = _by_stops(data) or _READERS[kind](data)
        if not found.problem and not any(one.symbol for one in found.classes):
            return cls(kind, problem=tr("the server's style cannot be read"))
        return replace(found, omitted=_omitted(data))


def renderer_json(holder: Any) -> Mapping[str, Any] | None:
    """Return the renderer of a layer, a layer definition or a feature collection; None without one."""
    info = holder.get("drawingInfo") if isinstance(holder, Mapping) else None
    found = info.get("renderer") if isinstance(info, Mapping) else None
    return found if isinstance(found, Mapping) and found else None


def _simple(data: Mapping[str, Any]) -> Renderer:
    return Renderer("simple", classes=(RendererClass(value_text(data.get("label")), _symbol(data)),))


def _unique(data: Mapping[str, Any]) -> Renderer:
    fields = tuple(str(data[key]) for key in ("field1", "field2", "field3") if data.get(key))
    fields = fields or _field_of(data)
    if not fields:
        return _by_expression("uniqueValue")
    classes = tuple(_unique_classes(data))
    return Renderer("uniqueValue", fields, classes, _default(data))


def _unique_classes(data: Mapping[str, Any]) -> Iterator[RendererClass]:
    sign = str(data.get("fieldDelimiter") or ",").strip() or ","
    # Newer servers send groups, and infos beside them for older clients.
    groups = [one for group in _rows(data.get("uniqueValueGroups")) for one in _rows(group.get("classes"))]
    infos = _rows(data.get("uniqueValueInfos"))
    for one in infos or groups:
        values = one.get("values")
        if isinstance(values, list):
            keys = tuple(value_key(row if isinstance(row, list) else [row]) for row in values)
        else:
            text = value_text(one.get("value"))
            keys = (value_key(text.split(sign) if data.get("field2") else [text]),)
        yield RendererClass(value_text(one.get("label")), _symbol(one), keys)


def _breaks(data: Mapping[str, Any]) -> Renderer:
    fields = (str(data["field"]),) if data.get("field") else _field_of(data)
    if not fields:
        return _by_expression("classBreaks")
    kind = str(data.get("normalizationType") or "")
    norm = None
    if kind not in ("", "esriNormalizeNone"):
        total = number_of(data.get("normalizationTotal"))
        norm = Normalization(kind, str(data.get("normalizationField") or ""), total)
    rows = [(one, number_of(one.get("classMaxValue"))) for one in _rows(data.get("classBreakInfos"))]
    classes = tuple(
        RendererClass(
            value_text(one.get("label")),
            _symbol(one),
            lowest=number_of(one.get("classMinValue")),
            highest=top,
        )
        for one, top in sorted(((one, top) for one, top in rows if top is not None), key=itemgetter(1))
    )
    lowest = number_of(data.get("minValue"))
    return Renderer("classBreaks", fields, classes, _default(data), lowest, norm)


def _by_expression(kind: str) -> Renderer:
    return Renderer(kind, problem=tr("the server's style computes its classes and is not drawn"))


def _by_stops(data: Mapping[str, Any]) -> Renderer | None:
    """A ramp of colours over a field as classes, each stop with the values that lie nearest to it."""
    ramps = [one for one in _rows(data.get("visualVariables")) if one.get("type") == "colorInfo"]
    if not ramps:
        return None
    fields = (str(ramps[0]["field"]),) if ramps[0].get("field") else _field_of(ramps[0])
    stops = [(number_of(one.get("value")), one) for one in _rows(ramps[0].get("stops"))]
    known = sorted(((value, one) for value, one in stops if value is not None), key=itemgetter(0))
    if not fields or len(known) < 2:
        return None
    base = _any_symbol(data)
    tops = [(low + high) / 2 for (low, _), (high, _) in pairwise(known)]
    classes = tuple(
        RendererClass(
            value_text(one.get("label")) or f"{value:g}", _colored(base, one.get("color")), highest=top
        )
        for (value, one), top in zip(known, [*tops, math.inf], strict=True)
    )
    named = str(ramps[0].get("normalizationField") or "")
    norm = Normalization("esriNormalizeByField", named) if named else None
    return Renderer("classBreaks", fields, classes, _default(data), normalization=norm)


def _any_symbol(data: Mapping[str, Any]) -> Symbol:
    infos = [*_rows(data.get("classBreakInfos")), *_rows(data.get("uniqueValueInfos"))]
    symbols = (Symbol.from_json(one) for one in (data.get("symbol"), *(info.get("symbol") for info in infos)))
    return next(filter(None, symbols), Symbol())


def _colored(base: Symbol, data: Any) -> Symbol | None:
    color = Color.from_json(data)
    if color is None:
        return None
    is_line = base.fill is None and base.line is not None and not base.is_picture
    return replace(base, line=color) if is_line else replace(base, fill=color)


def _omitted(data: Mapping[str, Any]) -> str:
    kinds = {str(one.get("type")) for one in _rows(data.get("visualVariables"))}
    return tr("sizes by value are not drawn") if "sizeInfo" in kinds else ""


_READERS = {"simple": _simple, "uniqueValue": _unique, "classBreaks": _breaks}


def _field_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The field that an expression names, where it does nothing else."""
    found = _FIELD.fullmatch(value_text(data.get("valueExpression")).removesuffix(";").rstrip())
    return (found[1] or found[2],) if found else ()


def _default(data: Mapping[str, Any]) -> RendererClass | None:
    symbol = Symbol.from_json(data.get("defaultSymbol"))
    return RendererClass(value_text(data.get("defaultLabel")), symbol) if symbol else None


def _symbol(data: Mapping[str, Any]) -> Symbol | None:
    return Symbol.from_json(data.get("symbol"))


def _rows(data: Any) -> list[Mapping[str, Any]]:
    return [one for one in data if isinstance(one, Mapping)] if isinstance(data, list) else []


def value_text(value: Any) -> str:
    """Return a value as renderers write it: whole numbers without a point, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def value_key(values: Sequence[Any]) -> str:
    """Return the values of a renderer's fields as one text, the same for the same values."""
    texts = map(value_text, values)
    return "\x1f".join("" if text in ("<Null>", "None") else text for text in texts)
