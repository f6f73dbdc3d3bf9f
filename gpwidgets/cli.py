"""The ``gpwidgets`` command: try the demo, describe, run or diagnose a task, record and replay a server."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.cli_diagnose import add_diagnose_command
from gpwidgets.cli_lesson import add_lesson_commands
from gpwidgets.cli_output import printable_only
from gpwidgets.cli_run import add_run_command
from gpwidgets.cli_sign_in import add_login_commands, add_options, make_session
from gpwidgets.errors import GPError
from gpwidgets.quickstart import LESSONS
from gpwidgets.version import __version__

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    int
        0 when all went well, 1 after an error, 2 for a wrong command line.
    """
    options = _read(_parser(), arguments)
    with printable_only():
        return _act(options)


def _read(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; inputs of a run may stand between its options.

    argparse takes positional arguments in one go, and its way out, ``parse_intermixed_args``, knows no
    commands below a command.
    """
    options, left = parser.parse_known_args(arguments)
    if not hasattr(options, "action"):
        parser.print_help(sys.stderr)
        raise SystemExit(2)
    unknown = [text for text in left if text.startswith("-") or not hasattr(options, "inputs")]
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if left:
        options.inputs = [*options.inputs, *left]
    return options


def _act(options: argparse.Namespace) -> int:
    try:
        return int(options.action(options))
    except (GPError, TypeError, OSError) as error:
        print(f"gpwidgets: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gpwidgets",
        description="ArcGIS geoprocessing services in a notebook.",
        epilog="New here? 'gpwidgets demo' opens a notebook, with a server of its own.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND")

    _add_demo(commands)

    describe = commands.add_parser("describe", help="tell what a service or task is and takes")
    describe.add_argument("url")
    add_options(describe)
    describe.set_defaults(action=_describe)

    add_run_command(commands)
    add_diagnose_command(commands)
    add_lesson_commands(commands)
    add_login_commands(commands)
    return parser


def _add_demo(commands: Any) -> None:
    demo = commands.add_parser("demo", help="open JupyterLab on the quickstart, with an embedded server")
    demo.add_argument(
        "--check", action="store_true", help="run the quickstart without a browser and tell what came back"
    )
    demo.add_argument(
        "--lesson",
        nargs="?",
        const="",
        choices=["", *LESSONS],
        metavar="LANGUAGE",
        help="open the lesson of 90 minutes, in en, de or es; by default in the language of this computer",
    )
    demo.add_argument("--no-browser", action="store_true", help="start JupyterLab without opening a browser")
    demo.add_argument(
        "--folder", type=Path, default=Path("gpwidgets-demo"), help="where notebooks are copied to"
    )
    _add_serving(demo)
    demo.set_defaults(action=_demo)


def _add_serving(demo: Any) -> None:
    """The options of the embedded server alone."""
    demo.add_argument(
        "--serve", action="store_true", help="start only the embedded server, until interrupted"
    )
    demo.add_argument(
        "--classroom",
        action="store_true",
        help="start only the embedded server, for all machines that reach this one and know its key",
    )
    demo.add_argument(
        "--name",
        action="append",
        default=[],
        help="another name of this machine, as a proxy passes it on; may be repeated",
    )
    demo.add_argument(
        "--jobs-each",
        type=int,
        default=100,
        metavar="N",
        help="jobs under way of one machine in a classroom; 100",
    )
    demo.add_argument(
        "--port", type=int, default=0, help="port of the embedded server with --serve or --classroom"
    )
    demo.add_argument("--key", help="first part of its path; one that nobody can guess by default")


def _demo(options: argparse.Namespace) -> int:
    from gpwidgets import quickstart

    if options.serve or options.classroom:
        from gpwidgets.demo.__main__ import main as serve

        given = ["--port", str(options.port), "--jobs-each", str(options.jobs_each)]
        given += ["--key", options.key] if options.key else []
        given += ["--classroom"] if options.classroom else []
        return serve([*given, *(word for name in options.name for word in ("--name", name))])
    if options.check:
        return quickstart.check()
    lesson = None if options.lesson is None else quickstart.lesson_in(options.lesson)
    quickstart.open_lab(options.folder, browser=not options.no_browser, lesson=lesson)
    return 0


def _describe(options: argparse.Namespace) -> int:
    from gpwidgets.protocol.urls import GPURL
    from gpwidgets.tasks.service import GPService
    from gpwidgets.tasks.task import GPTask

    url = GPURL.parse(options.url)
    session = make_session(options)
    if url.task_name:
        _print_task(GPTask(url, session=session))
        return 0
    service = GPService(url, session=session)
    if service.is_folder:
        print("\n".join([*(f"{name}/" for name in service.folders), *service.services]))
    else:
        print("\n".join(service.tasks))
    return 0


def _print_task(task: Any) -> None:
    kind = "asynchronous" if task.is_asynchronous else "synchronous"
    print(f"{task.info.display_name} ({kind})")
    for title, parameters in (("Inputs", task.inputs), ("Outputs", task.outputs)):
        print(f"\n{title}:")
        for parameter in parameters:
            print(f"  {_parameter_line(parameter)}")


def _parameter_line(parameter: GPParameter) -> str:
    needed = ", required" if parameter.required else ""
    choices = (
        f", one of {', '.join(choice.label for choice in parameter.choices)}" if parameter.choices else ""
    )
    return f"{parameter.name}: {parameter.data_type}{needed}{choices}"
