"""Files and rasters: by URL, upload, portal item, or a local path that is uploaded."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from gpwidgets.datatypes.datatype import (
    DataTypeCodec,
    as_json_text,
    check_choice,
    data_type,
    shown,
    wrong,
)
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import DataFile, RasterData
from gpwidgets.texts import later, tr

_UPLOAD_ID = re.compile(r"^i[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}$")
_PORTAL_ID = re.compile(r"^[0-9a-f]{32}$")
_URL = re.compile(r"(?i)^https?://")


@data_type("GPDataFile")
class DataFileType(DataTypeCodec):
    """A file."""

    title: str = later("File")
    example: str = later("a path such as data/places.csv, or a URL")

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """A `DataFile`, from itself, a path, a URL, the id of an upload or of a portal item."""
        value = as_json_text(value, parameter)
        if isinstance(value, DataFile):
            made = value
        elif isinstance(value, Mapping):
            made = DataFile.from_json(value)
        else:
            made = self._from_text(self._text(value, parameter))
        if not (made.url or made.item_id or made.portal_item_id or made.path):
            raise wrong(parameter, tr("no file is named; give {example}.", example=tr(self.example)))
        _check_ending(made.path or "", parameter)
        return made

    @staticmethod
    def _text(value: Any, parameter: GPParameter) -> str:
        if not isinstance(value, str | os.PathLike) or not str(value).strip():
            raise wrong(parameter, tr("{shown} is no file; give a path or a URL.", shown=shown(value)))
        return str(value).strip()

    @staticmethod
    def _from_text(text: str) -> DataFile:
        if _URL.match(text):
            return DataFile(url=text)
        if _UPLOAD_ID.match(text):
            return DataFile(item_id=text)
        if _PORTAL_ID.match(text):
            return DataFile(portal_item_id=text)
        return DataFile(path=text)

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """A `DataFile`; what is none is returned as it is."""
        try:
            return DataFile.from_json(wire)
        except ValueError:
            return wire


@data_type("GPRasterDataLayer", "GPRasterData")
class RasterType(DataTypeCodec):
    """A raster."""

    title: str = later("Raster")
    example: str = later("a path such as data/dem.tif, or the URL of a raster or image service")

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """A `RasterData`, or the name of a layer from the choices."""
        if parameter.choices and isinstance(value, str):
            return check_choice(value, parameter)
        value = as_json_text(value, parameter)
        if isinstance(value, RasterData):
            made = value
        elif isinstance(value, Mapping):
            made = RasterData.from_json(value)
        else:
            made = self._from_text(DataFileType._text(value, parameter))
        if not (made.url or made.item_id or made.path):
            raise wrong(parameter, tr("no raster is named; give {example}.", example=tr(self.example)))
        _check_ending(made.path or "", parameter)
        return made

    @staticmethod
    def _from_text(text: str) -> RasterData:
        if _URL.match(text):
            return RasterData(url=text)
        return RasterData(item_id=text) if _UPLOAD_ID.match(text) else RasterData(path=text)

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """A `RasterData`; what is none is returned as it is."""
        if isinstance(wire, str) and parameter.choices:
            return wire
        try:
            return RasterData.from_json(wire)
        except ValueError:
            return wire


def _check_ending(path: str, parameter: GPParameter) -> None:
    limits = parameter.filter
    if not path or limits is None or limits.type != "file" or not limits.values:
        return
    ending = PurePath(path).suffix.lstrip(".").lower()
    allowed = [value.lstrip(".").lower() for value in limits.values]
    if ending not in allowed:
        raise wrong(
            parameter,
            tr(
                "files of type {ending!r} are not taken; allowed are {allowed}.",
                ending=ending or tr("unknown"),
                allowed=", ".join(allowed),
            ),
        )
