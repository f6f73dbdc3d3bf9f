"""The requests of one row: results are taken as the server sends them, and read together with others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gpwidgets.client.http.tracing import NO_TRACE, Trace
from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.protocol.responses.replies import JobInfo
from gpwidgets.tasks.batch.part_work import UnreadRows
from gpwidgets.tasks.results.decoding import Decoder
from gpwidgets.tasks.runs.transport import Gathered, Transport
from gpwidgets.tasks.task import GPTask

__all__ = ["RowTransport"]

#: What a server says of rows that it holds back, which are read elsewhere.
_TRUNCATED = re.compile(rb'"exceededTransferLimit"\s{0,9}:\s{0,9}true')


class _LateDecoder(Decoder):
    """Leaves sets as they are that hold all their rows."""

    def value(self, name: str, data_type: str, wire: Any) -> Any:
        """As of `Decoder`, but for sets."""
        parameter = self.parameter(name, data_type)
        if (
            isinstance(wire, Mapping)
            and isinstance(wire.get("features"), list)
            and wire.get("exceededTransferLimit") is not True
            and datatype_of(parameter).is_set
        ):
            return UnreadRows(parameter, wire)
        return super().value(name, data_type, wire)


class RowTransport(Transport):
    """Tells when the server is done with a job, before its results are fetched.

    Parameters
    ----------
    task, job_id, settings
        As of `Transport`.
    elsewhere
        Whether large results are read by workers; otherwise they are read while they arrive.

    Attributes
    ----------
    when_done
        Called once the server is done.
    """

    when_done: Callable[[], None]
    _DECODER = _LateDecoder

    def __init__(
        self, task: GPTask, job_id: str | None, settings: Mapping[str, Any], *, elsewhere: bool
    ) -> None:
        super().__init__(task, job_id, settings=settings)
        self._elsewhere = elsewhere
        self._collections = False  # parts keep no symbols

    def _new_trace(self) -> Trace:
        """None is kept: there may be thousands of rows, and nobody sees their runs."""
        return NO_TRACE

    def fetch_results(self, job: JobInfo, found: Gathered) -> None:
        """As of `Transport`."""
        self.when_done()
        super().fetch_results(job, found)

    def _read_large(self, chunks: Iterator[bytes]) -> Any:
        return b"".join(chunks) if self._elsewhere else super()._read_large(chunks)

    def _decoded(self, decoder: Decoder, name: str, param_url: str, *, plain: bool = False) -> Any:
        value = super()._decoded(decoder, name, param_url, plain=plain)
        if not isinstance(value, bytes):
            return value
        if _TRUNCATED.search(value):
            return super()._read_large(iter([value]))
        return UnreadRows(decoder.parameter(name, ""), value)

    def _with_symbols(self, name: str, value: Any) -> Any:
        return value
