"""The commands ``gpwidgets record`` and ``gpwidgets replay``."""

from __future__ import annotations

import argparse
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["add_lesson_commands"]


def add_lesson_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to a parser."""
    record = commands.add_parser(
        "record",
        help="keep the conversation with a server in a file, to replay it without a network",
        description="Passes requests on to one server until interrupted, and keeps what was said in a file.",
    )
    record.add_argument("url", metavar="URL", help="address of the server, or of a service or task of it")
    record.add_argument("lesson", type=Path, metavar="LESSON.zip", help="file to write")
    record.add_argument("--overwrite", action="store_true", help="replace a file of this name")
    record.add_argument("--max-mb", type=int, metavar="N", help="what the lesson holds at the most; 256")
    record.add_argument("--ca-file", type=Path, metavar="PATH", help="certificates of trusted authorities")
    _add_place(record)
    record.set_defaults(action=_record)

    replay = commands.add_parser("replay", help="answer from a recorded lesson, without a network")
    replay.add_argument("lesson", type=Path, metavar="LESSON.zip", help="what gpwidgets record has written")
    replay.add_argument(
        "--pace",
        type=float,
        default=0.0,
        metavar="X",
        help="seconds that a recorded second takes: 1 for the recorded pace; at once by default",
    )
    _add_place(replay)
    replay.set_defaults(action=_replay)


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; any free one by default")
    parser.add_argument("--key", help="first part of the path; one that nobody can guess by default")
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="web pages that may use it, such as http://localhost:8000; may be repeated",
    )


def _record(options: argparse.Namespace) -> int:
    from gpwidgets.recording.recorder import record

    recorder = record(
        options.url,
        options.lesson,
        port=options.port,
        key=options.key,
        max_bytes=None if options.max_mb is None else options.max_mb << 20,
        overwrite=options.overwrite,
        origins=options.origin,
        ca_file=options.ca_file,
    )
    print(recorder.url, flush=True)
    print("Use this address in place of the server's. Ctrl+C ends the recording.", file=sys.stderr)
    _until_interrupted(recorder.wait)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is printed
        recorder.close()
    if recorder.said():
        print(recorder.said(), file=sys.stderr)
    print(f"{recorder.exchanges} exchanges in {recorder.path}", file=sys.stderr)
    return 0 if recorder.is_complete else 1


def _replay(options: argparse.Namespace) -> int:
    from gpwidgets.recording.replayer import replay

    with replay(
        options.lesson, pace=options.pace, port=options.port, key=options.key, origins=options.origin
    ) as server:
        print(server.url, flush=True)
        for url in server.tasks:
            print(f"  {url}", flush=True)
        if not server.is_complete:
            print("The lesson became full while it was recorded; its end is missing.", file=sys.stderr)
        _until_interrupted(server.wait)
    return 0


def _until_interrupted(wait: Callable[[], Any]) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        wait()
    except KeyboardInterrupt:
        return
