#!/bin/sh
# restgdf: a page that says that there are more rows after it, as every page but the last does, ends the reading.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet restgdf==3.3.0 geopandas==1.1.1 pyogrio==0.11.1
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

import aiohttp
import restgdf

FIELDS = [{"name": "OID", "type": "esriFieldTypeOID", "alias": "OID"}]
LAYER = {
    "id": 0, "name": "Points", "type": "Feature Layer", "geometryType": "esriGeometryPoint", "fields": FIELDS,
    "objectIdField": "OID", "maxRecordCount": 2, "capabilities": "Query",
    "advancedQueryCapabilities": {"supportsPagination": True},
}


class Layer(BaseHTTPRequestHandler):
    """Three points in pages of two, as the REST API has them."""

    def answer(self, asked):
        place = urlsplit(self.path)
        told = {key: values[0] for key, values in parse_qs(f"{place.query}&{asked}").items()}
        body = LAYER
        if place.path.endswith("/query"):
            start = int(told.get("resultOffset", 0))
            rows = range(3)[start : start + min(2, int(told.get("resultRecordCount", 2)))]
            body = {
                "objectIdFieldName": "OID", "geometryType": "esriGeometryPoint",
                "spatialReference": {"wkid": 4326}, "fields": FIELDS,
                "features": [{"attributes": {"OID": n}, "geometry": {"x": n, "y": n}} for n in rows],
                "exceededTransferLimit": start + len(rows) < 3,
            }
            if told.get("returnCountOnly", "").lower() == "true":
                body = {"count": 3}
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        self.answer("")

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def log_message(self, *_):
        pass


async def read(url):
    async with aiohttp.ClientSession() as session:
        layer = await restgdf.FeatureLayer.from_url(url, session=session)
        return len(await layer.get_gdf())


server = ThreadingHTTPServer(("127.0.0.1", 0), Layer)
threading.Thread(target=server.serve_forever, daemon=True).start()
try:
    found = asyncio.run(read(f"http://127.0.0.1:{server.server_port}/rest/services/P/FeatureServer/0"))
except Exception as error:
    found = f"{type(error).__name__}: {error}"
print(f"restgdf {version('restgdf')}: three points in pages of two give {found!r}")
sys.exit(not str(found).startswith("PaginationError"))
PYTHON
