"""A check for each exercise of the lesson; what a learner did is never an error, but said on the card."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.errors import GPError
from gpwidgets.lesson._learner_answers import Mistake, area_findings, is_close, number_findings, results_of
from gpwidgets.lesson._words import say
from gpwidgets.lesson.gaps import has_gap
from gpwidgets.protocol.values.units import LinearUnit
from gpwidgets.tasks.exercises.answer_check import AnswerCheck, Finding, check
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.sharing.settings import load_settings

__all__ = ["check_exercise"]

#: Metres around each town, and metres of the lookout above the ground.
_RADIUS = 5000.0
_TOWER = 30
_STEPS = 6
#: Metres that the view of exercise 5 reaches.
_VIEW = 10_000.0
#: Events that the filters of exercise 4 leave.
_EVENTS = 154
#: Seconds that a job may take to end after it was cancelled.
_PATIENCE = 30


def check_exercise(number: int, **answers: Any) -> AnswerCheck:
    """Check an exercise of the lesson.

    Parameters
    ----------
    number
        Of the exercise, 1 to 5.
    **answers
        What the cells of the exercise have made, as the notebook hands it in.

    Returns
    -------
    AnswerCheck
        True where all is right; a cell that ends with it shows a card, in the language that is set.

    Examples
    --------
    >>> from gpwidgets.lesson import check_exercise
    >>> check_exercise(4, found=..., hot_cells=...).passed
    False
    """
    return AnswerCheck(tuple(_CHECKS[number](**answers)))


def _buffers(out: Any, area_crs: Any, area_km2: Any) -> Iterator[Finding]:
    results, trouble = results_of("out", out)
    if results is None:
        yield from [trouble] if trouble else []
        return
    if "Buffers" not in results:
        yield Finding("out", False, say("other_task", task="BufferPoints"))
        return
    yield from check(results, {"Buffers": {"count": 3}}).findings
    radius = float(results.Buffers["BUFF_DIST"].max())
    if is_close(radius, _RADIUS):
        yield Finding("distance", True, say("radius_right"))
    else:
        key = "radius_small" if radius < 1000 else "radius_large" if radius > 1e6 else "radius_other"
        yield Finding("distance", False, say(key, meters=f"{radius:,.0f}"))
    yield from area_findings("area_km2", area_km2, results.Buffers, area_crs)


def _viewsheds(ground: Any, tower: Any, gain: Any) -> Iterator[Finding]:
    areas = {}
    for name, value in (("ground", ground), ("tower", tower)):
        results, trouble = results_of(name, value)
        if results is None:
            yield from [trouble] if trouble else []
        elif "Viewshed_Result" not in results:
            yield Finding(name, False, say("other_task", task="Viewshed"))
        else:
            areas[name] = float(results.Viewshed_Result["AREA_KM2"].sum())
    if len(areas) < 2:
        return
    inputs = tower.provenance.get("inputs", {})
    if "Target_Height" in inputs:
        yield Finding("tower_inputs", False, say("target_height"))
    given = check(tower, {"inputs": {"Observer_Height": _TOWER}})
    yield from given.findings or [Finding("tower_inputs", True, say("height_right"))]
    times = areas["tower"] / areas["ground"]
    mistakes = [
        Mistake(1 / times, "gain_inverse"),
        Mistake(areas["tower"] - areas["ground"], "gain_difference"),
        Mistake((times - 1) * 100, "gain_percent"),
        Mistake(times - 1, "gain_percent"),
        Mistake(1.0, "gain_count"),
    ]
    yield from number_findings("gain", gain, times, mistakes)


def _job(run: Any, again: Any, long: Any) -> Iterator[Finding]:
    if not isinstance(run, Run):
        key = "gap" if has_gap(run) else "waited"
        yield Finding("run", False, say(key, name="run", kind=type(run).__name__))
    elif run.status == RunStatus.SUCCEEDED:
        steps = run.wait().get("Steps_Done")
        key = "steps_right" if steps == _STEPS else "steps_other"
        yield Finding("run", steps == _STEPS, say(key, steps=steps, wanted=_STEPS))
    else:
        yield Finding("run", False, say("run_not_done", status=run.status))
    if not isinstance(again, Run):
        yield Finding("again", False, say("not_attached"))
    else:
        same = isinstance(run, Run) and again.job_url == run.job_url
        yield Finding("again", same, say("same_job" if same else "other_job"))
    yield _cancelled(long)


def _cancelled(long: Any) -> Finding:
    if not isinstance(long, Run):
        return Finding("long", False, say("waited", name="long", kind=type(long).__name__))
    if long.cancel_requested:
        with suppress(GPError):
            long.wait(timeout=_PATIENCE)
    passed = long.status == RunStatus.CANCELLED
    return Finding("long", passed, say("cancelled" if passed else "not_cancelled", status=long.status))


def _hot_spots(found: Any, hot_cells: Any) -> Iterator[Finding]:
    results, trouble = results_of("found", found)
    if results is None:
        yield from [trouble] if trouble else []
        return
    if "Hot_Spots" not in results:
        yield Finding("found", False, say("other_task", task="HotSpots"))
        return
    inputs = results.provenance.get("inputs", {})
    missing = [name for name in ("Minimum_Magnitude", "From_Date") if name not in inputs]
    cells = results.Hot_Spots
    events = int(cells["EVENTS"].sum())
    if missing:
        yield Finding("filters", False, say("filters_missing", names=", ".join(missing)))
    elif events != _EVENTS:
        yield Finding("filters", False, say("filters_other", events=events, wanted=_EVENTS))
    else:
        yield Finding("filters", True, say("filters_right", events=events))
    hot = cells[cells["GI_BIN"] == 3]
    mistakes = [
        Mistake(len(cells), "cells_all"),
        Mistake(int(hot["EVENTS"].sum()), "cells_events"),
        Mistake(events, "cells_events"),
        Mistake(int((cells["GI_BIN"] > 0).sum()), "cells_levels"),
        Mistake(len(results.Summary), "cells_rows"),
    ]
    yield from number_findings("hot_cells", hot_cells, len(hot), mistakes, exact=True)


def _overlay(
    zones: Any, view: Any, seen: Any, area_crs: Any, seen_km2: Any, path: Any, settings_path: Any
) -> Iterator[Finding]:
    yield _intersection(zones, view, seen)
    yield from area_findings("seen_km2", seen_km2, seen, area_crs)
    yield _file(seen, path)
    yield _settings(settings_path)


def _intersection(zones: Any, view: Any, seen: Any) -> Finding:
    import geopandas

    from gpwidgets.convert.tables.frame_measures import area_of

    if not is_frame(seen):
        return Finding("seen", False, say("no_frame", name="seen", kind=type(seen).__name__))
    if seen.crs is None:
        return Finding("seen", False, say("no_crs"))
    both = area_of(geopandas.overlay(zones, view.to_crs(zones.crs), how="intersection"))
    area = area_of(seen)
    if is_close(area, both):
        return Finding("seen", True, say("overlay_right"))
    return Finding("seen", False, say("overlay_large" if area > both else "overlay_small"))


def _file(seen: Any, path: Any) -> Finding:
    import geopandas

    name = str(path)
    if has_gap(path) or Path(name).suffix.lower() != ".gpkg":
        return Finding("path", False, say("not_a_geopackage", path=name))
    if not Path(name).is_file():
        return Finding("path", False, say("no_file", path=name))
    try:
        kept = geopandas.read_file(name)
    except Exception as error:  # whatever GDAL makes of a file that is none
        return Finding("path", False, say("unreadable", path=name, error=error))
    right = is_frame(seen) and len(kept) == len(seen) and kept.crs == seen.crs
    return Finding("path", right, say("file_right" if right else "file_other", path=name))


def _settings(path: Any) -> Finding:
    name = str(path)
    if has_gap(path) or not Path(name).is_file():
        return Finding("settings_path", False, say("no_file", path=name))
    try:
        settings = load_settings(name)
    except (GPError, ValueError, TypeError, OSError) as error:
        return Finding("settings_path", False, say("unreadable", path=name, error=error))
    sent = {name: row.get("value") for name, row in settings.inputs.items()}
    right = sent.get("Observer_Height") == _TOWER and _meters(sent.get("Distance")) == _VIEW
    key = "settings_right" if right else "settings_other"
    return Finding("settings_path", right, say(key, path=name))


def _meters(length: Any) -> float:
    """A length as the REST API has it, in metres."""
    try:
        return round(LinearUnit(length["distance"], length["units"]).meters, 3)
    except (TypeError, KeyError, ValueError):
        return 0.0


_CHECKS: dict[int, Callable[..., Iterator[Finding]]] = {
    1: _buffers,
    2: _viewsheds,
    3: _job,
    4: _hot_spots,
    5: _overlay,
}
