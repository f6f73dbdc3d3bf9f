"""Run the embedded server: ``python -m gpwidgets.demo [--port P] [--classroom]``."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator, Sequence
from types import FrameType

from gpwidgets.demo.rest.server import DemoServer, serve
from gpwidgets.loopback.http_thread import EVERYWHERE


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; the first line printed is the URL of the services root, as others reach it."""
    parser = argparse.ArgumentParser(prog="python -m gpwidgets.demo", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; any free one by default")
    parser.add_argument("--key", help="first part of the path; one that nobody can guess by default")
    parser.add_argument("--classroom", action="store_true", help="let other machines in that know the key")
    parser.add_argument(
        "--name", action="append", default=[], help="another name of this machine, as a proxy passes it on"
    )
    parser.add_argument(
        "--jobs-each", type=int, default=100, help="jobs under way of one machine in a classroom; 100"
    )
    options = parser.parse_args(arguments)

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)  # before the first line says that there is something to stop
    try:
        with _served(options) as server:
            for line in _lines(server):
                print(line, flush=True)
            server.wait()
    except KeyboardInterrupt:
        return 0
    return 0


def _served(options: argparse.Namespace) -> DemoServer:
    if not options.classroom:
        return serve(options.port, key=options.key, hosts=options.name)
    return serve(
        options.port, key=options.key, hosts=options.name, host=EVERYWHERE, jobs_each=options.jobs_each
    )


def _lines(server: DemoServer) -> Iterator[str]:
    """Where the server is; for a classroom, what learners type."""
    others = server.urls_for_others
    if not others:
        yield server.url
        return
    yield others[0]
    yield "Learners open it in a notebook with"
    yield f'    gpwidgets.ServiceWidget("{others[0]}")'
    if others[1:]:
        yield "or by another name of this machine: " + ", ".join(others[1:])
    yield "Who has this address can run the tools of this server, and nothing else here. Ctrl+C ends it."


if __name__ == "__main__":
    raise SystemExit(main())
