"""A picture of the map as a file: inputs and results as they are shown, over land outlines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import ipywidgets as w

from gpwidgets.file_names import move_to_free_name, private_folder
from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import StatusLine, status_line, text_button
from gpwidgets.widgets.kit.land import land_outlines
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.map._layer_row import title_of
from gpwidgets.widgets.map.layers.viewport import size_of
from gpwidgets.widgets.words.file_links import page_link, saved_html

if TYPE_CHECKING:
    from gpwidgets.convert.rendering.picture_layout import Painted
    from gpwidgets.convert.rendering.picture_text import LegendBlock, PictureText
    from gpwidgets.widgets.map.layers.style_by import ClassStyle

#: Results that the title of a picture names, unless it is written.
_NAMED = 3


class MapPictureButton(Owner, w.VBox):
    """Saves what the map shows, without the background tiles, which belong to somebody else.

    A PNG where matplotlib is installed, an SVG elsewhere.

    Parameters
    ----------
    map_widget
        The ipyleaflet map.
    layers
        Called for its visible layers, the lowest first.
    folder
        Where pictures are saved.

    Attributes
    ----------
    path : pathlib.Path or None
        Where the last one was saved.
    """

    def __init__(self, map_widget: Any, layers: Callable[[], Sequence[Any]], folder: str = "results") -> None:
        self._map, self._layers, self._folder = map_widget, layers, Path(folder)
        self.path: Path | None = None
        self.button: w.Button = text_button(
            tr("Picture"), "picture-o", tr("Save the map with inputs and results as a picture"), self._start
        )
        self.title: w.Text = w.Text(
            description=tr("Title"),
            placeholder=tr("names of the results"),
            layout={"width": "240px"},
            style={"description_width": "40px"},
        )
        self.said: StatusLine = status_line()
        self._drawing = self.own(Background("gpwidgets-picture", said=self.said, button=self.button))
        row = w.HBox([self.button, self.title], layout=w.Layout(flex_flow="row wrap"))
        super().__init__([row, self.said])

    def _start(self) -> None:
        self._drawing.start(self._save, self._show_saved, tr("Drawing…"))

    def _save(self) -> Path:
        data, ending = self._picture()
        with private_folder(self._folder) as private:
            (private / "map").write_bytes(data)
            return move_to_free_name(private / "map", self._folder, f"map{ending}")

    def _show_saved(self, path: Path) -> None:
        self.path = path
        self.said.value = saved_html(path, path.stat().st_size) + page_link(path)

    def _picture(self) -> tuple[bytes, str]:
        from gpwidgets.convert.rendering.picture import map_picture

        layers = list(self._layers())
        painted = [one for layer in layers for one in painted_of(layer)]
        width, height = (round(pixels) for pixels in size_of(self._map))
        view: dict[str, Any] = {"bounds": _bounds(self._map), "width": width, "height": height}
        view["text"] = picture_text(layers, self.title.value.strip())
        if find_spec("matplotlib") is None:
            return map_picture(painted, land_outlines(), **view).encode(), ".svg"
        from gpwidgets.convert.rendering.picture_png import map_png

        return map_png(painted, land_outlines(), **view), ".png"

    def __repr__(self) -> str:
        return "<MapPictureButton>"


def painted_of(layer: Any) -> list[Painted]:
    """Return the frames and colours of a layer of ours; nothing for any other layer."""
    from gpwidgets.convert.user_input.drawn import frame_of_drawn

    frame = getattr(layer, "frame", None)
    if frame is not None:
        classes = layer.classes
        if classes is None:
            return [(frame, layer.color, 0.3 * layer.opacity)]
        return painted_by(frame, classes, layer.opacity)
    data = getattr(layer, "data", None)
    features = list(data.get("features") or ()) if isinstance(data, dict) else []
    color = str(getattr(layer, "color", "") or (getattr(layer, "style", None) or {}).get("color") or "")
    if not features or not color or not isinstance(features[0], dict):
        return []
    return [(frame_of_drawn([{**one, "properties": {}} for one in features]), color)]


def painted_by(frame: Any, classes: ClassStyle, opacity: float = 1.0) -> list[Painted]:
    """Return the rows of each class with its colour, and how opaque areas are."""
    looks: Sequence[Mapping[str, Any]] = classes.looks or [{}] * len(classes.colors)
    return [
        (frame[classes.codes == number], color, 0.8 * opacity * look.get("fillOpacity", 1.0))
        for number, (color, look) in enumerate(zip(classes.colors, looks, strict=True))
    ]


def picture_text(layers: Sequence[Any], title: str) -> PictureText:
    """Return what stands around a picture of layers, the lowest first.

    Parameters
    ----------
    layers
        Those that are on the map.
    title
        As the user wrote it; the names of the results when it is empty.
    """
    from gpwidgets.convert.rendering.picture_text import PictureText

    ours = [one for one in reversed(layers) if not getattr(one, "unlisted", False) and painted_of(one)]
    results = [layer for layer in ours if hasattr(layer, "frame")]
    named = ", ".join(title_of(layer) for layer in results[:_NAMED])
    more = " …" if len(results) > _NAMED else ""
    sources = dict.fromkeys(filter(None, map(_source_of, results)))
    attribution = "; ".join([*sources, tr("Land outlines: Natural Earth")])
    return PictureText(title or named + more, [_legend_of(layer) for layer in ours], attribution)


def _legend_of(layer: Any) -> LegendBlock:
    from gpwidgets.convert.rendering.picture_text import LegendBlock
    from gpwidgets.convert.rendering.symbology import form_of

    title = title_of(layer)
    classes = getattr(layer, "classes", None)
    if classes is not None:
        return LegendBlock(title, [(color, label) for color, label, _ in classes.legend], classes.form)
    frame, color, *_ = painted_of(layer)[0]
    return LegendBlock(title, [(color, "")], form_of(frame))


def _source_of(layer: Any) -> str:
    """Return which server a result comes from, and when; empty for a frame of any other origin."""
    found = frame_info(layer.frame).get("provenance")
    if not isinstance(found, Mapping) or not found.get("task"):
        return ""
    place = urlsplit(str(found["task"]))
    task = unquote(place.path.rstrip("/").rpartition("/")[2])
    day = str(found.get("time") or "")[:10]
    return tr("Result of {task} at {host}, {day}", task=task, host=place.hostname or "", day=day)


def _bounds(map_widget: Any) -> tuple[float, float, float, float] | None:
    """What the map shows, in degrees; None before a browser has shown it."""
    south, west, north, east = (getattr(map_widget, side) for side in ("south", "west", "north", "east"))
    if not (north > south and east > west):
        return None
    turn = 360.0 * round((west + east) / 720.0)
    return west - turn, south, east - turn, north
