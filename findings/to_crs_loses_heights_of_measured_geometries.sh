#!/bin/sh
# geopandas 1.1.1 with shapely 2.1.1: to_crs() of a geometry that has measures (XYZM) gives NaN for z AND m, with no
# warning; of an XYM geometry it drops the measures. Heights of the same line without measures survive. Guess was: x and y
# change, z and m stay. Way out: transform the vertices yourself and rebuild from WKB (ISO flavour).
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install geopandas==1.1.1 shapely==2.1.1 pyproj==3.7.2
"$folder/venv/bin/python" -W error - <<'PY'
import geopandas, numpy as np, shapely
print("geopandas", geopandas.__version__, "shapely", shapely.__version__, "GEOS", shapely.geos_version_string)
lines = ["LINESTRING Z (8 50 10, 9 51 20)", "LINESTRING ZM (8 50 10 0, 9 51 20 100)", "LINESTRING M (8 50 0, 9 51 100)"]
moved = geopandas.GeoSeries.from_wkt(lines, crs=4326).to_crs(25832)
for before, after in zip(lines, moved):
    print(before, "->", after.wkt)
z, zm, m = (shapely.get_coordinates(one, include_z=True, include_m=True)[:, 2:] for one in moved)
assert z[:, 0].tolist() == [10, 20], "heights alone stay"
assert np.isnan(zm).all(), "CHANGED: heights of a measured line survive to_crs now"
assert np.isnan(m).all(), "CHANGED: measures survive to_crs now"
PY
