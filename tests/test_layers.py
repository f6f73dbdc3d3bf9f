"""The floors of the package: imports point one way, and each outside package enters on its own floor."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gpwidgets

ROOT = Path(gpwidgets.__file__).parent
INSIDE = {
    "texts": set(),
    "bounds": {"texts"},
    "spellings": set(),
    "secrets": {"spellings"},
    "errors": {"texts", "secrets"},
    "caller_warnings": {"errors"},
    "notebook": {"errors", "secrets"},
    "protocol": {"texts", "bounds", "errors", "protocol"},
    "client": {"texts", "bounds", "secrets", "errors", "protocol", "client"},
    "convert": {"texts", "bounds", "secrets", "errors", "protocol", "convert"},
    "datatypes": {"texts", "errors", "protocol", "convert", "datatypes"},
    "tasks": {
        "texts",
        "bounds",
        "secrets",
        "errors",
        "caller_warnings",
        "notebook",
        "protocol",
        "client",
        "convert",
        "datatypes",
        "tasks",
    },
    "widgets": {
        "texts",
        "bounds",
        "secrets",
        "errors",
        "notebook",
        "protocol",
        "convert",
        "datatypes",
        "tasks",
        "widgets",
    },
    "demo": {"errors", "protocol", "convert", "demo"},
    "cli": {"errors", "protocol", "tasks", "demo", "quickstart", "cli_output", "cli_sign_in"},
    "cli_output": set(),
    "cli_sign_in": {"errors", "client"},
    "quickstart": {"errors"},
    "__main__": {"cli"},
}
GEOMETRY = {"geopandas", "pandas", "numpy", "shapely", "pyproj", "pyogrio"}
OUTSIDE = {
    "texts": set(),
    "bounds": set(),
    "spellings": set(),
    "secrets": set(),
    "errors": set(),
    "caller_warnings": set(),
    "notebook": set(),
    "protocol": set(),
    "datatypes": set(),
    "client": {"requests", "urllib3", "orjson", "truststore", "keyring"},
    "convert": GEOMETRY | {"orjson", "simdjson", "matplotlib", "defusedxml"},
    "tasks": {"traitlets", "platformdirs"},
    "widgets": {"ipywidgets", "traitlets", "nh3", "IPython"},
    "demo": GEOMETRY | {"tornado", "orjson", "matplotlib"},
    "cli": set(),
    "cli_output": set(),
    "cli_sign_in": set(),
    "quickstart": {"jupyterlab", "nbformat", "nbclient"},
    "__main__": set(),
}
# One seam lets another map take ipyleaflet's place.
MAP_MODULES = {
    "widgets/map/task_map.py",
    "widgets/map/layers/viewport.py",
    "widgets/map/drawing/draw_control.py",
    "widgets/map/layers/frame_layer.py",
    "widgets/map/_attribute_panel.py",
    "widgets/map/layers/highlight.py",
    "widgets/map/_layer_panel.py",
    "widgets/map/layers/picture_layer.py",
    "tasks/results/layer_rows.py",
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
            assert target in INSIDE[floor] or name in ("gpwidgets", "gpwidgets.__version__"), name
        elif parts[0] not in sys.stdlib_module_names:
            allowed = OUTSIDE[floor] | (
                {"ipyleaflet"} | GEOMETRY if path.relative_to(ROOT).as_posix() in MAP_MODULES else set()
            )
            assert parts[0] in allowed, f"{name} does not belong on the floor {floor}"


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
