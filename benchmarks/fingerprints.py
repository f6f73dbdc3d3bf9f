"""What two frames have in common when they hold the same features, whoever read them."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import shapely

_TEXTS = ("NAME", "CATEGORY")
_NUMBERS = ("SCORE", "RATIO", "COUNTED", "FLAG", "LENGTH")


def fingerprint(frame: Any) -> dict[str, str]:
    """A digest of the attributes, and one of the shapes in every digit, whatever their rings start with."""
    return {"attributes": _attributes(frame), "shapes": _shapes(frame)}


def _shapes(frame: Any) -> str:
    shapes = np.array(frame.geometry.array, dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    digest = hashlib.sha256()
    for start in range(0, len(shapes), 10_000):
        some = shapely.normalize(_parts_alone(shapely.force_2d(shapes[start : start + 10_000])))
        for text in shapely.to_wkb(some).tolist():
            digest.update(text or b"-")
    return digest.hexdigest()


def _parts_alone(shapes: Any) -> Any:
    """Collections of one part as that part: readers differ in this, and no map does."""
    alone = (shapely.get_type_id(shapes) > 3) & (shapely.get_num_geometries(shapes) == 1)
    shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    return shapes


def _attributes(frame: Any) -> str:
    digest = hashlib.sha256()
    for name in _TEXTS:
        digest.update("\n".join(frame[name].astype(object).tolist()).encode())
    for name in _NUMBERS:
        digest.update(frame[name].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan).tobytes())
    moments = pd.to_datetime(frame["UPDATED"], utc=True).dt.tz_localize(None)
    digest.update(moments.to_numpy(dtype="datetime64[ms]").tobytes())
    return digest.hexdigest()
