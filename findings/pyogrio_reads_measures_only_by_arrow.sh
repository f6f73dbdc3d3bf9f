#!/bin/sh
# pyogrio 0.11.1 (GDAL 3.10): geopandas.read_file() of a shapefile with measures gives plain lines and a UserWarning;
# the same call with use_arrow=True gives LINESTRING M. geopandas.to_file() of a measured frame fails with "Could not
# create geometry ... WKB type 1073741826", although pyogrio.raw.write() takes the same geometries as ISO WKB.
# Guess was: both ways of reading give one frame, and what can be read can be written.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install geopandas==1.1.1 shapely==2.1.1 pyogrio==0.11.1 pyarrow==21.0.0
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import warnings
import geopandas, numpy as np, pyogrio, shapely
print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version__)
route = shapely.from_wkt("LINESTRING M (8 50 0, 9 51 100)")
shapes = shapely.to_wkb(np.array([route]), flavor="iso")
pyogrio.raw.write("route.shp", shapes, [np.array([7])], ["n"], geometry_type="Measured LineString", crs="EPSG:4326")
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    plain = geopandas.read_file("route.shp").geometry[0]
print("usual way:", plain.wkt, "|", *[str(one.message) for one in said][:1])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    arrow = geopandas.read_file("route.shp", use_arrow=True).geometry[0]
print("use_arrow:", arrow.wkt)
assert not shapely.has_m(plain), "CHANGED: the usual way reads measures now"
assert shapely.has_m(arrow), "CHANGED: arrow leaves measures out now"
try:
    geopandas.GeoDataFrame({"n": [7]}, geometry=[route], crs=4326).to_file("again.gpkg", driver="GPKG")
except Exception as error:
    print("to_file:", type(error).__name__, error)
else:
    raise SystemExit("CHANGED: to_file writes measures now")
PY
