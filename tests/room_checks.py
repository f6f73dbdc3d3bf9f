"""What holds for the rooms of a package, read from its syntax trees: nothing is imported.

A room is a folder; a file at the top of the package is a room of its own. Modules are named without the
package: ``tasks.runs.run``, and the package itself ``""``.
"""

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LINES, FUNCTION_LINES, FILES = 450, 40, 18
TYPE_ROOMS = ("datatypes", "widgets.editors", "protocol.enums", "protocol.missing", "demo")
Graph = dict[str, set[str]]
_THREADS = {"start_worker", "submit_work", "Thread", "Timer", "ThreadPoolExecutor", "run_in_executor"}
_WIRE_WORD = re.compile(r"GP(?!WIDGETS|KG|X\b|Server)[A-Z]\w*(:\w+)?:?")


@dataclass(frozen=True)
class Module:
    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    def imported(self, *, for_types: bool) -> Iterator[str]:
        """Yield the full name of what is imported, at the top and in functions."""
        skipped: set[ast.AST] = set()
        if not for_types:
            blocks = [node for node in self.nodes if isinstance(node, ast.If) and _is_for_types(node)]
            skipped = {child for block in blocks for child in ast.walk(block)}
        for node in self.nodes:
            if isinstance(node, ast.Import) and node not in skipped:
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node not in skipped:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def is_private(self) -> bool:
        return self.stem.startswith("_") and not self.stem.startswith("__")


class Package:
    """The modules of a package and who imports whom: at the top, in functions and for type checking."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules = {module.name: module for module in map(self._module, sorted(root.rglob("*.py")))}
        self.imports: Graph = {name: set(self._imports(module)) for name, module in self.modules.items()}

    def _module(self, path: Path) -> Module:
        parts = path.relative_to(self.root).with_suffix("").parts
        return Module(".".join(parts[:-1] if parts[-1] == "__init__" else parts), path)

    def _imports(self, module: Module) -> Iterator[str]:
        for name in module.imported(for_types=True):
            first, _, inside = name.partition(".")
            while first == self.root.name and inside not in self.modules:
                inside = inside.rpartition(".")[0]
            if first == self.root.name and inside != module.name:
                yield inside

    def room(self, name: str) -> str:
        """The room of a module: its folder, or the module itself where it is at the top."""
        path = self.modules[name].path
        folder = path.parent.relative_to(self.root).parts
        return ".".join(folder) or path.stem

    @cached_property
    def outside(self) -> Graph:
        """The outside packages that each module imports at run time."""
        known = {self.root.name, *sys.stdlib_module_names}
        return {
            name: {target.split(".")[0] for target in module.imported(for_types=False)} - known
            for name, module in self.modules.items()
        }

    @cached_property
    def rooms(self) -> Graph:
        """Which room imports which."""
        graph: Graph = defaultdict(set)
        for name, targets in self.imports.items():
            graph[self.room(name)] |= {self.room(target) for target in targets} - {self.room(name)}
        return graph


def circles(graph: Graph) -> set[str]:
    """The nodes that can be reached from themselves."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(graph[start])
        while waiting:
            if (node := waiting.pop()) not in seen:
                seen.add(node)
                waiting += graph.get(node, ())
        return seen

    return {node for node in list(graph) if node in reached(node)}


def files_in_circles(package: Package) -> set[str]:
    return circles(package.imports)


def rooms_in_circles(package: Package) -> set[str]:
    return circles(package.rooms)


def private_files_from_outside(package: Package) -> set[str]:
    return {
        f"{name} -> {target}"
        for name, targets in package.imports.items()
        for target in targets
        if package.modules[target].is_private and package.room(name) != package.room(target)
    }


def imports_of_the_root(package: Package) -> set[str]:
    return {name for name, targets in package.imports.items() if "" in targets}


def same_names(package: Package) -> set[str]:
    """Basenames that several modules have; twins on the floors of data types may share one."""
    twins = re.compile(r"(datatypes\.kinds|widgets\.editors(\.\w+)*|protocol(\.\w+)*)\.\w+")
    named = [module for module in package.modules.values() if not module.stem.startswith("__")]
    counts = Counter(module.stem.lstrip("_") for module in named if not twins.fullmatch(module.name))
    of_twins = {module.stem.lstrip("_") for module in named if twins.fullmatch(module.name)}
    return {stem for stem, count in counts.items() if count > 1 or stem in of_twins}


def words_of_types(package: Package) -> set[str]:
    """Files outside of the type rooms that name data types by their words, or ask for a class by its name."""
    classes = {
        node.name
        for module in package.modules.values()
        for node in module.nodes
        if isinstance(node, ast.ClassDef)
    }
    return {
        name
        for name, module in package.modules.items()
        if not f"{name}.".startswith(tuple(f"{room}." for room in TYPE_ROOMS))
        and any(_names_a_type(node, classes) for node in module.nodes)
    }


def _names_a_type(node: ast.AST, classes: set[str]) -> bool:
    if isinstance(node, ast.Constant):
        return bool(_WIRE_WORD.fullmatch(str(node.value))) and node.value not in classes
    if isinstance(node, ast.Compare):
        return any(_is_class_name(side) for side in (node.left, *node.comparators))
    if isinstance(node, ast.Subscript):
        return _is_class_name(node.slice)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return any(map(_is_class_name, node.args))
    return False


def _is_class_name(node: ast.AST) -> bool:
    """Whether a node is ``type(x).__name__`` or ``x.__class__.__name__``."""
    if not isinstance(node, ast.Attribute) or node.attr != "__name__":
        return False
    value = node.value
    called = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "type"
    return called or (isinstance(value, ast.Attribute) and value.attr == "__class__")


def outside_packages(package: Package, allowed: dict[str, set[str]]) -> set[str]:
    """Outside packages that a file imports at run time and that no row of the table gives to it.

    A row counts for the module or room of this name and all below it; of several the longest name counts.
    """
    found = set()
    for name, used in package.outside.items():
        rows = [row for row in allowed if f"{name}.".startswith(f"{row}.")]
        given = allowed[max(rows, key=len)] if rows else set()
        found |= {f"{name}: {one}" for one in used - given}
    return found


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def long_files(package: Package) -> set[str]:
    return {
        name
        for name, module in package.modules.items()
        if len(module.path.read_text(encoding="utf-8").splitlines()) > LINES
    }


def crowded_rooms(package: Package) -> set[str]:
    counts = Counter(
        package.room(name) for name, module in package.modules.items() if not module.stem.startswith("__")
    )
    return {room for room, count in counts.items() if count > FILES}


def long_functions(package: Package) -> set[str]:
    """Functions of more than 40 lines; their docstrings do not count."""
    return {
        f"{name}.{node.name}"
        for name, module in package.modules.items()
        for node in module.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _lines(node) > FUNCTION_LINES
    }


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    documented = ast.get_docstring(node) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def threads_of_widgets(package: Package) -> set[str]:
    """Files of widgets that start threads of their own; what they share does it for all of them."""
    return {
        name
        for name, module in package.modules.items()
        if f"{name}.".startswith("widgets.") and not f"{name}.".startswith("widgets.kit.")
        if any(_starts_threads(node) for node in module.nodes)
    }


def _starts_threads(node: ast.AST) -> bool:
    names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
    names += [node.attr] if isinstance(node, ast.Attribute) else []
    return not _THREADS.isdisjoint(names)


def echo_flags(package: Package) -> set[str]:
    """Functions of widgets that raise a private flag and lower it again, so that an echo is not heard.

    `kit.binding` does it for all of them: reentrant, and for the thread that writes alone.
    """
    return {
        f"{name}.{node.name}"
        for name, module in package.modules.items()
        if f"{name}.".startswith("widgets.") and name != "widgets.kit.binding"
        for node in module.nodes
        if isinstance(node, ast.FunctionDef) and _raises_a_flag(node)
    }


def _raises_a_flag(function: ast.FunctionDef) -> bool:
    given: defaultdict[str, list[str]] = defaultdict(list)
    for node in ast.walk(function):
        for target, value in _assigned(node):
            if isinstance(target, ast.Attribute) and target.attr.startswith("_"):
                given[target.attr].append(ast.unparse(value))
    return any("True" in values and set(values) != {"True"} for values in given.values())


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=False)
        else:
            yield target, node.value


CHECKS: dict[str, Callable[[Package], set[str]]] = {
    check.__name__: check
    for check in (
        files_in_circles,
        rooms_in_circles,
        private_files_from_outside,
        imports_of_the_root,
        same_names,
        words_of_types,
        long_files,
        crowded_rooms,
        long_functions,
        threads_of_widgets,
        echo_flags,
    )
}
