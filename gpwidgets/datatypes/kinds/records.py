"""Tables without geometry: GPRecordSet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpwidgets.datatypes.contexts import RequestContext
from gpwidgets.datatypes.datatype import PLAIN_REQUEST
from gpwidgets.datatypes.frame_checks import is_table
from gpwidgets.datatypes.kinds.features import SetType
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.features import RecordSet
from gpwidgets.texts import later

__all__ = ["RecordSetType"]


class RecordSetType(SetType):
    """A table."""

    title: str = later("Table")
    example: str = later("a DataFrame, a list of dicts, a file, or the URL of a table")
    set_class: type[RecordSet] = RecordSet
    python_types: tuple[type, ...] = (RecordSet,)

    def holds(self, value: Any) -> bool:
        """A frame, too."""
        return super().holds(value) or is_table(value)

    def to_rows(self, value: Any, parameter: GPParameter) -> Any:
        """A DataFrame."""
        from gpwidgets.convert.tables.plain import check_columns
        from gpwidgets.convert.user_input.readers import to_table

        table = to_table(value)
        check_columns(table)
        return table

    def rows_of(self, wire: Mapping[str, Any]) -> Any:
        """A DataFrame."""
        from gpwidgets.convert.featuresets.frames import records_to_frame

        return records_to_frame(wire)

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> Any:
        """A record set, for a frame."""
        if is_table(value):
            from gpwidgets.convert.featuresets.frames import frame_to_records

            return frame_to_records(value)
        return super().encode(value, parameter, request)
