"""Editors of files and rasters: a path, a URL, or a file sent from the browser."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from gpwidgets.protocol.values import UNSET, DataFile, RasterData
from gpwidgets.secrets import mask
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.kit.secret_text import UnechoedText
from gpwidgets.widgets.page.uploaded import UploadFolder, forget_content, has_content


class FileEditor(ParameterEditor):
    """A file for a task."""

    def build(self) -> list[w.Widget]:
        """Make a box for path or URL, and a button that takes a file from the browser."""
        self._given: Any = UNSET
        self._uploads = UploadFolder()
        self.text: Any = self._make_text()
        self.upload: w.FileUpload = lean(
            w.FileUpload,
            description=tr("From this computer"),
            accept=",".join(f".{ending}" for ending in self._endings),
            multiple=False,
            tooltip=tr("Take a file from this computer for {title}", title=self.title),
            layout={"width": "auto"},
        )
        self.text.observe(self._take_text, names="value")
        self.upload.observe(self._take_upload, names="value")
        return [lean(w.HBox, [self.text, self.upload], _dom_classes=("gpw-wide", "gpw-ends", "gpw-wrapping"))]

    def _make_text(self) -> Any:
        layout = {"flex": "1 1 180px", "width": "auto", "min_width": "0"}
        names = tuple(choice.label for choice in self.parameter.choices)
        if names:
            return lean(
                w.Combobox,
                description=self.label,
                options=names,
                ensure_option=False,
                placeholder=tr("a layer of the server, a path or a URL"),
                tooltip=self.title,
                layout=layout,
            )
        endings = ", ".join(f".{ending}" for ending in self._endings)
        return lean(
            UnechoedText,
            description=self.label,
            placeholder=tr("a path or a URL ({endings})", endings=endings)
            if endings
            else tr("a path or a URL"),
            continuous_update=False,
            tooltip=self.title,
            layout=layout,
        )

    @property
    def _endings(self) -> tuple[str, ...]:
        limits = self.parameter.filter
        if limits is None or limits.type != "file":
            return ()
        return tuple(ending.lstrip(".") for ending in limits.values)

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.text

    def _take_text(self, _change: object) -> None:
        text = self.text.value.strip()
        if mask(text) != text and text != self._text_of(self._given):
            self._given = text
            self.text.value = mask(text)  # no token stays in a box of text
        else:
            self.take()

    def _take_upload(self, _change: object) -> None:
        if not has_content(self.upload):
            return
        path = self._uploads.keep(self.upload.value[0])
        forget_content(self.upload)
        self.set_value(str(path), picked=True)

    def read(self) -> Any:
        """Return path, URL or name; what has neither stays as it was given."""
        text = self.text.value.strip()
        if not text:
            return UNSET
        return self._given if text == self._text_of(self._given) else text

    def show(self, value: Any) -> None:
        """Show path, URL without a token, or name."""
        self._given = value
        self.text.value = self._text_of(value)

    def show_raw(self, value: Any) -> bool:
        self._given = value
        self.text.value = self._text_of(value)
        return True

    @staticmethod
    def _text_of(value: Any) -> str:
        if isinstance(value, DataFile | RasterData):
            portal = value.portal_item_id if isinstance(value, DataFile) else None
            return value.path or mask(value.url or "") or value.item_id or portal or ""
        return "" if value is UNSET else mask(str(value))

    def let_go(self) -> None:
        """Throw the copies of sent files away with the editor."""
        self._uploads.clear()
