"""The shapes of an input one by one: choose, move, reshape, delete, write as text, and their attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.errors import ConversionError, GPError
from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors.features._attribute_boxes import AttributeForm
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import WIDE, lean, text_button, wide
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.map.drawing.feature_words import shape_words

if TYPE_CHECKING:
    from gpwidgets.widgets.map.drawing.draw_target import DrawTarget

_CHOOSE = later("choose one, or click it on the map")


class ShapePanel(Fold):
    """What can be done with one drawn shape; folded until a shape is chosen.

    Parameters
    ----------
    target
        Whose shapes.
    title
        Name of the input.
    check
        Raises for geometries that the input does not take.
    """

    def __init__(self, target: DrawTarget, title: str, check: Callable[[list[Any]], None]) -> None:
        self._target = target
        self._binding = Binding()
        self._shown = ""
        self._typed = False
        self._check = check
        self.chooser: w.Dropdown = lean(
            w.Dropdown,
            options=[(tr(_CHOOSE), "")],
            tooltip=tr("Shape of {title} to change", title=title),
            layout=WIDE,
        )
        self._make_controls(target, title)
        self._one = self._arranged(has_fields=bool(target.fields))
        super().__init__(
            "",
            [self.chooser, self._one, self.said],
            tooltip=tr("Change single shapes of {title}", title=title),
        )
        self._binding.follow(self.chooser, self._choose)
        self._binding.follow(self.text, self._type_text)
        self._binding.follow(self.attributes, self._take_attributes, "values")
        self.follow(target, self._follow, ["shapes", "selected", "editing"])
        self._follow()

    def _make_controls(self, target: DrawTarget, title: str) -> None:
        """Make what changes the chosen shape: on the map, as text, and its attributes."""
        self.move: w.ToggleButton = self._toggle(
            "move", tr("Move"), "arrows", tr("Drag the chosen shape of {title} on the map", title=title)
        )
        self.reshape: w.ToggleButton = self._toggle(
            "reshape", tr("Reshape"), "pencil", tr("Drag corners of the chosen shape of {title}", title=title)
        )
        self.delete: w.Button = text_button(
            tr("Delete"), "trash-o", tr("Take the chosen shape out of {title}", title=title), self._delete
        )
        self.text: w.Textarea = lean(
            w.Textarea, rows=2, tooltip=tr("The chosen shape of {title} as WKT", title=title), layout=WIDE
        )
        self.apply: w.Button = text_button(
            tr("Apply text"), "check", tr("Change the shape to what the text says"), self._apply
        )
        self.said: w.HTML = w.HTML()
        self.attributes: AttributeForm = self.own(AttributeForm(target.fields))
        self.for_all: Any = self.own(
            text_button(
                tr("Same for all shapes"),
                "clone",
                tr("Give all shapes of {title} these attributes", title=title),
                self._copy_attributes,
                layout=w.Layout(width="auto", align_self="flex-start"),
            )
        )

    def _arranged(self, *, has_fields: bool) -> w.VBox:
        """The controls of one shape, below each other."""
        more: list[w.Widget] = [self.attributes, self.for_all] if has_fields else []
        wrap = {"flex_flow": "row wrap"}
        one = w.VBox(
            [
                w.HBox([self.move, self.reshape, self.delete], layout=wrap),
                *more,
                self.text,
                w.HBox([self.apply], layout=wrap),
            ],
            layout=wide(display="none"),
        )
        one.add_class("gpw-plain")
        return one

    def _toggle(self, way: str, words: str, icon: str, tooltip: str) -> w.Button:
        def switch() -> None:
            if self._target.editing == way:
                self._target.end_edit()
            else:
                self._target.edit(way)

        made: w.Button = text_button(words, icon, tooltip, switch, layout=w.Layout(width="auto"))
        return made

    # Following the target

    def _follow(self, _change: object = None) -> None:
        """Show the shapes as they are, and the chosen one."""
        target, shapes = self._target, self._target.shapes
        self.layout.display = "" if shapes else "none"
        words = tr("Change shapes, set attributes") if target.fields else tr("Change shapes")
        self.title = f"{words} ({len(shapes):,})"
        rows = [(shape_words(number, shape), shape.id) for number, shape in enumerate(shapes, 1)]
        with self._binding.silently():
            self.chooser.options = [(tr(_CHOOSE), ""), *rows]
            self.chooser.value = target.selected if target.selected_shape else ""
            self._show_chosen()
        if target.selected:
            self.opened = True

    def _show_chosen(self) -> None:
        from gpwidgets.convert.user_input.drawn import as_text

        shape = self._target.selected_shape
        self._one.layout.display = "none" if shape is None else ""
        self.said.value = ""
        if shape is None:
            return
        if shape.id != self._shown or not self._typed:  # what is typed and not applied stays
            self.text.value = as_text(shape.geometry)
            self._typed = False
        if shape.id != self._shown or not self.attributes.problems:  # what is typed and wrong stays
            self.attributes.show(shape.properties)
        self._shown = shape.id
        self.for_all.layout.display = "" if len(self._target.shapes) > 1 else "none"
        self.move.disabled = self.reshape.disabled = not self._target.can_reshape(shape)
        self.reshape.layout.display = "none" if shape.kind in ("point", "multipoint") else ""
        for way, button, words in (("move", self.move, tr("Move")), ("reshape", self.reshape, tr("Reshape"))):
            is_on = self._target.editing == way
            button.description = tr("Done") if is_on else words
            button.button_style = "info" if is_on else ""

    # What was typed

    def _type_text(self, _change: object) -> None:
        self._typed = True

    def take_pending(self) -> str:
        """Use a text that was changed and not applied; return what is wrong with it, or with an attribute."""
        if self._typed:
            try:
                self._use_text()
            except GPError as error:
                return str(error)
        return self.attributes.problem

    def dismiss(self) -> None:
        """Show the chosen shape as it is."""
        self._shown, self._typed = "", False
        self._follow()

    # What the user does

    def _choose(self, change: Any) -> None:
        self._target.selected = change["new"]

    def _delete(self) -> None:
        chosen = self._target.selected
        self._target.end_edit()
        self._target.remove(chosen)

    @guarded
    def _apply(self) -> None:
        self._use_text()

    def _use_text(self) -> None:
        from gpwidgets.convert.user_input.drawn import text_geometries

        found = text_geometries(self.text.value.strip())
        if len(found) != 1:
            raise ConversionError(tr("The text holds {count} shapes; one is wanted here.", count=len(found)))
        self._check(found)
        self._target.end_edit()
        self._typed = False
        self._target.update(self._target.selected, geometry=found[0])

    def _take_attributes(self, change: Any) -> None:
        shape = self._target.selected_shape
        if shape is not None:
            self._target.update(shape.id, properties={**shape.properties, **change["new"]})

    def _copy_attributes(self) -> None:
        given = self.attributes.values
        self._target.update_all(
            {one.id: {"properties": {**one.properties, **given}} for one in self._target.shapes}
        )

    def show_error(self, error: Exception) -> None:
        """Show why the text could not be used."""
        self.said.value = error_html(error)
