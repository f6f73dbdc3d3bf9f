"""The command ``gpwidgets diagnose``."""

from __future__ import annotations

import argparse
from pathlib import Path

from gpwidgets.cli_sign_in import add_options, make_session

__all__ = ["add_diagnose_command"]


def add_diagnose_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a parser."""
    diagnose = commands.add_parser(
        "diagnose",
        help="save a report for a server's administrator, without secrets",
        description="Asks a server for what describes a task, and saves answers, times, versions and "
        "connection as a zip. An address that does not answer is reported as well.",
    )
    diagnose.add_argument("url", metavar="URL", help="address of a service, a task or a job")
    diagnose.add_argument("-o", "--output", type=Path, metavar="FILE.zip", help="where to save it")
    diagnose.add_argument("--overwrite", action="store_true", help="replace a file of this name")
    add_options(diagnose)
    diagnose.set_defaults(action=_diagnose)


def _diagnose(options: argparse.Namespace) -> int:
    from gpwidgets.tasks.diagnosis.diagnosing import diagnose

    session = make_session(options)
    print(diagnose(options.url, options.output, session=session, overwrite=options.overwrite))
    return 0
