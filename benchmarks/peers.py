"""Environments of the packages that are compared with ours, made where there are none yet.

    python benchmarks/peers.py        # make them, and tell where their interpreters are

Each has pinned packages of its own, since they want other versions than ours: arcgis wants pandas before 3.1.
They are kept in the user's cache folder; a variable such as ``ARCGIS_PYTHON`` names another interpreter, or
none with ``-``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

_COMMON = ("geopandas==1.2.0", "pyogrio==0.13.0", "orjson==3.13.0")
#: Name of the variable -> what is installed. The proprietary arcgis is several hundred MB large.
PACKAGES = {
    "ARCGIS_PYTHON": ("arcgis==2.4.4", "pandas==3.0.6", *_COMMON),
    "RESTGDF_PYTHON": ("restgdf==3.3.0", "esridump==1.13.0", *_COMMON),
}
#: Modules that prove that an environment is complete.
_PROOFS = {
    "ARCGIS_PYTHON": "arcgis.features, geopandas, orjson",
    "RESTGDF_PYTHON": "restgdf, esridump, geopandas",
}
_LONGEST = 1200


def peer(name: str, *, make: bool = True) -> str:
    """The interpreter of a peer, made if need be; empty where it cannot be made, and why is printed."""
    given = os.environ.get(name, "")
    if given:
        return "" if given == "-" else given
    folder = _folder(name)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    try:
        if not python.exists() and not make:
            return ""
        if not python.exists():
            print(f"making {folder} with {', '.join(PACKAGES[name])}", flush=True)
            _run([sys.executable, "-m", "venv", str(folder)])
            _run([str(python), "-m", "pip", "install", "--quiet", "--only-binary=:all:", *PACKAGES[name]])
        _run([str(python), "-c", f"import {_PROOFS[name]}"])
    except (RuntimeError, subprocess.TimeoutExpired, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        print(f"{name} is left out: {error}", flush=True)
        return ""
    return str(python)


def _folder(name: str) -> Path:
    import platformdirs

    mark = hashlib.sha256(f"{sys.version} {PACKAGES[name]}".encode()).hexdigest()[:8]
    cache = platformdirs.user_cache_path("gpwidgets-benchmarks", appauthor=False)
    return cache / f"{name.removesuffix('_PYTHON').lower()}-{mark}"


def _run(command: list[str]) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=_LONGEST)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
        raise RuntimeError(f"{' '.join(command[:4])} … ended with {done.returncode}: {last[0]}")


if __name__ == "__main__":
    for each in PACKAGES:
        print(f"{each}={peer(each)}")
