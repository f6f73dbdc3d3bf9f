"""Versions, proxies and certificates of this computer, as far as they may matter to a connection."""

from __future__ import annotations

import os
import platform
import ssl
import sys
from importlib import metadata
from typing import Any

from gpwidgets.client.http.connection_facts import place_only
from gpwidgets.version import __version__

__all__ = ["environment"]

_PACKAGES = (
    *("requests", "urllib3", "certifi", "truststore", "orjson", "geopandas", "shapely", "pyproj", "pandas"),
    *("numpy", "traitlets", "ipywidgets", "ipyleaflet", "ipykernel", "jupyterlab", "notebook"),
)
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def environment() -> dict[str, Any]:
    """Describe where this runs; of a proxy only scheme, host and port."""
    return {
        "gpwidgets": __version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "openssl": ssl.OPENSSL_VERSION,
        "notebook": "google.colab" in sys.modules or "ipykernel" in sys.modules,
        "packages": {name: version for name in _PACKAGES if (version := _version(name))},
        "proxy_variables": {name: place_only(value) for name, value in _set(_PROXIES)}
        | {name: _hosts(value) for name, value in _set(("NO_PROXY",))},
        "certificate_variables": {
            name: {"path": value, "exists": os.path.exists(value)} for name, value in _set(_CERTIFICATES)
        },
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _set(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The variables of these names that are set, in either case of letters."""
    both = [spelt for name in names for spelt in (name, name.lower())]
    return [(name, value) for name in both if (value := os.environ.get(name, ""))]


def _hosts(value: str) -> str:
    """A list of hosts, without what signs in, which does not belong there."""
    return ",".join(one.rpartition("@")[2] for one in value.split(","))
