"""The ``gpwidgets`` command: try the demo, describe a task, run a task."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.cli_output import printable_only
from gpwidgets.cli_sign_in import add_login_commands, add_options, make_session
from gpwidgets.errors import GPError
from gpwidgets.file_names import move_to_free_name, name_from_title, private_folder
from gpwidgets.version import __version__

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter
    from gpwidgets.tasks.results.outputs import Outputs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    int
        0 when all went well, 1 after an error, 2 for a wrong command line.
    """
    options = _parser().parse_args(arguments)
    with printable_only():
        return _act(options)


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
        prog="gpwidgets", description="ArcGIS geoprocessing services in a notebook."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="open JupyterLab on the quickstart, with an embedded server")
    demo.add_argument(
        "--check", action="store_true", help="run the quickstart without a browser and tell what came back"
    )
    demo.add_argument(
        "--serve", action="store_true", help="start only the embedded server, until interrupted"
    )
    demo.add_argument("--port", type=int, default=0, help="port of the embedded server with --serve")
    demo.add_argument("--key", help="first part of its path; one that nobody can guess by default")
    demo.add_argument("--no-browser", action="store_true", help="start JupyterLab without opening a browser")
    demo.add_argument(
        "--folder", type=Path, default=Path("gpwidgets-demo"), help="where notebooks are copied to"
    )
    demo.set_defaults(action=_demo)

    describe = commands.add_parser("describe", help="tell what a service or task is and takes")
    describe.add_argument("url")
    add_options(describe)
    describe.set_defaults(action=_describe)

    run = commands.add_parser("run", help="run a task and save what comes back")
    run.add_argument("url")
    run.add_argument(
        "inputs", nargs="*", metavar="NAME=VALUE", help="text, a path to a file, or JSON after NAME:="
    )
    run.add_argument("--out", type=Path, default=Path("results"), help="folder for the results")
    run.add_argument("--overwrite", action="store_true", help="replace files of earlier results in it")
    add_options(run)
    run.set_defaults(action=_run)
    add_login_commands(commands)
    return parser


def _demo(options: argparse.Namespace) -> int:
    from gpwidgets import quickstart

    if options.serve:
        from gpwidgets.demo.__main__ import main as serve

        return serve(["--port", str(options.port), *(["--key", options.key] if options.key else [])])
    if options.check:
        return quickstart.check()
    quickstart.open_lab(options.folder, browser=not options.no_browser)
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


def _run(options: argparse.Namespace) -> int:
    from gpwidgets.tasks.task import GPTask

    task = GPTask(options.url, session=make_session(options))
    outputs = task(**dict(_named(text) for text in options.inputs))
    for message in outputs.messages:
        print(f"{message.level}: {message.description}", file=sys.stderr)
    for name in outputs:
        print(f"{name}: {_save(outputs, name, options.out, options.overwrite)}")
    return 1 if outputs.errors else 0


def _named(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise TypeError(f"{text!r} is not NAME=VALUE")
    if name.endswith(":"):
        return name[:-1], json.loads(value)
    return name, value


def _save(outputs: Outputs, name: str, folder: Path, overwrite: bool) -> str:
    """Write one output, under a name that is free unless files may be overwritten, and say where it is."""
    if name in outputs.errors:
        return f"could not be read: {outputs.errors[name]}"
    value = outputs[name]
    if hasattr(value, "download"):
        return str(value.download(folder))
    if not hasattr(value, "columns"):
        return str(value)
    ending = "gpkg" if hasattr(value, "geometry") else "csv"
    with private_folder(folder) as private:
        path = private / f"{name_from_title(name, 'output')}.{ending}"
        if hasattr(value, "geometry"):
            value.to_file(path)
        else:
            value.to_csv(path, index=False)
        saved = path.replace(folder / path.name) if overwrite else move_to_free_name(path, folder, path.name)
    return f"{len(value)} rows in {saved}"
