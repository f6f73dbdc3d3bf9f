"""The lesson: one in three languages, and what its checks say to right, wrong and missing answers."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import nbformat
import pytest
from nbclient import NotebookClient

import gpwidgets as gp
from gpwidgets.lesson import GapLeft, check_exercise

FOLDER = Path(__file__).parents[2] / "notebooks" / "lesson"
LANGUAGES = ("en", "de", "es")
WORDS = json.loads((Path(gp.__file__).parent / "lesson" / "words.json").read_text(encoding="utf-8"))
STOP = "long.cancel()"


def lesson(language: str) -> Any:
    return nbformat.read(FOLDER / f"lesson-{language}.ipynb", as_version=4)


def solutions(notebook: Any) -> dict[str, str]:
    """What the folded solutions put in place of each gap."""
    found: dict[str, str] = {}
    for cell in notebook.cells:
        for block in re.findall(r"```python\n(.*?)```", cell.source, re.DOTALL):
            for line in block.strip().splitlines():
                name, _, value = line.partition(" = ")
                found[name] = value
    return found


def filled(source: str, answers: dict[str, str]) -> str:
    """A cell with its gaps filled; the bare one is the line that stops a job."""

    def fill(gap: re.Match[str]) -> str:
        return f"{gap[1]} = {answers[gap[1]]}" if gap[1] in answers else gap[0]

    stopped = re.sub(r"(?m)^\.\.\.", STOP, source) if STOP in answers else source
    return re.sub(r"(?m)^(\w+) = \.\.\.", fill, stopped)


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; the value of the expression that it ends with, as a notebook shows it."""
    *lines, last = ast.parse(source).body
    is_value = isinstance(last, ast.Expr)
    exec(compile(ast.Module(lines if is_value else [*lines, last], []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if is_value else None


class Learner:
    """Goes through the lesson; `answer` runs the cells of one exercise anew, with other answers."""

    def __init__(self) -> None:
        self.notebook = lesson("en")
        self.names: dict[str, Any] = {}
        self.right = solutions(self.notebook)
        self.cells = {cell.id: cell.source for cell in self.notebook.cells if cell.cell_type == "code"}

    def do(self, *ids: str, **answers: str | None) -> Any:
        """The last value of some cells; an answer of None leaves the gap."""
        given = {**self.right, **answers}
        given = {name: value for name, value in given.items() if value is not None}
        value = None
        for cell in ids:
            value = run(filled(self.cells[cell], given), self.names)
        return value


@pytest.fixture(scope="module")
def learner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learner]:
    matplotlib.use("agg")
    one = Learner()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("lesson"))
        one.do("setup", "form", "degrees", "ground", "layers")
        yield one
    one.names["server"].stop()


def said(card: Any, about: str) -> str:
    """What is not right yet about an answer."""
    return " ".join(one.words for one in card.findings if one.about == about and not one.passed)


@pytest.mark.parametrize("language", ["de", "es"])
def test_the_lesson_is_the_same_in_each_language(language: str) -> None:
    english, other = lesson("en"), lesson(language)
    assert [(cell.id, cell.cell_type) for cell in other.cells] == [
        (cell.id, cell.cell_type) for cell in english.cells
    ]
    assert solutions(other) == solutions(english)
    for ours, theirs in zip(english.cells, other.cells, strict=True):
        if ours.cell_type == "code":
            code = theirs.source.replace(f'set_language("{language}")', 'set_language("en")')
            assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(ours.source)), ours.id
            assert code.count("#") == ours.source.count("#")
        else:
            assert theirs.source != ours.source
            assert numbers(theirs.source) == numbers(ours.source), ours.id
            for mark in ("<details>", "</details>", "```", "**", "\n- "):
                assert theirs.source.count(mark) == ours.source.count(mark), ours.id


def numbers(text: str) -> list[str]:
    """The numbers of a text, in any order; a decimal comma is a point."""
    return sorted(re.sub(r"(?<=\d),(?=\d)", ".", one) for one in re.findall(r"\d+(?:[.,]\d+)*", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_parts_take_90_minutes_as_their_headings_say(language: str) -> None:
    title, *cells = [cell.source for cell in lesson(language).cells if cell.cell_type == "markdown"]
    planned = [int(minutes) for minutes in re.findall(r"(?m)^\| (\d+) \|", title)]
    assert sum(planned) == 90
    assert planned == [int(minutes) for minutes in re.findall(r"## [^\n]*\((\d+) min\)", "\n".join(cells))]


@pytest.mark.parametrize("key", WORDS)
def test_each_text_is_there_in_each_language_with_the_same_placeholders(key: str) -> None:
    texts = WORDS[key]
    assert set(texts) == set(LANGUAGES)
    assert len(set(texts.values())) == len(texts)
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts.values()]
    assert all(one == fields[0] for one in fields)


def test_a_gap_that_is_left_is_named_before_anything_runs(learner: Learner) -> None:
    with pytest.raises(GapLeft, match="Still to be filled in: area_crs"):
        learner.do("exercise-1", area_crs=None)
    with pytest.raises(GapLeft, match="Still to be filled in: filters"):
        learner.do("exercise-4", filters='{"Minimum_Magnitude": ..., "From_Date": "2018-02-04"}')


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
@pytest.mark.parametrize(
    ("answers", "about", "words"),
    [
        ({"distance": "0.05"}, "distance", "Did you mean degrees?"),
        ({"distance": "5000"}, "distance", "Did you mean metres?"),
        ({"distance": '"5 miles"'}, "distance", "5 km is asked for"),
        ({"area_crs": "4326"}, "area_km2", "square degrees"),
        ({"area_crs": '"EPSG:3857"'}, "area_km2", "Web Mercator"),
        ({"area_crs": '"EPSG:2274"'}, "area_km2", "not the metre"),
        ({"area_crs": '"EPSG:25832"'}, "area_km2", "Far from its own zone"),
    ],
)
def test_exercise_1(learner: Learner, answers: dict[str, str], about: str, words: str) -> None:
    assert words in said(learner.do("exercise-1", "check-1", **answers), about)


@pytest.mark.parametrize("answers", [{}, {"distance": '"5000 m"'}, {"area_crs": "towns.estimate_utm_crs()"}])
def test_other_right_answers_of_exercise_1_are_right(learner: Learner, answers: dict[str, str]) -> None:
    assert learner.do("exercise-1", "check-1", **answers).passed


def test_exercise_2(learner: Learner) -> None:
    assert learner.do("exercise-2", "exercise-2b", "check-2").passed
    areas = [f'{name}.Viewshed_Result["AREA_KM2"].sum()' for name in ("ground", "tower")]
    wrong = {
        f"{areas[0]} / {areas[1]}": "the other way round",
        f"{areas[1]} - {areas[0]}": "the difference",
        f"{areas[1]} / {areas[0]} - 1": "only what is added",
        "len(tower.Viewshed_Result) / len(ground.Viewshed_Result)": "the number of rows",
        '"1.2"': "without quotation marks",
        'tower.Viewshed_Result["AREA_KM2"]': "one number is expected",
        "True": "a number is expected",
        "7": "not it yet",
    }
    for gain, words in wrong.items():
        assert words in said(learner.do("exercise-2b", "check-2", gain=gain), "gain"), gain
    card = learner.do("exercise-2", "exercise-2b", "check-2", tower_inputs='{"Target_Height": 30}')
    assert "It is the observer who climbs the tower" in said(card, "tower_inputs")
    assert "30 is expected" in said(card, "Observer_Height")
    card = check_exercise(2, ground=learner.names["ground"], tower=..., gain=1)
    assert "still to be filled in" in said(card, "tower")


def test_exercise_3(learner: Learner) -> None:
    cells = ("exercise-3", "exercise-3b", "exercise-3c", "check-3")
    quick = "count_task.start(Seconds=0.1, Steps=6)"
    assert learner.do(*cells, run=quick).passed
    with pytest.raises(gp.URLError, match="names no job"):
        learner.do("exercise-3b", job_address="count_task.url")
    card = learner.do("exercise-3", "check-3", run="count_task(Seconds=0, Steps=6)")
    assert "start() gives the run at once" in said(card, "run")
    card = learner.do("exercise-3", "check-3", run="count_task.start(Seconds=60, Steps=6)")
    assert "with wait()" in said(card, "run")
    assert "another job" in said(card, "again")
    learner.names["run"].cancel()
    card = learner.do(*cells, run="count_task.start(Seconds=0, Steps=5)", **{STOP: None})
    assert "counted to 5; 6 is asked for" in said(card, "run")
    assert "the server works on" in said(card, "long")
    learner.names["long"].cancel()


def test_exercise_4(learner: Learner) -> None:
    assert learner.do("exercise-4", "map-4", "exercise-4b", "check-4").passed
    wrong = {
        "len(found.Hot_Spots)": "all cells",
        'found.Hot_Spots[found.Hot_Spots["GI_BIN"] == 3]["EVENTS"].sum()': "a number of earthquakes",
        '(found.Hot_Spots["GI_BIN"] > 0).sum()': "90 % and 95 %",
        "len(found.Summary)": "rows of the table Summary",
        'found.Hot_Spots["GI_BIN"] == 3': "one number is expected",
        "'30'": "it is a text",
    }
    for hot_cells, words in wrong.items():
        assert words in said(learner.do("exercise-4b", "check-4", hot_cells=hot_cells), "hot_cells"), words
    card = learner.do("exercise-4", "check-4", filters='{"Minimum_Magnitude": 1}')
    assert "not given: From_Date" in said(card, "filters")
    card = learner.do("exercise-4", "check-4", filters='{"Minimum_Magnitude": 1, "From_Date": "2018-02-03"}')
    assert "where 154 are expected" in said(card, "filters")


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_exercise_5(learner: Learner) -> None:
    assert learner.do("exercise-5", "exercise-5b", "check-5").passed
    card = learner.do("exercise-5", "check-5", how='"union"')
    assert "more than what both have in common" in said(card, "seen")
    assert "square degrees" in said(learner.do("exercise-5", "check-5", area_crs="4326"), "seen_km2")
    card = learner.do("exercise-5", "check-5", path='"seen.geojson"')
    assert "no GeoPackage" in said(card, "path")
    for settings in (
        "viewshed_task.settings(Input_Points=lookout)",
        'viewshed_task.settings(Input_Points=lookout, Distance="5 km", Observer_Height=30)',
        "buffer_task.settings(Input_Points=towns)",
    ):
        card = learner.do("exercise-5b", "check-5", settings=settings)
        assert "does not repeat the view from the tower" in said(card, "settings_path"), settings


@pytest.mark.parametrize("language", ["de", "es"])
def test_results_of_another_task_are_told_in_the_language_that_is_set(
    learner: Learner, language: str
) -> None:
    other = gp.GPTask(learner.names["server"].url_of("SlowCount"))(Seconds=0, Steps=1)
    gp.set_language(language)
    try:
        card = check_exercise(1, out=other, area_crs=None, area_km2=None)
        gap = check_exercise(4, found=..., hot_cells=...)
    finally:
        gp.set_language("en")
    assert said(card, "out") == WORDS["other_task"][language].format(task="BufferPoints")
    assert said(gap, "found") == WORDS["gap"][language]


@pytest.mark.timeout(300)
def test_with_its_solutions_it_runs_in_a_kernel_and_every_card_is_green(tmp_path: Path) -> None:
    notebook = lesson("de")
    answers = {**solutions(notebook), "run": "count_task.start(Seconds=0.1, Steps=6)"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = filled(cell.source, answers)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    cards = [
        output.data["text/plain"]
        for cell in notebook.cells
        if cell.id.startswith("check-")
        for output in cell.outputs
    ]
    assert [card.splitlines()[0] for card in cards] == ["Gut gemacht, alles ist wie erwartet."] * 5
    assert (tmp_path / "seen.gpkg").is_file()
