"""Rasters by URL, upload, or a local path that is uploaded: GPRasterDataLayer, GPRasterData."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY
from gpwidgets.datatypes.kinds.file import FileType, check_ending, file_text, is_upload_id, is_url
from gpwidgets.datatypes.value_checks import as_json_text, check_choice, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import DataFile, NameOnServer, RasterData
from gpwidgets.texts import later, tr

__all__ = ["RasterType"]


class RasterType(FileType):
    """A raster."""

    title: str = later("Raster")
    example: str = later("a path such as data/dem.tif, or the URL of a raster or image service")
    python_types: tuple[type, ...] = (RasterData,)
    file_class: type[DataFile] | type[RasterData] = RasterData

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """A `RasterData`, or the name of a layer from the choices."""
        if parameter.choices and isinstance(value, str):
            return check_choice(value, parameter)
        value = as_json_text(value, parameter)
        if isinstance(value, RasterData):
            made = value
        elif isinstance(value, Mapping | NameOnServer):
            made = RasterData.from_json(value)
        else:
            made = self._from_text(file_text(value, parameter))
        if not (made.url or made.item_id or made.path):
            raise wrong(parameter, tr("no raster is named; give {example}.", example=tr(self.example)))
        check_ending(made.path or "", parameter)
        return made

    @staticmethod
    def _from_text(text: str) -> RasterData:
        if is_url(text):
            return RasterData(url=text)
        return RasterData(item_id=text) if is_upload_id(text) else RasterData(path=text)

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """A `RasterData`, or the name of a layer from the choices; what is neither is returned as it is."""
        if isinstance(wire, str) and parameter.choices:
            return wire
        return super().decode(wire, parameter, reply)
