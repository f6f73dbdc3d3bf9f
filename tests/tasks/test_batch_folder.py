"""The folder of a batch: its ledger after accidents, its lock, its results, and what is not in it."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import geopandas
import pandas
import pytest
import shapely

import gpwidgets as gp
from gpwidgets.convert.storage import parts
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.parameters import Param
from gpwidgets.demo.publishing.publish import Features
from gpwidgets.tasks.batch.ledger import VERSION

pytestmark = [pytest.mark.timeout(120), pytest.mark.once]
needs_parquet = pytest.mark.skipif(parts.find_spec("pyarrow") is None, reason="needs pyarrow")


def _tenfold(number: int = 0) -> int:
    """Give ten times the number."""
    return number * 10


@pytest.fixture
def task(own_server):
    return gp.GPTask(own_server.publish(_tenfold, name="Tenfold", output="Result", asynchronous=True))


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]


def cut(folder: Path, count: int, torn: str = "") -> None:
    """As a kernel leaves a ledger that is killed after so many lines."""
    path = folder / "ledger.jsonl"
    kept = path.read_text().splitlines(keepends=True)[:count]
    path.write_text("".join(kept) + torn)


def test_a_ledger_can_be_cut_after_any_line_and_within_any_and_nothing_is_sent_twice(
    task, own_server, tmp_path: Path
) -> None:
    gp.sweep(task, Number=range(2), folder=tmp_path).wait(60)
    whole = (tmp_path / "ledger.jsonl").read_text()
    wholes = whole.splitlines()
    assert len(wholes) >= 6
    for count in range(1, len(wholes) + 1):
        for torn in ("", wholes[count][:20] if count < len(wholes) else '{"send":'):
            (tmp_path / "ledger.jsonl").write_text(whole)
            cut(tmp_path, count, torn)
            told = lines_that_are_whole(tmp_path)
            sent = {row["send"] for row in told if "send" in row}
            known = {row["row"] for row in told if "job" in row and "row" in row}
            ended = {int(place) for row in told for place in row.get("ends", {})}
            before = own_server.jobs.created
            runs = gp.resume(tmp_path).wait(60)
            assert own_server.jobs.created - before == 2 - len(sent)
            table = runs.table()
            assert set(table.index[table.status == "lost"]) == sent - known - ended
            assert bool(runs.notes) == bool(torn)
            assert all("torn" in note for note in runs.notes)


def lines_that_are_whole(folder: Path) -> list[dict[str, Any]]:
    found = []
    for line in (folder / "ledger.jsonl").read_text().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def test_a_ledger_of_a_newer_version_is_left_alone(task, tmp_path: Path) -> None:
    gp.sweep(task, Number=[1], folder=tmp_path).wait(60)
    path = tmp_path / "ledger.jsonl"
    path.write_text(path.read_text().replace(f'"version":{VERSION}', f'"version":{VERSION + 1}'))
    before = path.read_bytes()
    for go_on in (lambda: gp.resume(tmp_path), lambda: gp.sweep(task, Number=[1], folder=tmp_path)):
        with pytest.raises(gp.GPError, match="newer gpwidgets"):
            go_on()
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ['{"some": "thing"}\n', "[]\n", "not ours\n"])
def test_what_is_no_ledger_is_left_alone(task, tmp_path: Path, text: str) -> None:
    (tmp_path / "ledger.jsonl").write_text(text)
    with pytest.raises(gp.GPError):
        gp.sweep(task, Number=[1], folder=tmp_path)
    assert (tmp_path / "ledger.jsonl").read_text() == text
    with pytest.raises(gp.GPError):
        gp.resume(tmp_path)


def test_there_is_nothing_to_resume_in_another_folder(tmp_path: Path) -> None:
    with pytest.raises(gp.GPError, match="There is no batch"):
        gp.resume(tmp_path / "none")


def _endless(number: int = 0, *, job: JobContext) -> int:
    """Go on until somebody cancels."""
    while True:
        job.wait(1)


def test_two_kernels_do_not_work_on_one_ledger(own_server, tmp_path: Path) -> None:
    endless = gp.GPTask(own_server.publish(_endless, name="Endless", asynchronous=True))
    runs = gp.sweep(endless, Number=range(3), folder=tmp_path)
    with pytest.raises(gp.GPError, match="another batch of this kernel"):
        gp.resume(tmp_path)
    other = f"import gpwidgets as gp; gp.resume({str(tmp_path)!r})"
    refused = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True, timeout=60)
    assert f"another kernel (process {os.getpid()} of" in refused.stderr
    runs.close()
    with Cancelled(gp.resume(tmp_path)) as again:
        assert len(again) == 3


class Cancelled:
    """Cancels a batch at the end of a block."""

    def __init__(self, runs: gp.Batch) -> None:
        self._runs = runs

    def __enter__(self) -> gp.Batch:
        return self._runs

    def __exit__(self, *_: object) -> None:
        self._runs.cancel()
        self._runs.wait(60)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit for files")
def test_a_full_disk_is_said_and_loses_no_row(task, own_server, tmp_path: Path) -> None:
    code = f"""
        import resource, signal, sys
        from pathlib import Path
        import gpwidgets as gp
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        task = gp.GPTask({task.url.task!r})
        runs = gp.sweep(task, Number=range(12), folder={str(tmp_path)!r}, at_once=1)
        size = (Path({str(tmp_path)!r}) / "ledger.jsonl").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 900, size + 900))
        try:
            runs.wait(60)
        except gp.GPError as error:
            print(error)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90)
    assert "cannot be written" in done.stdout, done.stderr
    created = own_server.jobs.created
    assert 0 < created < 12
    runs = gp.resume(tmp_path).wait(60)
    lost = runs.counts.get("lost", 0)
    assert lost <= 1
    assert runs.counts["succeeded"] == 12 - lost
    assert own_server.jobs.created == 12


class Several(NamedTuple):
    """Outputs of several types."""

    Count: int
    Word: str
    Places: Features
    Report: Path


def _several(number: int = 0, *, job: JobContext) -> Several:
    """Give something of each type."""
    report = job.output_file("../re:port.txt" if number else "report.txt")
    report.write_text(f"number {number}")
    columns = {"A": [number]} if number != 1 else {"A": ["one"], "B": [2.5]}
    crs = 4326 if number != 2 else 25832
    place = shapely.Point(9 + number, 50) if number != 2 else shapely.Point(500_000, 5_538_630.7)
    return Several(number, f"no {number}", geopandas.GeoDataFrame(columns, geometry=[place], crs=crs), report)


@needs_parquet
def test_outputs_of_several_types_and_schemas_come_together(own_server, tmp_path: Path) -> None:
    several = gp.GPTask(own_server.publish(_several, name="Several", asynchronous=True))
    runs = gp.sweep(several, Number=range(3), folder=tmp_path).wait(60)
    table = runs.table()
    assert table["Count"].tolist() == [0, 1, 2]
    assert table["Word"].tolist() == ["no 0", "no 1", "no 2"]
    assert [(tmp_path / name).read_text() for name in table["Report"]] == ["number 0", "number 1", "number 2"]
    assert all((tmp_path / name).resolve().is_relative_to(tmp_path / "files") for name in table["Report"])
    found = runs.frame("Places")
    assert found["A"].tolist() == ["0", "one", "2"]
    assert found["B"].isna().tolist() == [True, False, True]
    assert found.geometry.x.round(3).tolist() == [9.0, 10.0, 9.0]
    assert any("column B is missing" in note for note in runs.notes)
    assert any("EPSG:25832" in note for note in runs.notes)
    one = runs.outputs(1)
    assert (one.Count, one.Word, one.Places["B"].tolist()) == (1, "no 1", [2.5])
    assert one.Report.read_text() == "number 1"


SECRET = "hush-hush-4711"


def _locked(number: int = 0, password: Annotated[str, Param(data_type="GPStringHidden")] = "") -> bool:
    """Say whether the password is right."""
    return password == SECRET


def test_secrets_are_in_no_file_and_are_asked_for_again(own_server, tmp_path: Path) -> None:
    locked = gp.GPTask(own_server.publish(_locked, name="Locked", output="Right", asynchronous=True))
    url = f"https://example.com/a?token={SECRET}"
    assert gp.sweep(locked, Number=[1, 2], Password=SECRET, folder=tmp_path / "a").wait(60).counts == {
        "succeeded": 2
    }
    frame = pandas.DataFrame({"Number": [1], "Password": [SECRET], "note": [url]})
    runs = gp.batch(locked, frame, keep=["note"], folder=tmp_path / "b").wait(60)
    assert runs.table()["Right"].tolist() == [True]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    cut(tmp_path / "a", 1)
    without = gp.resume(tmp_path / "a").wait(60)
    assert without.failures["error"].str.contains("give it again, as Password=").all()
    cut(tmp_path / "a", 1)
    assert gp.resume(tmp_path / "a", Password=SECRET).wait(60).table()["Right"].tolist() == [True, True]


def test_files_are_uploaded_when_their_row_is_sent(own_server, tmp_path: Path) -> None:
    def size(data: Path) -> int:
        """Count the bytes."""
        return len(data.read_bytes())

    sized = gp.GPTask(own_server.publish(size, name="Size", output="Bytes", asynchronous=True))
    names = [tmp_path / f"{count}.txt" for count in (1, 2, 3)]
    for count, path in enumerate(names, 1):
        path.write_text("x" * count)
    runs = gp.batch(sized, pandas.DataFrame({"Data": map(str, names)}), folder=tmp_path / "runs").wait(60)
    assert runs.table()["Bytes"].tolist() == [1, 2, 3]
    cut(tmp_path / "runs", 1)
    assert gp.resume(tmp_path / "runs").wait(60).table()["Bytes"].tolist() == [1, 2, 3]


def test_frames_without_pyarrow_are_refused_before_anything_is_sent(
    server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "find_spec", lambda name: None)
    task = gp.GPTask(server.url_of("BufferPoints"))
    with pytest.raises(gp.GPError, match=r"pip install 'gpwidgets\[batch\]'"):
        gp.sweep(task, Input_Points="POINT (1 2)", Distance=["1 km"], folder=tmp_path)
