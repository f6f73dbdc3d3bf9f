"""Frames as a PNG picture of a map; matplotlib draws it, which need not be installed."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from gpwidgets.convert.rendering.picture_layout import COAST, LAND, SEA, Painted, PictureLayout
from gpwidgets.convert.rendering.picture_text import PictureText, PlacedText, place_text

__all__ = ["map_png"]

#: Pixels of the layout per inch, and of the picture: it is twice as sharp as the screen.
_DPI, _SHARP = 100, 200


def map_png(
    layers: Sequence[Painted],
    land: Mapping[str, Any] | None = None,
    *,
    bounds: tuple[float, float, float, float] | None = None,
    width: int = 640,
    height: int = 360,
    text: PictureText | None = None,
) -> bytes:
    """Draw frames above each other, in Web Mercator.

    Parameters
    ----------
    layers, land, width, height, text
        As for `gpwidgets.convert.rendering.picture.map_picture`.
    bounds
        West, south, east, north in degrees of what is shown; the place of all layers when left out.

    Returns
    -------
    bytes
        The PNG; empty when there is neither a layer with a place nor `bounds`.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    picture = PictureLayout.of(layers, land, bounds=bounds, width=width, height=height)
    if picture is None:
        return b""
    placed = place_text(text, width, height) if text is not None else PlacedText(height=height)
    total = placed.height
    figure = Figure(figsize=(width / _DPI, total / _DPI), dpi=_DPI)
    FigureCanvasAgg(figure)
    figure.patch.set_facecolor("#ffffff")
    axes = figure.add_axes((0, 1 - (placed.top + height) / total, 1, height / total), facecolor=SEA)
    axes.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    for edge in axes.spines.values():
        edge.set_visible(False)
    if picture.land is not None:
        _draw(axes, picture.land, LAND, COAST, 1.0)
    for shapes, color, opacity in picture.layers:
        _draw(axes, shapes, color, color, opacity)
    length, words = picture.scale
    end, below = 12 + length, height - 12
    axes.plot([12, 12, end, end], [below - 6, below, below, below - 6], color="#333", linewidth=1)
    axes.text(16, height - 16, words, color="#333", fontsize=8)
    _write(figure, placed, width)
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=_SHARP)
    return target.getvalue()


def _write(figure: Any, placed: PlacedText, width: int) -> None:
    """Title, legends and attribution, in pixels of the whole picture."""
    from matplotlib.patches import Circle, Rectangle

    axes = figure.add_axes((0, 0, 1, 1), frameon=False)
    axes.set(xlim=(0, width), ylim=(placed.height, 0), xticks=[], yticks=[])
    for item in placed.items:
        if item.text:
            weight, size = ("bold" if item.bold else "normal"), item.size * 72 / _DPI
            # Dollar signs would be taken for mathematics.
            axes.text(
                item.x, item.y, item.text, color=item.color, fontsize=size, weight=weight, parse_math=False
            )
        elif item.form == "point":
            axes.add_patch(Circle((item.x + 6, item.y + 6), 5, color=item.color))
        else:
            top, tall = (item.y + 5, 3) if item.form == "line" else (item.y, 12)
            axes.add_patch(Rectangle((item.x, top), 13, tall, color=item.color))


def _draw(axes: Any, shapes: Any, fill: str, line: str, opacity: float) -> None:
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.colors import to_rgba

    parts = shapely.get_parts(shapely.get_parts(shapes))
    kinds = shapely.get_dimensions(parts)
    # Holes stay empty where they run against the outline.
    paths = [_path(area) for area in shapely.orient_polygons(parts[kinds == 2])]
    face = to_rgba(fill, opacity)
    axes.add_collection(PathCollection(paths, facecolors=face, edgecolors=line, linewidths=1.2))
    lines = [shapely.get_coordinates(one) for one in parts[kinds == 1]]
    axes.add_collection(LineCollection(lines, colors=line, linewidths=1.6))
    places = shapely.get_coordinates(parts[kinds == 0])
    if len(places):
        axes.scatter(places[:, 0], places[:, 1], s=30, color=to_rgba(fill, 0.6), edgecolors=line)


def _path(area: shapely.Polygon) -> Any:
    from matplotlib.path import Path

    rings = [Path(shapely.get_coordinates(ring), closed=True) for ring in shapely.get_rings(area)]
    return Path.make_compound_path(*rings) if rings else Path(np.empty((0, 2)))
