"""The values of a form as the Python call they stand for.

The code is built as a syntax tree and written from it; what is shown is read again and has to be that tree.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gpwidgets.errors import ConversionError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.enums import DataTypeName
from gpwidgets.tasks._code_literals import Literals, comment, named
from gpwidgets.tasks.journal.kept_inputs import NotKept

__all__ = ["call_code", "values_code"]


def call_code(
    url: str,
    inputs: Mapping[str, Any],
    parameters: Sequence[GPParameter],
    *,
    signed_in: bool = False,
    folder: str | Path | None = None,
    deadline: float | None = None,
) -> str:
    """Write the Python that runs a task with these values.

    Parameters
    ----------
    url
        The task.
    inputs
        Values by parameter name.
    parameters
        The task's inputs; hidden ones are asked for, never written.
    signed_in
        Whether the task needs a token, which the code asks for.
    folder
        Where features and tables go that are too large to be written out, each in a file that is named after
        its content; nothing there is written over. The working directory when left out.
    deadline
        Seconds after which the run is given up; None for as long as it takes.

    Returns
    -------
    str
        A few lines that run as they stand. Tokens, passwords and hidden texts are not in them.

    Raises
    ------
    ConversionError
        A value is of a type that no task takes.
    """
    tables = frozenset(one.name for one in parameters if one.member_type == DataTypeName.RECORDS)
    hidden = {one.name for one in parameters if one.is_hidden}
    literals = Literals(Path(folder) if folder is not None else Path.cwd(), tables)
    arguments = []
    for name, value in inputs.items():
        if name in hidden:
            arguments.append(named(name, literals.asked(f"{name}: ")))
        elif isinstance(value, NotKept):
            literals.notes.append(f"{name!r} is left out: {value.why or 'its value was not kept.'}")
        else:
            arguments.append(named(name, literals.value(value, name)))
    task = ast.Call(_dotted("gp", "GPTask"), [literals.text(url)], [])
    if signed_in:
        token = ast.Call(_dotted("gp", "Token"), [literals.asked("Token: ")], [])
        task.keywords.append(ast.keyword("auth", token))
    call = ast.Call(ast.Name("task"), [], [node for _, node in arguments])
    run_lines, run = _running(call, [text for text, _ in arguments], deadline)
    lines = [f"task = {ast.unparse(task)}", *run_lines]
    imports = [*(f"import {name}" for name in sorted(literals.imports)), "import gpwidgets as gp"]
    code = "\n".join([*imports, "", *map(comment, literals.notes), *lines])
    meant = [
        *(ast.Import([ast.alias(name)]) for name in sorted(literals.imports)),
        ast.Import([ast.alias("gpwidgets", "gp")]),
        ast.Assign([ast.Name("task")], task),
        *run,
    ]
    _prove(code, meant)
    return code


def values_code(values: Mapping[str, Any], *, folder: str | Path | None = None) -> str:
    """Write values alone, as a dictionary that a program can hold.

    Parameters
    ----------
    values, folder
        As of `call_code`.

    Raises
    ------
    ConversionError
        A value is of a type that no task takes.
    """
    literals = Literals(Path(folder) if folder is not None else Path.cwd())
    pairs = [(literals.text(name), literals.value(value, name)) for name, value in values.items()]
    imports = sorted(literals.imports)
    lines = [f"    {ast.unparse(name)}: {ast.unparse(value)}," for name, value in pairs]
    used = [*(f"import {name}" for name in imports), "import gpwidgets as gp", ""]
    code = "\n".join([*used, *map(comment, literals.notes), "values = {", *lines, "}"])
    meant = [
        *(ast.Import([ast.alias(name)]) for name in imports),
        ast.Import([ast.alias("gpwidgets", "gp")]),
        ast.Assign(
            [ast.Name("values")], ast.Dict([name for name, _ in pairs], [value for _, value in pairs])
        ),
    ]
    _prove(code, meant)
    return code


def _running(
    call: ast.Call, arguments: Sequence[str], deadline: float | None
) -> tuple[list[str], list[ast.stmt]]:
    """The lines that run the task, an input on each line, and what they mean."""
    if deadline is None:
        return _call_lines("out = task", arguments), [ast.Assign([ast.Name("out")], call)]
    call.func = _dotted("task", "start")
    seconds = int(deadline) if deadline == int(deadline) else deadline
    limit = ast.Call(_dotted("run", "give_up_after"), [ast.Constant(seconds)], [])
    wait = ast.Assign([ast.Name("out")], ast.Call(_dotted("run", "wait"), [], []))
    lines = [*_call_lines("run = task.start", arguments), ast.unparse(limit), "out = run.wait()"]
    return lines, [ast.Assign([ast.Name("run")], call), ast.Expr(limit), wait]


def _call_lines(head: str, arguments: Sequence[str]) -> list[str]:
    if not arguments:
        return [f"{head}()"]
    return [f"{head}(", *(f"    {argument}," for argument in arguments), ")"]


def _prove(code: str, meant: Sequence[ast.stmt]) -> None:
    """Read the code again: it has to be the tree that it was written from, and nothing else."""
    written = ast.unparse(ast.fix_missing_locations(ast.Module(list(meant), [])))
    if ast.dump(ast.parse(code)) != ast.dump(ast.parse(written)):
        raise ConversionError("These values cannot be written as Python.")


def _dotted(first: str, second: str) -> ast.expr:
    return ast.Attribute(ast.Name(first), second)
