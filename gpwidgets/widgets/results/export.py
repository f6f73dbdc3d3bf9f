"""Saving a frame among the results as a file beside the notebook."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.file_names import move_to_free_name, name_from_title, private_folder
from gpwidgets.texts import later, tr
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import status_line
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.words.file_links import saved_html

if TYPE_CHECKING:
    from pandas import DataFrame


def _write_gpkg(frame: Any, path: Path) -> str:
    from gpwidgets.convert.storage.shapefiles import plain_frame

    plain, told = plain_frame(frame)
    plain.to_file(path, driver="GPKG", layer=path.stem)
    return told


def _write_geojson(frame: Any, path: Path) -> str:
    from gpwidgets.convert.coordinates.reprojecting import reproject
    from gpwidgets.convert.storage.shapefiles import plain_frame

    plain, told = plain_frame(frame)
    degrees = plain if plain.crs is None else reproject(plain, "EPSG:4326")
    degrees.to_file(path, driver="GeoJSON")
    return told


def _write_csv(frame: Any, path: Path) -> None:
    if is_frame(frame):
        frame = frame.to_wkt()  # the geometry stays readable, as text
    frame.to_csv(path, index=False)


def _write_parquet(frame: Any, path: Path) -> None:
    frame.to_parquet(path, index=False)


def _write_shapefile(frame: Any, path: Path) -> str:
    from gpwidgets.convert.storage.shapefiles import plain_frame, write_shapefile

    plain, told = plain_frame(frame)
    renamed = write_shapefile(plain, path)
    pairs = ", ".join(tr("{old} is {new}", old=old, new=new) for old, new in renamed.items())
    names = tr("Shapefiles have short names: {pairs}", pairs=pairs) if pairs else ""
    return " ".join(filter(None, (told, names)))


#: Writes a frame to a path; what it returns is said to the user.
Writer = Callable[[Any, Path], str | None]

#: Label, ending and writer of each format.
FEATURE_FORMATS: tuple[tuple[str, str, Writer], ...] = (
    ("GeoPackage", ".gpkg", _write_gpkg),
    ("GeoParquet", ".parquet", _write_parquet),
    ("GeoJSON", ".geojson", _write_geojson),
    (later("Shapefile (zip)"), ".zip", _write_shapefile),
    ("CSV", ".csv", _write_csv),
)
TABLE_FORMATS: tuple[tuple[str, str, Writer], ...] = (
    ("CSV", ".csv", _write_csv),
    ("Parquet", ".parquet", _write_parquet),
)


def formats_for(frame: Any) -> list[tuple[str, str, Writer]]:
    """Return the formats that a frame can be saved in here; Parquet needs pyarrow."""
    formats = FEATURE_FORMATS if is_frame(frame) else TABLE_FORMATS
    has_arrow = find_spec("pyarrow") is not None
    return [one for one in formats if has_arrow or one[1] != ".parquet"]


class FrameSaver(Owner, w.HBox):
    """Saves a frame in a format of the user's choice; a file that exists is never written over.

    Parameters
    ----------
    frame
        A DataFrame or GeoDataFrame.
    name
        First part of the file's name.
    folder
        Where it is saved, as typed into the box.

    Attributes
    ----------
    path : pathlib.Path or None
        Where it was saved last.
    """

    def __init__(self, frame: DataFrame, name: str, *, folder: str = "results") -> None:
        self.frame = frame
        self.path: Path | None = None
        self._name = name
        self._formats = formats_for(frame)
        self.format: w.Dropdown = w.Dropdown(
            options=[tr(label) for label, _, _ in self._formats],
            description=tr("Save as"),
            layout=w.Layout(width="220px"),
        )
        self.folder: w.Text = w.Text(
            value=folder, description=tr("in folder"), layout=w.Layout(width="220px")
        )
        self.button: w.Button = w.Button(
            description=tr("Save"),
            icon="download",
            tooltip=tr("Save {name} as a file", name=name),
            layout=w.Layout(width="auto"),
        )
        self._said = status_line()
        self._saving = self.own(Background("gpwidgets-save", said=self._said, button=self.button))
        self.button.on_click(self._start)
        super().__init__(
            [self.format, self.folder, self.button, self._said],
            layout=w.Layout(flex_flow="row wrap", align_items="center"),
        )

    def _start(self, _button: w.Button) -> None:
        self._saving.start(self._save, self._show_saved, tr("Saving…"))

    def _save(self) -> str:
        _, ending, write = self._formats[self.format.index]
        folder = Path(self.folder.value or ".").expanduser()
        name = f"{name_from_title(self._name, 'result')}{ending}"
        with private_folder(folder) as private:
            said = write(self.frame, private / name)
            path = move_to_free_name(private / name, folder, name)
        self.path = path
        more = f'<div class="gpw-muted">{escape(said)}</div>' if said else ""
        return saved_html(path, path.stat().st_size) + more

    def _show_saved(self, words: str) -> None:
        self._said.value = words

    def __repr__(self) -> str:
        return f"<FrameSaver of {self._name!r}>"
