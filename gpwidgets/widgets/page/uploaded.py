"""Files that the browser has sent, kept in a folder that goes with its owner."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import ipywidgets as w

from gpwidgets.file_names import last_part, safe_name


class UploadFolder:
    """A temporary folder for sent files; their own names never choose a path."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def keep(self, sent: Any) -> Path:
        """Write one entry of a FileUpload's value to disk and return its path."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="gpwidgets-")
        path = Path(self._folder.name) / safe_name(last_part(sent["name"]))
        path.write_bytes(bytes(sent["content"]))
        return path

    def clear(self) -> None:
        """Throw the copies away."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def has_content(upload: w.FileUpload) -> bool:
    """Whether the browser has sent a file that has not been taken yet."""
    return bool(upload.value) and not upload.value[0].get("taken")


def forget_content(upload: w.FileUpload) -> None:
    """Forget the content of a file that has been taken, which need not stay in the notebook.

    The button of ipywidgets shows the number of its files, so an upload that holds none says that nothing was
    taken.
    """
    upload.value = tuple({**one, "content": memoryview(b""), "taken": True} for one in upload.value)
