"""Small maps of frames over the offline base map, as two pictures that follow a light or dark page."""

from __future__ import annotations

from collections.abc import Sequence

from gpwidgets.convert.basemap.base_map_picture import base_map_svg
from gpwidgets.convert.rendering.picture import layer_svg, scale_bar_svg
from gpwidgets.convert.rendering.picture_layout import Painted, PictureLayout

__all__ = ["small_map"]

_SPACE = 'xmlns="http://www.w3.org/2000/svg"'
#: On a dark page areas and points have light edges: the darkest colours of a scale would not be seen.
_INK = (
    "<style>:root{--ink:#333}@media(prefers-color-scheme:dark){:root{--ink:#e3e5e8}"
    "g g{stroke:#e3e5e8;stroke-width:.8}}</style>"
)


def small_map(
    layers: Sequence[Painted],
    *,
    bounds: tuple[float, float, float, float] | None = None,
    width: int,
    height: int,
    language: str = "en",
) -> tuple[str, str] | None:
    """Draw frames and what lies below them, in Web Mercator.

    Parameters
    ----------
    layers, bounds, width, height
        As for `gpwidgets.convert.rendering.picture.map_picture`.
    language
        Two letters; of names of countries.

    Returns
    -------
    tuple of str, or None
        SVG of the base map, and of the frames with a scale bar on a transparent ground, both of the same
        size; None when no layer has a place and no bounds are given.
    """
    layout = PictureLayout.of(layers, None, bounds=bounds, width=width, height=height)
    if layout is None:
        return None
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    view = layout.view
    # Beyond the ends of the Mercator world there is nothing to draw.
    ground = base_map_svg(view.bounds, view.zoom, language, relief=False)
    placed = ground.replace("<svg ", f'<svg y="{view.top:.1f}" ', 1)
    drawn = "".join(layer_svg(*layer) for layer in layout.layers) + scale_bar_svg(layout, "var(--ink)")
    return f"<svg {_SPACE} {size}>{placed}</svg>", f"<svg {_SPACE} {size}>{_INK}{drawn}</svg>"
