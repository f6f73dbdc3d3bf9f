"""Features of a file: sent from the browser or on disk, and used as soon as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import ipywidgets as w

from gpwidgets.datatypes.feature_counts import counted, kind_of
from gpwidgets.errors import ConversionError
from gpwidgets.secrets import mask
from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors.features.sources.feature_source import Source, row
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import WIDE, lean
from gpwidgets.widgets.page.uploaded import UploadFolder, forget_content, has_content

_ENDINGS = ".geojson,.json,.zip,.gpkg,.kml,.kmz,.parquet,.geoparquet,.csv,.tsv,.gml,.fgb,.xlsx"
_NO_SYSTEM = later(
    "The file does not say what its coordinates are. Name the system, such as EPSG:25832; "
    "degrees are EPSG:4326."
)


class FileSource(Source):
    """A file in any format that geopandas reads, with a choice of layer, and of the CRS where it has none."""

    label: ClassVar[str] = later("A file")

    def build(self) -> list[w.Widget]:
        """Make box and upload button; layer and CRS are asked for where a file needs them."""
        self.uploads: UploadFolder = UploadFolder()
        self._path: Path | None = None
        self._read: Any = None
        self._binding = Binding()
        self._waits_for = ""
        self._reading = self.own(Background("gpwidgets-file", failed=self.show_error))
        self._make_boxes()
        self._binding.follow(self.path, self._take_path)
        self.upload.observe(self._take_upload, names="value")
        self.layer.observe(self._take_layer, names="value")
        self.system.observe(lambda _change: self._act(self._take), names="value")
        self.found: w.HBox = lean(
            w.HBox,
            [self.layer, self.system],
            layout={"flex_flow": "row wrap", "align_items": "flex-end", **WIDE},
        )
        return [row(self.path, self.upload), self.found]

    def _make_boxes(self) -> None:
        self.path: w.Text = lean(
            w.Text,
            placeholder=tr("path of a file: GeoJSON, zipped shapefile, GeoPackage, KML, GeoParquet, CSV"),
            tooltip=tr("Path of a file for {title}", title=self.title),
            continuous_update=False,
            layout={"flex": "1 1 160px", "width": "auto", "min_width": "0"},
        )
        self.upload: w.FileUpload = lean(
            w.FileUpload,
            description=tr("From this computer"),
            accept=_ENDINGS,
            multiple=False,
            tooltip=tr("Take a file from this computer for {title}", title=self.title),
            layout={"width": "auto"},
        )
        self.layer: w.Dropdown = lean(
            w.Dropdown,
            tooltip=tr("Layer of the file for {title}", title=self.title),
            layout=w.Layout(width="auto", display="none"),
        )
        self.system: w.Text = lean(
            w.Text,
            placeholder="EPSG:4326",
            tooltip=tr("Coordinate system of the file for {title}", title=self.title),
            continuous_update=False,
            layout=w.Layout(width="150px", display="none"),
        )

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.path

    # Reading

    def _take_path(self, change: Any) -> None:
        if change["new"].strip():
            self.load(Path(change["new"].strip().strip("\"'")).expanduser())
        else:
            self.editor.dismiss()

    def _take_upload(self, _change: object) -> None:
        if has_content(self.upload):
            path = self.uploads.keep(self.upload.value[0])
            forget_content(self.upload)
            self._clear_path()
            self.load(path)

    def load(self, path: Path) -> None:
        """Begin to read a file; large ones take a while, so it is done beside the kernel's work."""
        self._forget()
        self._path = path
        self._wait_for(tr("{name} is being read; wait a moment.", name=path.name))
        self.say(tr("Reading {name}…", name=path.name))
        self._reading.start(lambda: _layers_in(path), lambda found: self._look(path, *found))

    def _look(self, path: Path, names: Sequence[str], frame: Any) -> None:
        if len(names) > 1:
            self.layer.options = [
                (tr("choose one of {count} layers", count=len(names)), ""),
                *((name, name) for name in names),
            ]
            self.layer.layout.display = ""
            words = tr("{name} holds {count} layers; choose one of them.", name=path.name, count=len(names))
            self._wait_for(words)
            self.say(words)
        else:
            self._take_frame(frame)

    def _take_layer(self, change: Any) -> None:
        path, name = self._path, change["new"]
        if name and path is not None:
            from gpwidgets.convert.user_input.file_layers import read_layer

            self._reading.start(lambda: read_layer(path, name), self._take_frame)

    def _take_frame(self, frame: Any) -> None:
        self._read = frame
        self._take()

    def _take(self) -> None:
        """Give what was read to the input; ask for the CRS where the file has none."""
        if self._read is None:
            return
        from gpwidgets.convert.user_input.readers import to_frame

        system = self.system.value.strip()
        unknown = getattr(self._read, "crs", None) is None  # a table of numbers never tells
        self.system.layout.display = "" if unknown else "none"
        frame = to_frame(self._read, crs=system or None)
        if frame.crs is None:
            self._wait_for(tr(_NO_SYSTEM))
            self.say(tr(_NO_SYSTEM))
            return
        self._waits_for = ""
        if self.give(frame):
            words = f"{counted(len(frame), kind_of(frame))}, {frame.crs.name} ({frame.crs.to_string()[:40]})."
            self.say(words)
        else:
            self._wait_for(self.editor.error)

    def _wait_for(self, words: str) -> None:
        """Keep in mind why the file is not used yet."""
        self.touched = True
        self._waits_for = words

    def show_error(self, error: Exception) -> None:
        """Show why the file is not used."""
        self._waits_for = mask(str(error))
        super().show_error(error)

    def take_pending(self) -> None:
        """Say what is missing, as the file would have been used otherwise."""
        raise ConversionError(self._waits_for or tr("The file could not be used."))

    def settle(self) -> None:
        """Read no further: the input has a value."""
        super().settle()
        self.stop_reading(self._reading)

    def drop(self) -> None:
        super().drop()
        self.stop_reading(self._reading)
        self._path = None
        self._forget()
        self._clear_path()
        self.say("")

    def _clear_path(self) -> None:
        with self._binding.silently():
            self.path.value = ""

    def _forget(self) -> None:
        self._read = None
        self.system.value = ""
        self.layer.options = []
        for control in (self.layer, self.system):
            control.layout.display = "none"

    def let_go(self) -> None:
        """Throw the copies of sent files away."""
        self.uploads.clear()


def _layers_in(path: Path) -> tuple[Sequence[str], Any]:
    """Return the names of a file's layers, and its rows where there is no choice."""
    from gpwidgets.convert.user_input.file_layers import layer_names, read_layer

    names = layer_names(path)
    return names, read_layer(path, names[0] if names else "") if len(names) < 2 else None
