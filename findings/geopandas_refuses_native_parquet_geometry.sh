#!/bin/sh
# Parquet has its own GEOMETRY type since format 2.11; pyarrow 21 writes and reads it, with its CRS. geopandas 1.1.1
# read_parquet() refuses such a file ("Missing geo metadata ... use pandas"), and pandas gives bytes and no CRS.
# Guess was: a geometry that the file format itself names is read as geometry. The type and CRS are in
# ParquetFile.schema.column(i).logical_type.to_json().
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install geopandas==1.1.1 shapely==2.1.1 pyarrow==21.0.0 pandas==2.3.3
cd "$folder"
cat > write.py <<'PY'
import json
import pyarrow as pa, pyarrow.parquet as pq, shapely

class Wkb(pa.ExtensionType):
    def __init__(self, told=None):
        self.told = told or {}
        super().__init__(pa.binary(), "geoarrow.wkb")
    def __arrow_ext_serialize__(self):
        return json.dumps(self.told).encode()
    @classmethod
    def __arrow_ext_deserialize__(cls, storage, text):
        return cls(json.loads(text or b"{}"))

pa.register_extension_type(Wkb())
column = pa.ExtensionArray.from_storage(Wkb({"crs": "EPSG:25832"}), pa.array([shapely.to_wkb(shapely.Point(5e5, 5e6))]))
pq.write_table(pa.table({"place": column}), "native.parquet", store_schema=False)
PY
cat > read.py <<'PY'
import json
import geopandas, pandas, pyarrow, pyarrow.parquet as pq
print("geopandas", geopandas.__version__, "pyarrow", pyarrow.__version__)
kind = pq.ParquetFile("native.parquet").schema.column(0).logical_type
print("the file says:", kind.to_json())
assert json.loads(kind.to_json()) == {"Type": "Geometry", "crs": "EPSG:25832"}, "CHANGED: the type is told otherwise"
print("pandas:", pandas.read_parquet("native.parquet")["place"].map(type).tolist())
try:
    geopandas.read_parquet("native.parquet")
except ValueError as error:
    print("geopandas:", str(error).split(".")[0])
else:
    raise SystemExit("CHANGED: geopandas reads native geometry now")
PY
"$folder/venv/bin/python" write.py
"$folder/venv/bin/python" read.py
