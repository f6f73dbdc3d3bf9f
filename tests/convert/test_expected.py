"""What other projects' tests expect of the same files: equal geometry and equal properties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from recorded import recorded, recorded_root

from gpwidgets.convert.user_input.readers import to_frame

pytestmark = pytest.mark.filterwarnings("ignore::gpwidgets.errors.GPWarning")

#: Expectations that are not taken over, and why.
OTHERWISE = {
    "a2g_warning_if_true_curve_element": "it gives up on curves; ours become lines within a tolerance",
    "a2g_parse_arcgis_feature_with_custom_id": "frames keep the identifier as the column it came in",
    "gdal_esrizlinestring": "without hasZ a third number is no height, says the protocol",
    "a2g_convert_arcgis_polyline_with_z_values_to_geojson_linestring": "the same",
}

#: Other projects' readers write degrees, so these have to be reprojected first.
REPROJECTED = "agol_"


def expected_files() -> list[Path]:
    root = recorded_root()
    if root is None:
        return []
    found = [path for kind in ("featureset", "pair") for path in (root / kind / "expected").iterdir()]
    assert len(found) > len(recorded("pair"))
    return sorted(found)


def source_of(path: Path) -> geopandas.GeoDataFrame:
    name = path.name.split(".")[0]
    frame = to_frame(json.loads((path.parent.parent / f"{name}.json").read_bytes()))
    return frame.to_crs(4326) if name.startswith(REPROJECTED) else frame


def features_of(path: Path) -> list[dict[str, Any]]:
    """The expected features; of a file that states some members only, these."""
    if path.suffix == ".wkt":
        return [{"geometry": json.loads(shapely.to_geojson(shapely.from_wkt(path.read_text().strip())))}]
    data = json.loads(path.read_text())
    if path.name.endswith(".asserts.json"):
        data = stated(data)
    if data.get("type") == "FeatureCollection":
        features: list[dict[str, Any]] = data["features"]
        return features
    return [data if data.get("type") == "Feature" or "geometry" in data else {"geometry": data}]


def stated(members: dict[str, Any]) -> dict[str, Any]:
    """A tree of members that are given by path."""
    if "" in members:
        whole: dict[str, Any] = members[""]
        return whole
    tree: dict[str, Any] = {}
    for path, value in members.items():
        *above, last = path.split("/")
        place = tree
        for part in above:
            place = place.setdefault(part, {})
        place[last] = value
    return tree


@pytest.mark.parametrize(
    "path", [p for p in expected_files() if p.name.split(".")[0] not in OTHERWISE], ids=lambda path: path.name
)
def test_other_projects_expect_the_same(path: Path) -> None:
    frame, expected = source_of(path), features_of(path)
    assert len(frame) == len(expected)
    for row, theirs in enumerate(expected):
        if "geometry" in theirs:
            assert_equal_geometry(frame.geometry.iloc[row], theirs["geometry"])
        for name, value in (theirs.get("properties") or {}).items():
            ours = frame[name].iloc[row]
            assert (None if pd.isna(ours) else ours) == value, name


def assert_equal_geometry(ours: Any, theirs: dict[str, Any] | None) -> None:
    if theirs is None:
        assert ours is None or ours.is_empty
        return
    if "type" in theirs:
        assert ours.geom_type.removeprefix("Multi") == theirs["type"].removeprefix("Multi")
    if "coordinates" not in theirs:
        return
    kind = theirs.get("type") or ours.geom_type
    wanted = shapely.from_geojson(json.dumps({"type": kind, "coordinates": theirs["coordinates"]}))
    assert ours.has_z == wanted.has_z
    assert shapely.equals_exact(plane(ours), plane(wanted), tolerance=1e-9)
    np.testing.assert_allclose(vertices(ours), vertices(wanted), rtol=0, atol=1e-9)


def plane(shape: Any) -> Any:
    """The geometry without heights; a ring may end above its start, and gets a vertex more for it."""
    return shapely.remove_repeated_points(shapely.force_2d(simple(shape))).normalize()


def vertices(shape: Any) -> Any:
    """All vertices with their heights, in an order that does not depend on where a ring starts."""
    rounded = np.round(shapely.get_coordinates(shape, include_z=shape.has_z), 10)
    return np.unique(rounded, axis=0)


def simple(shape: Any) -> Any:
    """A geometry of one part as that part, which is how one project or the other likes it."""
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape


def test_every_exception_is_one() -> None:
    names = {path.name.split(".")[0] for path in expected_files()}
    assert not names or set(OTHERWISE) <= names
