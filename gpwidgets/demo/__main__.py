"""Run the embedded server: ``python -m gpwidgets.demo [--port P]``."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Sequence
from types import FrameType

from gpwidgets.demo.rest.server import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; the first line printed is the URL of the services root."""
    parser = argparse.ArgumentParser(prog="python -m gpwidgets.demo", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; any free one by default")
    parser.add_argument("--key", help="first part of the path; one that nobody can guess by default")
    options = parser.parse_args(arguments)

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)  # before the first line says that there is something to stop
    try:
        with serve(options.port, key=options.key) as server:
            print(server.url, flush=True)
            server.wait()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
