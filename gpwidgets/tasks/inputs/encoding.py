"""From checked values to the text of a request's form fields, uploading local files on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from gpwidgets.datatypes.contexts import RequestContext, Upload
from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.datatypes.value_checks import refuse_unwritable
from gpwidgets.errors import GPError, InputErrors, ParameterError
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.protocol.values import LayerReference
from gpwidgets.secrets import shielded

__all__ = ["RESERVED", "Encoder"]

#: Request fields that belong to the protocol, whatever a task calls its inputs; inputs are not sent as these.
RESERVED = frozenset({"f", "token"})


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
        Way to upload large features, None when the service takes no uploads;
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
        self._request = RequestContext(upload, large_upload, layer_token, version)

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
        return datatype_of(parameter).field_text(value, parameter, self._request)
