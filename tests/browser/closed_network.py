"""A page that reaches this machine only; tiles of any provider are drawn here."""

from typing import Any

_INSIDE = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")


class ClosedNetwork:
    """Keeps a page from calling out.

    Attributes
    ----------
    tiles : str
        ``draw`` to answer requests for tiles with a grid, ``refuse`` for bad wifi.
    refused : list of str
        Addresses asked for outside, other than tiles.
    """

    def __init__(self, page: Any) -> None:
        self.tiles = "draw"
        self.refused: list[str] = []
        page.route(lambda url: not url.startswith(_INSIDE), self._answer)

    def _answer(self, route: Any) -> None:
        address = route.request.url.split("?")[0]
        place = address.removesuffix(".png").split("/")[-3:]
        if len(place) != 3 or not all(part.isdigit() for part in place):
            self.refused.append(address)
            route.abort()
        elif self.tiles == "refuse":
            route.abort()
        else:
            route.fulfill(
                body=_tile("/".join(place)),
                content_type="image/svg+xml",
                headers={"access-control-allow-origin": "*", "cache-control": "no-store"},
            )


def _tile(name: str) -> str:
    """A tile that can be looked through, so that pictures show the land outlines below."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256">'
        '<path d="M0 256V0H256" fill="none" stroke="#607d8b" stroke-opacity="0.25"/>'
        f'<text x="6" y="16" font-size="11" fill="#607d8b" fill-opacity="0.5">{name}</text></svg>'
    )
