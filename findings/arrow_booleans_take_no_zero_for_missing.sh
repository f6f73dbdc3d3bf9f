#!/bin/sh
# pandas: a column of booleans that Arrow holds refuses the 0 that pandas' own takes in the place of what is missing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pandas==3.0.0 pyarrow==22.0.0
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys

import pandas as pd
import pyarrow

own = pd.array([True, None], dtype="boolean").to_numpy(dtype=bool, na_value=0).tolist()
try:
    arrow = pd.array([True, None], dtype="bool[pyarrow]").to_numpy(dtype=bool, na_value=0).tolist()
except pyarrow.ArrowInvalid as error:
    arrow = str(error)
print(f"pandas {pd.__version__}, pyarrow {pyarrow.__version__}: boolean gives {own}, bool[pyarrow]: {arrow!r}")
sys.exit(not (own == [True, False] and own != arrow))
PYTHON
