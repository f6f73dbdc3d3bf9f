"""Layers coloured by an attribute: classes, their colours and labels, and the legend."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import pairwise
from typing import Any

from gpwidgets.texts import later, tr, written
from gpwidgets.widgets.words.cells import FrameTexts, cell_text

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

#: Numbers of more places, and larger ones, are written with an exponent.
_MOST_PLACES, _LARGEST_PLAIN = 6, 1e12
#: What an opacity is applied to.
_FAINT = ("opacity", "fillOpacity")


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
    looks : tuple of dict
        Path style of each class as Leaflet has it; its colour alone when left out.
    form : str
        ``area``, ``line`` or ``point``: what the patches of the legend look like.
    is_server : bool
        Whether it is the server's own symbology.
    """

    title: str
    labels: tuple[str, ...]
    colors: tuple[str, ...]
    codes: Any
    looks: tuple[Mapping[str, Any], ...] = ()
    form: str = "area"
    is_server: bool = False

    def styles(self, opacity: float = 1.0) -> tuple[bytes, ...]:
        """Return the path style of each class, as the JSON that is sent, fainter where `opacity` is less."""
        looks = self.looks or tuple({"color": one, "fillColor": one} for one in self.colors)
        return tuple(
            json.dumps({key: look[key] * (opacity if key in _FAINT else 1) for key in look}).encode()
            for look in looks
        )

    @property
    def styled(self) -> frozenset[str]:
        """What the classes say of how a feature looks; a layer's style must not say it, too."""
        return frozenset(key for look in self.looks for key in look) | {"color", "fillColor"}

    @property
    def legend(self) -> list[tuple[str, str, int]]:
        """Colour, label and number of features of each class that is to be seen."""
        rows = list(zip(self.colors, self.labels, self._counts, strict=True))
        return [row for row in rows if row[2]] or rows if self.is_server else rows

    @cached_property
    def _counts(self) -> list[int]:
        return [int((self.codes == number).sum()) for number in range(len(self.colors))]

    def legend_html(self, note: str = "") -> str:
        """Return the legend: a patch and a label for each class, and how many features it has.

        Parameters
        ----------
        note
            What has to be said of the drawing, below the classes.
        """
        looks = self.looks or tuple({"color": one} for one in self.colors)
        rows = set(self.legend)
        lines = "".join(
            f"<li>{self._patch(look, color)}{escape(label)} <small>({written(count)})</small></li>"
            for look, color, label, count in zip(looks, self.colors, self.labels, self._counts, strict=True)
            if (color, label, count) in rows
        )
        said = f'<div class="gpw-muted">{escape(note)}</div>' if note else ""
        return f'<div class="gpw-legend"><b>{escape(self.title)}</b><ul>{lines}</ul>{said}</div>'

    def _patch(self, look: Mapping[str, Any], color: str) -> str:
        """A patch as large as the marker, or as thick as the line, where the server says so."""
        return patch_html(
            color, self.form, look.get({"point": "radius", "line": "weight"}.get(self.form, ""))
        )


def patch_html(color: str, form: str = "area", size: float | None = None) -> str:
    """Return a square of a colour; a stroke of this weight for lines, a disc of this radius for points."""
    style = f"background:{escape(color)}"
    if size is not None and form == "line":
        style += f";height:{max(1.0, min(8.0, size)):.3g}px"
    elif size is not None and form == "point":
        wide = f"{max(4.0, min(28.0, 2 * size)):.3g}px"
        style += f";width:{wide};height:{wide}"
    return f'<span class="gpw-patch gpw-patch-{form}" aria-hidden="true" style="{style}"></span>'


def style_by(frame: Any, column: str, method: str, count: int, palette: str) -> ClassStyle:
    """Return the classes of a frame's column and their colours.

    Parameters
    ----------
    frame
        A GeoDataFrame.
    column
        Name of the column.
    method
        One of `gpwidgets.convert.rendering.classify.METHODS`.
    count
        Most classes.
    palette
        Key of `SEQUENTIAL`; categories have colours of their own.

    Raises
    ------
    ValueError
        The method does not suit the column.
    """
    from gpwidgets.convert.rendering.classify import classify
    from gpwidgets.convert.rendering.symbology import form_of

    texts = FrameTexts(frame)
    place = [str(name) for name in frame.columns].index(column)
    found = classify(frame.iloc[:, place], method, count)
    if method == "categories":
        labels = [tr("other") if one is None else texts.text(column, one) for one in found.values]
        colors = [OTHER if one is None else _cycled(at) for at, one in enumerate(found.values)]
    else:
        values = [high for _, high in found.bounds]
        # A class that holds one value is called by it.
        is_few = _are_all(frame.iloc[:, place], values)
        labels = [texts.text(column, one) for one in values] if is_few else range_labels(found.bounds)
        colors = ramp(SEQUENTIAL[palette], len(labels))
    codes = found.codes.copy()
    if (codes < 0).any():
        codes[codes < 0] = len(labels)
        labels, colors = [*labels, tr("no value")], [*colors, NO_VALUE]
    return ClassStyle(texts.header(column), tuple(labels), tuple(colors), codes, form=form_of(frame))


def _are_all(column: Any, values: Sequence[float]) -> bool:
    """Whether a column holds these values and no others; a look at the first rows mostly tells."""
    first = column.iloc[:1000].dropna().unique()
    return set(first) <= set(values) and set(column.dropna().unique()) == set(values)


def range_labels(bounds: Sequence[tuple[float, float]]) -> list[str]:
    """Return "low to high" for each class, with no more digits than tell the limits apart."""
    limits = sorted({one for pair in bounds for one in pair})
    texts = dict(zip(limits, limit_texts(limits), strict=True))
    return [
        tr("{low} to {high}", low=texts[low], high=texts[high]) if low < high else texts[low]
        for low, high in bounds
    ]


def limit_texts(limits: Sequence[float]) -> list[str]:
    """Return limits of classes, from low to high, off by little beside the narrowest class."""
    steps = [high - low for low, high in pairwise(limits) if high > low]
    if not steps:
        return [cell_text(one) for one in limits]
    places = math.ceil(-math.log10(min(steps) / 10))
    if places > _MOST_PLACES or max(map(abs, limits)) >= _LARGEST_PLAIN:
        return [f"{one:.{max(1, min(17, places + _digits(one)))}g}" for one in limits]
    enough = next((few for few in range(places) if all(round(one, few) == one for one in limits)), places)
    return [written(round(one, max(0, enough)) + 0.0, f",.{max(0, enough)}f") for one in limits]


def _digits(value: float) -> int:
    """Digits before the point; below 0 for each nought after it."""
    return math.floor(math.log10(abs(value))) + 1 if value else 0


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
