"""A sweep on maps: a small one for each run, with one scale of colours and one legend for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from statistics import median
from typing import Any

from gpwidgets.convert.basemap.base_map_picture import svg_url
from gpwidgets.convert.rendering.small_map import small_map
from gpwidgets.texts import language, tr
from gpwidgets.widgets.map.layers.frame_layer import frame_bounds
from gpwidgets.widgets.map.layers.style_by import SEQUENTIAL, ClassStyle, style_by
from gpwidgets.widgets.map.map_picture import painted_by

__all__ = ["Multiples", "share_an_extent"]

_COLOR = "#0072b2"
_WIDTH, _HEIGHT, _CLASSES = 240, 160, 5
#: Runs whose results are smaller than this part of all are drawn each at its own place.
_SMALL = 1 / 6
_LOOKED_AT = 40


@dataclass(frozen=True)
class Multiples:
    """The maps of a sweep.

    Attributes
    ----------
    frame
        All rows of an output, with the place of each run in ``gp_place``.
    column
        What the colours are of; empty for one colour.
    method
        How the column is put into classes.
    same_extent
        Whether all maps show the same part of the world.
    """

    frame: Any
    column: str = ""
    method: str = "natural breaks"
    same_extent: bool = True

    def html(self, places: Sequence[int], titles: Sequence[str]) -> str:
        """Draw some runs, and the legend of all.

        Parameters
        ----------
        places
            Of the runs in the batch.
        titles
            What stands below the map of each.
        """
        classes = self._classes()
        whole = _bounds(self.frame) if self.same_extent else None
        figures = [
            self._figure(place, title, classes, whole) for place, title in zip(places, titles, strict=True)
        ]
        legend = "" if classes is None else classes.legend_html()
        return f'<div class="gpw-multiples">{"".join(figures)}</div>{legend}'

    def _classes(self) -> ClassStyle | None:
        if not self.column:
            return None
        return style_by(self.frame, self.column, self.method, _CLASSES, next(iter(SEQUENTIAL)))

    def _figure(self, place: int, title: str, classes: ClassStyle | None, whole: Any) -> str:
        mask = (self.frame["gp_place"] == place).to_numpy()
        part = self.frame[mask]
        caption = f"<figcaption>{escape(title)}</figcaption>"
        painted: list[Any] = [(part, _COLOR)]
        if classes is not None:
            painted = painted_by(part, replace(classes, codes=classes.codes[mask]))
        size = {"width": _WIDTH, "height": _HEIGHT}
        drawn = small_map(painted, bounds=whole or _bounds(part), language=language(), **size)
        if drawn is None or not len(part):
            return f'<figure><div class="gpw-muted">{escape(tr("no features"))}</div>{caption}</figure>'
        words = escape(tr("Map of {title}", title=title))
        ground, shapes = (escape(svg_url(svg), quote=False) for svg in drawn)
        images = f'<img alt="" src="{ground}"><img alt="{words}" src="{shapes}">'
        return f'<figure><div class="gpw-small-map">{images}</div>{caption}</figure>'


def share_an_extent(frame: Any) -> bool:
    """Whether runs are at about one place, so that maps of the same extent tell something."""
    whole = _bounds(frame)
    if whole is None:
        return False
    size = max(whole[2] - whole[0], whole[3] - whole[1])
    groups = list(frame.groupby("gp_place"))
    parts = [_bounds(part) for _place, part in groups[:: max(1, len(groups) // _LOOKED_AT)]]
    sizes = [max(one[2] - one[0], one[3] - one[1]) for one in parts if one is not None]
    return bool(sizes) and median(sizes) >= size * _SMALL


def _bounds(frame: Any) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees, with a little room around."""
    found = frame_bounds(frame)
    if found is None:
        return None
    west, south, east, north = found
    room = 0.05 * max(east - west, north - south, 0.001)
    return west - room, max(-85.0, south - room), east + room, min(85.0, north + room)
