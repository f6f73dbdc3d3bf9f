"""The version that figures called "before" compare with, taken out of the history.

    python benchmarks/before.py        # take it out, and tell where it is

It is the state that the targets of layouts and forms were set against. ``GPWIDGETS_BEFORE`` names the
checkout of another version, or none with ``-``.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

#: The commit of that state.
COMMIT = "9be1256238c0731e962d522cca62769fc988bb5f"
_ROOT = Path(__file__).resolve().parent.parent


def before_checkout() -> Path | None:
    """A folder that holds the earlier package; None where there is none, and why is printed.

    Put it first on the path of a process, as `measuring.in_a_process` does with its `path`.
    """
    given = os.environ.get("GPWIDGETS_BEFORE", "")
    if given:
        return None if given == "-" else Path(given).resolve()
    folder = Path(tempfile.gettempdir(), "gpwidgets-benchmarks", f"before-{COMMIT[:12]}")
    if not folder.exists():
        try:
            _take_out(folder)
        except (OSError, subprocess.CalledProcessError, tarfile.TarError) as error:
            told = getattr(error, "stderr", None) or str(error).encode()
            print(f"the earlier version is left out: {told.decode(errors='replace').strip()}", flush=True)
            return None
    return folder


def _take_out(folder: Path) -> None:
    """Write the package as it was at the commit; whole, or not at all."""
    command = ["git", "-C", str(_ROOT), "archive", "--format=tar", COMMIT, "gpwidgets"]
    archive = subprocess.run(command, check=True, capture_output=True).stdout
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(partial, filter="data")
        partial.rename(folder)
    except OSError:
        if not folder.exists():  # another process may have been first
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


if __name__ == "__main__":
    print(before_checkout() or "none")
