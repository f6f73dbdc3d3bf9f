"""The command ``gpwidgets run``: run a task, or settings from a file, and save what comes back."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.cli_sign_in import add_options, make_session
from gpwidgets.errors import AuthenticationError, GPError, RunTimedOut, WaitTimeout
from gpwidgets.file_names import move_to_free_name, name_from_title, private_folder
from gpwidgets.secrets import mask

if TYPE_CHECKING:
    from gpwidgets.tasks.results.outputs import Outputs
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.task import GPTask

__all__ = ["add_run_command"]

FAILED, SIGN_IN, TIMED_OUT, GIVEN_UP = 1, 3, 4, 5

_CODES = """exit codes:
  0    all outputs are there
  1    the run failed, was refused, or an output could not be read
  2    the command line is wrong
  3    the server asks for a sign-in
  4    the time of --timeout is over; the job goes on, and its address is printed
  5    the time of --deadline is over; the run was cancelled, or its address is printed
  130  interrupted; the job goes on, and its address is printed"""


def add_run_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a parser."""
    run = commands.add_parser(
        "run",
        help="run a task, or settings from a file, and save what comes back",
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("url", metavar="TASK", help="address of a task, or a file of settings")
    run.add_argument(
        "inputs", nargs="*", metavar="NAME=VALUE", help="text, a path to a file, or JSON after NAME:="
    )
    run.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar="PATH",
        help="folder for the results, or a GeoPackage (.gpkg) for all features and tables; "
        "'results' without --crate",
    )
    run.add_argument(
        "--crate",
        type=Path,
        metavar="PATH",
        help="write the run as an RO-Crate too, a folder or a file that ends in .zip, even if it fails",
    )
    run.add_argument("--overwrite", action="store_true", help="replace files of earlier results")
    run.add_argument("--timeout", type=float, metavar="SECONDS", help="wait no longer; the run goes on")
    run.add_argument(
        "--deadline", type=_seconds, metavar="SECONDS", help="cancel the run when it takes longer"
    )
    run.add_argument("--json", action="store_true", help="print one JSON object for programs")
    run.add_argument(
        "--replay",
        type=Path,
        metavar="LESSON.zip",
        help="run against a recorded lesson, wherever the task was; no network is used",
    )
    add_options(run)
    run.set_defaults(action=_run)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise ValueError(text)
    return seconds


def _run(options: argparse.Namespace) -> int:
    told: dict[str, Any] = {
        "task": None,
        "status": None,
        "job": None,
        "messages": [],
        "outputs": {},
        "error": None,
    }
    code = FAILED
    try:
        code = _run_and_save(options, told)
    except (GPError, TypeError, ValueError, OSError) as error:
        code = _code_of(error)
        told["error"] = mask(str(error))
        if not options.json:
            print(f"gpwidgets: {told['error']}", file=sys.stderr)
    if options.json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    return code


def _code_of(error: Exception) -> int:
    if isinstance(error, AuthenticationError):
        return SIGN_IN
    if isinstance(error, RunTimedOut) and getattr(error.run, "deadline", None) is not None:
        return GIVEN_UP
    return TIMED_OUT if isinstance(error, WaitTimeout) else FAILED


def _run_and_save(options: argparse.Namespace, told: dict[str, Any]) -> int:
    if options.replay is None:
        return _run_at(options, told, str)
    from gpwidgets.recording.replayer import replay

    with replay(options.replay) as server:
        return _run_at(options, told, server.find)


def _run_at(options: argparse.Namespace, told: dict[str, Any], find: Callable[[str], str]) -> int:
    saver = _saver(options)
    task, values = _task_and_values(options, find)
    told["task"] = task.url.task
    run = task.start(values, **dict(map(_named, options.inputs)))
    run.give_up_after(options.deadline)
    try:
        outputs = run.wait(options.timeout)
    except (GPError, KeyboardInterrupt):
        _tell_of_messages(run, options, told)
        if not run.done and run.job_url:
            print(f"The job goes on: {run.job_url}", file=sys.stderr)
        if run.done:
            _write_crate(run, options, told)
        raise
    _tell_of_messages(run, options, told)
    if saver is not None:
        for name in outputs:
            told["outputs"][name] = saver.save(outputs, name)
            if not options.json:
                print(f"{name}: {_in_words(told['outputs'][name])}")
    _write_crate(run, options, told)
    return FAILED if outputs.errors else 0


def _saver(options: argparse.Namespace) -> _Saver | None:
    """What saves the results; refuses names that are taken, before anything runs."""
    if options.crate is not None:
        from gpwidgets.tasks.sharing.crate import check_crate

        check_crate(options.crate, overwrite=options.overwrite)
        if options.out is None:
            return None
    return _Saver(options.out or Path("results"), overwrite=options.overwrite)


def _write_crate(run: Run, options: argparse.Namespace, told: dict[str, Any]) -> None:
    if options.crate is None:
        return
    told["crate"] = str(run.to_crate(options.crate, overwrite=options.overwrite))
    if not options.json:
        print(f"Crate: {told['crate']}")


def _task_and_values(
    options: argparse.Namespace, find: Callable[[str], str]
) -> tuple[GPTask, dict[str, Any]]:
    from gpwidgets.tasks.sharing.settings import load_settings
    from gpwidgets.tasks.task import GPTask

    if not Path(options.url).is_file():
        options.url = find(options.url)
        return GPTask(options.url, session=make_session(options)), {}
    settings = load_settings(Path(options.url))
    options.url = find(settings.task)  # where a sign-in is for
    task = GPTask(options.url, session=make_session(options))
    for change in settings.changes(task):
        warnings.warn(f"{task.name}: {change}", stacklevel=2)
    return task, settings.values(task)


def _named(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise TypeError(f"{text!r} is not NAME=VALUE")
    if name.endswith(":"):
        return name[:-1], json.loads(value)
    return name, value


def _tell_of_messages(run: Run, options: argparse.Namespace, told: dict[str, Any]) -> None:
    told["status"], told["job"] = str(run.status), run.job_url
    told["messages"] = [{"type": one.level, "description": one.description} for one in run.messages]
    if not options.json:
        for message in run.messages:
            print(f"{message.level}: {message.description}", file=sys.stderr)


def _in_words(saved: dict[str, Any]) -> str:
    if "error" in saved:
        return f"could not be read: {saved['error']}"
    if "hidden" in saved:
        return "(hidden)"
    if "rows" in saved:
        return f"{saved['rows']} rows in {saved['file']}"
    return str(saved.get("file") or saved.get("value"))


class _Saver:
    """Writes outputs into a folder, or into one GeoPackage."""

    def __init__(self, out: Path, *, overwrite: bool) -> None:
        self._out, self._overwrite = out, overwrite
        self._package = out if out.suffix.lower() == ".gpkg" else None
        self._begun = False
        if self._package is not None and self._package.exists() and not overwrite:
            raise FileExistsError(f"{out} is there already; --overwrite replaces it")

    def save(self, outputs: Outputs, name: str) -> dict[str, Any]:
        """Write one output; where it is, or what it is."""
        if name in outputs.errors:
            return {"error": mask(str(outputs.errors[name]))}
        if outputs.is_hidden(name):
            return {"hidden": True}
        value = outputs[name]
        if hasattr(value, "download"):
            folder = self._package.parent if self._package else self._out
            return {"file": str(value.download(folder))}
        if not hasattr(value, "columns"):
            return {"value": value if isinstance(value, bool | int | float | str | None) else str(value)}
        path = self._add_layer(value, name) if self._package else self._in_a_file(value, name)
        return {"file": str(path), "rows": len(value)}

    def _add_layer(self, frame: Any, name: str) -> Path:
        from gpwidgets.convert.storage.geopackages import add_layer

        assert self._package is not None
        if not self._begun:
            self._package.parent.mkdir(parents=True, exist_ok=True)
            self._package.unlink(missing_ok=True)
        add_layer(self._package, name, frame)
        self._begun = True
        return self._package

    def _in_a_file(self, frame: Any, name: str) -> Path:
        from gpwidgets.convert.storage.formats import formats_for

        first = formats_for(frame)[0]  # a GeoPackage, or CSV for a table
        with private_folder(self._out) as private:
            made = private / f"{name_from_title(name, 'output')}{first.ending}"
            first.write(frame, made)
            if self._overwrite:
                path = made.replace(self._out / made.name)
            else:
                path = move_to_free_name(made, self._out, made.name)
        first.add_beside(path, frame)
        return path
