"""The pen: one drawing control per map, lent to one target at a time.

What the control draws is taken out of it at once and kept by the target that was armed, as shapes with ids,
shown in a layer of the target's own colour: so several parameters can be drawn on one map, each shape stays
with its parameter, and undo works without the browser. To be edited, a shape is lent to the control and read
back from it after every change.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from ipyleaflet import GeomanDrawControl, Map

from gpwidgets.widgets.kit.owner import close_tree
from gpwidgets.widgets.map.drawing._owners_drawings import OwnersDrawings, is_ours, owner_number
from gpwidgets.widgets.map.drawing.shapes import ID_KEY, Shape, control_feature, drawn_shape, radius_of
from gpwidgets.widgets.map.layers.viewport import take_off

#: Name of the control's tool for each kind of shape. The capital letter matters.
TOOLS = {
    "point": "Marker",
    "multipoint": "Marker",
    "line": "Line",
    "polygon": "Polygon",
    "rectangle": "Rectangle",
    "circle": "Circle",
}

#: Mode of the control for each way to edit.
EDIT_MODES = {"reshape": "edit", "move": "drag"}


class Pen:
    """The drawing control of one map and the target that it draws for.

    A control that the map's owner has put there is used as it is; their own drawings stay in it.
    """

    _pens: ClassVar[WeakKeyDictionary[Map, Pen]] = WeakKeyDictionary()

    @classmethod
    def of(cls, map_widget: Map) -> Pen:
        """Return the one pen of this map."""
        if map_widget not in cls._pens:
            cls._pens[map_widget] = cls(map_widget)
        return cls._pens[map_widget]

    def __init__(self, map_widget: Map) -> None:
        self._lock = threading.RLock()
        self.target: Any = None
        self._owners = OwnersDrawings()
        self._taken: set[str] = set()
        self._edits = False
        self._theirs_options: tuple[str, dict[str, Any]] | None = None
        self._lent: dict[str, str] = {}
        found = [one for one in map_widget.controls if isinstance(one, GeomanDrawControl)]
        self._is_own = not found
        self.control: Any | Any = found[0] if found else GeomanDrawControl(hide_controls=True)
        if not found:
            map_widget.add(self.control)
        self.control.observe(self._collect, names="data")

    @classmethod
    def put_away(cls, map_widget: Map) -> None:
        """Take the pen off a map where nothing of ours is left; a control of the map's owner stays."""
        pen = cls._pens.pop(map_widget, None)
        if pen is None:
            return
        pen.control.unobserve(pen._collect, names="data")
        if pen._is_own:
            take_off(map_widget, pen.control)
            close_tree(pen.control)

    def arm(self, target: Any, kind: str) -> None:
        """Let the next shape drawn on the map be one of this kind for this target."""
        with self._lock:
            self._take_from(target)
            self.target = target
            self._taken = set()
            self._mark_theirs()
            tool = TOOLS[kind]
            self.control.current_mode = None  # arming the same tool twice would change nothing
            self._color(tool, target.color)
            self.control.current_mode = f"draw:{tool}"
            target.set_trait("armed", kind)

    def disarm(self, target: Any) -> None:
        """End drawing, if it is this target that is being drawn for."""
        with self._lock:
            if self.target is target:
                self.control.current_mode = None
                self._give_options_back()
                self.target = None
                self._put(self._owners.restored(self.control.data))
            target.set_trait("armed", "")

    def edit(self, target: Any, shapes: Sequence[Shape], way: str) -> None:
        """Lend shapes of a target to the control, to be changed there.

        Parameters
        ----------
        target
            Is told of every change by its ``update`` and ``remove``.
        shapes
            What the control can edit of them is lent.
        way
            A key of `EDIT_MODES`.
        """
        with self._lock:
            self._take_from(target)
            target.set_trait("armed", "")
            self.target, self._edits = target, True
            self._mark_theirs()
            self.lend(shapes)
            self.control.current_mode = EDIT_MODES[way]

    def lend(self, shapes: Sequence[Shape]) -> None:
        """Put shapes into the control in the place of those that are lent to it now."""
        with self._lock:
            theirs = [feature for feature in self.control.data if not is_ours(feature)]
            found = [control_feature(shape, self.target.color) for shape in shapes]
            lent = [feature for feature in found if feature is not None]
            self._lent = {str(_id_of(feature)): _key(feature) for feature in lent}
            self.control.data = [*theirs, *lent]

    def end_edit(self, target: Any) -> None:
        """Take back what is lent, if it is this target's."""
        with self._lock:
            if self.target is not target or not self._edits:
                return
            self.target, self._edits, self._lent = None, False, {}
            self._put(self._owners.restored(self.control.data))
            # Only the start of another tool ends the control's editing; it ends itself when told so.
            self.control.current_mode = "draw:Line"
            self.control.current_mode = None

    @property
    def is_free(self) -> bool:
        """Whether nothing is being drawn or edited."""
        return self.target is None

    def _take_from(self, target: Any) -> None:
        """Let whoever has the pen now give it back."""
        if self._edits:
            self.target.end_edit()
        self._give_options_back()
        if self.target is not None and self.target is not target:
            self.target.set_trait("armed", "")

    def _color(self, tool: str, color: str) -> None:
        line = {"color": color, "dashArray": "6 4"}
        options = {
            "pathOptions": {"color": color, "fillColor": color, "fillOpacity": 0.25},
            "templineStyle": line,
            "hintlineStyle": line,
            "snappable": False,  # a vertex must land where the user clicked
        }
        name = {"Line": "polyline"}.get(tool, tool.lower())
        if name == "marker":
            options = {"markerStyle": {}, "snappable": False}
        self._theirs_options = (name, getattr(self.control, name))
        self.control.set_trait(name, options)

    def _give_options_back(self) -> None:
        """Let the tools of the map's owner be as they were; options also decide which tools they see."""
        if self._theirs_options is not None:
            name, options = self._theirs_options
            self._theirs_options = None
            self.control.set_trait(name, options)

    def _collect(self, change: Mapping[str, Any]) -> None:
        if self._edits:
            self._read_back(change["new"])
            return
        with self._lock:
            target = self.target
            if target is None:
                return
            drawn = self._take_drawn(change["new"])
            if drawn and target.armed not in ("point", "multipoint"):
                self.disarm(target)
        for geometry, kind in drawn:
            target.add(geometry, kind)

    def _take_drawn(self, features: Sequence[Mapping[str, Any]]) -> list[tuple[dict[str, Any], str]]:
        """Take out of the control what has just been drawn; what carries a number was there before."""
        features = self._owners.recognised(features)
        theirs = [feature for feature in features if owner_number(feature)]
        others = [feature for feature in features if not owner_number(feature) and not is_ours(feature)]
        if not others:
            return []
        # The browser may report a shape again before it has seen that it was taken; _taken knows it then.
        fresh = [feature for feature in others if _key(feature) not in self._taken]
        self._taken.update(map(_key, fresh))
        self._put(theirs)
        return [shape for feature in fresh if (shape := drawn_shape(feature)) is not None]

    def _mark_theirs(self) -> None:
        self._put(self._owners.marked(self.control.data))

    def _put(self, features: Sequence[Mapping[str, Any]]) -> None:
        """Give the control other features, where they are others: the page makes all of them anew."""
        if list(features) != list(self.control.data):
            self.control.data = list(features)

    def _read_back(self, features: Sequence[Mapping[str, Any]]) -> None:
        """Tell the target what has become of the shapes that are lent."""
        with self._lock:
            target, changed = self.target, []
            for feature in features:
                shape_id = _id_of(feature)
                if shape_id in self._lent and self._lent[shape_id] != _key(feature):
                    self._lent[shape_id] = _key(feature)
                    drawn = drawn_shape(feature)
                    changed += [] if drawn is None else [(shape_id, drawn)]
        for shape_id, (geometry, kind) in changed:
            target.update(shape_id, geometry=geometry, kind=kind)


def _id_of(feature: Mapping[str, Any]) -> str | None:
    found = (feature.get("properties") or {}).get(ID_KEY)
    return None if found is None else str(found)


def _key(feature: Mapping[str, Any]) -> str:
    return json.dumps([feature.get("geometry"), radius_of(feature)], sort_keys=True, default=str)
