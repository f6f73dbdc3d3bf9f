"""File names: safe on every system whatever they are made of, and nothing is written over, whoever writes."""

import errno
import ntpath
import os
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gpwidgets.file_names import (
    last_part,
    move_to_free_name,
    name_from_title,
    numbered_names,
    private_folder,
    safe_name,
)

#: Texts of what names are spoilt with.
PIECES = [
    *'<>:"/\\|?*. _-~$²³a字😀',
    *(
        "..",
        "\0",
        "\n",
        "\x7f",
        "\x85",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\u2028",
        "\u00a0",
        "\ud800",
        "e\u0301",
    ),
    *("con", "COM1", "lpt¹", "aux", "nul", "conin$", ".tif", ".tar.gz", ".gdb.zip"),
]
AWKWARD = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
NAMES = st.text(st.characters(), max_size=300) | AWKWARD | AWKWARD.map(lambda text: text * 30)


def is_reserved(name: str) -> bool:
    """Whether Windows keeps it for a device or another use, as Python says."""
    ask = getattr(ntpath, "isreserved", None)  # from 3.13 on
    return bool(ask(name) if ask else PureWindowsPath(name).is_reserved())


def is_safe(name: str) -> bool:
    """Whether Windows, macOS and Linux take a name as one part of a path, and a reader sees all of it."""
    return (
        0 < len(name.encode()) <= 143
        and not set(name) & set('<>:"/\\|?*')
        and all(
            unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp") for letter in name
        )
        and name.strip(" .") == name
        and not is_reserved(name)
        and unicodedata.is_normalized("NFC", name)
    )


@given(NAMES)
@example("a." + "b" * 400)
@example("字" * 200 + ".tif")
@example("con .txt")
@example("COM¹.tar.gz")
@example("\udc80.txt")
@example("CON." + "0" * 92)
def test_any_name_becomes_a_safe_one_and_stays_it(name: str) -> None:
    for plain in (False, True):
        made = safe_name(name, plain=plain)
        assert is_safe(made), made
        assert safe_name(made, plain=plain) == made
    assert is_safe(safe_name(last_part(name), "result"))


@given(NAMES, st.integers(1, 60))
def test_any_title_becomes_a_safe_name_of_words(title: str, most: int) -> None:
    made = name_from_title(title, "x", most=most)
    assert is_safe(made)
    assert "." not in made
    assert " " not in made
    assert name_from_title(made, "x") == made


@given(NAMES, st.sampled_from([".tif", ".gdb.zip", ".tar.gz", ".geojson", ".7z", ".shp.xml"]))
def test_a_long_name_keeps_its_ending(name: str, ending: str) -> None:
    made = safe_name(f"a{name}b{ending}")
    assert made.endswith(ending)
    assert all(one.endswith(ending) for one in islice(numbered_names(made), 3))


@given(NAMES)
def test_numbers_come_before_the_ending_and_no_name_comes_twice(name: str) -> None:
    first, *more = islice(numbered_names(safe_name(name)), 20)
    assert len({first, *more}) == 20
    assert all(is_safe(one) for one in more)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("parcels (1) – Köln.gpkg", "parcels (1) – Köln.gpkg"),
        ("हिन्दी.csv", "हिन्दी.csv"),
        ("report\u202egpj.exe", "report_gpj.exe"),
        ("...", "file"),
        ("..a..", "a"),
        ("C:evil.txt", "C_evil.txt"),
        ("file.txt::$DATA", "file.txt_$DATA"),
        ("nul.tar.gz", "file_nul.tar.gz"),
    ],
)
def test_a_name_stays_as_near_as_it_can(name: str, made: str) -> None:
    assert safe_name(name) == made


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("a.tif", "a_1.tif"),
        ("a", "a_1"),
        ("roads.gdb.zip", "roads_1.gdb.zip"),
        ("roads.shp.xml", "roads_1.shp.xml"),
        ("a.tar.gz", "a_1.tar.gz"),
        ("v1.2 of roads", "v1.2 of roads_1"),
        ("2024.05.zip", "2024.05_1.zip"),
    ],
)
def test_the_second_of_a_name_keeps_its_kind(name: str, second: str) -> None:
    assert list(islice(numbered_names(name), 2)) == [name, second]


@pytest.fixture(params=["links", "no links"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder on a file system with hard links, and on one that has none, as FAT and many network shares."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if request.param == "no links":
        monkeypatch.setattr(os, "link", refuse)
    return tmp_path


def test_many_writers_at_once_lose_nothing(file_system: Path) -> None:
    def write(number: int) -> Path:
        with private_folder(file_system) as private:
            (private / "mine").write_text(str(number))
            return move_to_free_name(private / "mine", file_system, "a.txt")

    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(write, range(60)))
    assert [int(path.read_text()) for path in paths] == list(range(60))
    assert sorted(file_system.iterdir()) == sorted(paths)
    assert {"a.txt", "a_1.txt", "a_59.txt"} <= {path.name for path in paths}


def test_a_folder_of_the_name_and_a_broken_link_are_left_alone(file_system: Path) -> None:
    (file_system / "a.txt").mkdir()
    (file_system / "a_1.txt").symlink_to(file_system / "nowhere")
    with private_folder(file_system) as private:
        (private / "mine").write_text("mine")
        path = move_to_free_name(private / "mine", file_system, "a.txt")
    assert path.name == "a_2.txt"
    assert not (file_system / "nowhere").exists()


def test_nothing_is_left_behind_by_a_writer_that_fails(tmp_path: Path) -> None:
    def write_half() -> None:
        with private_folder(tmp_path / "new") as private:
            (private / "half").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert list((tmp_path / "new").iterdir()) == []


def test_the_file_is_as_open_to_others_as_any_file_of_the_user(file_system: Path) -> None:
    (file_system / "usual").write_text("")
    with private_folder(file_system) as private:
        (private / "mine").write_text("mine")
        path = move_to_free_name(private / "mine", file_system, "a.txt")
    assert path.stat().st_mode == (file_system / "usual").stat().st_mode
