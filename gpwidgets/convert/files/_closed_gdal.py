"""GDAL with its doors shut: while it reads, it asks no other host and runs nothing that a file names."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["CLOSED", "closed_gdal"]

#: The discard port of this machine, where nobody answers.
_NOWHERE = "http://127.0.0.1:9"

CLOSED = {
    # Files on the web are reachable under no name, and requests of drivers end at a proxy that is not there.
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GDAL_HTTP_PROXY": _NOWHERE,
    "GDAL_HTTPS_PROXY": _NOWHERE,
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "CPL_ALLOW_VSISTDIN": "NO",
    # What a file names is not followed.
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "LIBKML_RESOLVE_STYLE": "NO",
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "OGR_SQLITE_LIST_VIRTUAL_OGR": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
}
"""Options of GDAL that hold while a file is read."""

_lock = threading.Lock()
_before: dict[str, str | bool | None] = {}
_readers = 0


@contextmanager
def closed_gdal() -> Iterator[None]:
    """Shut GDAL's doors for a while; several threads may be inside at once, the last one opens them again.

    The options are those of the whole process: another reader of pyogrio finds the doors shut as long.
    """
    import pyogrio  # not before a file is read: the options above are wanted without it

    global _readers
    with _lock:
        if _readers == 0:
            _before.update({name: pyogrio.get_gdal_config_option(name) for name in CLOSED})
            pyogrio.set_gdal_config_options(CLOSED)
        _readers += 1
    try:
        yield
    finally:
        with _lock:
            _readers -= 1
            if _readers == 0:
                pyogrio.set_gdal_config_options(_before)
                _before.clear()
