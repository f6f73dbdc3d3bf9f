"""Networks that fail: chosen requests go to places where connections are refused, reset or never answered."""

import re
import socket
import struct
import threading
from typing import Any

import requests.adapters

#: Paths of the requests of a run.
PLACES = {
    "submit": r"/submitJob$",
    "poll": r"/jobs/\w+$",
    "result": r"/results/\w+$",
    "upload": r"/uploads/upload$",
    "cancel": r"/cancel$",
    "execute": r"/execute$",
}
SECONDS = 0.3


class BadPlaces:
    """Addresses where requests come to grief; a context manager that closes them."""

    def __init__(self) -> None:
        self._sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
        closed, silent, rude = self._sockets
        self.urls = {
            kind: f"http://127.0.0.1:{place.getsockname()[1]}/"
            for kind, place in (("refused", closed), ("time-out", silent), ("reset", rude))
        }
        self.urls["unknown host"] = "http://nowhere.invalid/"
        closed.close()
        threading.Thread(target=self._reset, args=(rude,), daemon=True).start()

    def _reset(self, rude: socket.socket) -> None:
        while True:
            try:
                connection, _ = rude.accept()
            except OSError:
                return
            connection.recv(65536)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    def __enter__(self) -> "BadPlaces":
        return self

    def __exit__(self, *_: object) -> None:
        for place in self._sockets:
            place.close()


class Detour(requests.adapters.HTTPAdapter):
    """Sends some requests of one kind elsewhere, really; all others go where they should."""

    def __init__(self) -> None:
        super().__init__()
        self.to, self._pattern, self._left, self.hits = "", "", 0, 0

    def lead(self, place: str, to: str, times: int) -> None:
        """Lead the next requests of a place elsewhere."""
        self.to, self._pattern, self._left, self.hits = to, PLACES[place], times, 0

    def send(self, request: Any, **options: Any) -> Any:
        if self._left and re.search(self._pattern, request.url.partition("?")[0]):
            self._left -= 1
            self.hits += 1
            request.url = self.to
            options["timeout"] = (SECONDS, SECONDS)
        return super().send(request, **options)
