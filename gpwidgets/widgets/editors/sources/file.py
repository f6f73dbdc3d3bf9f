"""Features of a file: sent from the browser or on disk; looked at before they are used."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import ipywidgets as w

from gpwidgets.errors import ConversionError
from gpwidgets.tasks.workers import start_worker
from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors.feature_words import counted, kind_of
from gpwidgets.widgets.editors.sources.base import WIDE, Source, row
from gpwidgets.widgets.lean import lean
from gpwidgets.widgets.uploaded import UploadFolder

_ENDINGS = ".geojson,.json,.zip,.gpkg,.kml,.kmz,.parquet,.geoparquet,.csv,.tsv,.gml,.fgb,.xlsx"
_NO_SYSTEM = later(
    "The file does not say what its coordinates are. Name the system, such as EPSG:25832; "
    "degrees are EPSG:4326."
)


class FileSource(Source):
    """A file in any format that geopandas reads, with a choice of layer, and of the CRS where it has none."""

    label: ClassVar[str] = later("A file")

    def build(self) -> list[w.Widget]:
        """Make box and upload button; layer, CRS and the button to use it come once a file is read."""
        from gpwidgets.widgets.map_preview import Preview

        self.uploads = UploadFolder()
        self.preview = Preview(self.editor.context.map)
        self._path: Path | None = None
        self._read: Any = None
        self._frame: Any = None
        self._worker: Thread | None = None
        self.path = lean(
            w.Text,
            placeholder=tr("path of a file: GeoJSON, zipped shapefile, GeoPackage, KML, GeoParquet, CSV"),
            tooltip=tr("Path of a file for {title}", title=self.title),
            continuous_update=False,
            layout={"flex": "1 1 160px", "width": "auto", "min_width": "0"},
        )
        self.upload = lean(
            w.FileUpload,
            description=tr("From this computer"),
            accept=_ENDINGS,
            multiple=False,
            tooltip=tr("Take a file from this computer for {title}", title=self.title),
            layout={"width": "auto"},
        )
        self.layer = lean(
            w.Dropdown,
            tooltip=tr("Layer of the file for {title}", title=self.title),
            layout=w.Layout(width="auto", display="none"),
        )
        self.system = lean(
            w.Text,
            placeholder="EPSG:4326",
            tooltip=tr("Coordinate system of the file for {title}", title=self.title),
            continuous_update=False,
            layout=w.Layout(width="150px", display="none"),
        )
        self.use = self.button(
            tr("Use these features"), "check", tr("Use them for {title}", title=self.title), self._use
        )
        self.use.layout.display = "none"
        self.path.observe(self._take_path, names="value")
        self.upload.observe(self._take_upload, names="value")
        self.layer.observe(self._take_layer, names="value")
        self.system.observe(lambda _change: self._act(self._show), names="value")
        self.found = lean(
            w.HBox,
            [self.layer, self.system, self.use],
            layout={"flex_flow": "row wrap", "align_items": "flex-end", **WIDE},
        )
        return [row(self.path, self.upload), self.found]

    @property
    def focus_target(self) -> w.DOMWidget:
        """The path."""
        return self.path

    def left(self) -> None:
        """Take what was looked at off the map."""
        self.preview.clear()

    # Reading

    def _take_path(self, change: Any) -> None:
        if change["new"].strip():
            self.load(Path(change["new"].strip()).expanduser())

    def _take_upload(self, _change: object) -> None:
        if self.upload.value:
            path = self.uploads.keep(self.upload.value[0])
            self.upload.value = ()  # the content need not stay in the notebook
            self.load(path)

    def load(self, path: Path) -> None:
        """Begin to read a file; large ones take a while, so it is done beside the kernel's work."""
        self._forget()
        self._path = path
        self.say(tr("Reading {name}…", name=path.name))
        self._worker = start_worker(lambda: self._act(lambda: self._look(path)), "gpwidgets-file")

    def _look(self, path: Path) -> None:
        from gpwidgets.convert.file_layers import layer_names

        names = layer_names(path)
        if path is not self._path:
            return
        if len(names) > 1:
            self.layer.options = [
                (tr("choose one of {count} layers", count=len(names)), ""),
                *((name, name) for name in names),
            ]
            self.layer.layout.display = ""
            self.say(tr("{name} holds {count} layers.", name=path.name, count=len(names)))
        else:
            self._load_layer(path, names[0] if names else "")

    def _take_layer(self, change: Any) -> None:
        path = self._path
        if change["new"] and path is not None:
            start_worker(lambda: self._act(lambda: self._load_layer(path, change["new"])), "gpwidgets-file")

    def _load_layer(self, path: Path, name: str) -> None:
        from gpwidgets.convert.file_layers import read_layer

        frame = read_layer(path, name)
        if path is self._path:
            self._read = frame
            self._show()

    # Looking at it

    def _show(self) -> None:
        """Say what was read and show where it lies; ask for the CRS where the file has none."""
        if self._read is None:
            return
        from gpwidgets.convert.readers import to_frame

        system = self.system.value.strip()
        unknown = getattr(self._read, "crs", None) is None  # a table of numbers never tells
        self.system.layout.display = "" if unknown else "none"
        self._frame = None
        self.use.layout.display = "none"
        self.preview.clear()
        frame = to_frame(self._read, crs=system or None)
        if frame.crs is None:
            self.say(tr(_NO_SYSTEM))
            return
        self._frame = frame
        self.preview.show(frame)
        place = tr(" Its place is grey on the map.") if self.preview.is_shown else ""
        words = f"{counted(len(frame), kind_of(frame))}, {frame.crs.name} ({frame.crs.to_string()[:40]})."
        self.say(words + place)
        self.use.layout.display = ""

    def _use(self) -> None:
        frame = self._frame
        if frame is None:
            raise ConversionError(tr("There is nothing to use yet; choose a file first."))
        self.preview.clear()
        self.give(frame)

    def _forget(self) -> None:
        self._read = self._frame = None
        self.preview.clear()
        self.system.value = ""
        self.layer.options = []
        for control in (self.layer, self.system, self.use):
            control.layout.display = "none"

    def let_go(self) -> None:
        """Throw the copies of sent files away."""
        self.preview.clear()
        self.uploads.clear()
