"""The result map service of a job: its outputs as layers, their legend, and a picture of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.demo.publishing.parameters import FEATURES
from gpwidgets.demo.publishing.refusals import Refusal, invalid_input
from gpwidgets.demo.rest._hosted_layers import HostedLayer
from gpwidgets.protocol.responses.renderers import Renderer

if TYPE_CHECKING:
    from gpwidgets.demo.jobs.jobs import Job

_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")


def layers_of(job: Job) -> list[HostedLayer]:
    """A layer for each output of features, in the order of the outputs."""
    found = [spec for spec in job.tool.outputs if spec.data_type == FEATURES and spec.name in job.values]
    return [
        HostedLayer(spec.name, _reader(job.values[spec.name]), renderer=spec.param.renderer) for spec in found
    ]


def _reader(frame: Any) -> Any:
    return lambda: frame


def layer_of(job: Job, number: str) -> HostedLayer:
    """The layer of this number.

    Raises
    ------
    Refusal
        There is none.
    """
    layers = layers_of(job)
    if not number.isdecimal() or int(number) >= len(layers):
        raise Refusal(404, "Layer not found")
    return layers[int(number)]


def describe(job: Job) -> dict[str, Any]:
    """The map service resource."""
    layers = layers_of(job)
    return {
        "currentVersion": 11.5,
        "mapName": "Layers",
        "capabilities": "Map,Query,Data",
        "supportedImageFormatTypes": "PNG32,PNG",
        "layers": [{"id": number, "name": layer.name} for number, layer in enumerate(layers)],
        "fullExtent": next((extent for layer in layers if (extent := layer.extent())), None),
    }


def legend(job: Job) -> dict[str, Any]:
    """The legend resource; the patches are colours only."""
    rows = [
        {
            "layerId": number,
            "layerName": layer.name,
            "layerType": "Feature Layer",
            "legend": [{"label": label, "color": color} for label, color, _ in _classes(layer, number)],
        }
        for number, layer in enumerate(layers_of(job))
    ]
    return {"layers": rows}


def export(job: Job, fields: Mapping[str, str], path: Path) -> dict[str, Any]:
    """Draw the layers into a PNG file.

    Parameters
    ----------
    fields
        ``bbox`` as xmin,ymin,xmax,ymax, ``bboxSR`` (4326 when left out), ``size`` as width,height in pixels.
    path
        Where the picture is written.

    Returns
    -------
    dict
        Width, height, extent and scale, without ``href``.
    """
    import matplotlib.figure

    from gpwidgets.convert.coordinates.crs import to_crs

    west, south, east, north = _numbers(fields.get("bbox", ""), 4, "bbox")
    width, height = (int(side) for side in _numbers(fields.get("size") or "400,400", 2, "size"))
    if not (east > west and north > south and 0 < width <= 4096 and 0 < height <= 4096):
        raise invalid_input("'bbox' or 'size' parameter is invalid")
    reference = {"wkid": int(fields.get("bboxSR") or 4326)}
    crs = to_crs(reference)
    if crs is None:
        raise invalid_input("'bboxSR' parameter is invalid")
    figure = matplotlib.figure.Figure(figsize=(width / 100, height / 100), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    for number, layer in enumerate(layers_of(job)):
        frame = layer.frame.to_crs(crs)
        for _, color, rows in _classes(layer, number):
            if rows.any():
                frame[rows].plot(ax=axes, color=color, alpha=0.6, aspect=None)
    axes.set_axis_off()
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, transparent=True)
    extent = {"xmin": west, "ymin": south, "xmax": east, "ymax": north}
    told = {**extent, "spatialReference": reference}
    return {"width": width, "height": height, "extent": told, "scale": (east - west) / width * 3779.5}


def _classes(layer: HostedLayer, number: int) -> list[tuple[str, str, Any]]:
    """Label, colour and rows of each class of a layer."""
    import numpy as np

    renderer = Renderer.from_json(layer.renderer)
    if renderer is None or renderer.problem:
        return [(layer.name, _COLORS[number % len(_COLORS)], np.ones(len(layer.frame), dtype=bool))]
    from gpwidgets.convert.rendering.symbology import renderer_codes

    codes = renderer_codes(renderer, layer.frame)
    return [
        (one.label, one.symbol.color.css, codes == at)
        for at, one in enumerate(renderer.classes)
        if one.symbol is not None and one.symbol.color is not None
    ]


def _numbers(text: str, count: int, name: str) -> list[float]:
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count:
        raise invalid_input(f"'{name}' parameter is invalid")
    return found
