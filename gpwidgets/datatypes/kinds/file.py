"""Files by URL, upload, portal item, or a local path that is uploaded: GPDataFile."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext, RequestContext
from gpwidgets.datatypes.dataclass_literals import dataclass_call
from gpwidgets.datatypes.datatype import PLAIN_REPLY, PLAIN_REQUEST, DataType, LiteralWriter
from gpwidgets.datatypes.kinds.unknown import cut
from gpwidgets.datatypes.value_checks import as_json_text, shown, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import CompositeValue, DataFile, NameOnServer, RasterData
from gpwidgets.texts import later, tr

__all__ = ["DataFileType", "FileType", "check_ending", "file_text", "is_upload_id", "is_url", "needs_upload"]

_UPLOAD_ID = re.compile(r"i[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}")
_PORTAL_ID = re.compile(r"^[0-9a-f]{32}$")
_URL = re.compile(r"(?i)^https?://")


class FileType(DataType):
    """What files and rasters share."""

    empty_is_none = True
    is_file = True

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> Any:
        """The object; a local file is uploaded and named by its item id."""
        if isinstance(value, self.file_class) and value.path:
            item_id = request.uploaded(Path(value.path), parameter)
            value = replace(value, item_id=item_id, path=None)
        return super().encode(value, parameter, request)

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """The value class; what is no file is returned as it is."""
        try:
            return self.file_class.from_json(wire, reply.fetch)
        except ValueError:
            return wire

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """A call such as ``gp.DataFile(url='https://…')``."""
        return dataclass_call(value, write)

    def words(self, value: Any) -> str:
        """The name of the file."""
        return cut(value.name)


class DataFileType(FileType):
    """A file."""

    title: str = later("File")
    example: str = later("a path such as data/places.csv, or a URL")
    python_types: tuple[type, ...] = (DataFile,)
    file_class: type[DataFile] | type[RasterData] = DataFile

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """A `DataFile`, from itself, a path, a URL, the id of an upload or of a portal item."""
        value = as_json_text(value, parameter)
        if isinstance(value, DataFile):
            made = value
        elif isinstance(value, Mapping | NameOnServer):
            made = DataFile.from_json(value)
        else:
            made = self._from_text(file_text(value, parameter))
        if not (made.url or made.item_id or made.portal_item_id or made.path):
            raise wrong(parameter, tr("no file is named; give {example}.", example=tr(self.example)))
        check_ending(made.path or "", parameter)
        return made

    @staticmethod
    def _from_text(text: str) -> DataFile:
        if is_url(text):
            return DataFile(url=text)
        if is_upload_id(text):
            return DataFile(item_id=text)
        if _PORTAL_ID.match(text):
            return DataFile(portal_item_id=text)
        return DataFile(path=text)


def is_url(text: str) -> bool:
    """Whether a text is the address of something on the web."""
    return _URL.match(text) is not None


def is_upload_id(text: str) -> bool:
    """Whether a text is the item id of an upload."""
    return _UPLOAD_ID.fullmatch(text) is not None


def file_text(value: Any, parameter: GPParameter) -> str:
    """The path, address or id that a caller gives.

    Raises
    ------
    ParameterError
        It is none of these.
    """
    if not isinstance(value, str | os.PathLike) or not str(value).strip():
        raise wrong(parameter, tr("{shown} is no file; give a path or a URL.", shown=shown(value)))
    return str(value).strip()


def needs_upload(values: Iterable[Any]) -> bool:
    """Whether any value is, or holds at any depth, a local file."""
    return any(map(_holds_file, values))


def _holds_file(value: Any) -> bool:
    if isinstance(value, DataFile | RasterData):
        return bool(value.path)
    if isinstance(value, CompositeValue):
        return _holds_file(value.value)
    if isinstance(value, Mapping):
        return needs_upload(value.values())
    return isinstance(value, list | tuple) and needs_upload(value)


def check_ending(path: str, parameter: GPParameter) -> None:
    """Refuse a file whose name does not end as the parameter's filter wants it.

    Raises
    ------
    ParameterError
        It ends otherwise.
    """
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
