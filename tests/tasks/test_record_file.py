"""Records are whole, whoever writes at the same time and whatever ends a writer in the middle."""

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.tasks.journal._locks import file_lock
from gpwidgets.tasks.journal._record_file import RecordFile


def test_what_is_written_is_read_by_others(tmp_path: Path) -> None:
    one, other = RecordFile(tmp_path / "deep" / "h"), RecordFile(tmp_path / "deep" / "h")
    one.append({"run": "a", "text": "über\nzwei Zeilen \u2028"})
    assert other.records() == [{"run": "a", "text": "über\nzwei Zeilen \u2028"}]
    other.append({"run": "b"})
    one.append({"run": "c"})
    assert [row["run"] for row in other.records()] == [row["run"] for row in one.records()] == ["a", "b", "c"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the folder private by its own means")
def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    records = RecordFile(tmp_path / "h")
    records.append({"run": "a"})
    records.rewrite(list)
    assert stat.S_IMODE(records.folder.stat().st_mode) == 0o700
    for path in records.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@given(cut=st.integers(1, 40), junk=st.binary(max_size=20))
def test_a_torn_line_costs_no_other_record(tmp_path_factory, cut: int, junk: bytes) -> None:
    records = RecordFile(tmp_path_factory.mktemp("h"))
    records.append({"run": "first"})
    records.append({"run": "torn", "text": "0123456789" * 3})
    with records.path.open("r+b") as file:
        file.truncate(records.path.stat().st_size - cut)
        file.seek(0, os.SEEK_END)
        file.write(junk)
    records.append({"run": "next"})
    for reader in (records, RecordFile(records.folder)):
        runs = [row.get("run") for row in reader.records()]
        assert runs[0] == "first"
        assert runs[-1] == "next"
        assert len(runs) <= 3


def test_a_line_that_is_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    records = RecordFile(tmp_path)
    records.append({"run": "a"})
    with records.path.open("ab") as file:
        file.write(b'{"run": ')
        file.flush()
        assert [row["run"] for row in records.records()] == ["a"]
        file.write(b'"b"}\n')
    assert [row["run"] for row in records.records()] == ["a", "b"]
    assert records.torn == 0


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    files = [RecordFile(tmp_path) for _ in range(3)]

    def write(number: int) -> None:
        for at in range(50):
            files[number % 3].append({"run": f"{number}-{at}", "filling": "x" * 500})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = RecordFile(tmp_path).records()
    assert {row["run"] for row in rows} == {f"{n}-{at}" for n in range(6) for at in range(50)}
    assert len(rows) == 300


def test_it_does_not_grow_without_end_and_keeps_the_newest(tmp_path: Path) -> None:
    records = RecordFile(tmp_path, lambda rows: rows[-20:], largest=10_000)
    reader = RecordFile(tmp_path)
    for number in range(300):
        records.append({"run": str(number), "filling": "x" * 100})
        assert reader.records()[-1]["run"] == str(number)
    assert records.path.stat().st_size < 10_500
    assert [row["run"] for row in records.records() if "run" in row][-20:] == [
        str(n) for n in range(280, 300)
    ]


def test_a_lock_that_another_process_keeps_holds_nobody_up_and_loses_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from gpwidgets.tasks.journal._locks import file_lock\n"
        "with file_lock(pathlib.Path(sys.argv[1])) as held:\n"
        "    print(held, flush=True); sys.stdin.readline()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "runs.lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "True"
        records = RecordFile(tmp_path, patience=0.05)
        records.append({"run": "meanwhile"})
        assert not records.rewrite(lambda rows: [])
        assert [row["run"] for row in RecordFile(tmp_path).records()] == ["meanwhile"]
        holder.communicate("go\n")
    records.append({"run": "after"})
    assert {row["run"] for row in RecordFile(tmp_path).records()} == {"meanwhile", "after"}


def test_the_file_of_a_process_that_is_long_gone_is_taken_over(tmp_path: Path) -> None:
    left = tmp_path / "runs-0123.jsonl"
    left.write_text(json.dumps({"run": "left"}) + "\n")
    unfinished = tmp_path / ".runs-half"
    unfinished.write_text("{")
    for path in (left, unfinished):
        os.utime(path, (0, 0))
    records = RecordFile(tmp_path)
    records.append({"run": "mine"})
    assert records.rewrite(list)
    assert not left.exists()
    assert not unfinished.exists()
    assert {row["run"] for row in records.records() if "run" in row} == {"left", "mine"}


def test_a_failed_rewrite_leaves_all_as_it_was(tmp_path: Path) -> None:
    records = RecordFile(tmp_path)
    records.append({"run": "a"})
    with pytest.raises(ZeroDivisionError):
        records.rewrite(lambda rows: [1 / 0])  # type: ignore[list-item]
    assert records.records() == [{"run": "a"}]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_lock_is_given_back(tmp_path: Path) -> None:
    for _ in range(2):
        with file_lock(tmp_path / "lock", 0.0) as held:
            assert held
