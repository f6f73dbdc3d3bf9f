"""The checks of rooms find what they are for, in made-up packages."""

from pathlib import Path

import pytest
from room_checks import CHECKS, FILES, FUNCTION_LINES, LINES, Package, outside_packages

#: For each check the files of a package, and what is wrong with it.
MADE_UP: dict[str, tuple[dict[str, str], set[str]]] = {
    "files_in_circles": (
        {
            "a/one.py": "import made_up.b.two",
            "b/two.py": "def f():\n    from made_up.b import three",
            "b/three.py": "if TYPE_CHECKING:\n    from made_up.a.one import One",
            "b/four.py": "from made_up.a import one",
        },
        {"a.one", "b.two", "b.three"},
    ),
    "rooms_in_circles": (
        {
            "a/one.py": "from made_up.b import two",
            "a/five.py": "",
            "b/two.py": "",
            "b/three.py": "from made_up.c.four import four",
            "c/four.py": "from made_up.a.five import five",
            "top.py": "import made_up.a.one",
        },
        {"a", "b", "c"},
    ),
    "private_files_from_outside": (
        {
            "a/_one.py": "",
            "a/two.py": "from made_up.a import _one",
            "b/three.py": "from made_up.a._one import x",
        },
        {"b.three -> a._one"},
    ),
    "imports_of_the_root": (
        {
            "a/one.py": "import made_up",
            "b/two.py": "from made_up import name",
            "c.py": "import made_up.a",
        },
        {"a.one", "b.two"},
    ),
    "same_names": (
        {
            "a/__init__.py": "",
            "a/one.py": "",
            "b/_one.py": "",
            "b/two.py": "",
            "datatypes/two.py": "",
            "datatypes/kinds/date.py": "",
            "widgets/editors/date.py": "",
        },
        {"one", "two"},
    ),
    "words_of_types": (
        {
            "a/one.py": "KINDS = {'GPDate': 1}",
            "a/two.py": "ok = type(x).__name__ == 'Date'",
            "a/three.py": "print(f'{type(x).__name__}', 'GPTask', 'GPWIDGETS_HISTORY')",
            "a/four.py": "class GPTask: ...",
            "a/five.py": "word = TABLE.get(type(x).__name__)",
            "a/six.py": "word = TABLE[x.__class__.__name__]",
            "datatypes/kinds/date.py": "wire = 'GPDate'",
            "widgets/editors/date.py": "wire = 'GPDate'",
        },
        {"a.one", "a.two", "a.five", "a.six"},
    ),
    "long_files": ({"a/one.py": "x = 1\n" * (LINES + 1), "a/two.py": "x = 1\n" * LINES}, {"a.one"}),
    "crowded_rooms": (
        {f"{room}/f{number}.py": "" for room, more in (("a", 1), ("b", 0)) for number in range(FILES + more)},
        {"a"},
    ),
    "long_functions": (
        {
            "a/one.py": "def f():\n    '''Doc.\n\n    More.\n    '''\n" + "    x = 1\n" * FUNCTION_LINES,
            "a/two.py": "class A:\n    def f():\n" + "        x = 1\n" * (FUNCTION_LINES - 1),
        },
        {"a.one.f"},
    ),
    "threads_of_widgets": (
        {
            "tasks/one.py": "from threading import Thread",
            "widgets/kit/two.py": "from threading import Thread",
            "widgets/three.py": "from made_up.tasks.one import start_worker",
            "widgets/map/four.py": "import threading\nlock = threading.Lock()",
            "widgets/map/five.py": "import threading\ndef f():\n    threading.Timer(1, f).start()",
        },
        {"widgets.three", "widgets.map.five"},
    ),
    "echo_flags": (
        {
            "tasks/one.py": "def f(self):\n    self._a = True\n    self._a = False",
            "widgets/two.py": "def f(self):\n    self._a = True\n    try:\n        g()\n    finally:\n"
            "        self._a = False",
            "widgets/three.py": "def g(self):\n    before, self._a = self._a, True\n    self._a = before",
            "widgets/four.py": "def f(self):\n    self._a = True\ndef g(self):\n    self._a = False",
            "widgets/kit/binding.py": "def f(self):\n    self._a = True\n    self._a = False",
        },
        {"widgets.two.f", "widgets.three.g"},
    ),
}


def made_up(folder: Path, files: dict[str, str]) -> Package:
    for name, text in files.items():
        path = folder / "made_up" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for parent in [path.parent, *path.parent.parents]:
            if parent.is_relative_to(folder / "made_up"):
                (parent / "__init__.py").touch()
        path.write_text(text, encoding="utf-8")
    return Package(folder / "made_up")


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_finds_what_it_is_for(tmp_path: Path, check: str) -> None:
    files, wrong = MADE_UP[check]
    assert CHECKS[check](made_up(tmp_path, files)) == wrong


def test_outside_packages_are_found_by_full_names(tmp_path: Path) -> None:
    package = made_up(
        tmp_path,
        {
            "a/layers.py": "def f():\n    import ipyleaflet, json\nif TYPE_CHECKING:\n    import pandas",
            "b/layers.py": "from ipyleaflet import Map",
            "b/maps.py": "import numpy.linalg",
        },
    )
    assert outside_packages(package, {"a.layers": {"ipyleaflet"}, "b": {"numpy"}}) == {"b.layers: ipyleaflet"}
