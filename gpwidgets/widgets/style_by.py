"""Layers coloured by an attribute: classes, their colours and labels, and the legend."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from gpwidgets.texts import later, tr
from gpwidgets.widgets.cells import FrameTexts, cell_text

#: For values from low to high; told apart by colour-blind readers and in grey.
SEQUENTIAL: dict[str, tuple[str, ...]] = {
    "Viridis": ("#440154", "#3b528b", "#21908d", "#5dc963", "#fde725"),
    "Cividis": ("#00224e", "#434e6c", "#7d7c78", "#bbad6c", "#fee838"),
    later("Blues"): ("#deebf7", "#9ecae1", "#4292c6", "#2171b5", "#08306b"),
    later("Oranges"): ("#fee6ce", "#fdae6b", "#f16913", "#d94801", "#7f2704"),
    later("Purple to green"): ("#762a83", "#c2a5cf", "#f7f7f7", "#a6dba0", "#1b7837"),
}
#: For categories, after Okabe and Ito.
QUALITATIVE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7a5195")
#: For what has no value, and for the rarer categories.
NO_VALUE, OTHER = "#9e9e9e", "#616161"


@dataclass(frozen=True)
class ClassStyle:
    """How a layer's features are coloured by class.

    Attributes
    ----------
    title : str
        What the classes are of; the legend's heading.
    labels, colors : tuple of str
        One of each class, the colours as in CSS.
    codes : numpy.ndarray of int
        For each row the number of its class.
    """

    title: str
    labels: tuple[str, ...]
    colors: tuple[str, ...]
    codes: Any

    @property
    def styles(self) -> tuple[bytes, ...]:
        """The path style of each class, as the JSON that is sent."""
        return tuple(json.dumps({"color": one, "fillColor": one}).encode() for one in self.colors)

    def legend_html(self) -> str:
        """Return the legend: a patch and a label for each class, and how many features it has."""
        counts = [int((self.codes == number).sum()) for number in range(len(self.colors))]
        lines = "".join(
            f"<li>{patch_html(color)}{escape(label)} <small>({count:,})</small></li>"
            for color, label, count in zip(self.colors, self.labels, counts, strict=True)
        )
        return f'<div class="gpw-legend"><b>{escape(self.title)}</b><ul>{lines}</ul></div>'


def patch_html(color: str) -> str:
    """Return a small square of a colour."""
    return f'<span class="gpw-patch" aria-hidden="true" style="background:{escape(color)}"></span>'


def style_by(frame: Any, column: str, method: str, count: int, palette: str) -> ClassStyle:
    """Return the classes of a frame's column and their colours.

    Parameters
    ----------
    frame
        A GeoDataFrame.
    column
        Name of the column.
    method
        One of `gpwidgets.convert.classify.METHODS`.
    count
        Most classes.
    palette
        Key of `SEQUENTIAL`; categories have colours of their own.

    Raises
    ------
    ValueError
        The method does not suit the column.
    """
    from gpwidgets.convert.classify import classify

    texts = FrameTexts(frame)
    place = [str(name) for name in frame.columns].index(column)
    found = classify(frame.iloc[:, place], method, count)
    if method == "categories":
        labels = [tr("other") if one is None else texts.text(column, one) for one in found.values]
        colors = [OTHER if one is None else _cycled(at) for at, one in enumerate(found.values)]
    else:
        labels = [
            tr("{low} to {high}", low=cell_text(low), high=cell_text(high)) for low, high in found.bounds
        ]
        colors = ramp(SEQUENTIAL[palette], len(labels))
    codes = found.codes.copy()
    if (codes < 0).any():
        codes[codes < 0] = len(labels)
        labels, colors = [*labels, tr("no value")], [*colors, NO_VALUE]
    return ClassStyle(texts.header(column), tuple(labels), tuple(colors), codes)


def _cycled(number: int) -> str:
    return QUALITATIVE[number % len(QUALITATIVE)]


def ramp(stops: Sequence[str], count: int) -> list[str]:
    """Return so many colours from the first stop to the last, evenly between them."""
    if count == 1:
        return [stops[len(stops) // 2]]
    return [_between(stops, number / (count - 1)) for number in range(count)]


def _between(stops: Sequence[str], share: float) -> str:
    place = share * (len(stops) - 1)
    start = min(int(place), len(stops) - 2)
    low, high = (tuple(bytes.fromhex(stop[1:])) for stop in stops[start : start + 2])
    mixed = (round(a + (b - a) * (place - start)) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def renderer_style(frame: Any) -> ClassStyle | None:
    """Return the server's own symbology of a result, when it came with one that can be shown.

    Parameters
    ----------
    frame
        Its ``attrs["gpwidgets"]["renderer"]`` is one of the REST API: simple, uniqueValue or classBreaks.
    """
    renderer = (frame.attrs.get("gpwidgets") or {}).get("renderer")
    if not isinstance(renderer, Mapping):
        return None
    make = {"simple": _simple, "uniqueValue": _unique, "classBreaks": _breaks}.get(str(renderer.get("type")))
    try:
        return make(renderer, frame) if make and len(frame) else None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None  # a renderer that is not as it should be must not cost the layer


def _simple(renderer: Mapping[str, Any], frame: Any) -> ClassStyle:
    label = str(renderer.get("label") or tr("all features"))
    return _classes(tr("Server's style"), [(label, renderer["symbol"])], [0] * len(frame), frame)


def _unique(renderer: Mapping[str, Any], frame: Any) -> ClassStyle:
    fields = [renderer[key] for key in ("field1", "field2", "field3") if renderer.get(key)]
    infos = renderer["uniqueValueInfos"]
    places = {str(info["value"]): number for number, info in enumerate(infos)}
    joined = str(renderer.get("fieldDelimiter") or ", ")
    columns = [[cell_text(value) for value in frame[field]] for field in fields]
    keys = [joined.join(row) for row in zip(*columns, strict=True)]
    pairs = [(str(info.get("label") or info["value"]), info["symbol"]) for info in infos]
    return _classes(
        ", ".join(map(str, fields)), pairs, [places.get(key, -1) for key in keys], frame, renderer
    )


def _breaks(renderer: Mapping[str, Any], frame: Any) -> ClassStyle:
    infos = renderer["classBreakInfos"]
    uppers = [float(info["classMaxValue"]) for info in infos]
    lowest = float(renderer.get("minValue", float("-inf")))
    pairs = [(str(info.get("label") or info["classMaxValue"]), info["symbol"]) for info in infos]
    codes = [_break_of(value, lowest, uppers) for value in frame[renderer["field"]]]
    return _classes(str(renderer["field"]), pairs, codes, frame, renderer)


def _break_of(value: Any, lowest: float, uppers: list[float]) -> int:
    if not hasattr(value, "__float__") or float(value) < lowest:
        return -1
    return next((number for number, upper in enumerate(uppers) if float(value) <= upper), -1)


def _classes(
    title: str,
    pairs: list[tuple[str, Mapping[str, Any]]],
    codes: list[int],
    frame: Any,
    renderer: Mapping[str, Any] | None = None,
) -> ClassStyle:
    from gpwidgets.convert.classify import as_codes

    labels = [label for label, _ in pairs]
    colors = [_css_color(symbol) for _, symbol in pairs]
    if -1 in codes:
        symbol = (renderer or {}).get("defaultSymbol")
        labels.append(str((renderer or {}).get("defaultLabel") or "other"))
        colors.append(_css_color(symbol) if symbol else NO_VALUE)
    numbers = as_codes([len(pairs) if code < 0 else code for code in codes])
    return ClassStyle(FrameTexts(frame).header(title), tuple(labels), tuple(colors), numbers)


def _css_color(symbol: Mapping[str, Any]) -> str:
    red, green, blue = (max(0, min(255, int(part))) for part in symbol["color"][:3])
    return f"#{red:02x}{green:02x}{blue:02x}"
