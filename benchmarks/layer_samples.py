"""Frames to draw, the ways to draw them, and a stand-in for the kernel's connection that counts."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

STYLE = {"color": "#3366cc", "weight": 1, "fillOpacity": 0.3}


class Wire:
    """Packs each message as the kernel would, and counts messages and bytes."""

    def __init__(self) -> None:
        from IPython.core.interactiveshell import InteractiveShell
        from jupyter_client.session import Session

        session = Session(key=b"")
        self._pack = session.pack
        # A kernel's shell leads to the session that packs its messages.
        InteractiveShell.instance().kernel = SimpleNamespace(session=session)
        self.reset()

    def reset(self) -> None:
        """Begin to count at nothing."""
        self.messages = self.bytes = 0

    def take(self, content: dict[str, Any], buffers: Any) -> None:
        """Pack and count one message."""
        self.messages += 1
        self.bytes += len(self._pack(content)) + sum(memoryview(one).nbytes for one in buffers or ())

    @classmethod
    def installed(cls) -> Wire:
        """A wire that all widgets made from now on use."""
        import comm
        import ipywidgets.widgets.widget as module
        from comm.base_comm import BaseComm

        wire = cls()

        class CountingComm(BaseComm):  # type: ignore[misc]
            def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):  # type: ignore[no-untyped-def]
                wire.take({"comm_id": self.comm_id, "data": data or {}, **keys}, buffers)

        comm.create_comm = lambda *args, **keys: CountingComm(*args, **keys)
        module.comm.create_comm = comm.create_comm
        return wire


def polygons(count: int, corners: int = 100) -> Any:
    """Wavy polygons of this many vertices, side by side in Web Mercator, and three plain attributes."""
    import geopandas
    import shapely

    random = np.random.default_rng(7)
    side = int(np.ceil(np.sqrt(count)))
    angle = np.linspace(0, 2 * np.pi, corners)[None, :]
    waves = random.integers(2, 7, count)[:, None]
    reach = 450 * (0.75 + 0.25 * np.sin(waves * angle + random.uniform(0, 6, count)[:, None]))
    x = 1000 * (np.arange(count) % side)[:, None] + reach * np.cos(angle) + 900_000
    y = 1000 * (np.arange(count) // side)[:, None] + reach * np.sin(angle) + 6_000_000
    x[:, -1], y[:, -1] = x[:, 0], y[:, 0]
    shapes = shapely.polygons(np.dstack([x, y]))
    columns = {
        "NAME": [f"area {i}" for i in range(count)],
        "SIZE": random.uniform(0, 1e6, count),
        "CLASS": random.integers(0, 9, count),
    }
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs="EPSG:3857")


def points(count: int) -> Any:
    """Points in two hundred clusters over Central Europe, in UTM, and three plain attributes."""
    import geopandas
    import shapely

    random = np.random.default_rng(7)
    centers = np.column_stack(
        [random.uniform(100_000, 900_000, 200), random.uniform(5_000_000, 6_000_000, 200)]
    )
    xy = centers[random.integers(0, 200, count)] + random.normal(0, 20_000, (count, 2))
    columns = {
        "NAME": [f"place {i}" for i in range(count)],
        "SIZE": random.uniform(0, 1e6, count),
        "CLASS": random.integers(0, 9, count),
    }
    return geopandas.GeoDataFrame(columns, geometry=shapely.points(xy), crs="EPSG:32632")


SAMPLES = {"polygons": polygons, "points": points}


def way(name: str, frame: Any) -> Callable[[], Any]:
    """What is timed; imports and connections are warm when it starts."""
    import ipyleaflet

    small = frame.iloc[:2]
    small.to_crs(4326)
    if name == "geodata":

        def geodata(gdf: Any = frame) -> Any:
            return ipyleaflet.GeoData(geo_dataframe=gdf.to_crs(4326), style=STYLE, point_style=STYLE)

        geodata(small)
        return geodata

    from gpwidgets.widgets.map.layers.frame_layer import FrameLayer

    FrameLayer(small, "warm")
    return lambda: FrameLayer(frame, "result")


def check(name: str, layer: Any, frame: Any) -> None:
    """Fail when the drawing is not the frame: a feature missing, or an outline off by more than a pixel."""
    import geopandas
    import shapely

    if name != "ours":
        return
    from gpwidgets.convert.rendering.map_shapes import pixel_size
    from gpwidgets.widgets.map.layers.viewport import view_of

    drawn = geopandas.GeoDataFrame.from_features(layer.get_state("data")["data"]["features"], crs=4326)
    assert len(drawn) == len(frame), f"{len(drawn)} of {len(frame)} features are drawn"
    shapes = drawn.geometry.to_crs(frame.crs).array
    assert not shapely.is_empty(shapes).any(), "features vanish"
    pixel = pixel_size(view_of(layer.bounds_4326)[1]) * 111_320  # Web Mercator metres
    worst = shapely.hausdorff_distance(np.asarray(shapes), np.asarray(frame.geometry.array)).max()
    assert worst < pixel, f"an outline is off by {worst / pixel:.2f} pixels where the layer fits the map"
