"""Rasters by URL, upload, or a local path that is uploaded: GPRasterDataLayer, GPRasterData."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext, RequestContext
from gpwidgets.datatypes.dataclass_literals import dataclass_call
from gpwidgets.datatypes.datatype import PLAIN_REPLY, PLAIN_REQUEST, DataType, LiteralWriter
from gpwidgets.datatypes.kinds.file import check_ending, file_text, is_upload_id, is_url
from gpwidgets.datatypes.kinds.unknown import cut
from gpwidgets.datatypes.value_checks import as_json_text, check_choice, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import NameOnServer, RasterData
from gpwidgets.texts import later, tr

__all__ = ["RasterType"]


class RasterType(DataType):
    """A raster."""

    title: str = later("Raster")
    example: str = later("a path such as data/dem.tif, or the URL of a raster or image service")
    python_types: tuple[type, ...] = (RasterData,)
    empty_is_none = True
    is_file = True

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

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> Any:
        """The object; a local file is uploaded and named by its item id."""
        if isinstance(value, RasterData) and value.path:
            item_id = request.uploaded(Path(value.path), parameter)
            value = replace(value, item_id=item_id, path=None)
        return super().encode(value, parameter, request)

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """A `RasterData`; what is none is returned as it is."""
        if isinstance(wire, str) and parameter.choices:
            return wire
        try:
            return RasterData.from_json(wire, reply.fetch)
        except ValueError:
            return wire

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """A call such as ``gp.RasterData(url='https://…')``."""
        return dataclass_call(value, write)

    def words(self, value: Any) -> str:
        """The name of the file."""
        return cut(value.name)
