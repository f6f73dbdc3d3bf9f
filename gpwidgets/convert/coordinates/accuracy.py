"""How well coordinates can be brought from one system to another here, and what is said of it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyproj
from pyproj.transformer import TransformerGroup

from gpwidgets.convert.coordinates.crs import has_unknown_datum, is_of_satellites
from gpwidgets.errors import RoughTransformation
from gpwidgets.texts import tr

__all__ = ["Accuracy", "accuracy_between", "warn_of_accuracy"]

#: Metres that are worth a word: datums of the satellite age agree within one or two.
_ROUGH = 2.0


@dataclass(frozen=True)
class Accuracy:
    """How well coordinates can be brought from one system to another here.

    Attributes
    ----------
    metres : float or None
        Accuracy of the best operation that PROJ can do now; None where it knows none and takes both datums
        for the same.
    better : float or None
        Accuracy of the operation that a missing grid keeps from being done; None when no better one exists.
    grids : tuple of str
        File names of the missing grids.
    """

    metres: float | None
    better: float | None = None
    grids: tuple[str, ...] = ()

    @property
    def is_rough(self) -> bool:
        """Whether users should hear of it."""
        if self.metres is None or self.metres > _ROUGH:
            return True
        return self.better is not None and self.better <= self.metres / 2

    def words(self, source: str, target: str) -> str:
        """The accuracy in a sentence."""
        if self.metres is None:
            told = tr(
                "{source} to {target}: how the two lie to each other is not known, so places may be off by "
                "some hundred metres.",
                source=source,
                target=target,
            )
        else:
            told = tr(
                "{source} to {target}: places may be off by {metres:g} m.",
                source=source,
                target=target,
                metres=self.metres,
            )
        if self.better is None:
            return told
        return told + tr(
            " The grid {grid}, which PROJ does not have here, would make it {better:g} m.",
            grid=", ".join(self.grids),
            better=self.better,
        )


def accuracy_between(
    source: pyproj.CRS, target: pyproj.CRS, bounds: Sequence[float] | None = None
) -> Accuracy:
    """How well PROJ can bring coordinates from one system to another.

    Parameters
    ----------
    source, target
        Coordinate systems.
    bounds
        West, south, east, north in degrees of what is to be moved; the whole area of both systems without.
    """
    area = None
    if bounds is not None:  # a little more: PROJ 9.4 knows nothing of an area without any width
        area = tuple(round(edge + more, 1) for edge, more in zip(bounds, (-0.1, -0.1, 0.1, 0.1), strict=True))
    return _accuracy(source, target, area)


@lru_cache(maxsize=128)
def _accuracy(source: pyproj.CRS, target: pyproj.CRS, area: tuple[float, ...] | None) -> Accuracy:
    if source.equals(target, ignore_axis_order=True) or _same_datum(source, target):
        return Accuracy(0.0)
    if has_unknown_datum(source) and not source.is_bound:
        return Accuracy(None)
    place = pyproj.transformer.AreaOfInterest(*area) if area is not None else None
    with warnings.catch_warnings():  # what pyproj warns of is said in our own words
        warnings.simplefilter("ignore")
        group = TransformerGroup(source, target, always_xy=True, area_of_interest=place)
    known = [one.accuracy for one in group.transformers if one.accuracy >= 0]
    metres = known[0] if known and group.transformers[0].accuracy >= 0 else None
    if metres is None and is_of_satellites(source) and is_of_satellites(target):
        metres = _ROUGH
    missing = [
        one
        for one in group.unavailable_operations
        if 0 <= one.accuracy < (math.inf if metres is None else metres)
    ]
    if not missing:
        return Accuracy(metres)
    best = min(missing, key=lambda one: one.accuracy)
    grids = tuple(grid.short_name for grid in best.grids if not grid.available)
    return Accuracy(metres, best.accuracy, grids)


def _same_datum(source: pyproj.CRS, target: pyproj.CRS) -> bool:
    if source.is_bound or target.is_bound:
        return False
    first, second = source.geodetic_crs, target.geodetic_crs
    return first is not None and second is not None and first.datum == second.datum


def warn_of_accuracy(source: pyproj.CRS, target: pyproj.CRS, bounds: Sequence[float] | None = None) -> None:
    """Say so when places are going to be off by more than a metre or two.

    Warns
    -----
    RoughTransformation
        They are.
    """
    found = accuracy_between(source, target, bounds)
    if found.is_rough:
        warnings.warn(found.words(source.name, target.name), RoughTransformation, stacklevel=3)
