"""Answers of real servers, changed in one or two places: understood, or refused in words.

Each goes over a real socket to the widget that it is for: form, run, results, map and picture. The usual run
takes 1,000 of them, a sixth as far as the widgets and the others as far as Python values, which costs a
twentieth. ``GPWIDGETS_MUTATIONS=0:20000`` takes these numbers, all as far as the widgets;
``GPWIDGETS_MUTATIONS_REPORT`` names a file that gets a line of JSON for each, with its time and memory.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from mutated_bench import a_bench
from mutated_runs import Tried, read_one, try_one, warm_up
from widget_tools import restart_kernel

import gpwidgets as gp

NAMED = os.environ.get("GPWIDGETS_MUTATIONS", "")
FIRST, LAST = map(int, (NAMED or "0:1000").split(":"))
REPORT = os.environ.get("GPWIDGETS_MUTATIONS_REPORT", "")
AT_A_TIME = 100


@pytest.mark.parametrize("begin", range(FIRST, LAST, AT_A_TIME))
def test_changed_answers_are_understood_or_refused_in_words(
    begin: int, own_history: Path, monkeypatch: pytest.MonkeyPatch, tell: Callable[[str, str], None]
) -> None:
    with a_bench(monkeypatch) as bench:
        if NAMED:
            warm_up(bench)
        tried = []
        for seed in range(begin, min(begin + AT_A_TIME, LAST)):
            tried.append(try_one(bench, seed) if NAMED or seed % 6 == 0 else read_one(bench, seed))
            _report(tried[-1])
        with closing(gp.HistoryWidget()) as history:
            bench.look(history)
    restart_kernel()
    if NAMED:
        tell(f"numbers {begin} to {begin + len(tried) - 1}", _costs(tried))
    wrong = [f"{one.use}, number {one.seed}: {one.fault}" for one in tried if one.fault]
    assert not wrong, f"{len(wrong)} of {len(tried)}; the first:\n" + "\n\n".join(wrong[:3])


def _report(one: Tried) -> None:
    if REPORT:
        with Path(REPORT).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(one.as_row()) + "\n")


def _costs(tried: list[Tried]) -> str:
    """The ten that took the most time, and the most memory."""
    slow = sorted(tried, key=lambda one: -one.seconds)[:10]
    large = sorted(tried, key=lambda one: -(one.megabytes or 0))[:10]
    lines = [f"{one.seconds:5.2f} s, {one.cpu:5.2f} s of the processor: {one.use} {one.seed}" for one in slow]
    lines += [f"{one.megabytes or 0:5.0f} MB: {one.use} {one.seed}" for one in large]
    return "\n".join(lines)
