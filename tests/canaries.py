"""What must never be touched: a file and a server that tell whether they were."""

from __future__ import annotations

import json
import re
import socket
import threading
from contextlib import suppress
from pathlib import Path

MARK = "canary-of-this-machine"
_LATE_LOOK = re.compile(rb"(GET|POST) \S*/GPServer/\S+/jobs/\S+ HTTP")


class CanaryServer:
    """Counts the connections to a port; answers nothing.

    A port may have been that of another test, whose run still looks for its job: that is not counted.
    """

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):
                connection.settimeout(2)
                self.connections -= _LATE_LOOK.match(connection.recv(1000)) is not None

    def close(self) -> None:
        # A blocked accept is not ended by close alone.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def canary_file(folder: Path) -> Path:
    """A GeoJSON file whose one attribute is the mark."""
    path = folder / "canary.geojson"
    point = {"type": "Point", "coordinates": [1, 2]}
    feature = {"type": "Feature", "properties": {"said": MARK}, "geometry": point}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path
