"""A picture, such as a raster, as a layer of the map."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from html import escape

from ipyleaflet import ImageOverlay

from gpwidgets.protocol.values.spatial import Bounds


def _data_url(png: bytes) -> str:
    return "data:image/png;base64," + b64encode(png).decode()


class PictureLayer(ImageOverlay):
    """A picture that lies over a box on the map; it travels within the layer, so nothing is fetched.

    Parameters
    ----------
    png
        The picture, its rows evenly spaced in Web Mercator.
    bounds
        West, south, east, north in degrees, EPSG:4326.
    name
        Shown in the layer list.

    Attributes
    ----------
    bounds_4326 : tuple of float
        The box.
    remove_me : callable, or None
        Takes the layer off the map for good.
    """

    unlisted = False

    def __init__(self, png: bytes, bounds: Bounds, name: str) -> None:
        west, south, east, north = bounds
        self.title: str = name
        self.bounds_4326 = bounds
        self.remove_me: Callable[[], None] | None = None
        super().__init__(url=_data_url(png), bounds=((south, west), (north, east)), name=escape(name))

    def show(self, png: bytes, bounds: Bounds) -> None:
        """Show another picture, at another place; `bounds_4326` stays what it is."""
        west, south, east, north = bounds
        with self.hold_sync():
            self.bounds: tuple[tuple[float, float], tuple[float, float]] = ((south, west), (north, east))
            self.url: str = _data_url(png)

    def rename(self, name: str) -> None:
        """Give the layer another name to show."""
        self.title = name
        self.name: str = escape(name)

    def __repr__(self) -> str:
        # Without the picture: the text form of a widget is saved in the notebook.
        return f"<PictureLayer {self.title!r}>"
