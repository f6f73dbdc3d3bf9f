#!/bin/sh
# pyproj's TransformerGroup takes an area of interest. Where that is a single point (west = east, south = north), PROJ 9.3
# and 9.4 (pyproj 3.6.1, 3.7.0) find no transformation for it: what is left is a rough one of unknown accuracy (-1), and
# no missing grid is named. The same point in a box of a fifth of a degree gives the usual ones, 10 m and 11 m, and the
# grids that would be better; PROJ 9.5 (pyproj 3.7.2) gives these for the point, too.
# Guess was: a point is an area like any other, as it is for the bounds of a frame of one feature.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cat > "$folder/areas.py" <<'PY'
import sys, warnings
import pyproj
from pyproj.transformer import AreaOfInterest, TransformerGroup

warnings.simplefilter("ignore")  # that grids are missing is meant here

def found(west, south, east, north):
    area = AreaOfInterest(west, south, east, north)
    group = TransformerGroup(4267, 4326, always_xy=True, area_of_interest=area)  # NAD27 to WGS 84
    return [one.accuracy for one in group.transformers], len(group.unavailable_operations)

point, box = found(-84.5, 36.5, -84.5, 36.5), found(-84.6, 36.4, -84.4, 36.6)
print("pyproj", pyproj.__version__, "PROJ", pyproj.proj_version_str, "point:", point, "box:", box)
assert box == ([10.0, 11.0], 3), "CHANGED: the box"
assert point == (([-1.0], 0) if sys.argv[1] == "lost" else box), "CHANGED: the point"
PY
for pinned in "3.6.1 lost" "3.7.0 lost" "3.7.2 found"; do
  set -- $pinned
  python3 -m venv "$folder/$1"
  "$folder/$1/bin/pip" -q install "pyproj==$1"
  PROJ_NETWORK=OFF "$folder/$1/bin/python" "$folder/areas.py" "$2"
done
