"""Results as a server sends them, to Python values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext
from gpwidgets.datatypes.registry import read_value
from gpwidgets.errors import ConversionError, GPError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.protocol.values import Fetch, RowReader

__all__ = ["Decoder", "is_doubtful"]


class Decoder:
    """Turns result values into Python values, by their shape more than by their declared type.

    Parameters
    ----------
    parameters
        The task's outputs by name.
    fetch
        Ways to read the files that results name.
    reader
        Way to read the rows of layers that results name.
    """

    def __init__(
        self,
        parameters: Mapping[str, GPParameter],
        fetch: Fetch | None = None,
        reader: RowReader | None = None,
    ) -> None:
        self._parameters = parameters
        self._reply = ReplyContext(fetch, reader)

    def parameter(self, name: str, data_type: str) -> GPParameter:
        """The output's description; made from the reply when the task does not declare it."""
        known = self._parameters.get(name)
        if known is not None and known.data_type == (data_type or known.data_type):
            return known
        return GPParameter.from_json(
            {"name": name, "dataType": data_type, "direction": "esriGPParameterDirectionOutput"}
        )

    def value(self, name: str, data_type: str, wire: Any) -> Any:
        """Decode one result.

        Parameters
        ----------
        name, data_type
            As the reply says.
        wire
            The ``value`` as parsed JSON.

        Raises
        ------
        GPError
            The value cannot be read.
        """
        try:
            return read_value(wire, self.parameter(name, data_type), self._reply)
        except GPError:
            raise
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise ConversionError(f"{name}: the server's value cannot be read: {error}") from error


def is_doubtful(value: Any, limit: int | None) -> bool:
    """Whether a frame is as long as results can be, and the server does not say that it is whole."""
    about = frame_info(value)
    silent = bool(about) and about.get("truncated") is None
    return bool(silent and limit and len(value) == limit)
