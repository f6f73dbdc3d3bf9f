#!/bin/sh
# pyogrio: 9999-12-31 23:59:59 in New York, a usual end of time, is the year 10000 in UTC: a frame holds it, and writing fails.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pandas==3.0.0 geopandas==1.1.1 pyogrio==0.12.1 shapely==2.1.2
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import shapely

moment = np.array(["9999-12-31T23:59:59"], dtype="datetime64[ms]") + np.timedelta64(5, "h")
until = pd.DatetimeIndex(moment, tz="UTC")
frame = geopandas.GeoDataFrame({"until": until}, geometry=[shapely.Point(8, 50)], crs=4326)
shown = frame["until"].iloc[0].isoformat()
try:
    frame.to_file(f"{sys.argv[1]}/until.gpkg")
    told = "written"
except Exception as error:
    told = f"{type(error).__name__}: {error}"
print(f"pandas {pd.__version__}, pyogrio {pyogrio.__version__}: {shown} in a GeoPackage: {told}")
sys.exit(not (shown.startswith("10000") and told.startswith("AttributeError")))
PYTHON
