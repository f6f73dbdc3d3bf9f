"""The floors of the package: imports point one way, and what is heavy is loaded late."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gpwidgets

ROOT = Path(gpwidgets.__file__).parent
WORDS = {"texts", "bounds", "secrets", "errors", "file_names", "forks", "former_paths"}
DATA = WORDS | {"protocol", "convert", "datatypes"}
INSIDE = {
    "version": set(),
    "views": set(),
    "former_paths": set(),
    "texts": set(),
    "bounds": {"texts"},
    "file_names": {"texts"},
    "forks": set(),
    "spellings": set(),
    "secrets": {"spellings"},
    "errors": {"texts", "secrets"},
    "caller_warnings": {"errors"},
    "notebook": {"secrets", "views"},
    "html_blocks": {"texts", "secrets", "protocol"},
    "protocol": WORDS | {"protocol"},
    "client": WORDS | {"version", "protocol", "client"},
    "convert": WORDS | {"protocol", "convert"},
    "datatypes": DATA | {"caller_warnings"},
    "tasks": DATA
    | {"version", "spellings", "views", "notebook", "html_blocks", "caller_warnings", "client", "tasks"},
    "widgets": DATA | {"version", "notebook", "tasks", "widgets"},
    "loopback": {"loopback"},
    "demo": {"errors", "file_names", "former_paths", "protocol", "convert", "datatypes", "loopback", "demo"},
    "recording": WORDS | {"version", "protocol", "client", "loopback", "recording"},
    "cli": {
        "version",
        "errors",
        "protocol",
        "tasks",
        "demo",
        "quickstart",
        "cli_diagnose",
        "cli_lesson",
        "cli_output",
        "cli_run",
        "cli_sign_in",
    },
    "lesson": {"texts", "errors", "protocol", "convert", "datatypes", "tasks", "lesson"},
    "cli_output": set(),
    "cli_diagnose": {"cli_sign_in", "tasks"},
    "cli_lesson": {"recording"},
    "cli_run": {"errors", "secrets", "file_names", "cli_sign_in", "convert", "recording", "tasks"},
    "cli_sign_in": {"errors", "client"},
    "quickstart": {"errors"},
    "__main__": {"cli"},
}
MODULES = sorted(path for path in ROOT.rglob("*.py") if path.parent != ROOT or path.stem != "__init__")


def floor_of(path: Path) -> str:
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Modules imported at run time, inside functions too; imports for type checking do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for child in ast.walk(statement)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    floor = floor_of(path)
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "gpwidgets":
            target = parts[1] if len(parts) > 1 else ""
            assert target in INSIDE[floor], name


def test_no_http_in_widgets_and_no_widgets_in_the_client() -> None:
    widgets = {name for path in MODULES if floor_of(path) == "widgets" for name in imports_of(path)}
    client = {name for path in MODULES if floor_of(path) == "client" for name in imports_of(path)}
    assert not {name for name in widgets if name.split(".")[0] in ("requests", "urllib3", "http")}
    assert not {name for name in widgets if name.startswith("urllib.request")}
    assert not {name for name in client if name.split(".")[0] in ("ipywidgets", "ipyleaflet")}


def loaded_after(code: str) -> set[str]:
    """The top-level packages that are loaded after running some code in a new interpreter."""
    probe = f"import sys\n{code}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {
        "geopandas",
        "pandas",
        "numpy",
        "shapely",
        "pyproj",
        "ipyleaflet",
        "ipywidgets",
        "requests",
        "tornado",
    }
    assert not loaded_after("import gpwidgets") & heavy


def test_a_task_loads_no_geometry_and_no_map() -> None:
    heavy = {"geopandas", "pandas", "shapely", "pyproj", "ipyleaflet", "ipywidgets"}
    assert not loaded_after("from gpwidgets import GPTask, Run, Outputs, Token") & heavy


def test_the_task_widget_loads_no_geometry_and_no_map_before_it_is_used() -> None:
    heavy = {"geopandas", "pandas", "shapely", "pyproj", "ipyleaflet"}
    assert not loaded_after("from gpwidgets import TaskWidget") & heavy
