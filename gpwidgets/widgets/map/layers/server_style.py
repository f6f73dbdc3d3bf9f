"""The server's own symbology of a result, as far as a web map draws it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.protocol.responses.renderers import Renderer
from gpwidgets.protocol.responses.symbols import Symbol
from gpwidgets.texts import tr
from gpwidgets.widgets.map.layers.style_by import NO_VALUE, QUALITATIVE, ClassStyle, limit_texts
from gpwidgets.widgets.words.cells import FrameTexts

__all__ = ["server_style"]

#: Lines are never thinner, and markers never smaller, than can be seen, in pixels.
_THINNEST, _SMALLEST = 0.6, 2.0


def server_style(frame: Any) -> tuple[ClassStyle | None, str]:
    """Return how the server draws a result, and what is not drawn that way, in words.

    Parameters
    ----------
    frame
        A GeoDataFrame; its ``attrs["gpwidgets"]["renderer"]`` is one of the REST API, as sent.

    Returns
    -------
    tuple of (ClassStyle or None, str)
        None where the server says nothing, or what cannot be drawn; the text says why. Empty text when
        there is nothing to say.
    """
    renderer = Renderer.from_json(frame_info(frame).get("renderer"))
    if renderer is None or not len(frame):
        return None, ""
    if renderer.problem:
        return None, renderer.problem
    from gpwidgets.convert.rendering.symbology import MissingField, renderer_codes

    try:
        codes = renderer_codes(renderer, frame)
    except MissingField as error:
        return None, tr("the server's style uses {field}, which did not come", field=error.field)
    except (TypeError, ValueError, OverflowError, AttributeError):
        return None, tr("the server's style cannot be read")  # it must not cost the layer
    notes = [renderer.omitted] if renderer.omitted else []
    if any(one.symbol is not None and one.symbol.is_picture for one in renderer.classes):
        notes.append(tr("the server's pictures are drawn as their colours"))
    return _classes(renderer, codes, frame), "; ".join(notes)


def _classes(renderer: Renderer, codes: Any, frame: Any) -> ClassStyle:
    from gpwidgets.convert.rendering.symbology import column_of, form_of

    form = form_of(frame)
    symbols = [one.symbol for one in renderer.classes]
    labels = _labels(renderer, frame)
    if (codes < 0).any():
        codes = codes.copy()
        codes[codes < 0] = len(symbols)
        symbols.append(renderer.default.symbol if renderer.default is not None else None)
        labels.append((renderer.default.label if renderer.default is not None else "") or tr("other"))
    looks = [_look(symbol, form, number) for number, symbol in enumerate(symbols)]
    colors = tuple(look["fillColor"] if form != "line" else look["color"] for look in looks)
    named = [str(column_of(frame, one).name) for one in renderer.fields]
    title = ", ".join(map(FrameTexts(frame).header, named)) or tr("Server's style")
    return ClassStyle(title, tuple(labels), colors, codes, tuple(looks), form, is_server=True)


def _labels(renderer: Renderer, frame: Any) -> list[str]:
    if renderer.kind == "simple":
        return [renderer.classes[0].label or tr("all features")]
    if renderer.kind == "uniqueValue":
        texts = FrameTexts(frame)
        return [one.label or _value_label(one.values, renderer.fields, texts) for one in renderer.classes]
    if all(one.label for one in renderer.classes):
        return [one.label for one in renderer.classes]
    tops = [one.highest or 0.0 for one in renderer.classes]
    low = renderer.classes[0].lowest if renderer.lowest is None else renderer.lowest
    limits = limit_texts(tops if low is None else [low, *tops])
    named = [tr("{low} to {high}", low=start, high=end) for start, end in pairwise(limits)]
    if low is None:
        named.insert(0, tr("up to {high}", high=limits[0]))
    return [one.label or text for one, text in zip(renderer.classes, named, strict=True)]


def _value_label(values: tuple[str, ...], fields: tuple[str, ...], texts: FrameTexts) -> str:
    named = [
        ", ".join(texts.text(field, part) for field, part in zip(fields, key.split("\x1f"), strict=False))
        for key in values
    ]
    return "; ".join(named) or tr("other")


def _look(symbol: Symbol | None, form: str, number: int) -> dict[str, Any]:
    """A symbol as the path style of Leaflet; that of a class without one is grey."""
    if symbol is None:
        return {"color": NO_VALUE, "fillColor": NO_VALUE, "opacity": 0.9, "fillOpacity": 0.3, "weight": 1}
    own = symbol.color
    color = own.css if own is not None else QUALITATIVE[number % len(QUALITATIVE)]
    line, fill = symbol.line, symbol.fill
    if form == "line":
        line = line or fill
    look: dict[str, Any] = {
        "color": line.css if line is not None else color,
        "opacity": line.opacity if line is not None else 0.0,
        "weight": max(_THINNEST, 1.0 if symbol.width is None else symbol.width),
        "fillColor": color,
        "fillOpacity": fill.opacity if fill is not None else 0.7 if symbol.is_picture else 0.0,
    }
    if symbol.dashes:
        look["dashArray"] = symbol.dashes
    if form == "point" and symbol.size is not None:
        look["radius"] = max(_SMALLEST, symbol.size / 2)
    return look
