#!/bin/sh
# antimeridian: an area from 170 to 190 degrees is split at 180; a line of the same longitudes is given back as it
# is, and a line that is written from 170 to -170 is split.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet antimeridian==0.4.9 shapely==2.1.2 numpy==2.3.5
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import antimeridian
from shapely import from_wkt
from shapely.geometry import shape


def fixed(wkt: str) -> str:
    return shape(antimeridian.fix_shape(from_wkt(wkt), great_circle=False)).wkt


area = fixed("POLYGON ((170 0, 190 0, 190 10, 170 10, 170 0))")
beyond, across = fixed("LINESTRING (170 0, 190 0)"), fixed("LINESTRING (170 0, -170 0)")
print(f"antimeridian {version('antimeridian')}\n  area 170 to 190: {area}\n  line 170 to 190: {beyond}\n  line 170 to -170: {across}")
sys.exit(not (area.startswith("MULTIPOLYGON") and beyond == "LINESTRING (170 0, 190 0)" and across.startswith("MULTILINESTRING")))
PYTHON
