"""Names of files that do not exist yet."""

from __future__ import annotations

import re
from pathlib import Path


def free_path(folder: Path, name: str, ending: str) -> Path:
    """Return a path in the folder that does not exist yet, its name cleaned for every system."""
    clean = re.sub(r"[^\w.-]+", "_", name).strip("._")[:80] or "result"
    path, number = folder / f"{clean}{ending}", 2
    while path.exists():
        path, number = folder / f"{clean}-{number}{ending}", number + 1
    return path
