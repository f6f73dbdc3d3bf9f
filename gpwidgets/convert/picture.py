"""Frames as a small picture of a map, drawn here and now: an SVG without scripts and outside resources."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import geopandas
import numpy as np
import shapely

__all__ = ["map_picture"]

#: Features and vertices of one layer beyond which a picture says nothing more.
_MOST_FEATURES = 5_000
_MOST_VERTICES = 20_000

_RADIUS = 6_378_137.0
_EDGE = 85.0
_SEA, _LAND, _COAST = "#dfe5ea", "#f6f4ee", "#8fa0ad"


def map_picture(
    layers: Sequence[tuple[geopandas.GeoDataFrame, str]],
    land: Mapping[str, Any] | None = None,
    *,
    width: int = 640,
    height: int = 360,
) -> str:
    """Draw frames above each other, in Web Mercator, with what lies around them.

    Parameters
    ----------
    layers
        Frames in any CRS, the lowest first, and the colour of each as in CSS. One without a CRS counts as
        longitude and latitude.
    land
        GeoJSON feature collection of land outlines, longitude and latitude, to draw below.
    width, height
        In pixels.

    Returns
    -------
    str
        SVG text; empty when no layer has a place.
    """
    shapes = [(_mercator(frame.iloc[:_MOST_FEATURES]), color) for frame, color in layers]
    shapes = [(one, color) for one, color in shapes if len(one)]
    if not shapes:
        return ""
    view = _View(np.concatenate([one for one, _color in shapes]), width, height)
    parts = [f'<rect width="{width}" height="{height}" fill="{_SEA}"/>']
    if land is not None:
        outlines = _mercator(geopandas.GeoDataFrame.from_features(land["features"], crs="EPSG:4326"))
        style = f'fill="{_LAND}" stroke="{_COAST}" stroke-width="1"'
        parts.append(f'<path d="{_path(view.pixels(outlines))}" {style} fill-rule="evenodd"/>')
    parts += [_layer(view.pixels(one), color) for one, color in shapes]
    parts.append(view.scale_bar())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
    )


def _mercator(frame: geopandas.GeoDataFrame) -> Any:
    shapes = frame.geometry
    degrees = shapes.set_crs("EPSG:4326") if shapes.crs is None else shapes.to_crs("EPSG:4326")
    found = shapely.force_2d(np.asarray(degrees.array, dtype=object))
    found = found[~(shapely.is_missing(found) | shapely.is_empty(found))]
    found = found[np.isfinite(shapely.bounds(found)).all(axis=1)]
    return shapely.transform(found, _project)


def _project(degrees: Any) -> Any:
    lon, lat = np.radians(degrees[:, 0]), np.radians(np.clip(degrees[:, 1], -_EDGE, _EDGE))
    return np.column_stack([lon, np.arctanh(np.sin(lat))]) * _RADIUS


class _View:
    """Where the picture looks: the place of all shapes with a margin, and at least two kilometres."""

    def __init__(self, shapes: Any, width: int, height: int) -> None:
        west, south, east, north = shapely.total_bounds(shapes)
        self.width, self.height = width, height
        self.middle = ((west + east) / 2, (south + north) / 2)
        self.metres = max((east - west) / width, (north - south) / height, 2_000 / width) * 1.25

    def pixels(self, shapes: Any) -> Any:
        """Shapes in pixels from the upper left corner, cut at the edges and no finer than can be seen."""

        def place(metres: Any) -> Any:
            x = (metres[:, 0] - self.middle[0]) / self.metres + self.width / 2
            y = (self.middle[1] - metres[:, 1]) / self.metres + self.height / 2
            return np.column_stack([x, y])

        placed = shapely.transform(shapes, place)
        edge = (-20, -20, self.width + 20, self.height + 20)
        inside = shapely.intersects(shapely.envelope(placed), shapely.box(*edge))
        placed = placed[inside]
        crowded = int(shapely.get_num_coordinates(placed).sum()) > _MOST_VERTICES
        simple = shapely.simplify(placed, 1.0 if crowded else 0.25)
        placed = np.where(shapely.is_empty(simple), placed, simple)
        return shapely.clip_by_rect(placed, *edge)

    def scale_bar(self) -> str:
        """A bar of a round length, true in the middle of the picture."""
        latitude = math.atan(math.sinh(self.middle[1] / _RADIUS))
        ground = self.metres * math.cos(latitude)
        most = ground * self.width / 4
        unit = 10 ** math.floor(math.log10(most))
        length = max(step * unit for step in (1, 2, 5) if step * unit <= most)
        text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
        end, below = 12 + length / ground, self.height - 12
        return (
            f'<path d="M12 {below - 6}V{below}H{end:.1f}V{below - 6}" fill="none" stroke="#333"/>'
            f'<text x="16" y="{below - 4}" font-family="sans-serif" font-size="11" fill="#333">{text}</text>'
        )


def _layer(shapes: Any, color: str) -> str:
    """One layer in its colour: areas filled through, lines, and points as discs."""
    kinds = shapely.get_dimensions(shapes)
    ink = escape(color)
    # A path for each area: where areas overlap in one path, they would be holes.
    areas = "".join(f'<path d="{_path(np.array([area]))}"/>' for area in shapes[kinds == 2])
    lines = _path(shapes[kinds == 1])
    places = shapely.get_coordinates(shapes[kinds == 0])
    size = 5 if len(places) <= 200 else 2.5
    discs = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>' for x, y in places)
    parts = [
        f'<g fill="{ink}" fill-opacity="0.3" fill-rule="evenodd">{areas}</g>' if areas else "",
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
