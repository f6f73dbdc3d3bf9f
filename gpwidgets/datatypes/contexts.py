"""How a data type reaches the server that a value goes to or came from; given by the floors above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gpwidgets.datatypes.value_checks import wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import Fetch, LayerReference, RowReader
from gpwidgets.texts import tr

__all__ = ["ReplyContext", "RequestContext", "Upload"]

Upload = Callable[[Path], str]
"""Uploads a local file to the service and answers with its item id."""


@dataclass(frozen=True)
class RequestContext:
    """What writing a value for a request needs to know of its server, and may ask of it.

    Attributes
    ----------
    upload : callable or None
        Way to upload local files; None when the service takes none.
    large_upload : callable
        Way to upload large features, None when the service takes no uploads; asked for only when there are
        some.
    layer_token : callable
        Gives the token that the server needs to read a layer, empty for none.
    version : callable
        Asks for the server's version, such as 11.2, None when it does not say; called only for a value that
        old servers do not take.
    """

    upload: Upload | None = None
    large_upload: Callable[[], Upload | None] = lambda: None
    layer_token: Callable[[LayerReference], str] = lambda layer: ""
    version: Callable[[], float | None] = lambda: None

    def is_before(self, version: float) -> bool:
        """Whether the server is known to be older than a version."""
        known = self.version()
        return known is not None and known < version

    def uploaded(self, path: Path, parameter: GPParameter) -> str:
        """Upload a local file, and return its item id.

        Raises
        ------
        ParameterError
            There is no such file, or the service takes none.
        """
        if self.upload is None:
            raise wrong(parameter, tr("this service takes no uploads; give a URL that the server can read."))
        if not path.is_file():
            raise wrong(
                parameter,
                tr("there is no file {name!r} in {parent!r}.", name=path.name, parent=str(path.parent)),
            )
        return self.upload(path)


@dataclass(frozen=True)
class ReplyContext:
    """What reading a result may use to reach what it only names.

    Attributes
    ----------
    fetch : Fetch or None
        Ways to read the files that results name.
    reader : callable or None
        Way to read the rows of layers that results name.
    """

    fetch: Fetch | None = field(default=None, repr=False)
    reader: RowReader | None = field(default=None, repr=False)
