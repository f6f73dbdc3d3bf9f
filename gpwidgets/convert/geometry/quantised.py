"""Whole-number coordinates of a feature set with a ``transform``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpwidgets.convert.geometry.arrays import Floats, Ints
from gpwidgets.convert.geometry.nesting import offsets
from gpwidgets.errors import ConversionError

__all__ = ["Quantisation"]


@dataclass(frozen=True)
class Quantisation:
    """How whole numbers on a grid become coordinates.

    Attributes
    ----------
    scale, translate : tuple of float
        Size of a grid cell and position of its origin in x, y and z, in the units of the spatial reference.
    upper_left : bool
        Whether rows of the grid are counted downwards.
    """

    scale: tuple[float, float, float]
    translate: tuple[float, float, float]
    upper_left: bool = True

    @classmethod
    def from_json(cls, data: Any) -> Quantisation | None:
        """Read the ``transform`` of a feature set; None when there is none.

        Raises
        ------
        ConversionError
            It lacks the numbers that decoding needs.
        """
        if not isinstance(data, Mapping):
            return None
        try:
            scale, translate = ([float(number) for number in data[key]] for key in ("scale", "translate"))
            return cls(
                (scale[0], scale[1], (scale[2:3] or [1.0])[0]),
                (translate[0], translate[1], (translate[2:3] or [0.0])[0]),
                data.get("originPosition") != "lowerLeft",
            )
        except (KeyError, IndexError, TypeError, ValueError):
            raise ConversionError(
                "The features are quantised, and their transform lacks scale or translate."
            ) from None

    def decode(self, coords: Floats, lengths: Ints) -> Floats:
        """Coordinates from steps: in each part every vertex counts from the one before."""
        starts = offsets(lengths)[:-1][lengths > 0]
        steps = np.nan_to_num(coords, nan=0.0)
        sums = np.cumsum(steps, axis=0)
        before = sums[starts] - steps[starts]
        sums -= np.repeat(before, lengths[lengths > 0], axis=0)
        if coords.shape[1] > 3:  # measures are sent as they are
            return np.column_stack([self.decode(coords[:, :3], lengths), coords[:, 3]])
        width = coords.shape[1]
        signs = np.array([1.0, -1.0 if self.upper_left else 1.0, 1.0])[:width]
        sums[np.isnan(coords)] = np.nan
        decoded: Floats = sums * (np.array(self.scale)[:width] * signs) + np.array(self.translate)[:width]
        return decoded
