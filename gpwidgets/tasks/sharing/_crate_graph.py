"""The metadata of an RO-Crate: flat JSON-LD, one entity for each thing, linked by ``@id``."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gpwidgets.convert.storage.crates import METADATA
from gpwidgets.secrets import without_secrets

__all__ = ["CrateGraph", "Reference"]

Reference = dict[str, str]

_VERSION = "1.1"
_SPECIFICATION = f"https://w3id.org/ro/crate/{_VERSION}"
_MEDIA_TYPES = {
    ".gpkg": "application/geopackage+sqlite3",
    ".parquet": "application/vnd.apache.parquet",
    ".geojson": "application/geo+json",
    ".json": "application/json",
    ".html": "text/html",
    ".csv": "text/csv",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".txt": "text/plain",
    ".zip": "application/zip",
}
#: Characters of a value that the metadata hold; the whole is in the files.
_MOST = 2_000


class CrateGraph:
    """Entities of a crate in a folder.

    Parameters
    ----------
    folder
        Of the crate, with its files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entities: dict[str, dict[str, Any]] = {}
        self.add(METADATA, "CreativeWork", conformsTo={"@id": _SPECIFICATION}, about={"@id": "./"})

    def add(self, id_: str, type_: str, **properties: Any) -> Reference:
        """Add an entity, or properties to one that is there; empty ones are left out.

        Returns
        -------
        dict
            The reference to it.
        """
        known = self._entities.setdefault(id_, {"@id": id_, "@type": type_})
        known.update({name: _plain(value) for name, value in properties.items() if _is_something(value)})
        return {"@id": id_}

    def add_file(self, path: Path, **properties: Any) -> Reference:
        """Add a file of the folder."""
        place = quote(path.relative_to(self._folder).as_posix())
        kind = _MEDIA_TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0]
        size = str(path.stat().st_size)
        told = {"name": path.name, "encodingFormat": kind or "application/octet-stream", "contentSize": size}
        return self.add(place, "File", **{**told, **properties})

    def add_value(self, id_: str, name: str, value: Any, **properties: Any) -> Reference:
        """Add a value that is no file."""
        if isinstance(value, str | bool | int | float):
            text = value
        else:
            text = "" if value is None else json.dumps(value, ensure_ascii=False, default=str)
        cut = f"{text[:_MOST]}…" if isinstance(text, str) and len(text) > _MOST else text
        return self.add(id_, "PropertyValue", name=name, value=cut, **properties)

    def add_rest(self) -> list[Reference]:
        """Add the files of the folder that are not described yet; references to all of its files."""
        files = [file for file in sorted(self._folder.rglob("*")) if file.is_file()]
        places = [file for file in files if file != self._folder / METADATA]
        described = {quote(file.relative_to(self._folder).as_posix()): file for file in places}
        return [
            {"@id": place} if place in self._entities else self.add_file(file)
            for place, file in described.items()
        ]

    def write(self) -> None:
        """Write the metadata into the folder, without secrets."""
        document = {"@context": f"{_SPECIFICATION}/context", "@graph": list(self._entities.values())}
        text = json.dumps(without_secrets(document), indent=2, ensure_ascii=False)
        (self._folder / METADATA).write_text(f"{text}\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    """A list of one is that one, as the specification wants it."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _is_something(value: Any) -> bool:
    return value is not None and not (isinstance(value, str | Sequence | Mapping) and not value)
