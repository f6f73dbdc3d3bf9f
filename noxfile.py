"""The whole check of the project: ``nox`` runs what has to pass before a change lands."""

import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import nox

nox.options.sessions = [
    "lint",
    "types",
    "typed",
    "tests",
    "tests_oldest",
    "notebooks",
    "browser",
    "docs",
    "build",
]
nox.options.stop_on_first_error = False
nox.options.reuse_existing_virtualenvs = True
nox.options.default_venv_backend = "uv|virtualenv"

# Images of containers often forbid it; each worker, kernel and command would compile all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ROOT = Path(__file__).parent
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLOORS = [
    "tests/protocol",
    "tests/datatypes",
    "tests/client",
    "tests/convert",
    "tests/tasks",
    "tests/widgets",
    "tests/demo",
    "tests/quirks",
    "tests/recording",
]
#: Floors that use no libraries, or those that the floors above them are tested with.
VERSIONLESS = {"tests/protocol", "tests/demo", "tests/quirks", "tests/recording"}
#: More tests at a time than there are cores: many of them wait for a server most of their time.
PARALLEL = [f"--numprocesses={min(8, 2 * (os.cpu_count() or 1) + 1)}", "--dist=worksteal"]
#: Each with a JupyterLab of its own; two keep two cores busy.
BROWSERS_AT_A_TIME = ["--numprocesses=2", "--dist=worksteal", "--timeout=300"]
#: As pyright counts public symbols; those that inherit from ipywidgets, which has no types, count as untyped.
TYPED_AT_LEAST = 0.95
#: What holds for the whole: layers, names, texts, documents.
PROMISES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/test_*.py"))


@nox.session
def lint(session: nox.Session) -> None:
    """Style, by ruff."""
    session.install("ruff>=0.14")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def audit(session: nox.Session) -> None:
    """Known faults of the dependencies, by pip-audit, which asks the network; what it cannot ask is no pass.

    ``-- --vulnerability-service osv`` asks another source.
    """
    session.install(".[demo,keyring,truststore]", "pip-audit")
    listed = str(session.run("python", "-m", "pip", "freeze", "--exclude", "gpwidgets", silent=True))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(listed)
        options = ["--strict", "--disable-pip", "--no-deps", "--progress-spinner=off", *session.posargs]
        command = ["pip-audit", "--requirement", str(file), *options]
        said = str(session.run(*command, silent=True, success_codes=[0, 1]))
    session.log(said[-4000:])
    if re.search(r"Found \d+ known vulnerabilit", said):
        session.error("Dependencies have known faults; they are listed above.")
    if "No known vulnerabilities found" not in said:
        count = len(listed.splitlines())
        session.error(
            f"Not audited: pip-audit did not get its data for {count} dependencies, the reason is above. "
            "Nothing is known about them; run this where the network allows it."
        )


@nox.session
def types(session: nox.Session) -> None:
    """Types, by mypy: strict."""
    session.install(".[demo,keyring,truststore]", "mypy>=1.18", "types-requests", "pandas-stubs")
    session.run("mypy")


@nox.session
def typed(session: nox.Session) -> None:
    """Whether other projects get types: what pyright knows of all public symbols.

    Of pyright's packages, this one brings all that it runs; the other fetches it from elsewhere.
    """
    session.install(".[demo,keyring,truststore]", "basedpyright>=1.28", "pandas-stubs")
    told = session.run(
        *("basedpyright", "--verifytypes", "gpwidgets", "--ignoreexternal", "--outputjson"),
        success_codes=[0, 1],  # 1 for anything below 100 %
        silent=True,
    )
    completeness = json.loads(str(told))["typeCompleteness"]
    score = completeness["completenessScore"]
    session.log(f"{score:.1%} of the public symbols have known types")
    if score < TYPED_AT_LEAST:
        unknown = [
            one["name"] for one in completeness["symbols"] if one["isExported"] and not one["isTypeKnown"]
        ]
        session.error("Types are not known of: " + ", ".join(unknown))


@nox.session
def tests(session: nox.Session) -> None:
    """All floors, on the newest libraries and with the optional ones for more file formats."""
    session.install("-e", ".[test,dask]", "openpyxl")
    session.run("pytest", *(session.posargs or [*PARALLEL, *FLOORS, *PROMISES]))


@nox.session
def coverage(session: nox.Session) -> None:
    """The same tests, measured: it fails when they run too little of the package.

    Measuring takes two thirds more time, so it has a session of its own, beside what has to pass.
    """
    session.install("-e", ".[test,dask]", "openpyxl")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *PARALLEL, *FLOORS, *PROMISES)
    # Of a process that was killed while it wrote, the file is broken; this warns of it and takes the others.
    session.run("coverage", "combine", "--quiet")
    with tempfile.TemporaryDirectory() as folder:
        counts = str(Path(folder) / "coverage.json")
        session.run("coverage", "json", "--quiet", "-o", counts)
        session.run("python", "tools/check_coverage.py", counts)


@nox.session
def tests_oldest(session: nox.Session) -> None:
    """All floors that know libraries, on the oldest that are supported; of each property fewer examples."""
    session.install("-e", ".[test]", "--constraint", "tests/oldest.txt")
    floors = [floor for floor in FLOORS if floor not in VERSIONLESS]
    session.run("pytest", *PARALLEL, "--hypothesis-profile=brief", "-m", "not once", *floors)


@nox.session
def notebooks(session: nox.Session) -> None:
    """Every notebook runs from top to bottom; several at a time, since each waits half of the time."""
    session.install("-e", ".[test,batch]")
    session.run("pytest", "--numprocesses=3", "--dist=worksteal", "tests/notebooks")


@nox.session
def browser(session: nox.Session) -> None:
    """What a user does, with the mouse, in a real JupyterLab."""
    session.install("-e", ".[browser]")
    session.run(
        "pytest",
        *BROWSERS_AT_A_TIME,
        *(session.posargs or ["tests/browser"]),
        env={"CHROMIUM": find_browser(session)},
    )


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as a site, in docs/_built or the folder that is given; warnings are errors."""
    session.install("-e", ".[docs]")
    folder = session.posargs[0] if session.posargs else "docs/_built"
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-j", "2", "-b", "html", "docs", folder)


@nox.session
def links(session: nox.Session) -> None:
    """Links of the site to other sites, which needs the network; tests check those between pages."""
    session.install("-e", ".[docs]")
    folder = session.posargs[0] if session.posargs else "docs/_built/links"
    session.run("sphinx-build", "-q", "-b", "linkcheck", "docs", folder)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Ratios against other packages; ``-- --large`` and the like go on to the command."""
    session.install("-e", ".[benchmarks]")
    session.run("python", "benchmarks/run.py", *session.posargs)


@nox.session
def crates(session: nox.Session) -> None:
    """Crates of runs, by roc-validator, which asks the network; ``-- -l recommended`` asks for more."""
    session.install("-e", ".[demo]", "roc-validator>=0.13")
    session.run("python", "tools/check_crates.py", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """The wheel holds everything: installed alone, it runs the quickstart."""
    session.install("build")
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "build", "--outdir", folder, silent=True)
        wheel = next(Path(folder).glob("*.whl"))
        session.install("--force-reinstall", "--no-deps", str(wheel))
        session.install(f"gpwidgets[demo] @ {wheel.as_uri()}")
        session.chdir(folder)
        session.run("gpwidgets", "demo", "--check")


def find_browser(session: nox.Session) -> str:
    """Path of a Chromium: the one named or installed, else Playwright's, else the system package."""
    named = os.environ.get("CHROMIUM")
    for name in (named, *BROWSER_NAMES):
        found = shutil.which(name) if name else None
        if found:
            return found
    downloaded = session.run(
        "python", "-m", "playwright", "install", "chromium", success_codes=range(256), silent=True
    )
    path = str(
        session.run(
            "python",
            "-c",
            "from playwright.sync_api import sync_playwright as s\n"
            "with s() as p: print(p.chromium.executable_path)",
            silent=True,
        )
    ).strip()
    if Path(path).exists():
        return path
    session.log(f"Playwright could not download a browser: {str(downloaded)[-200:]}")
    if sys.platform == "linux" and shutil.which("apt-get"):
        prefix = [] if os.geteuid() == 0 else ["sudo"]
        session.run(*prefix, "apt-get", "update", "-qq", external=True)
        session.run(*prefix, "apt-get", "install", "-y", "-qq", "chromium", external=True, silent=True)
        found = shutil.which("chromium")
        if found:
            return found
    session.error("No Chromium was found, and none could be installed; set CHROMIUM to the path of one.")
