"""The rooms of the package: no circles, private files stay inside, and each outside package has its rooms.

``pytest -s tests/test_rooms.py`` prints how many rooms, files and violations there are.
"""

from pathlib import Path

import pytest
from room_checks import CHECKS, Package, outside_packages

import gpwidgets

ROOT = Path(gpwidgets.__file__).parent
FRAMES = {"geopandas", "pandas", "numpy", "shapely", "pyproj"}
WIDGETS = {"ipywidgets", "traitlets"}
#: Outside packages by room or file; the longest name that fits counts. ipyleaflet is named file by file, so
#: that another map can take its place.
OUTSIDE: dict[str, set[str]] = {
    "client.http": {"requests", "orjson"},
    "client.http._connections": {"requests", "truststore"},
    "client.http._deadlines": {"urllib3"},
    "client.http._retry": {"requests", "urllib3"},
    "client.sign_in.key_store": {"keyring"},
    "convert": FRAMES | {"orjson"},
    "convert.files": {"geopandas", "pandas", "pyproj", "orjson", "pyogrio"},
    "convert.files._text_copies": {"defusedxml", "orjson"},
    "convert.rendering.picture_png": {"matplotlib", "numpy", "shapely"},
    "convert.storage": FRAMES | {"orjson", "pyogrio"},
    "convert.storage.dask_parts": {"dask", "dask_geopandas", "pandas", "pyarrow"},
    "convert.storage.part_files": {"geopandas", "numpy", "pandas", "pyarrow"},
    "convert.storage.parts": {"geopandas", "pandas", "pyarrow"},
    "convert.storage.provenance": {"pyogrio", "pyarrow"},
    "demo": FRAMES,
    "demo.rest": {"pandas"},
    "demo.rest._gateway": {"tornado"},
    "demo.rest._outside": {"jupyter_client"},
    "demo.rest._map_service": {"numpy", "matplotlib"},
    "lesson": {"geopandas", "pyproj"},
    "loopback": {"tornado"},
    "recording.passing": {"requests"},
    "quickstart": {"jupyterlab", "nbformat", "nbclient"},
    "tasks.batch._progress_bar": {"tqdm"},
    "tasks.batch._part_workers": {"pyarrow"},
    "tasks.journal.recording": {"platformdirs"},
    "tasks.runs.run": {"traitlets"},
    "tasks.tracing.request_log": {"pandas"},
    "widgets": WIDGETS,
    "widgets.map._attribute_panel": {"ipywidgets", "ipyleaflet"},
    "widgets.map._base_map": {"ipyleaflet"},
    "widgets.map._base_map_choice": {"ipywidgets", "ipyleaflet"},
    "widgets.map._layer_panel": {"ipywidgets", "ipyleaflet"},
    "widgets.map._pointer": {"ipywidgets", "ipyleaflet"},
    "widgets.map.tile_sources": {"xyzservices"},
    "widgets.map.task_map": WIDGETS | {"ipyleaflet"},
    "widgets.map.drawing.draw_control": {"ipyleaflet"},
    "widgets.map.layers.frame_layer": {"traitlets", "ipyleaflet", "IPython"},
    "widgets.map.layers.ground_layer": {"ipyleaflet"},
    "widgets.map.layers.highlight": {"ipyleaflet"},
    "widgets.map.layers.picture_layer": {"ipyleaflet"},
    "widgets.words.html": {"nh3"},
}
#: What does not hold yet. These lists only get shorter: an entry that holds by now fails the test as well.
NOT_YET: dict[str, set[str]] = {}


@pytest.fixture(scope="module")
def package() -> Package:
    return Package(ROOT)


@pytest.mark.parametrize("check", CHECKS)
def test_the_rooms_hold(package: Package, check: str) -> None:
    found, known = CHECKS[check](package), NOT_YET.get(check, set())
    assert found - known == set(), "new"
    assert known - found == set(), "it holds by now: take it off the list"


def test_outside_packages_enter_where_the_table_says(package: Package) -> None:
    assert outside_packages(package, OUTSIDE) == set()


def test_the_table_of_outside_packages_has_no_more_than_is_used(package: Package) -> None:
    for row, given in OUTSIDE.items():
        needed = {line.split(": ")[1] for line in outside_packages(package, {**OUTSIDE, row: set()})}
        assert given - needed == set(), row


def test_the_summary(package: Package) -> None:
    counts = {name.replace("_", " "): len(check(package)) for name, check in CHECKS.items()}
    print(f"\n{len(package.rooms)} rooms, {len(package.modules)} files", counts)
    assert len(package.rooms) > 40
