"""Features typed or pasted as text: the way without a mouse, also to change what is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import ipywidgets as w

from gpwidgets.datatypes.layer_addresses import holds_token
from gpwidgets.protocol.geometry_types import check_shapes
from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors.features.sources.feature_source import Source, row
from gpwidgets.widgets.editors.namespace import frames_in_notebook
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import WIDE, lean

_WAYS = later(
    "-84.2, 36.3   (longitude, latitude; one point a line)\n"
    "36°18'N 84°12'W\n"
    "POLYGON ((-84.3 36.2, -84.1 36.2, -84.2 36.4, -84.3 36.2))   (WKT)\n"
    "or GeoJSON, a path, a layer's URL, or the name of a GeoDataFrame"
)


class TextSource(Source):
    """Coordinates, WKT, GeoJSON; also a path, an address or a name."""

    label: ClassVar[str] = later("Type or paste coordinates")

    def build(self) -> list[w.Widget]:
        """Make the box, and a button that writes what is there into it."""
        self._written: list[str] = []
        self._used = ""
        self._binding, self._using = Binding(), Binding()
        self.text: w.Textarea = lean(
            w.Textarea,
            placeholder=tr(_WAYS),
            rows=4,
            tooltip=tr("{title} as text, path, URL or name", title=self.title),
            layout=WIDE,
        )
        self.system: w.Text = lean(
            w.Text,
            placeholder=tr("EPSG code if not degrees"),
            tooltip=tr(
                "Coordinate system of the text for {title}; longitude and latitude when left out",
                title=self.title,
            ),
            layout=w.Layout(flex="1 1 120px", width="auto", min_width="0"),
        )
        self.use: w.Button = self.button(
            tr("Use"), "check", tr("Use the text for {title}", title=self.title), self._use
        )
        self.write: w.Button = self.button(
            tr("Edit as text"),
            "pencil-square-o",
            tr("Write the shapes of {title} into the box", title=self.title),
            self.show_shapes,
        )
        if self.editor.target is not None:
            self.editor.target.observe(self._allow_writing, names="shapes")
        for box in (self.text, self.system):
            self._binding.follow(box, self._touch)
        self._allow_writing()
        return [self.text, row(self.use, self.write, self.system)]

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.text

    def opened(self) -> None:
        """Let the shapes be written only where there are some; a text that was never used waits again."""
        self._allow_writing()
        self.touched = self.text.value.strip() not in ("", self._used)

    def _allow_writing(self, _change: object = None) -> None:
        self.write.disabled = not self._shapes()

    def _shapes(self) -> Sequence[object]:
        return () if self.editor.target is None else self.editor.target.shapes

    # What was typed

    def _touch(self, _change: object) -> None:
        self.touched = bool(self.text.value.strip())
        if not self.touched:
            self.editor.dismiss()

    def write_text(self, text: str, system: str = "") -> None:
        """Put a text into the box that the user has not typed."""
        with self._binding.silently():
            self.text.value, self.system.value = text, system

    def propose(self, text: str) -> None:
        """Put a text into the box that waits there to be mended and used."""
        self.write_text(text)
        self.touched = True

    def drop(self) -> None:
        super().drop()
        self.write_text("")

    def settle(self) -> None:
        """Empty the box of a text that was used and is not what the input holds any more."""
        if not self.touched and not self._using.silent:
            self.write_text("")
        super().settle()

    def take_pending(self) -> None:
        self._use()

    def _use(self) -> None:
        with self._using.silently():
            self._use_text(self.text.value.strip(), self.system.value.strip())
        if not self.touched:
            self._used = self.text.value.strip()

    def _use_text(self, text: str, system: str) -> None:
        if not text:
            self.say(tr("The box is empty: type or paste something into it first."))
            return
        if not system and self._changed_shapes(text):
            self.touched: bool = False
            return
        named = frames_in_notebook(with_geometry=True).get(text)
        if named is not None:
            self.give(named)
        elif system:
            from gpwidgets.convert.user_input.readers import to_frame

            self.give(to_frame(text, crs=system))
        else:
            self._give_text(text)

    def _give_text(self, text: str) -> None:
        from gpwidgets.convert.coordinates.wkt_and_degrees import order_is_open

        near = self.editor.surroundings() if order_is_open(text) else None
        taken = self.give(text)
        if holds_token(text):
            self.write_text("")  # no token stays in a box of text
        if near is not None:
            self.editor.ask_order(text, near, taken=taken)

    def _changed_shapes(self, text: str) -> bool:
        """Give the shapes the geometries of the lines that were written for them, when it is still those."""
        from gpwidgets.convert.coordinates.wkt_and_degrees import is_wkt
        from gpwidgets.convert.user_input.drawn import text_geometries

        target, ids = self.editor.target, self._written
        if target is None or not ids or ids != [shape.id for shape in target.shapes] or not is_wkt(text):
            return False
        found = text_geometries(text)
        if len(found) != len(ids):
            return False
        check_shapes(self.editor.parameter, found)
        target.update_all({shape: {"geometry": one} for shape, one in zip(ids, found, strict=True)})
        return True

    def show_shapes(self) -> None:
        """Write the shapes into the box, a line of WKT for each, to be changed there."""
        from gpwidgets.convert.user_input.drawn import as_text

        target = self.editor.target
        if target is not None:
            self._written = [shape.id for shape in target.shapes]
            self.write_text("\n".join(as_text(shape.geometry) for shape in target.shapes))
            self.say(
                tr("Change the lines, then press Use. Attributes stay as long as there are as many lines.")
            )
