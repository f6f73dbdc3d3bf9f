"""The quickstart and the lesson: opened in JupyterLab, or the first run without a browser."""

from __future__ import annotations

import locale
import os
import re
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gpwidgets.errors import DemoNotInstalled

NOTEBOOK = "01-quickstart.ipynb"
#: Languages of the lesson, and how Windows calls them.
LESSONS = {"en": "english", "de": "german", "es": "spanish"}

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
_NEXT = """\
The notebooks are in {folder}; what you change there stays.

  1. {opens}
  2. In {notebook}, press Shift+Enter in one cell after the other, and Run in the first form:
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


def lesson_in(language: str = "") -> str:
    """The notebook of the lesson, by its path below the folder of the notebooks.

    Parameters
    ----------
    language
        A key of `LESSONS`; that of this computer if it is empty, and English if there is no lesson in it.
    """
    return f"lesson/lesson-{language or _own_language()}.ipynb"


def _own_language() -> str:
    """The language of this computer, from such names as ``de_AT.UTF-8`` and ``German_Austria``."""
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    word = next(filter(None, named), None) or locale.getlocale()[0] or ""
    first = re.split(r"[_.@-]", word.lower())[0]
    return next((code for code, name in LESSONS.items() if first in (code, name)), "en")


def _need(*modules: str) -> None:
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise DemoNotInstalled(
            f'{", ".join(missing)} is missing; install with: pip install "gpwidgets[demo]"'
        )


def open_lab(folder: Path, *, browser: bool = True, lesson: str | None = None) -> None:
    """Open JupyterLab on a copy of the quickstart or the lesson, until it is stopped.

    Parameters
    ----------
    folder
        Gets the copy, and those of the other notebooks; what is there already is left as it is.
    browser
        Whether to open a browser.
    lesson
        What to open in place of the quickstart, from `lesson_in`.
    """
    _need("jupyterlab", "matplotlib")
    _copy_notebooks(folder)
    notebook = lesson or NOTEBOOK
    # No question about news before the first cell, unless the user's own settings have one.
    paths = [str(Path(__file__).parent / "data" / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(path for path in paths if path)
    from jupyterlab.labapp import LabApp

    options = [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--LabApp.default_url=/lab/tree/{notebook}",
        "--Application.log_level=WARN",  # the address is told all the same, and not lost among lines
        "--LanguageServerManager.autodetect=False",
        "--ServerApp.answer_yes=True",  # Ctrl+C is meant
    ]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        options.append("--allow-root")  # the only user that many containers have
    if not browser:
        options.append("--no-browser")
    opens = _OPENS if browser else _OPEN
    print(_NEXT.format(folder=folder.resolve(), opens=opens, notebook=notebook), flush=True)
    LabApp.launch_instance(options)


def _copy_notebooks(folder: Path) -> None:
    """Copy the notebooks and the lesson into a folder; what is there already is left as it is."""
    home = notebook_path().parent
    for source in [*home.glob("*.ipynb"), *home.glob("lesson/*.ipynb")]:
        copy = folder / source.relative_to(home)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists():
            shutil.copyfile(source, copy)


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
