"""What a form has is written to disk and read back: whole, without secrets, whatever is killed."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hard_values import HARD, dates, numbers, parsed, some_features, texts
from hypothesis import HealthCheck, Phase, given, settings

import gpwidgets as gp
from gpwidgets.tasks.journal.draft_store import DraftStore, current_drafts
from gpwidgets.tasks.journal.drafts import DraftWriter, read_draft

pytestmark = pytest.mark.once

KERNEL = Path(__file__).with_name("draft_kernel.py")


@pytest.fixture(scope="module")
def gallery(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("ParameterGallery"))


def kept(task: gp.GPTask, values: Any) -> Any:
    """Values after the way through a file."""
    text = json.dumps(DraftWriter(task, 8_000_000).draft(task.check(values), 0.0))
    return read_draft(json.loads(text), task)


def fields_of(task: gp.GPTask, values: Any) -> dict[str, Any]:
    return parsed({field.name: field.text for field in task.request(values).fields})


@pytest.mark.parametrize("name", HARD)
def test_values_come_back_as_the_same_request(gallery, name: str) -> None:
    draft = kept(gallery, HARD[name])
    assert draft.problems == {}
    assert draft.left_out == ()
    assert fields_of(gallery, draft.values) == fields_of(gallery, HARD[name])


@settings(max_examples=6, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(frame=some_features(), text=texts, number=numbers, moment=dates)
def test_any_values_come_back(gallery, frame, text, number, moment) -> None:
    values = {"Input_Points": frame, "Input_String": text, "Input_Double": number, "Input_Date": moment}
    assert fields_of(gallery, kept(gallery, values).values) == fields_of(gallery, values)


def test_no_secret_is_written_and_none_comes_back_as_stars(gallery, own_history) -> None:
    values = {
        "Input_Hidden": "canary-secret",
        "Input_String": "token=canary-secret",
        "Input_Strings": ["a", "password=canary-secret"],
        "Input_Raster": gp.RasterData(url="https://gis.example.com/a.tif?token=canary-secret", format="tif"),
        "Input_Choice": "GEODESIC",
        "Input_SQL": "A = '***'",
    }
    store = current_drafts()
    path = store.path("n", "t")
    assert store.save(path, DraftWriter(gallery, store.largest).draft(gallery.check(values), 1.0))
    assert b"canary-secret" not in b"".join(
        one.read_bytes() for one in own_history.rglob("*") if one.is_file()
    )
    draft = read_draft(store.load(path), gallery)
    assert draft.values == {"Input_Choice": "GEODESIC", "Input_SQL": "A = '***'"}
    assert set(draft.left_out) == set(values) - set(draft.values)


def test_a_local_file_comes_back_while_it_is_there(gallery, tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,2\n")
    values = {"Input_File": gp.DataFile(path=str(path)), "Input_Long": 1}
    text = json.dumps(DraftWriter(gallery, 1000).draft(gallery.check(values), 0.0))
    assert read_draft(json.loads(text), gallery).values == values
    path.unlink()
    draft = read_draft(json.loads(text), gallery)
    assert draft.values == {"Input_Long": 1}
    assert set(draft.problems) == {"Input_File"}


def test_the_largest_values_are_left_out_and_named(gallery) -> None:
    values = gallery.check({"Input_String": "x" * 5000, "Input_Strings": ["y" * 400], "Input_Long": 1})
    draft = read_draft(DraftWriter(gallery, 1000).draft(values, 0.0), gallery)
    assert draft.values == {"Input_Strings": ["y" * 400], "Input_Long": 1}
    assert draft.left_out == ("Input_String",)


def test_a_task_that_has_changed_takes_what_it_knows(gallery, server) -> None:
    document = DraftWriter(gallery, 1000).draft(gallery.check({"Input_Long": 1}), 0.0)
    assert read_draft(document, gp.GPTask(server.url_of("BufferPoints"))).values == {}
    document["inputs"] += [{"paramName": "Input_Choice", "dataType": "GPString", "value": "NO CHOICE"}]
    draft = read_draft(document, gallery)
    assert draft.values == {"Input_Long": 1}
    assert set(draft.problems) == {"Input_Choice"}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", "[" * 100_000, '{"format": "gpwidgets-draft", "version": 2}', "\x00", '"x"'],
)
def test_what_is_no_draft_is_passed_over(tmp_path, text: str) -> None:
    store = DraftStore(tmp_path)
    store.path("n", "t").write_text(text)
    assert store.load(store.path("n", "t")) is None


@pytest.mark.parametrize("part", ["inputs", "environment", "names", "saved"])
@pytest.mark.parametrize("value", [None, 5, "x", [5], {"a": 1}, [{"paramName": 5}], [{}]])
def test_odd_parts_of_a_draft_hide_no_others(gallery, part: str, value: Any) -> None:
    document = {**DraftWriter(gallery, 1000).draft(gallery.check({"Input_Long": 1}), 0.0), part: value}
    assert read_draft(document, gallery).values == ({} if part == "inputs" else {"Input_Long": 1})


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_only_the_user_may_read_drafts(own_history) -> None:
    store = current_drafts()
    store.save(store.path("n", "t"), {})
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(store.path("n", "t").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("variable", "value"),
    [("GPWIDGETS_AUTOSAVE", "off"), ("GPWIDGETS_AUTOSAVE", "0"), ("GPWIDGETS_HISTORY", "off")],
)
def test_nothing_is_kept_where_it_is_switched_off(
    own_history, monkeypatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert current_drafts() is None


def test_old_large_and_many_drafts_go_and_so_does_what_killed_kernels_begun(tmp_path) -> None:
    store = DraftStore(tmp_path, total=1000, most=4, oldest=1000.0)
    old, begun = store.path("old", "t"), tmp_path / ".draft-begun"
    for path in (old, begun):
        path.write_text("{}")
        os.utime(path, (time.time() - 5000, time.time() - 5000))
    paths = [store.path(f"n{number}", "t") for number in range(6)]
    for number, path in enumerate(paths):
        store.save(path, {"number": number})
        os.utime(path, (time.time() - 100 + number, time.time() - 100 + number))
    store.save(store.path("last", "t"), {})
    assert not old.exists()
    assert not begun.exists()
    assert [path.exists() for path in paths] == [False, False, False, True, True, True]
    store.save(store.path("large", "t"), {"filling": "x" * 940})
    assert [path.name for path in tmp_path.iterdir()] == [store.path("large", "t").name]
    assert not DraftStore(tmp_path, largest=100).save(store.path("large", "t"), {"filling": "x" * 940})
    assert not store.path("large", "t").exists()


def test_a_form_finds_its_own_cell_then_one_that_no_form_has_taken(tmp_path) -> None:
    store = DraftStore(tmp_path)
    one, two = store.path("n", "t", "one"), store.path("n", "t", "two")
    store.save(one, {})
    store.save(two, {})
    os.utime(one, (1, 1))
    assert store.find("n", "t", "one") == one
    assert store.find("n", "t", "three") == two
    assert store.find("n", "t", "three", taken=[two]) == one
    assert store.find("n", "t", "three", taken=[one, two]) is None
    assert store.find("other", "t", "one") is None
    assert store.find("n", "other", "one") is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_kernels_leave_whole_drafts(server, gallery, own_history) -> None:
    url, store = server.url_of("ParameterGallery"), current_drafts()
    words = ("one", "two")
    kernels = [
        subprocess.Popen(
            [sys.executable, str(KERNEL), url, "shared", word], stdout=subprocess.PIPE, text=True
        )
        for word in words
    ]
    for kernel in kernels:
        assert kernel.stdout is not None
        assert kernel.stdout.readline() == "writing\n"
        kernel.send_signal(signal.SIGKILL)
        kernel.communicate(timeout=60)
        draft = read_draft(store.load(store.path("shared", url)), gallery)
        number = draft.values["Input_Long"]
        assert draft.values["Input_String"] in [f"{word}{number} " * 4000 for word in words]
