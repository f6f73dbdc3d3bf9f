"""One layer of a file that GDAL reads: which one, and with its measures."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas
import pyogrio

from gpwidgets.convert.files.layer_choice import refuse_several, say_left_out
from gpwidgets.convert.geometry.vertices import KEEPS_MEASURES
from gpwidgets.errors import MeasuresDropped
from gpwidgets.texts import tr

__all__ = ["layers_of", "only_layer", "read_vector"]


def only_layer(place: Path) -> str:
    """The layer of a file to read when none is named.

    Returns
    -------
    str
        Empty for a file of one layer.

    Raises
    ------
    LayerChoice
        Several layers have features.

    Warns
    -----
    LayersLeftOut
        There are further layers without features, or tables.
    """
    layers = layers_of(place)
    if len(layers) < 2:
        return ""
    full = [name for name, _ in layers if _count(place, name)]
    shapes = [name for name, kind in layers if kind is not None and name in full]
    if len(shapes or full) > 1:
        refuse_several(shapes or full)
    chosen = (shapes or full or [layers[0][0]])[0]
    left = [name for name in full if name != chosen]
    if left:
        say_left_out(left, [chosen])
    return str(chosen)


def layers_of(place: Path) -> list[tuple[str, str | None]]:
    """The layers of a file, each with the kind of its geometry; None for a table."""
    with _without_remarks():
        return [(str(name), kind) for name, kind in pyogrio.list_layers(place).tolist()]


def _count(place: Path, layer: str) -> int:
    with _without_remarks():
        return int(pyogrio.read_info(place, layer=layer, force_feature_count=True)["features"])


@contextmanager
def _without_remarks() -> Iterator[None]:
    """Pyogrio says of every look at a layer with measures that it will not read them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*Measured")
        yield


def read_vector(place: Path, layer: str = "", **options: Any) -> Any:
    """Read a layer as `geopandas.read_file` does, with the measures that it leaves out.

    Warns
    -----
    MeasuresDropped
        There are measures, and pyarrow is not installed, without which pyogrio cannot read them.
    """
    named = {"layer": layer} if layer else {}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = geopandas.read_file(place, **named, **options)
    measured = [one for one in said if "Measured (M)" in str(one.message)]
    for one in said:
        if one not in measured:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    if not measured or not hasattr(found, "geometry"):
        return found
    if not KEEPS_MEASURES or find_spec("pyarrow") is None:
        warnings.warn(
            tr("The measures (m) of {name} are left out; pyarrow is needed to read them.", name=place.name),
            MeasuresDropped,
            stacklevel=2,
        )
        return found
    with _without_remarks():
        shapes = geopandas.read_file(place, **named, columns=[], use_arrow=True).geometry
    return found.set_geometry(geopandas.GeoSeries(shapes.array, index=found.index, name=found.geometry.name))
