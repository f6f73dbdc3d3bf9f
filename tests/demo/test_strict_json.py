"""What tools give is sent as strict JSON, whatever it is made of."""

import json
import math
from decimal import Decimal
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from gpwidgets.demo.publishing.strict import finite


def test_values_of_python_numpy_and_pandas_become_plain_json() -> None:
    told = finite(
        {
            "numbers": (1, 2.5, np.int64(7), np.float32(0.5), Decimal("1.25"), True),
            "not finite": [math.nan, math.inf, -math.inf, Decimal("Infinity"), np.float64("nan")],
            "missing": [None, pd.NA, pd.NaT],
            "path": PurePosixPath("a/b.tif"),
            "deep": {1: frozenset({math.inf})},
        }
    )
    assert json.loads(json.dumps(told, allow_nan=False)) == {
        "numbers": [1, 2.5, 7, 0.5, 1.25, True],
        "not finite": [None] * 5,
        "missing": [None] * 3,
        "path": "a/b.tif",
        "deep": {"1": [None]},
    }
