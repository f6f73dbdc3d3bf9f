"""Frames as a small picture of a map, drawn here and now: an SVG without scripts and outside resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import shapely

from gpwidgets.convert.rendering.picture_layout import COAST, LAND, SEA, Painted, PictureLayout
from gpwidgets.convert.rendering.picture_text import PictureText, Placed, place_text

__all__ = ["layer_svg", "map_picture", "scale_bar_svg"]

#: Pixels; areas and lines that are smaller would not be seen, and get a disc in their place.
_SMALLEST, _DISC = 3.0, 2.5


def map_picture(
    layers: Sequence[Painted],
    land: Mapping[str, Any] | None = None,
    *,
    bounds: tuple[float, float, float, float] | None = None,
    width: int = 640,
    height: int = 360,
    text: PictureText | None = None,
) -> str:
    """Draw frames above each other, in Web Mercator, with what lies around them.

    Parameters
    ----------
    layers
        Frames in any CRS, the lowest first, the colour of each as in CSS, and the opacity of its areas, 0.3
        when left out. A frame without a CRS counts as longitude and latitude.
    land
        GeoJSON feature collection of land outlines, longitude and latitude, to draw below.
    bounds
        West, south, east, north in degrees of what is shown; the place of all layers when left out.
    width, height
        Of the map, in pixels.
    text
        Title, legends and attribution, for which the picture grows.

    Returns
    -------
    str
        SVG text; empty when no layer has a place and no bounds are given.
    """
    layout = PictureLayout.of(layers, land, bounds=bounds, width=width, height=height)
    if layout is None:
        return ""
    parts = [f'<rect width="{width}" height="{height}" fill="{SEA}"/>']
    if layout.land is not None:
        style = f'fill="{LAND}" stroke="{COAST}" stroke-width="1"'
        parts.append(f'<path d="{_path(layout.land)}" {style} fill-rule="evenodd"/>')
    parts += [layer_svg(*layer) for layer in layout.layers]
    parts.append(scale_bar_svg(layout))
    space = 'xmlns="http://www.w3.org/2000/svg"'
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    if text is None:
        return f"<svg {space} {size}>{''.join(parts)}</svg>"
    placed = place_text(text, width, height)
    whole = f'width="{width}" height="{placed.height}" viewBox="0 0 {width} {placed.height}"'
    return (
        f'<svg {space} {whole}><rect width="100%" height="100%" fill="#ffffff"/>'
        f'<svg y="{placed.top}" {size}>{"".join(parts)}</svg>'
        f'<g font-family="sans-serif">{"".join(map(_placed, placed.items))}</g></svg>'
    )


def _placed(item: Placed) -> str:
    ink = escape(item.color)
    if item.text:
        weight = ' font-weight="bold"' if item.bold else ""
        return (
            f'<text x="{item.x:g}" y="{item.y:g}" font-size="{item.size}" fill="{ink}"{weight}>'
            f"{escape(item.text)}</text>"
        )
    if item.form == "point":
        return f'<circle cx="{item.x + 6:g}" cy="{item.y + 6:g}" r="5" fill="{ink}"/>'
    box = (item.y + 5, 3) if item.form == "line" else (item.y, 12)
    return f'<rect x="{item.x:g}" y="{box[0]:g}" width="13" height="{box[1]}" fill="{ink}"/>'


def scale_bar_svg(layout: PictureLayout, ink: str = "#333") -> str:
    """The scale bar of a picture, in its lower left corner, in a colour of CSS."""
    length, text = layout.scale
    end, below = 12 + length, layout.height - 12
    return (
        f'<path d="M12 {below - 6}V{below}H{end:.1f}V{below - 6}" fill="none" style="stroke:{ink}"/>'
        f'<text x="16" y="{below - 4}" font-family="sans-serif" font-size="11" style="fill:{ink}">'
        f"{text}</text>"
    )


def layer_svg(shapes: Any, color: str, opacity: float) -> str:
    """One layer in its colour: areas filled through, lines, and points as discs.

    Parameters
    ----------
    shapes
        Array of geometries, in pixels.
    color
        As in CSS.
    opacity
        Of areas.
    """
    kinds = shapely.get_dimensions(shapes)
    left, top, right, bottom = shapely.bounds(shapes).reshape(-1, 4).T
    is_speck = (kinds > 0) & (np.maximum(right - left, bottom - top) < _SMALLEST)
    specks = shapely.get_coordinates(shapely.centroid(shapes[is_speck]))
    shapes, kinds = shapes[~is_speck], kinds[~is_speck]
    ink = escape(color)
    # A path for each area: where areas overlap in one path, they would be holes.
    areas = "".join(f'<path d="{_path(np.array([area]))}"/>' for area in shapes[kinds == 2])
    lines = _path(shapes[kinds == 1])
    places = shapely.get_coordinates(shapes[kinds == 0])
    size = 5 if len(places) <= 200 else 2.5
    discs = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>' for x, y in places)
    discs += "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_DISC}"/>' for x, y in specks)
    parts = [
        f'<g fill="{ink}" fill-opacity="{opacity:g}" fill-rule="evenodd">{areas}</g>' if areas else "",
        f'<path d="{lines}" fill="none"/>' if lines else "",
        f'<g fill="{ink}" fill-opacity="0.6">{discs}</g>' if discs else "",
    ]
    return f'<g stroke="{ink}" stroke-width="1.5">{"".join(parts)}</g>'


def _path(shapes: Any) -> str:
    """SVG path data of lines and areas; the rings of an area are closed."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    areas = shapely.get_rings(parts[shapely.get_dimensions(parts) == 2])
    lines = parts[shapely.get_dimensions(parts) == 1]
    texts = [_strokes(ring) + "Z" for ring in areas] + [_strokes(line) for line in lines]
    return "".join(texts)


def _strokes(line: Any) -> str:
    places = shapely.get_coordinates(line).round(1)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in places)
