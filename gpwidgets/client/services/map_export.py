"""Pictures that a map service draws: its ``export`` operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpwidgets.client.http.session import GPSession
from gpwidgets.errors import BadReply
from gpwidgets.secrets import mask
from gpwidgets.texts import tr

_PNG = b"\x89PNG\r\n\x1a\n"


def export_png(
    session: GPSession,
    url: str,
    bbox: tuple[float, float, float, float],
    size: tuple[int, int],
    *,
    wkid: int,
) -> bytes:
    """Let a map service draw a picture with a transparent ground.

    Parameters
    ----------
    session
        Signs the request; a token goes into its body and not into the address.
    url
        The map service.
    bbox
        West, south, east, north in the units of `wkid`, of the same shape as `size`: servers widen the box
        otherwise, and the picture shows another place.
    size
        Width and height in pixels.
    wkid
        Coordinate system of `bbox` and of the picture.

    Returns
    -------
    bytes
        A PNG file.

    Raises
    ------
    ServerError, BadReply, ConnectionFailed
        There is no picture.
    """
    address = f"{url}/export"
    asked = {
        "bbox": ",".join(f"{edge:.10g}" for edge in bbox),
        "bboxSR": str(wkid),
        "imageSR": str(wkid),
        "size": f"{size[0]},{size[1]}",
        "dpi": "96",
        "format": "png32",
        "transparent": "true",
        "f": "image",
    }
    reply = session.read(address, asked)
    if reply.body.startswith(_PNG):
        return reply.body
    reply.json(address)  # an error in JSON is raised as what it says
    raise BadReply(
        tr("{address} answers with something that is no picture.", address=mask(address)), url=mask(address)
    )


def full_extent(session: GPSession, url: str) -> Mapping[str, Any] | None:
    """The ``fullExtent`` that a map service tells; None where it tells none."""
    told = session.get_json(url).get("fullExtent")
    return told if isinstance(told, Mapping) else None
