"""Editor of features: drawn on the map, typed, or taken from a frame, a file, a layer or a result."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w
from traitlets import observe

from gpwidgets.datatypes.feature_counts import counted
from gpwidgets.errors import GPError
from gpwidgets.protocol.attributes import check_attribute, input_fields
from gpwidgets.protocol.features import FeatureSet
from gpwidgets.protocol.geometry_types import check_shapes
from gpwidgets.protocol.values import UNSET
from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.editors.features._feature_checks import FeatureChecks
from gpwidgets.widgets.editors.features._input_question import InputQuestion
from gpwidgets.widgets.editors.features._order_question import OrderQuestion
from gpwidgets.widgets.editors.features._shape_panel import ShapePanel
from gpwidgets.widgets.editors.features._source_picker import SourcePicker
from gpwidgets.widgets.editors.features.sources.feature_source import Source
from gpwidgets.widgets.editors.features.sources.from_service import NamedSource
from gpwidgets.widgets.editors.features.sources.from_text import TextSource
from gpwidgets.widgets.kit.controls import lean, status_html, text_button
from gpwidgets.widgets.map.drawing.feature_words import value_words

if TYPE_CHECKING:
    from gpwidgets.protocol.values.spatial import Bounds

_ADVICE = {
    "point": later("Each click on the map adds a point."),
    "multipoint": later("Each click on the map adds a point."),
    "line": later("Click on the map for each corner; a double click ends the line."),
    "polygon": later("Click on the map for each corner; a click on the first one closes it."),
    "rectangle": later("Click two opposite corners on the map."),
    "circle": later("Click its centre on the map, then a place on its edge."),
    "move": later("Drag the shape on the map, then press Done."),
    "reshape": later(
        "Drag its corners on the map, then press Done. Pale marks add one, a right click removes one."
    ),
}


class FeatureEditor(ParameterEditor):
    """Features for one parameter.

    Attributes
    ----------
    target : DrawTarget or None
        What is drawn for it; None without a map.
    picker : SourcePicker
        The ways to give features.
    """

    def build(self) -> list[w.Widget]:
        """Make the ways to give features, a line that says what there is, remarks, and the list of shapes."""
        self._given: Any = UNSET
        self._lost = ""
        self._by: Source | None = None
        self.target: Any = self._make_target()
        self.picker: SourcePicker = SourcePicker(self)
        self.summary: w.HTML = lean(w.HTML)
        layout = {"flex_flow": "row wrap", "align_items": "center"}
        self._line = lean(w.HBox, [self.summary], layout=layout, _dom_classes=("gpw-tools",))
        self.checks: FeatureChecks = FeatureChecks(self._mended)
        self.shapes: ShapePanel | None = None
        if self.target is not None:
            self.target.observe(self._take_shapes, names="shapes")
            self.target.observe(lambda _change: self._tell(), names=["armed", "editing"])
        self.order: OrderQuestion = OrderQuestion(self._answered)
        self.question: InputQuestion = InputQuestion(
            self.title, self.parameter.spatial_reference, self._answered
        )
        return [self.picker, self._line, self.order, self.question, self.checks]

    def look_into(self, error: GPError, value: Any) -> None:
        """Ask for the coordinate system, or the layer, of features that lack only that."""
        self.question.ask(error, value)

    def _answered(self, frame: Any) -> None:
        """Take features in the order that the user has chosen; None leaves them as they are."""
        if frame is not None:
            self.picker.dismiss()
            self.give(frame)
        self.error = ""

    def _make_target(self) -> Any:
        if self.context.map is None:
            return None
        taken = self.context.map.targets
        name = self.parameter.name
        number = 2
        while name in taken:  # rows of a list are drawn apart
            name, number = f"{self.parameter.name} {number}", number + 1
        target = self.context.map.target(name, self.parameter.geometry_types, label=self.title)
        target.fields = input_fields(self.parameter)
        return target

    # A button is made when it is of use first. After that it is hidden and shown, and keeps the focus.

    @cached_property
    def undo(self) -> w.Button:
        """Takes the last change of the shapes back."""
        words = tr("Take the last change of {title} back", title=self.title)
        return self._button("undo", self._undo_shapes, tr("Undo"), words)

    @cached_property
    def redo(self) -> w.Button:
        """Repeats a change that was taken back."""
        words = tr("Repeat the change of {title}", title=self.title)
        return self._button("repeat", self._redo_shapes, tr("Redo"), words)

    @cached_property
    def clear(self) -> w.Button:
        """Takes everything away."""
        words = tr("Take all of {title} away", title=self.title)
        return self._button("trash-o", self._clear_all, tr("Clear"), words)

    def _button(self, icon: str, act: Callable[[], None], words: str, tooltip: str) -> w.Button:
        layout = w.Layout(width="auto")  # its own, as it is hidden and shown
        made: w.Button = text_button(words, icon, tooltip, act, layout=layout, disabled=not self._enabled)
        return self.own(made)

    def _offer(self, **offered: bool) -> None:
        """Show these buttons or hide them."""
        for name, is_offered in offered.items():
            if is_offered or name in self.__dict__:
                getattr(self, name).layout.display = "" if is_offered else "none"
        made = [getattr(self, name) for name in offered if name in self.__dict__]
        self._line.children = [self.summary, *made]

    @property
    def focus_target(self) -> w.DOMWidget | None:
        """The first control of the chosen way."""
        return self.picker.current.focus_target or self.picker.choice

    @property
    def labelled(self) -> w.DOMWidget | None:
        """The list of ways, which has the input's name."""
        return self.picker.choice

    # Drawing

    def _take_shapes(self, _change: object = None) -> None:
        if self.shapes is None and self.target.shapes:  # not before there is a shape to change
            self.shapes = ShapePanel(
                self.target, self.title, lambda found: check_shapes(self.parameter, found)
            )
            self._built = (*self._built, self.shapes)
            self.children: list[Any] = self._parts
        if not self._binding.silent:
            self._say_lost()
            self._given = UNSET  # what is on the map counts from now on
            self._follow_named(UNSET)
            self.checks.forget()
            self.take()

    def _say_lost(self) -> None:
        """Keep in mind what the features that were given lose by being changed on the map."""
        if hasattr(self._given, "geom_type"):
            from gpwidgets.convert.user_input.checks import lost_in_degrees

            self._lost = lost_in_degrees(self._given)

    def _undo_shapes(self) -> None:
        self.target.undo()

    def _redo_shapes(self) -> None:
        self.target.redo()

    def _clear_all(self) -> None:
        self.show(UNSET)
        self.take()

    def pause(self) -> None:
        """End drawing and changing shapes; what is drawn stays."""
        if self.target is not None:
            self.target.end_edit()
            self.target.disarm()

    # Other ways

    def give(self, value: Any, by: Source | None = None) -> bool:
        """Take a value that the user has chosen, in the panel `by`; whether it could be taken.

        One that is wrong changes nothing; what is wrong with it is said at the field.
        """
        self._by = by
        try:
            if value is UNSET:
                self._clear_all()
                return True
            taken = self.set_value(value, picked=True)
        finally:
            self._by = None
        if taken:
            self.checks.forget()
            self._tell()
        return taken

    def take_pending(self) -> None:
        """Use what has been typed or chosen in a panel, and the text of a shape that was changed."""
        self.picker.take_pending()
        if self.shapes is not None and not self.error:
            problem = self.shapes.take_pending()
            if problem:
                self.refuse(problem)

    def dismiss(self) -> None:
        """Keep what was there, and forget what was refused."""
        self.picker.dismiss()
        if self.shapes is not None:
            self.shapes.dismiss()
        self.order.close_question()
        self.question.close_question()
        super().dismiss()

    @observe("value")
    def _settle(self, _change: object) -> None:
        if "picker" in self.__dict__:  # else the controls are being made
            self.picker.settle(self._by)
            self.order.close_question()
            self.question.close_question()

    # The order of coordinates

    def surroundings(self) -> list[Bounds]:
        """Boxes in degrees where the user is at work: what the map shows, what is given for this input."""
        boxes: list[Bounds | None] = [] if self.context.map is None else [self.context.map.extent]
        frame = self.value if hasattr(self.value, "total_bounds") else None
        if frame is not None:
            from gpwidgets.convert.coordinates.boxes import frame_box

            boxes.append(frame_box(frame))
        return [box for box in boxes if box is not None]

    def ask_order(self, text: str, near: list[Bounds], *, taken: bool) -> None:
        """Ask about the order of typed coordinates, where it is probably the other one."""
        self.order.ask(text, self.value if taken else None, near)

    def _mended(self, frame: Any) -> None:
        self.set_value(frame)
        self._tell()

    def _follow_named(self, value: Any) -> None:
        named = self.picker.of(NamedSource)
        if named is not None:
            named.show_value(value)

    # Value

    def read(self) -> Any:
        """Return what is drawn or was given."""
        if self.target is not None and not self.target.is_empty:
            return self.target.frame()
        return self._given

    def show(self, value: Any) -> None:
        """Keep a value, and show it on the map when it has places."""
        self._given, self._lost = value, ""
        self._follow_named(value)
        if self.target is not None:
            with self._binding.silently():
                self._show_on_map(value)
        self._tell(value)

    def _show_on_map(self, value: Any) -> None:
        frame = self._frame_of(value)
        if frame is not None and len(frame):
            self.target.set_frame(frame)
            if self.context.map is not None:
                self.context.map.zoom_to_frame(frame)
        elif not self.target.is_empty:
            self.target.clear()

    @staticmethod
    def _frame_of(value: Any) -> Any:
        if not isinstance(value, FeatureSet):
            return value if hasattr(value, "geometry") else None
        from gpwidgets.convert.featuresets.frames import features_to_frame

        try:
            return features_to_frame(value.json)
        except GPError:
            return None  # the server's own example stays the value, even if it cannot be drawn

    def show_raw(self, value: Any) -> bool:
        """Write refused text where it can be mended; what was there stays."""
        if isinstance(value, str):
            self.picker.show(TextSource)
            self.picker.of(TextSource).propose(value)
        return False

    def check(self) -> bool:
        """Say at the field what is missing, attributes included; whether the value can be sent."""
        if not super().check():
            return False
        if self.order.is_open:
            self.error = tr("say first in which order the coordinates are.")
            return False
        self.error: str = self._missing_attribute()
        return not self.error

    def _missing_attribute(self) -> str:
        for number, shape in enumerate(() if self.target is None else self.target.shapes, 1):
            for field in self.target.fields:
                try:
                    check_attribute(field, shape.properties.get(field.name))
                except ValueError as error:
                    title = field.alias or field.name
                    return tr("shape {number}, {title}: {error}.", number=number, title=title, error=error)
        return ""

    def _tell(self, value: Any = None) -> None:
        """Say in one line what is there and what to do next."""
        there = self.value if value is None else value
        target = self.target
        doing = (target.armed or target.editing) if target is not None else ""
        words = tr(_ADVICE.get(doing, "")) if doing else ""
        text = value_words(there)
        if there is UNSET and target is not None and not target.is_empty:
            text = tr("{shapes} on the map.", shapes=counted(len(target.shapes), "shape"))
        if words:
            text = words if there is UNSET else f"{text} {words}"
        text = f"{text} {escape(self._lost)}".strip() if self._lost else text
        self.summary.value = status_html(text, is_html=True)
        self._offer(
            undo=target is not None and target.can_undo,
            redo=target is not None and target.can_redo,
            clear=there is not UNSET,
        )
        self.checks.look(there)

    def take(self, _change: object = None) -> None:
        """Read what is drawn; say so."""
        super().take(_change)
        if not self._binding.silent:
            self._tell()

    def let_go(self) -> None:
        """Take the drawing off the map with the editor."""
        if self.target is not None and self.context.map is not None:
            self.context.map.remove_target(self.target)
