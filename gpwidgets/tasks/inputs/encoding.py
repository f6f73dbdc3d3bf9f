"""From checked values to the text of a request's form fields, uploading local files on the way."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gpwidgets.datatypes.composite import CompositeValue
from gpwidgets.datatypes.datatype import datatype_of, form_text, refuse_unwritable
from gpwidgets.errors import GPError, InputErrors, ParameterError
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.features import FeatureSet, RecordSet
from gpwidgets.protocol.units import LinearUnit
from gpwidgets.protocol.values import DataFile, LayerReference, RasterData
from gpwidgets.secrets import mask, shielded
from gpwidgets.texts import tr

#: Request fields that belong to the protocol, whatever a task calls its inputs; inputs are not sent as these.
RESERVED = frozenset({"f", "token"})

#: Features of more bytes are uploaded where the service takes files: web servers limit the size of a form,
#: some to 2 MB.
LARGE_FEATURES = 2_000_000

_SMALLEST_OLD_LONG, _LARGEST_OLD_LONG = -(2**31), 2**31 - 1
_LOG = logging.getLogger("gpwidgets.tasks")

Upload = Callable[[Path], str]
"""Uploads a local file to the service and answers with its item id."""


class Encoder:
    """Writes checked values as request form fields.

    Parameters
    ----------
    info
        The task.
    upload
        Way to upload local files; None when the service takes none.
    version
        Asks for the server's version, such as 11.2, None when it does not say; called only for a value that
        old servers do not take.
    large_upload
        Way to upload features of more than `LARGE_FEATURES` bytes, None when the service takes no uploads;
        asked for only when there are some.
    layer_token
        Gives the token that the server needs to read a layer, empty for none. Without it no token is written.
    """

    def __init__(
        self,
        info: TaskInfo,
        upload: Upload | None = None,
        version: Callable[[], float | None] = lambda: None,
        large_upload: Callable[[], Upload | None] = lambda: None,
        layer_token: Callable[[LayerReference], str] = lambda layer: "",
    ) -> None:
        self._info = info
        self._upload = upload
        self._version = version
        self._large_upload = large_upload
        self._layer_token = layer_token

    def form(self, checked: Mapping[str, Any]) -> dict[str, str]:
        """The text of each request field.

        Raises
        ------
        InputErrors
            A value cannot be written, or a file cannot be uploaded.
        """
        return self._fields(checked, lambda parameter, value: self._text(parameter, value)[0])

    def validation_form(self, checked: Mapping[str, Any]) -> dict[str, str]:
        """The same as ``validate`` wants it: each value in an object, ``{"value": …}``.

        Raises
        ------
        InputErrors
            As `form`.
        """

        def tagged(parameter: GPParameter, value: Any) -> str:
            text, is_json = self._text(parameter, value)
            return f'{{"value": {text if is_json else json.dumps(text)}}}'

        return self._fields(checked, tagged)

    def _fields(self, checked: Mapping[str, Any], write: Callable[[GPParameter, Any], str]) -> dict[str, str]:
        fields: dict[str, str] = {}
        problems: list[ParameterError] = []
        for name, value in checked.items():
            if name in RESERVED:
                continue
            parameter = self._info.parameter(name)
            try:
                fields[name] = write(parameter, value)
                refuse_unwritable(fields[name], parameter)
            except ParameterError as error:
                problems.append(error)
            except (GPError, OSError) as error:
                problems.append(ParameterError(name, str(error)))
        if problems:
            raise InputErrors(problems)
        hidden = {name for name in fields if self._info.parameter(name).is_hidden}
        return {name: shielded(text, secret=name in hidden) for name, text in fields.items()}

    def _text(self, parameter: GPParameter, value: Any) -> tuple[str, bool]:
        """The text of a field, and whether it is JSON; texts go as they are."""
        if isinstance(value, str) and not value:
            return "", False  # sent empty, whatever the type
        if parameter.data_type == "GPFeatureRecordSetLayer" and _is_frame(value):
            from gpwidgets.convert.featuresets.frames import write_features

            text = write_features(value)
            in_file = self._as_file(text) if len(text) > LARGE_FEATURES else ""
            return in_file or text.decode(), True
        wire = datatype_of(parameter).encode(self._ready(parameter, value), parameter)
        try:
            return form_text(wire), not isinstance(wire, str)
        except (TypeError, ValueError) as error:
            raise ParameterError(
                parameter.name, tr("it cannot be written as JSON: {error}.", error=error)
            ) from error

    def _as_file(self, features: bytes) -> str:
        """Upload features as a file; ``""`` where that does not work, and they go into the form."""
        try:
            upload = self._large_upload()
            if upload is None:
                return ""
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "features.json"
                path.write_bytes(features)
                return form_text({"itemID": upload(path)})
        except (GPError, OSError) as error:
            _LOG.info("large features go into the form, as they cannot be uploaded: %s", mask(str(error)))
            return ""

    def _ready(self, parameter: GPParameter, value: Any) -> Any:
        """Replace frames by feature sets and local files by uploads, however deep they are."""
        if isinstance(value, DataFile | RasterData) and value.path:
            return replace(value, item_id=self._uploaded(parameter, Path(value.path)), path=None)
        if isinstance(value, LayerReference):
            token = self._layer_token(value)
            return {**value.to_json(), **({value.token_key or "token": token} if token else {})}
        if isinstance(value, LinearUnit) and value.units.startswith("esriInt") and self._before(11):
            return LinearUnit(value.meters, "esriMeters")
        if isinstance(value, int) and not _is_old_long(value) and self._before(11.2):
            raise ParameterError(parameter.name, _outside_old_long(value))
        if isinstance(value, CompositeValue):
            return replace(value, value=self._ready(parameter, value.value))
        if isinstance(value, list | tuple):
            return [self._ready(parameter, row) for row in value]
        if isinstance(value, Mapping):
            return {key: self._ready(parameter, row) for key, row in value.items()}
        if _is_frame(value):
            from gpwidgets.convert.featuresets.frames import frame_to_features

            return FeatureSet(frame_to_features(value))
        if hasattr(value, "columns") and hasattr(value, "itertuples"):
            from gpwidgets.convert.featuresets.frames import frame_to_records

            return RecordSet(frame_to_records(value))
        return value

    def _before(self, version: float) -> bool:
        known = self._version()
        return known is not None and known < version

    def _uploaded(self, parameter: GPParameter, path: Path) -> str:
        if self._upload is None:
            raise ParameterError(
                parameter.name, tr("this service takes no uploads; give a URL that the server can read.")
            )
        if not path.is_file():
            raise ParameterError(
                parameter.name,
                tr("there is no file {name!r} in {parent!r}.", name=path.name, parent=str(path.parent)),
            )
        return self._upload(path)


def _is_old_long(value: int) -> bool:
    return _SMALLEST_OLD_LONG <= value <= _LARGEST_OLD_LONG


def _outside_old_long(value: int) -> str:
    if value < 0:
        return tr(
            "{value} is too small for this server; before 11.2 whole numbers go down to {smallest}.",
            value=value,
            smallest=_SMALLEST_OLD_LONG,
        )
    return tr(
        "{value} is too large for this server; before 11.2 whole numbers go to {largest}.",
        value=value,
        largest=_LARGEST_OLD_LONG,
    )


def _is_frame(value: Any) -> bool:
    return hasattr(value, "geometry") and hasattr(value, "crs") and hasattr(value, "columns")


def needs_upload(values: Iterable[Any]) -> bool:
    """Whether any value is, or holds at any depth, a local file."""
    return any(_holds_file(value) for value in values)


def _holds_file(value: Any) -> bool:
    if isinstance(value, DataFile | RasterData):
        return bool(value.path)
    if isinstance(value, CompositeValue):
        return _holds_file(value.value)
    if isinstance(value, Mapping):
        return needs_upload(value.values())
    return isinstance(value, list | tuple) and needs_upload(value)
