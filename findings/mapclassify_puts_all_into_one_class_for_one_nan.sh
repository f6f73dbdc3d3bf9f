#!/bin/sh
# mapclassify: one NaN among the numbers, as columns with gaps have, and natural breaks put all of them into the
# first class, without an error or a warning of it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet mapclassify==2.10.0 numpy==2.4.6 pandas==3.0.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import warnings

import mapclassify
import numpy as np

numbers = [1.0, 2.0, 3.0, 10.0, 11.0, 30.0, 31.0]
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    whole = mapclassify.FisherJenks(np.array(numbers), k=3)
    gap = mapclassify.FisherJenks(np.array([*numbers, np.nan]), k=3)
told = {str(one.message) for one in warned if "Numba" not in str(one.message)}
print(f"mapclassify {mapclassify.__version__} of {numbers}: limits {whole.bins.tolist()}, rows {whole.counts.tolist()}")
print(f"  and with one NaN: limits {gap.bins.tolist()}, rows {gap.counts.tolist()}, warnings {sorted(told)}")
sys.exit(not (whole.counts.tolist() == [3, 2, 2] and gap.counts.tolist() == [8, 0, 0] and not told))
PYTHON
