"""The commands of the README, and what the first one opens, short of the browser."""

import json
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import gpwidgets
from gpwidgets import cli, quickstart

ROOT = Path(__file__).parents[2]
#: Where JupyterLab keeps whether it asks a question before anything else.
_NEWS = "api/settings/@jupyterlab/apputils-extension:notification"


def _page(address: str, process: subprocess.Popen[str]) -> str:
    """The page, as soon as the server listens: it names its address a moment before."""
    pause = threading.Event()
    while True:
        try:
            with urllib.request.urlopen(address, timeout=30) as page:
                return page.read().decode()
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError) or process.poll() is not None:
                raise
            pause.wait(0.1)


def test_the_demo_command_serves_the_quickstart_in_jupyterlab(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gpwidgets", "demo", "--no-browser", "--folder", str(tmp_path / "demo")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        address, told = "", list[str]()
        for line in process.stderr:
            told.append(line)
            found = re.search(r"^ +http://127\.0\.0\.1:\d+/lab/tree/01-quickstart\.ipynb\?token=\w+", line)
            if found:
                address = found[0].strip()
                break
        try:
            assert address, "it ended without saying where the notebook is"
            assert len(told) < 20, "what is to be read is lost among other lines"
            assert "JupyterLab" in _page(address, process)
            asks = _page(address.replace("tree/01-quickstart.ipynb", _NEWS), process)
            assert json.loads(asks)["schema"]["properties"]["fetchNews"]["default"] == "false"
        finally:
            process.terminate()
            said = process.stdout.read()
            process.stderr.read()
    assert "Shift+Enter" in said, "it says what to do next"
    assert str(tmp_path / "demo") in said
    ours = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.name for path in (tmp_path / "demo").glob("*.ipynb")} == ours
    lessons = {"lesson-de.ipynb", "lesson-en.ipynb", "lesson-es.ipynb"}
    assert {path.name for path in (tmp_path / "demo" / "lesson").iterdir()} == lessons
    copied = tmp_path / "demo" / "lesson" / "lesson-de.ipynb"
    assert copied.read_bytes() == (ROOT / "notebooks" / "lesson" / "lesson-de.ipynb").read_bytes()


@pytest.mark.parametrize(
    ("words", "variables", "opened"),
    [
        ([], {}, None),
        (["--lesson"], {"LANG": "de_AT.UTF-8"}, "lesson/lesson-de.ipynb"),
        (["--lesson"], {"LC_ALL": "es_MX", "LANG": "de_DE"}, "lesson/lesson-es.ipynb"),
        (["--lesson"], {"LC_ALL": "", "LC_MESSAGES": "German_Germany.1252"}, "lesson/lesson-de.ipynb"),
        (["--lesson"], {"LANG": "fr_FR.UTF-8"}, "lesson/lesson-en.ipynb"),
        (["--lesson"], {"LANG": "C"}, "lesson/lesson-en.ipynb"),
        (["--lesson", "es"], {"LANG": "de_AT.UTF-8"}, "lesson/lesson-es.ipynb"),
    ],
)
def test_the_lesson_opens_in_the_language_that_is_given_or_that_of_the_computer(
    words: list[str], variables: dict[str, str], opened: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr(quickstart, "open_lab", lambda folder, *, browser, lesson: asked.append(lesson))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cli.main(["demo", *words]) == 0
    assert asked == [opened]


@pytest.mark.skipif(sys.platform == "win32", reason="the README has other words for Windows")
def test_the_commands_of_the_readme_make_the_environment_that_they_need(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)\n```", text, re.DOTALL)
    commands = [block.replace("\n", " && ").split(" && ") for block in blocks]
    assert [command[-1] for command in commands] == ["gpwidgets demo", "nox"]
    assert all(command[2].startswith("pip install ") and len(command) == 4 for command in commands)
    (first_steps,) = {" && ".join(command[:2]) for command in commands}
    asked = "python -c 'import sys; assert sys.prefix != sys.base_prefix' && pip --version"
    done = subprocess.run(
        f"{first_steps} && {asked}", shell=True, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / ".venv") in done.stdout


def test_the_command_alone_says_where_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main([])
    assert "'gpwidgets demo' opens a notebook" in capsys.readouterr().err


def test_the_command_says_its_version() -> None:
    command = [sys.executable, "-m", "gpwidgets", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"gpwidgets {gpwidgets.__version__}\n"
