"""A hand on a map in the page: it points at places in degrees."""

import math
from typing import Any

from lab_notebook import LabNotebook

Place = tuple[float, float]


def world_pixel(lon: float, lat: float, zoom: float) -> Place:
    """A place in pixels of the whole world at a zoom level, by Web Mercator."""
    sine, size = math.sin(math.radians(lat)), 256 * 2**zoom
    y = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return (lon + 180) / 360 * size, y * size


class MapHand:
    """Clicks and drags at longitudes and latitudes.

    Parameters
    ----------
    notebook, map_
        The notebook, and the map in its page.
    name
        Of the ipyleaflet map in the kernel.
    """

    def __init__(self, notebook: LabNotebook, map_: Any, name: str) -> None:
        self._notebook, self._map, self._name = notebook, map_, name

    def look_at(self, lon: float, lat: float, zoom: int) -> None:
        """Move the map, and wait until the page has done so."""
        name = self._name
        self._notebook.ask(f"[{name}.set_trait('zoom', {zoom}), {name}.set_trait('center', ({lat}, {lon}))]")
        self._notebook.wait_for(
            f"len({name}.bounds) == 2 and abs({name}.east + {name}.west - 2 * {lon}) < 0.1"
        )
        self._notebook.page.wait_for_timeout(400)  # leaflet moves the layers after it has told

    @property
    def degree_of_pixel(self) -> float:
        """How many degrees of longitude a pixel is wide."""
        return 360 / (256 * 2 ** float(self._notebook.ask(f"{self._name}.zoom")))

    def pixel(self, place: Place) -> Place:
        """Where in the window a place is."""
        (lat, lon), zoom = self._notebook.ask(f"[{self._name}.center, {self._name}.zoom]")
        box = self._map.bounding_box()
        x0, y0 = world_pixel(lon, lat, zoom)
        x, y = world_pixel(*place, zoom)
        return box["x"] + box["width"] / 2 + x - x0, box["y"] + box["height"] / 2 + y - y0

    def click(self, *places: Place) -> None:
        """Click at places one after the other."""
        self._map.scroll_into_view_if_needed()
        mouse = self._notebook.page.mouse
        for place in places:
            mouse.move(*self.pixel(place), steps=4)
            mouse.down()
            mouse.up()
            self._notebook.page.wait_for_timeout(150)

    def drag(self, start: Place, end: Place) -> None:
        """Drag from one place to another."""
        self._map.scroll_into_view_if_needed()
        self._notebook.page.wait_for_timeout(300)  # marks to drag at are made anew after each change
        mouse = self._notebook.page.mouse
        mouse.move(*self.pixel(start), steps=4)
        mouse.down()
        mouse.move(*self.pixel(end), steps=8)
        mouse.up()
