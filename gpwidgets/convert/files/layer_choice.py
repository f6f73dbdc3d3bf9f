"""Which of several layers are meant: by name, by what is wanted, or by asking."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas

from gpwidgets.convert.featuresets.assembling import frame_of_layers
from gpwidgets.convert.featuresets.source import chosen_layers, find_layers
from gpwidgets.errors import LayerChoice, LayersLeftOut
from gpwidgets.protocol.enums import GeometryType
from gpwidgets.texts import tr

__all__ = ["collection_layers", "frame_of_collection", "refuse_several", "say_left_out"]


def collection_layers(value: Any) -> list[str]:
    """Names of the layers of a feature collection that have features; two or more, or none at all."""
    names = [source.name for source in find_layers(value) if source.count]
    return names if len(names) > 1 else []


def frame_of_collection(
    value: Mapping[str, Any], kinds: Sequence[str] = (), layer: str | None = None
) -> geopandas.GeoDataFrame:
    """One frame of a feature set, or of the layers of a feature collection.

    Parameters
    ----------
    value
        Parsed JSON of the wire.
    kinds
        ``esriGeometry…`` words that are wanted; empty when any one kind will do.
    layer
        Name of the only layer to read.

    Raises
    ------
    LayerChoice
        Layers with features of different kinds are left, and one frame for a task holds one kind.

    Warns
    -----
    LayersLeftOut
        Layers of a kind that is not wanted are not in the frame.
    """
    sources = find_layers(value)
    chosen = chosen_layers(sources, layer)
    fitting = [source for source in chosen if _fits(source.geometry_type, kinds)] if kinds else chosen
    if len(chosen) > 1 and fitting:
        left = [source.name for source in chosen if source not in fitting]
        chosen = fitting
        if left:
            say_left_out(left, [source.name for source in chosen])
    if kinds and len(chosen) > 1 and len({_family(source.geometry_type) for source in chosen}) > 1:
        refuse_several([source.name for source in chosen])
    return frame_of_layers(chosen)


def say_left_out(left: Sequence[str], taken: Sequence[str]) -> None:
    """Warn that layers are not used.

    Warns
    -----
    LayersLeftOut
        Always.
    """
    text = tr("Not used: the layers {left}. Used: {taken}.", left=_listed(left), taken=_listed(taken))
    warnings.warn(text, LayersLeftOut, stacklevel=3)


def refuse_several(names: Sequence[str]) -> None:
    """Ask which layer is meant.

    Raises
    ------
    LayerChoice
        Always.
    """
    raise LayerChoice(
        tr(
            "There are several layers: {names}. Choose one: layer={first!r} in a call of to_frame() or "
            "geopandas.read_file(), or |layername={first} behind the path of a file.",
            names=_listed(names),
            first=names[0],
        ),
        layers=names,
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name or tr("(without a name)") for name in names)


def _fits(kind: str, wanted: Sequence[str]) -> bool:
    return _family(kind) in {_family(one) for one in wanted}


def _family(kind: str) -> Any:
    """What kinds that are taken for each other have in common: points and multipoints, say."""
    known = GeometryType.named(kind)
    return kind if known is None else known.dimension
