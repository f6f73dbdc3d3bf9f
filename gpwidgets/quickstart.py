"""The quickstart notebook: opened in JupyterLab, or run without a browser."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gpwidgets.errors import DemoNotInstalled

NOTEBOOK = "01-quickstart.ipynb"

_COUNTS = """
import json as _json
print("COUNTS " + _json.dumps({
    "BufferPoints": len(buffers),
    "Viewshed": len(viewshed),
    "HotSpots": len(hot_spots),
}))
"""

_OPENS = "JupyterLab opens in your browser. If it does not, copy the last address below into it."
_OPEN = "Open the last address below in a browser."
_NEXT = f"""\
The notebooks are in {{folder}}; what you change there stays.

  1. {{opens}}
  2. In {NOTEBOOK}, press Shift+Enter in one cell after the other, and Run in the first form:
     its result is on the map.
  3. Ctrl+C here ends it.

Without a browser: gpwidgets demo --check
"""


def notebook_path() -> Path:
    """Where the quickstart is: in the installed package, or beside it in a checkout.

    Raises
    ------
    DemoNotInstalled
        It is in neither place.
    """
    package = Path(__file__).parent
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / NOTEBOOK).is_file():
            return folder / NOTEBOOK
    raise DemoNotInstalled(f"{NOTEBOOK} was not installed with gpwidgets")


def _need(*modules: str) -> None:
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise DemoNotInstalled(
            f'{", ".join(missing)} is missing; install with: pip install "gpwidgets[demo]"'
        )


def open_lab(folder: Path, *, browser: bool = True) -> None:
    """Open JupyterLab on a copy of the quickstart, until it is stopped.

    Parameters
    ----------
    folder
        Gets the copy, and those of the other notebooks; what is there already is left as it is.
    browser
        Whether to open a browser.
    """
    _need("jupyterlab", "matplotlib")
    folder.mkdir(parents=True, exist_ok=True)
    for source in notebook_path().parent.glob("*.ipynb"):
        if not (folder / source.name).exists():
            shutil.copyfile(source, folder / source.name)
    # No question about news before the first cell, unless the user's own settings have one.
    paths = [str(Path(__file__).parent / "data" / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(path for path in paths if path)
    from jupyterlab.labapp import LabApp

    options = [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--LabApp.default_url=/lab/tree/{NOTEBOOK}",
        "--Application.log_level=WARN",  # the address is told all the same, and not lost among lines
        "--LanguageServerManager.autodetect=False",
        "--ServerApp.answer_yes=True",  # Ctrl+C is meant
    ]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        options.append("--allow-root")  # the only user that many containers have
    if not browser:
        options.append("--no-browser")
    print(_NEXT.format(folder=folder.resolve(), opens=_OPENS if browser else _OPEN), flush=True)
    LabApp.launch_instance(options)


def _with_cell(path: Path, source: str) -> Any:
    """The notebook of a file with one code cell more."""
    import nbformat

    # nbformat is marked as typed, but some of its functions are not.
    form: Any = nbformat
    notebook = form.read(path, as_version=4)
    notebook.cells.append(form.v4.new_code_cell(source))
    return notebook


def check() -> int:
    """Run the quickstart against the embedded server and print what each tool returned.

    Returns
    -------
    int
        0 if every tool returned features, 1 otherwise.
    """
    _need("nbclient", "nbformat", "ipykernel", "matplotlib")
    import json

    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = _with_cell(notebook_path(), _COUNTS)
    with tempfile.TemporaryFile() as log:  # kernels log much that is of no use while all goes well
        try:
            NotebookClient(notebook, timeout=300, kernel_name="python3").execute(stdout=log, stderr=log)
        except CellExecutionError as error:
            print(f"The quickstart stopped: {error.ename}: {error.evalue}", file=sys.stderr)
            return 1
        except RuntimeError as error:  # the kernel did not start, or died
            log.seek(0)
            print(f"{log.read().decode(errors='replace')}\nThe kernel failed: {error}", file=sys.stderr)
            return 1
    text = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    counts = json.loads(text.partition("COUNTS ")[2] or "{}")
    for tool, count in counts.items():
        print(f"{tool}: {count} feature{'' if count == 1 else 's'}")
    return 0 if counts and all(counts.values()) else 1
