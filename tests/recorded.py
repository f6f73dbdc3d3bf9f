"""The recorded answers of real servers, which are not part of the repository."""

import os
from pathlib import Path


def recorded_root() -> Path | None:
    """The folder of recorded answers; None when it is not named."""
    named = os.environ.get("GPWIDGETS_RECORDED")
    return Path(named) if named and Path(named).is_dir() else None


def recorded(*kinds: str) -> list[Path]:
    """All recorded files of these kinds; none without the folder."""
    root = recorded_root()
    if root is None:
        return []
    found = [path for kind in kinds for path in sorted((root / kind).iterdir()) if path.is_file()]
    assert found, f"no recorded files of kind {kinds} in {root}"
    return found
